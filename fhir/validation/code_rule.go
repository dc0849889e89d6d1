package validation

import (
	"strings"

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
	"bcp47":       {"urn:ietf:bcp:47", isLanguageTag},
	"bcp13":       {"urn:ietf:bcp:13", isMediaType},
	"ucum":        {ucumSystem, ucum.Valid},
	"ucum-time":   {ucumSystem, func(code string) bool { return ucum.Comparable(code, "s") }},
	"ucum-length": {ucumSystem, func(code string) bool { return ucum.Comparable(code, "m") }},
	"iana-tz":     {"https://www.iana.org/time-zones", isTimeZone},
}

// formats are the short names FHIR has for its own media types; its elements for formats take them beside
// any media type (https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.format).
var formats = map[string]bool{"xml": true, "json": true, "ttl": true, "none": true}

// isMediaType checks the form of a media type with its parameters, as RFC 6838 (§4.2) and RFC 2045 (§5.1)
// have it.
func isMediaType(code string) bool {
	if formats[code] {
		return true
	}
	name, parameters, _ := strings.Cut(code, ";")
	main, sub, ok := strings.Cut(strings.TrimSpace(name), "/")
	if !ok || !isMediaName(main) || !isMediaName(sub) {
		return false
	}
	for parameters != "" {
		var parameter string
		parameter, parameters = cutParameter(parameters)
		key, value, ok := strings.Cut(strings.TrimSpace(parameter), "=")
		if !ok || !isMediaName(key) || value == "" || strings.ContainsAny(value, " \t") && value[0] != '"' {
			return false
		}
	}
	return true
}

// cutParameter takes one parameter off; a semicolon in quotes does not end it.
func cutParameter(parameters string) (first, rest string) {
	quoted := false
	for i := range len(parameters) {
		switch {
		case parameters[i] == '"':
			quoted = !quoted
		case parameters[i] == ';' && !quoted:
			return parameters[:i], parameters[i+1:]
		}
	}
	return parameters, ""
}

// isMediaName also takes "*": FHIR binds ranges such as "image/*" to the same value set.
func isMediaName(s string) bool {
	if s == "*" {
		return true
	}
	const maxName = 127
	if s == "" || len(s) > maxName || !isAlphanumeric(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("!#$&-^_.+", s[i]) < 0 {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// timeZoneAreas are the first parts of the names in the IANA time zone database. The database itself grows
// several times a year, so what follows the area is checked for its form only.
var timeZoneAreas = map[string]bool{
	"Africa": true, "America": true, "Antarctica": true, "Arctic": true, "Asia": true, "Atlantic": true, "Australia": true,
	"Europe": true, "Indian": true, "Pacific": true, "Etc": true,
	// Links kept for the past.
	"Brazil": true, "Canada": true, "Chile": true, "Mexico": true, "US": true,
}

// isTimeZone checks a name of the IANA time zone database: Area/Location, or one of the old names
// without an area (UTC, GMT, EST5EDT).
func isTimeZone(code string) bool {
	area, location, ok := strings.Cut(code, "/")
	if !ok {
		return len(code) >= 2 && isZoneName(code)
	}
	if !timeZoneAreas[area] {
		return false
	}
	for part := range strings.SplitSeq(location, "/") {
		if !isZoneName(part) {
			return false
		}
	}
	return true
}

func isZoneName(s string) bool {
	if s == "" || !isLetter(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("_-+", s[i]) < 0 {
			return false
		}
	}
	return true
}
