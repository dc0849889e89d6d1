package validation

// contextErrata are places where R4's own definitions and examples have an extension that its definition does not allow
// there; later releases of the definition do.
var contextErrata = map[string][]string{
	structureURL + "structuredefinition-fhir-type":         {"ElementDefinition.type"},
	structureURL + "structuredefinition-normative-version": {"ElementDefinition"},
	structureURL + "regex":                                 {"ElementDefinition.type"},
}

// partErrata are the parts that R4's own examples have in an extension whose definition has none of that name
// (Bundle/hla-1): reported as warnings.
var partErrata = map[string]string{
	structureURL + "hla-genotyping-results-glstring": "uri",
}
