package terminology

import (
	"slices"
	"strings"

	"hearken/fhir/definition"
)

// Lookup is what is known of a code (https://hl7.org/fhir/R4/codesystem-operation-lookup.html).
type Lookup struct {
	Name, Version, Display string // of the system, and of the code
	Designations           []definition.Designation
	Properties             []Property
}

// Property is one property of a code.
type Property struct {
	definition.ConceptProperty
	Description string // what the code that is its value is called
}

// Lookup tells what is known of a code, in a language. wanted are the properties that are asked for, none for
// all; names and the display are always told. The Verdict is In when the system has the code.
func (s System) Lookup(code, language string, wanted ...string) (Lookup, Verdict) {
	verdict := s.Validate(code)
	if verdict.Answer != In {
		return Lookup{}, verdict
	}
	c := s.concept(code)
	if c == nil {
		return Lookup{Name: grammars[s.url].name, Display: code}, in
	}
	l := Lookup{Name: s.rows.Name, Version: s.rows.Version, Display: s.Display(code, language)}
	l.Designations = slices.DeleteFunc(slices.Clone(s.library.designations(s.rows, c)), func(d definition.Designation) bool { return !wantsDesignation(wanted, d) })
	s.properties(c, func(p Property) {
		if len(wanted) == 0 || slices.Contains(wanted, p.Code) {
			l.Properties = append(l.Properties, p)
		}
	})
	return l, in
}

// wantsDesignation: designations are asked for as such, or by "lang.X".
func wantsDesignation(wanted []string, d definition.Designation) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(name string) bool {
		language, ok := strings.CutPrefix(name, "lang.")
		return name == "designation" || ok && matchesLanguage(language, d.Language)
	})
}

// properties gives what every system has (https://hl7.org/fhir/R4/codesystem.html#defined-props), then the
// properties of the concept itself.
func (s System) properties(c *definition.Concept, yield func(Property)) {
	give := func(code, typ, value, description string) {
		yield(Property{definition.ConceptProperty{Code: code, Type: typ, Value: value}, description})
	}
	if c.Definition != "" {
		give("definition", "string", c.Definition, "")
	}
	x := selection{codeSystem: s.rows, supplements: s.library.supplementsOf(s.rows)}
	i, _ := s.rows.find(c.Code)
	for _, relation := range []struct {
		name     string
		concepts []int32
	}{{"parent", s.rows.hierarchy().parents[i]}, {"child", s.rows.hierarchy().children[i]}} {
		for _, other := range relation.concepts {
			give(relation.name, "code", s.rows.Concepts[other].Code, s.rows.Concepts[other].Display)
		}
	}
	own := x.properties(c)
	if !slices.ContainsFunc(own, func(p definition.ConceptProperty) bool { return p.Code == "inactive" }) {
		value := "false"
		if isInactive(c) {
			value = "true"
		}
		give("inactive", "boolean", value, "")
	}
	for _, p := range own {
		if p.Code != "parent" && p.Code != "child" {
			yield(Property{p, s.meaning(p)})
		}
	}
}

// meaning is what the code that is the value of a property is called, if it is one of the system's or a Coding's.
func (s System) meaning(p definition.ConceptProperty) string {
	switch p.Type {
	case "code":
		return s.Display(p.Value, "")
	case "Coding":
		return s.library.System(p.System, "").Display(p.Value, "")
	}
	return ""
}
