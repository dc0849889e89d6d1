// Package searchtest runs scripted searches against anything that can load resources and search them: the oracle of
// fhir/search, an engine, a server behind HTTP. What each search must find is written by hand from the specification
// (https://hl7.org/fhir/R4/search.html), never taken from a run.
//
// A script is a text file. Each starts with nothing stored.
//
//	# a comment
//	load
//	{"resourceType": "Patient", "id": "eve", "name": [{"given": ["Eve"]}]}
//	{"resourceType": "Patient", "id": "adam"}
//
//	search Patient?given=eve
//	  eve
//
// Resources follow load in any layout up to a blank line, and are stored one after the other. Requests are what
// stands after the base URL; "[lenient]" before one asks for Prefer: handling=lenient. Below a request are, indented:
//
//	eve adam                      what matches, in any order; Type/id where several types are searched
//	= adam eve                    what matches, in this order
//	eve + Organization/ward       what matches, and what is included
//	none                          nothing
//	total 2                       the total, for searches that list no matches
//	refused                       a client error (400)
package searchtest
