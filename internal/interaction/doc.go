// Package interaction is the REST page of the specification (https://hl7.org/fhir/R4/http.html): one file per
// FHIR interaction and operation. It loads facts, calls the pure deciders and does the one store Update. It
// knows requests with the wire taken off (Call, Answer), so that an HTTP request and a Bundle entry take the same road.
//
// Who may see what is decided once for a request, by the facts about its caller (Callers), and holds for a
// state that is read or written on only while that state says the same of them: otherwise the request is
// decided and done anew. Facts about those who work here are kept in memory by the change log of the state
// that is asked (callerCache), and what of them is in force is for the clock of each request to say.
package interaction
