package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// typesPlan is the types a profile leaves an element, each with what it asks of that type.
type typesPlan struct {
	allowed []*typePlan
	exact   bool // of a choice, where a code is no string
}

// typePlan is one of them (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type).
type typePlan struct {
	structure *definition.Structure
	profiles  []string // one of which is to be conformed to; none when any content will do
	targets   *targetsPlan
}

// types holds a node against the types, and reports whether it is of one of them: nothing more can be asked of
// another.
func (v *Visit) types(p *rowPlan, n element.Node) bool {
	t := p.types.of(n.Structure())
	if t == nil {
		v.reportWithin(n, fhir.SeverityError, fhir.CodeStructure, DetailType, "%s may be %s, not %s (profile %s)", p.name, p.types, n.Structure().Name, p.profile.canonical)
		return false
	}
	switch {
	case len(t.profiles) == 1:
		v.typeProfile(t.profiles[0], n)
	case len(t.profiles) > 1:
		v.oneProfile(p, t.profiles, n)
	}
	if t.targets != nil {
		v.target(p, t.targets, n)
	}
	return true
}

// of finds the type a structure is, or is one of where that is an abstract one.
func (p *typesPlan) of(s *definition.Structure) *typePlan {
	for _, t := range p.allowed {
		if t.structure == s || (!p.exact || t.structure.Abstract) && s.IsA(t.structure.Name) {
			return t
		}
	}
	return nil
}

// String lists the types, for messages.
func (p *typesPlan) String() string {
	names := make([]string, len(p.allowed))
	for i, t := range p.allowed {
		names[i] = t.structure.Name
	}
	return strings.Join(names, " or ")
}

// typeProfile holds a node against the one profile its type has. An extension is held against the definition
// its url names wherever it stands.
func (v *Visit) typeProfile(canonical string, n element.Node) {
	if v.isExtensionOf(n, canonical) || strings.Contains(canonical, "#") { // a part of a profile, of which nothing can be told
		return
	}
	if p := v.profile(canonical); p != nil {
		v.asProfile(n, p)
		return
	}
	v.Report(n, fhir.SeverityError, fhir.CodeNotFound, DetailUnknownProfile, "the profile %s of this element is not known or not usable", canonical)
}

func (v *Visit) isExtensionOf(n element.Node, canonical string) bool {
	url, _, _ := strings.Cut(canonical, "|")
	return n.Structure() == v.validator.extension && n.Child("url").Text() == url
}

// asProfile measures a node, or only asks whether it conforms when nothing is to be said.
func (v *Visit) asProfile(n element.Node, p *profile) {
	if v.quiet == 0 {
		v.measure(n, p)
	} else if !v.conforms(n, p) {
		v.faulty = true
	}
}

// oneProfile wants a node to conform to one of several profiles.
func (v *Visit) oneProfile(p *rowPlan, canonicals []string, n element.Node) {
	unknown := ""
	for _, canonical := range canonicals {
		if v.isExtensionOf(n, canonical) {
			return
		}
		found := v.profile(canonical)
		if found == nil {
			unknown = canonical
		} else if v.conforms(n, found) {
			return
		}
	}
	if unknown != "" {
		v.Report(n, fhir.Warning, fhir.CodeNotFound, DetailUnknownProfile, "the profile %s of this element is not known or not usable", unknown)
		return
	}
	v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailNoProfileFits, "%s conforms to none of the profiles it may have: %s", p.name, strings.Join(canonicals, ", "))
}
