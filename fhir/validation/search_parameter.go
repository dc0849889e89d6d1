package validation

import (
	"hearken/fhir"
	"hearken/fhir/element"
)

// checkSearchParameter is the rule of SearchParameters beyond their invariants
// (https://hl7.org/fhir/R4/searchparameter.html): expressions can be read, and a composite has parts, each
// known or at least readable.
func checkSearchParameter(v *Visit, n element.Node) {
	v.expression(n.Child("expression"))
	kind, parts := n.Child("type").Text(), 0
	for c := range n.ChildrenNamed(v.Set().NameID("component")) {
		parts++
		v.expression(c.Child("expression"))
	}
	switch {
	case kind == "composite" && parts < 2:
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailSearchParameter, "a composite has two components or more")
	case kind != "composite" && parts > 0:
		v.Report(n.Child("component"), fhir.SeverityError, fhir.CodeInvalid, DetailSearchParameter, "only a composite has components")
	case kind == "reference" && n.Child("target").IsZero():
		v.Report(n, fhir.Warning, fhir.CodeInvalid, DetailSearchParameter, "a parameter for references should say to which types")
	}
}
