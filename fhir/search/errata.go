package search

import (
	"slices"

	"hearken/fhir/definition"
)

// errata are published expressions that use what FHIRPath does not have, by canonical, put right.
var errata = map[string]string{
	// hasExtension() was never a function of FHIRPath or of FHIR.
	"http://hl7.org/fhir/SearchParameter/questionnaireresponse-extensions-QuestionnaireResponse-item-subject": "QuestionnaireResponse.item.where(extension('http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject').exists()).answer.value.ofType(Reference)",
}

// expressionOf is a parameter's expression, put right where it has to be.
func expressionOf(d *definition.SearchParameter) string {
	if corrected, found := errata[d.URL]; found {
		return corrected
	}
	return d.Expression
}

// swappedComponents are the composites whose two components are published each with the other's definition.
var swappedComponents = []string{
	"http://hl7.org/fhir/SearchParameter/DocumentReference-relationship",
}

// componentsOf are a composite's components, put right where they have to be.
func componentsOf(d *definition.SearchParameter) []definition.SearchComponent {
	if !slices.Contains(swappedComponents, d.URL) || len(d.Components) != 2 {
		return d.Components
	}
	a, b := d.Components[0], d.Components[1]
	a.Definition, b.Definition = b.Definition, a.Definition
	return []definition.SearchComponent{a, b}
}
