package search

import "strings"

// splitEscaped cuts a search value at each separator that has no backslash before it; escapes are kept, for
// what is cut further (https://hl7.org/fhir/R4/search.html#escaping).
func splitEscaped(value string, separator byte) []string {
	if strings.IndexByte(value, separator) < 0 {
		return []string{value}
	}
	var parts []string
	start := 0
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case separator:
			parts = append(parts, value[start:i])
			start = i + 1
		}
	}
	return append(parts, value[start:])
}

// unescape takes the backslashes off `\,`, `\|`, `\$` and `\\`; before anything else a backslash is illegal.
func unescape(text string) (plain string, ok bool) {
	if strings.IndexByte(text, '\\') < 0 {
		return text, true
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			if i++; i == len(text) || strings.IndexByte(`,|$\`, text[i]) < 0 {
				return "", false
			}
		}
		b.WriteByte(text[i])
	}
	return b.String(), true
}
