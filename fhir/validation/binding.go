package validation

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// binding is a value set that codes at a place must be from: a required binding, or the maximum value
// set of a weaker one (https://hl7.org/fhir/R4/terminologies.html#required).
type binding struct {
	list     *definition.CodeList
	rule     codeRule
	shape    codedShape
	severity fhir.Severity
}

// codedShape is where the codes of a bound element are.
type codedShape uint8

const (
	shapeText     codedShape = iota + 1 // code, uri, string: the value itself, with no system
	shapeCoding                         // system and code: Coding, Quantity and its kinds
	shapeConcept                        // CodeableConcept: one of its codings
	shapeQuantity                       // as Coding, but one without a code is a plain number
)

// codedNames are the elements that hold codes.
type codedNames struct {
	system, code, coding, value, extension definition.NameID
}

func newCodedNames(set *definition.Set) codedNames {
	return codedNames{
		system: set.NameID("system"), code: set.NameID("code"), coding: set.NameID("coding"),
		value: set.NameID("value"), extension: set.NameID("extension"),
	}
}

// shapeOf tells where a type has its codes; 0 for a type that has none.
func shapeOf(s *definition.Structure) codedShape {
	switch {
	case s.Kind == definition.Primitive:
		return shapeText
	case s.IsA("CodeableConcept"):
		return shapeConcept
	case s.IsA("Coding"):
		return shapeCoding
	case s.IsA("Quantity"):
		return shapeQuantity
	}
	return 0
}

// planBindings adds the value sets that the row and the type of a field hold its codes to. A value set
// that cannot be told from the definitions alone (one of LOINC) is left to a terminology service.
func (p *planner) planBindings(plan *fieldPlan, f *definition.Field) {
	for _, b := range []*definition.Binding{f.Element.Binding, f.Type.Binding} {
		if b == nil {
			continue
		}
		if b.Strength == "required" {
			p.planBinding(plan, f.Type, b.ValueSet, fhir.SeverityError)
		}
		// A maximum value set is no binding of the specification but an extension of it: an error for a
		// bare code (a language), which has no other meaning, a warning for what may have one.
		switch {
		case b.MaxValueSet != "" && shapeOf(f.Type) == shapeText:
			p.planBinding(plan, f.Type, b.MaxValueSet, fhir.SeverityError)
		case b.MaxValueSet != "":
			p.planBinding(plan, f.Type, b.MaxValueSet, fhir.Warning)
		}
	}
}

func (p *planner) planBinding(plan *fieldPlan, s *definition.Structure, valueSet string, severity fhir.Severity) {
	shape, list := shapeOf(s), p.validator.set.CodeList(valueSet)
	if shape == 0 || list == nil {
		return
	}
	rule := codeRules[list.Rule]
	if !list.Enumerable() && rule.valid == nil {
		return
	}
	plan.bindings = append(plan.bindings, &binding{list: list, rule: rule, shape: shape, severity: severity})
}

// binding reports a code that is not in the value set. Codes and systems are named in the
// definitions, not in the message: what was sent could be anything.
func (v *Visit) binding(b *binding, n element.Node) {
	switch b.shape {
	case shapeText:
		if n.HasValue() && !b.hasText(n.Text()) {
			v.notInValueSet(b, n)
		}
	case shapeConcept:
		v.conceptBinding(b, n)
	default:
		v.codingBinding(b, n)
	}
}

// conceptBinding wants one coding in the value set; others may translate it
// (https://hl7.org/fhir/R4/datatypes.html#CodeableConcept).
func (v *Visit) conceptBinding(b *binding, n element.Node) {
	coded := false
	for coding := range n.ChildrenNamed(v.validator.coded.coding) {
		coded = true
		if v.codingIn(b, coding) {
			return
		}
	}
	switch {
	case coded:
		v.notInValueSet(b, n)
	case n.Child("extension").IsZero(): // an extension may say why there is no code
		v.noCode(b, n)
	}
}

func (v *Visit) codingBinding(b *binding, n element.Node) {
	code := n.Child("code")
	switch {
	case code.HasValue():
		if !v.codingIn(b, n) {
			v.notInValueSet(b, n)
		}
	case b.shape == shapeCoding && n.Child("extension").IsZero():
		v.noCode(b, n)
	}
}

// codingIn reports whether the system and code of a Coding or Quantity are in the value set.
func (v *Visit) codingIn(b *binding, n element.Node) bool {
	var system, code string
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		switch c.NameID() {
		case v.validator.coded.system:
			system = c.Text()
		case v.validator.coded.code:
			code = c.Text()
		}
	}
	if code == "" {
		return false
	}
	if b.list.Enumerable() {
		return b.list.Has(system, code)
	}
	return system == b.rule.system && b.rule.valid(code)
}

// hasText reports whether a code without a system is in the value set.
func (b *binding) hasText(code string) bool {
	if b.list.Enumerable() {
		return b.list.HasCode(code)
	}
	return b.rule.valid(code)
}

func (v *Visit) notInValueSet(b *binding, n element.Node) {
	v.Report(n, b.severity, fhir.CodeInvalidCode, DetailNotInValueSet, "%s must have a code of the value set %s", placeOf(n), b.list.URL)
}

func (v *Visit) noCode(b *binding, n element.Node) {
	v.Report(n, b.severity, fhir.CodeInvalidCode, DetailNoCode, "%s has no code, and needs one of the value set %s", placeOf(n), b.list.URL)
}

// placeOf names the definition of a node: "Patient.gender".
func placeOf(n element.Node) string {
	if e := n.Element(); e != nil {
		return e.Path
	}
	return n.Name()
}
