package terminology

import (
	"hearken/fhir/definition"
	"hearken/fhir/ucum"
)

// grammar is a code system whose codes are not listed but formed by rules, wholly or in part.
type grammar struct {
	name  string
	whole bool // the rules leave no doubt
	// check says whether a code is one; Unknown when the rules alone cannot tell.
	check func(code string) Answer
	// filter gives the condition of a value set's filter, or nil when it has no meaning here.
	filter func(f definition.Filter) func(code string) bool
}

// The code systems with a grammar that FHIR names (https://hl7.org/fhir/R4/terminologies-systems.html).
const (
	ucumSystem     = "http://unitsofmeasure.org"
	languageSystem = "urn:ietf:bcp:47"
	mediaSystem    = "urn:ietf:bcp:13"
	timeZoneSystem = "https://www.iana.org/time-zones"
	snomedSystem   = "http://snomed.info/sct"
)

// grammars hold for a system of which no list is loaded.
var grammars = map[string]*grammar{
	ucumSystem:     {name: "UCUM", whole: true, check: decided(ucum.Valid), filter: ucumFilter},
	languageSystem: {name: "BCP 47", whole: true, check: decided(IsLanguageTag)},
	mediaSystem:    {name: "BCP 13", whole: true, check: decided(IsMediaType)},
	timeZoneSystem: {name: "IANA time zones", whole: true, check: decided(IsTimeZone)},
	snomedSystem:   {name: "SNOMED CT", check: checkSnomed},
}

// decided makes the check of rules that leave no doubt.
func decided(valid func(string) bool) func(string) Answer {
	return func(code string) Answer {
		if valid(code) {
			return In
		}
		return NotIn
	}
}

// ucumFilter is the filter "canonical = m": all units of that dimension
// (https://hl7.org/fhir/R4/ucum.html).
func ucumFilter(f definition.Filter) func(string) bool {
	if f.Property != "canonical" || f.Op != "=" {
		return nil
	}
	return func(code string) bool { return ucum.Comparable(code, f.Value) }
}

// verdict is what the rules say of a code.
func (g *grammar) verdict(system, code string) Verdict {
	switch g.check(code) {
	case In:
		return in
	case NotIn:
		return notIn(Malformed)
	}
	return unknown(UnknownSystem, system)
}
