package element

import "bytes"

// This file checks the types that are written as strings of a narrower kind
// (https://hl7.org/fhir/R4/datatypes.html#primitive).

// hasControl looks for the control characters a string may not have.
func hasControl(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
			return true
		}
	}
	return false
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

// isURI is anything without white space or control characters; what a scheme asks for is left to
// whoever resolves it.
func isURI(b []byte) bool {
	for _, c := range b {
		if c <= ' ' {
			return false
		}
	}
	return true
}

// isCode begins and ends with something other than white space, and has no two spaces together.
func isCode(b []byte) bool {
	space := true
	for _, c := range b {
		if c < 0x20 && !isSpace(c) || space && isSpace(c) {
			return false
		}
		space = isSpace(c)
	}
	return !space
}

var oidPrefix, uuidPrefix = []byte("urn:oid:"), []byte("urn:uuid:")

// isOID is urn:oid: and at least two arcs, the first 0 to 2, without leading zeros.
func isOID(b []byte) bool {
	arcs, ok := bytes.CutPrefix(b, oidPrefix)
	if !ok || len(arcs) < 3 || arcs[0] < '0' || arcs[0] > '2' || arcs[1] != '.' {
		return false
	}
	start := 2
	for i := start; i <= len(arcs); i++ {
		if i < len(arcs) && arcs[i] != '.' {
			if !isDigit(arcs[i]) {
				return false
			}
			continue
		}
		if i == start || i-start > 1 && arcs[start] == '0' {
			return false
		}
		start = i + 1
	}
	return true
}

// isUUID is urn:uuid: and a UUID in lower case.
func isUUID(b []byte) bool {
	uuid, ok := bytes.CutPrefix(b, uuidPrefix)
	if !ok || len(uuid) != 36 {
		return false
	}
	for i, c := range uuid {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isBase64 is groups of four with padding only at the end. White space may stand between groups:
// R4's grammar allows it, and published examples have it.
func isBase64(b []byte) bool {
	digits, padding := 0, 0
	for _, c := range b {
		switch {
		case isSpace(c):
			if digits%4 != 0 {
				return false
			}
			continue
		case c == '=':
			padding++
		case !isBase64Digit(c) || padding > 0:
			return false
		}
		digits++
	}
	return digits > 0 && digits%4 == 0 && padding <= 2
}

func isBase64Digit(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || isDigit(c) || c == '+' || c == '/'
}
