package validation

import (
	"strconv"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkOperationDefinition is the rule of OperationDefinitions beyond their invariants
// (https://hl7.org/fhir/R4/operationdefinition.html): parameters are told apart by name, and what is called
// on types or instances says of which.
func checkOperationDefinition(v *Visit, n element.Node) {
	if (n.Child("type").Text() == "true" || n.Child("instance").Text() == "true") && n.Child("resource").IsZero() {
		v.Report(n, fhir.Warning, fhir.CodeInvalid, DetailOperation, "an operation on types or instances should say of which types")
	}
	v.operationParameters(n)
}

func (v *Visit) operationParameters(parent element.Node) {
	type key struct{ use, name string }
	seen := map[key]bool{}
	for c := parent.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.Structure().Path != "OperationDefinition.parameter" {
			continue
		}
		k := key{c.Child("use").Text(), c.Child("name").Text()}
		if seen[k] && k.name != "" {
			v.Report(c, fhir.SeverityError, fhir.CodeDuplicate, DetailOperation, "two parameters of one use have this name")
		}
		seen[k] = true
		least, err := strconv.Atoi(c.Child("min").Text())
		if most, bad := strconv.Atoi(c.Child("max").Text()); err == nil && bad == nil && least > most {
			v.Report(c, fhir.SeverityError, fhir.CodeInvalid, DetailOperation, "the minimum of a parameter is above its maximum")
		}
		v.operationParameters(c)
	}
}
