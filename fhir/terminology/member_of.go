package terminology

import (
	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

var _ fhirpath.Terminology = (*Library)(nil)

// MemberOf answers the FHIRPath function memberOf (https://hl7.org/fhir/R4/fhirpath.html#functions): whether
// a code, string or uri, a Coding or Quantity, or one coding of a CodeableConcept is in a value set. The
// error is CodeNotSupported: it cannot be told.
func (l *Library) MemberOf(coded fhirpath.Item, valueSet string) (bool, error) {
	def, verdict := l.valueSet(valueSet)
	if def != nil {
		set := l.made(def)
		if n := coded.Node(); n.IsZero() || n.IsPrimitive() {
			text, _ := coded.Text()
			verdict = set.ValidateCode(text)
		} else {
			verdict = set.validateNode(n)
		}
	}
	if verdict.Answer == Unknown {
		return false, fhir.Errorf(fhir.CodeNotSupported, "%s", verdict.Message())
	}
	return verdict.Answer == In, nil
}

// validateNode says whether a Coding, or one coding of a CodeableConcept, is in the value set.
func (v *ValueSet) validateNode(n element.Node) Verdict {
	if !n.Structure().IsA("CodeableConcept") {
		c := ReadCoding(n)
		return v.Validate(c.System, c.Code)
	}
	verdict := notIn(OtherSystem)
	for child := range n.Children() {
		if child.Name() != "coding" {
			continue
		}
		switch one := v.validateNode(child); {
		case one.Answer == In:
			return one
		case one.Reason > verdict.Reason:
			verdict = one
		}
	}
	return verdict
}
