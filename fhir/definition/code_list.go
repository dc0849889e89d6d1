package definition

import "slices"

// CodeList is the expansion of a value set that can be expanded from the definitions alone.
// Enumerable lists hold every (system, code); the others name the Rule that checks a code instead:
//
//	bcp47        a language tag, "en-GB"
//	bcp13        a MIME type with or without parameters, "text/plain; charset=utf-8"
//	ucum         any UCUM unit, "mg/dL"
//	ucum-time    a UCUM unit of time, "wk"
//	ucum-length  a UCUM unit of length, "km"
//	iana-tz      a name of the IANA time zone database, "Europe/London"
//
// The grammars behind them are in fhir/terminology and fhir/ucum.
type CodeList struct {
	URL     string
	Version string
	Rule    string // "" for an enumerable list
	Systems []CodeSystemCodes
}

// CodeSystemCodes is the part of a list from one code system, codes sorted.
type CodeSystemCodes struct {
	System string
	Codes  []string
}

// Enumerable reports whether the list holds its codes; otherwise its Rule checks one.
func (l *CodeList) Enumerable() bool { return l.Rule == "" }

// HasCode reports whether the code is in the list, whatever its system: how an element of
// type code is checked, which has none (https://hl7.org/fhir/R4/terminologies.html#code).
func (l *CodeList) HasCode(code string) bool {
	for i := range l.Systems {
		if _, found := slices.BinarySearch(l.Systems[i].Codes, code); found {
			return true
		}
	}
	return false
}

// Has reports whether the system and code are in the list, as a Coding is checked.
func (l *CodeList) Has(system, code string) bool {
	for i := range l.Systems {
		if l.Systems[i].System == system {
			_, found := slices.BinarySearch(l.Systems[i].Codes, code)
			return found
		}
	}
	return false
}
