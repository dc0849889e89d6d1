package validation

import (
	"errors"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// checkElementDefinition is the rule of the rows of a StructureDefinition beyond their invariants
// (https://hl7.org/fhir/R4/elementdefinition.html): types that exist, limits that their types can have,
// invariants that can be read.
func checkElementDefinition(v *Visit, n element.Node) {
	if n.Resource().Structure().Name != "StructureDefinition" {
		return
	}
	types := map[string]bool{}
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		switch c.Name() {
		case "type":
			code := c.Child("code")
			if types[code.Text()] = true; code.HasValue() && !v.isType(code.Text()) {
				v.Report(code, fhir.SeverityError, fhir.CodeInvalid, DetailElementType, "no type of this name is known")
			}
		case "constraint":
			v.expression(c.Child("expression"))
		}
	}
	if len(types) > 0 {
		v.limits(n, types)
	}
}

// isType reports whether a code names a type of FHIR, or is a URL, which names one of FHIRPath or of a logical model.
func (v *Visit) isType(code string) bool {
	return v.Set().Structure(code) != nil || strings.Contains(code, ":")
}

// expression checks that FHIRPath can be read.
func (v *Visit) expression(n element.Node) {
	if !n.HasValue() {
		return
	}
	var fault *fhirpath.Error
	switch _, err := fhirpath.Compile(v.Set(), n.Text()); {
	case err == nil:
	case errors.As(err, &fault) && fault.Code == fhir.CodeNotSupported:
		v.Report(n, fhir.Warning, fhir.CodeNotSupported, DetailExpression, "the expression cannot be evaluated here: %s", fault.Text)
	default:
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailExpression, "the expression is no FHIRPath")
	}
}

// Limits, and the types that can have them
// (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.maxLength).
var (
	hasLength = map[string]bool{"string": true, "code": true, "id": true, "markdown": true, "uri": true, "url": true, "canonical": true, "oid": true, "uuid": true, "base64Binary": true, "xhtml": true}
	hasRange  = map[string]bool{"date": true, "dateTime": true, "instant": true, "time": true, "decimal": true, "integer": true, "positiveInt": true, "unsignedInt": true, "Quantity": true, "Age": true, "Count": true, "Distance": true, "Duration": true, "Money": true}
)

func (v *Visit) limits(n element.Node, types map[string]bool) {
	for name, can := range map[string]map[string]bool{"maxLength": hasLength, "minValue": hasRange, "maxValue": hasRange} {
		limit, some := n.Child(name), false
		for code := range types {
			some = some || can[code] || strings.Contains(code, ":")
		}
		if !limit.IsZero() && !some {
			v.Report(limit, fhir.SeverityError, fhir.CodeBusinessRule, DetailElementLimit, "none of the types of the element can have a %s", name)
		}
	}
}
