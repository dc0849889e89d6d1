package definition

// CodeList is the expansion of a value set that can be expanded from the definitions alone.
// Enumerable lists hold every (system, code); rule-based ones (MIME types, UCUM, languages,
// time zones, currencies) name the Rule that checks a code instead.
type CodeList struct {
	URL     string
	Version string
	Rule    string // "" | bcp47 | bcp13 | ucum | iana-tz | iso4217 ...; see fhir/validation
	Systems []CodeSystemCodes
}

// CodeSystemCodes is the part of a list from one code system, codes sorted.
type CodeSystemCodes struct {
	System string
	Codes  []string
}
