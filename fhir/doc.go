// Package fhir is the vocabulary every other package of Hearken speaks: resource
// types, ids, versions, references, instants, issues and errors, in FHIR's own
// words (https://hl7.org/fhir/R4/). It imports nothing of the project and does no I/O.
package fhir
