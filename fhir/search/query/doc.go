// Package query is a search as a value: parameters, the values a resource has for them, and a small
// expression tree over tests on those values (https://hl7.org/fhir/R4/search.html). It is all that
// stores and deciders see of a search: fhir/search parses request text into it and extracts Values from
// resources; engines evaluate it by index; smart and access add conjuncts to it. It imports only fhir.
//
// Every node prints itself with String in one canonical form; two queries that print alike are the same query.
package query
