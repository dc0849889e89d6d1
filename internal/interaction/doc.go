// Package interaction is the REST page of the specification (https://hl7.org/fhir/R4/http.html): one file per
// FHIR interaction and operation. It loads facts, calls the pure deciders and does the one store Update. It
// knows requests with the wire taken off (Call, Answer), so that an HTTP request and a Bundle entry take the same road.
package interaction
