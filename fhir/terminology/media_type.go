package terminology

import "strings"

// formats are the short names FHIR has for its own media types; its elements for formats take them beside
// any media type (https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.format).
var formats = map[string]bool{"xml": true, "json": true, "ttl": true, "none": true}

// IsMediaType checks the form of a media type with its parameters, as RFC 6838 (§4.2) and RFC 2045 (§5.1)
// have it.
func IsMediaType(code string) bool {
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
