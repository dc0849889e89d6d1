// Package gen turns the published FHIR R4 definitions (hl7.fhir.r4.core#4.0.1, HL7's JSON
// bundles) into the compact tables of fhir/r4. It runs at build time only:
//
//	go generate ./fhir/r4
//
// The tables hold facts: names, paths, types, cardinalities, bindings, codes, invariants,
// search parameters, compartments, operations. No definitions, comments or other prose. The
// same input always gives the same bytes. What was published wrong is put right in one place,
// errata.go, with the reason of each.
package gen
