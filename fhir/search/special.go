package search

// The special parameters that the parser makes expressions of.
const (
	hasCode  = "_has"  // https://hl7.org/fhir/R4/search.html#has
	listCode = "_list" // https://hl7.org/fhir/R4/search.html#list
	typeCode = "_type" // https://hl7.org/fhir/R4/search.html#type
)
