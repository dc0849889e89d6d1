// Package schema writes JSON Schemas (draft 2020-12, https://json-schema.org/draft/2020-12) of FHIR profiles: what a
// tool without FHIR can check of a resource in JSON (https://hl7.org/fhir/R4/json.html).
//
// A schema is of one profile, with just the datatypes that it reaches, each once in $defs. What a profile
// says of a datatype it walks into is written beside the reference to the datatype, or in its stead,
// whichever is shorter.
//
// # What a schema says
//
// Names and their "_" siblings, nothing else beside them; JSON types and the forms of primitives;
// cardinality; one type of a choice; fixed values, patterns, least and greatest numbers, lengths; required
// bindings to up to MaxCodes codes; extensions and slices by what tells them apart, closed slicing, slices by
// type of a choice. An element that must be there may be there as an extension alone, as in FHIR: "_status"
// will do for "status".
//
// # What it leaves to a validator
//
// Invariants; targets of references; order of slices; slices told apart by profile, through resolve() or
// extension(), and slices within slices as such; larger and weaker bindings; the resources in a resource, of
// which only the type is looked at; where an extension may stand, and what is in one that no slice of the
// profile names; whether nulls that pad an array stand where its sibling has something, and that the two are
// of one length; days that a month does not have; integers written as 1.0; control characters; what XHTML
// allows; duplicate names, which most parsers of JSON hide.
//
// A schema never refuses what is valid: what cannot be said exactly is not said at all.
package schema
