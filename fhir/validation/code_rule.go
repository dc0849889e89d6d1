package validation

import (
	"hearken/fhir/terminology"
	"hearken/fhir/ucum"
)

// codeRule checks the codes of a value set that has a grammar instead of a list, with the code
// system a Coding of it must name.
type codeRule struct {
	system string
	valid  func(code string) bool
}

const ucumSystem = "http://unitsofmeasure.org"

// codeRules are the rules a definition.CodeList may name.
var codeRules = map[string]codeRule{
	"bcp47":       {"urn:ietf:bcp:47", terminology.IsLanguageTag},
	"bcp13":       {"urn:ietf:bcp:13", terminology.IsMediaType},
	"ucum":        {ucumSystem, ucum.Valid},
	"ucum-time":   {ucumSystem, func(code string) bool { return ucum.Comparable(code, "s") }},
	"ucum-length": {ucumSystem, func(code string) bool { return ucum.Comparable(code, "m") }},
	"iana-tz":     {"https://www.iana.org/time-zones", terminology.IsTimeZone},
}
