package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// targets is what the Reference at a place may point to
// (https://hl7.org/fhir/R4/references.html#Reference).
type targets struct {
	element *definition.Element
	types   []string // nil = any
	strict  bool     // of a profile, which knows no errata
}

// referenceNames are the elements of Reference.
type referenceNames struct {
	reference, typ definition.NameID
}

func newReferenceNames(set *definition.Set) referenceNames {
	return referenceNames{reference: set.NameID("reference"), typ: set.NameID("type")}
}

// newTargets reads the target profiles of a type; nil when it is no Reference. A profile
// stands for the type it constrains: whether its rules hold is not for base validation.
func newTargets(set *definition.Set, e *definition.Element, ref *definition.TypeRef) *targets {
	if ref.Code != "Reference" {
		return nil
	}
	t := &targets{element: e}
	for _, canonical := range ref.TargetProfiles {
		name := ""
		if s := set.ByURL(canonical); s != nil {
			name = s.Name
		} else if profile := set.StructureDefinition(canonical); profile != nil {
			name = profile.Type
		}
		if name == "" || name == "Resource" || name == "DomainResource" {
			return &targets{element: e}
		}
		t.types = append(t.types, name)
	}
	return t
}

func (t *targets) allow(name string) bool { return t.types == nil || t.has(name) }

func (t *targets) has(name string) bool {
	for _, allowed := range t.types {
		if allowed == name {
			return true
		}
	}
	return false
}

// references checks a Reference by what can be told without looking anything up outside: the type
// in the URL, Reference.type, and the resource itself when it is contained or in the same Bundle.
func (v *Visit) references(n element.Node, t *targets) {
	var reference, typ element.Node
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		switch c.NameID() {
		case v.validator.reference.reference:
			reference = c
		case v.validator.reference.typ:
			typ = c
		}
	}
	stated := v.statedType(typ.Text())
	found, seen := "", false
	if reference.HasValue() {
		v.referenceForm(reference)
		found, seen = v.targetType(reference.Text(), n)
	}
	switch {
	case found != "" && !t.allow(found):
		severity := fhir.SeverityError
		switch {
		case t.excused(found):
			severity = fhir.Warning
		case !seen:
			severity = v.validator.options.references
		}
		v.wrongTarget(reference, severity, t, found)
	case found == "" && stated != "" && !t.allow(stated):
		v.wrongTarget(typ, fhir.SeverityError, t, stated)
	case found != "" && stated != "" && found != stated:
		v.Report(typ, fhir.SeverityError, fhir.CodeStructure, DetailReferenceType, "Reference.type says %s, and the reference is to %s", stated, found)
	}
}

// referenceForm refuses white space, which no URL has. What stands after "?" selects by values, and is not looked at.
func (v *Visit) referenceForm(reference element.Node) {
	if url, _, _ := strings.Cut(reference.Text(), "?"); strings.ContainsAny(url, " \t\r\n") {
		v.Report(reference, fhir.SeverityError, fhir.CodeValue, DetailURI, "a reference is a URL, which has no white space")
	}
}

func (v *Visit) wrongTarget(n element.Node, severity fhir.Severity, t *targets, found string) {
	v.reportWithin(n, severity, fhir.CodeStructure, DetailReferenceTarget, "%s may refer to %s, not to %s", t.element.Path, strings.Join(t.types, ", "), found)
}

// statedType is the resource type Reference.type names, by itself or by its canonical; "" when that is
// no resource of FHIR, as a logical model is.
func (v *Visit) statedType(uri string) string {
	if uri == "" {
		return ""
	}
	if v.Set().IsResource(uri) {
		return uri
	}
	if s := v.Set().ByURL(uri); s != nil && v.Set().IsResource(s.Name) {
		return s.Name
	}
	return ""
}

// targetType is the type of resource a reference points to, "" when that cannot be told; seen when the
// resource itself is here, and not only its URL.
func (v *Visit) targetType(reference string, from element.Node) (name string, seen bool) {
	if strings.HasPrefix(reference, "#") {
		return typeOf(v.contained.find(from, reference[1:])), true
	}
	if parsed := fhir.ParseReference(reference, v.validator.isResource); !parsed.Key.IsZero() {
		return string(parsed.Key.Type), false
	}
	if name, _, ok := strings.Cut(reference, "?"); ok && v.Set().IsResource(name) {
		return name, false // a conditional reference (https://hl7.org/fhir/R4/http.html#trules)
	}
	return typeOf(v.env.Entry(reference, from).Resource), true
}

func typeOf(n element.Node) string {
	if n.IsZero() {
		return ""
	}
	return n.Structure().Name
}
