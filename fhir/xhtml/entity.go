package xhtml

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// validCharacters checks that character data has no control characters and that each "&"
// begins a reference that XML knows without a document type: HTML's own (&nbsp;) are not
// (https://hl7.org/fhir/R4/narrative.html#xhtml).
func validCharacters(value []byte) bool {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c > '&' { // nearly every byte
			continue
		}
		switch {
		case c == '&':
			n := reference(value[i:])
			if n == 0 {
				return false
			}
			i += n - 1
		case c < 0x20 && !isSpace(c):
			return false
		}
	}
	return true
}

// maxReference is longer than any reference to a character.
const maxReference = 12

// reference measures the reference b begins with; 0 when it is none.
func reference(b []byte) int {
	n := bytes.IndexByte(b[:min(len(b), maxReference)], ';')
	if n < 2 {
		return 0
	}
	switch name := string(b[1:n]); {
	case name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos":
		return n + 1
	case name[0] == '#' && isCharacter(name[1:]):
		return n + 1
	}
	return 0
}

// isCharacter reports whether the digits after "&#" name a character XML allows.
func isCharacter(digits string) bool {
	base := 10
	if len(digits) > 0 && digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	c, err := strconv.ParseUint(digits, base, 32)
	if err != nil || c > utf8.MaxRune {
		return false
	}
	if c < 0x20 {
		return isSpace(byte(c))
	}
	return utf8.ValidRune(rune(c)) && c != 0xFFFE && c != 0xFFFF
}
