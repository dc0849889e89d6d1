package terminology

import (
	"unicode"
	"unicode/utf8"
)

// EqualDisplay compares two displays as a person would: without regard to case and to how much white space there is
// (https://hl7.org/fhir/R4/datatypes.html#Coding leaves the rule open).
func EqualDisplay(a, b string) bool {
	for {
		var x, y rune
		x, a = nextRune(a)
		y, b = nextRune(b)
		if x != y {
			// White space at an end counts for nothing.
			return x == ' ' && y == 0 && isBlank(a) || y == ' ' && x == 0 && isBlank(b)
		}
		if x == 0 {
			return true
		}
	}
}

// nextRune takes a letter off a text in its lower case, or a run of white space as one; 0 at the end.
func nextRune(s string) (rune, string) {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return 0, ""
	}
	if !unicode.IsSpace(r) {
		return unicode.ToLower(unicode.ToUpper(r)), s[n:]
	}
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsSpace(r) {
			break
		}
		n += size
	}
	return ' ', s[n:]
}

func isBlank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// HasDisplay says whether a display is one of those a code has: its own or a designation, in any language. It is
// Unknown for a code that is not loaded, or of which no display is known.
func (l *Library) HasDisplay(system, version, code, display string) Answer {
	s, _ := l.codesIn(system, version)
	if s == nil {
		return Unknown
	}
	i, ok := s.find(code)
	if !ok {
		return Unknown
	}
	c := &s.Concepts[i]
	if EqualDisplay(c.Display, display) {
		return In
	}
	for _, d := range l.designations(s, c) {
		if EqualDisplay(d.Value, display) {
			return In
		}
	}
	if c.Display == "" {
		return Unknown
	}
	return NotIn
}
