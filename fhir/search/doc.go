// Package search is FHIR search (https://hl7.org/fhir/R4/search.html) without a store: which parameters
// there are (Registry), what a resource has for each of them (Extractor), what a request asks for (Parser), and
// whether a resource answers it (Match). Engines see only the values and expressions of package query;
// Match is what they are measured against.
//
// All of it is driven by the published definitions: a parameter is its SearchParameter row and its FHIRPath
// expression, spread over the resource types it applies to. What a definition has and this server does not offer
// is kept with the reason (Registry.Unsupported) and refused by name.
//
// It does no I/O; the clock and the time zone are fields.
package search
