package validation

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkSearchParam is the rule of the search parameters that a CapabilityStatement lists
// (https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchParam):
// each has the type of its definition, and is for the type of resource it is listed at. Other types are
// remarks, for HL7's own statement has some. That names are given once is said by cpb-9 and cpb-12.
func checkSearchParam(v *Visit, n element.Node) {
	definition, kind := n.Child("definition"), n.Child("type")
	parameter := v.Set().SearchParameterByURL(definition.Text())
	if parameter == nil {
		return
	}
	if kind.HasValue() && kind.Text() != parameter.Type {
		v.Report(kind, fhir.Warning, fhir.CodeInvalid, DetailSearchParameter, "the definition of the parameter has the type %s", parameter.Type)
	}
	resource := v.Set().Structure(n.Parent().Child("type").Text())
	if n.Parent().Structure().Path == "CapabilityStatement.rest.resource" && resource != nil && !slices.ContainsFunc(parameter.Base, resource.IsA) {
		v.Report(definition, fhir.Warning, fhir.CodeInvalid, DetailSearchParameter, "the definition of the parameter is not for this type of resource")
	}
}
