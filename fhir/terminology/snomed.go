package terminology

import "strings"

// checkSnomed looks at a SNOMED CT code, of which only the form can be known: a concept identifier, or an expression of
// the compositional grammar made of some (https://hl7.org/fhir/R4/snomedct.html, http://snomed.org/scg).
func checkSnomed(code string) Answer {
	if IsSnomedConceptID(code) || isSnomedExpression(code) {
		return Unknown
	}
	return NotIn
}

// isSnomedExpression looks only at the words of an expression, which are identifiers of concepts, terms between bars,
// numbers after "#" and texts between quotes, and at its signs; how they stand together is not asked.
func isSnomedExpression(code string) bool {
	concepts := 0
	for code != "" {
		c := code[0]
		switch {
		case c >= '0' && c <= '9':
			n := len(code) - len(strings.TrimLeft(code, "0123456789"))
			if !IsSnomedConceptID(code[:n]) {
				return false
			}
			concepts++
			code = code[n:]
		case c == '|' || c == '"':
			end := strings.IndexByte(code[1:], c)
			if end < 0 {
				return false
			}
			code = code[end+2:]
		case c == '#':
			code = strings.TrimLeft(code[1:], "+-.0123456789")
		case strings.IndexByte(" \t:,=+<>{}()", c) < 0:
			return false
		default:
			code = code[1:]
		}
	}
	return concepts > 0
}

// IsSnomedConceptID reports whether a text has the form of a SNOMED CT concept identifier: its length, its
// partition and its check digit. That there is such a concept cannot be told from it.
func IsSnomedConceptID(code string) bool {
	const shortest, longest, shortestWithNamespace = 6, 18, 11
	if len(code) < shortest || len(code) > longest || code[0] == '0' || strings.Trim(code, "0123456789") != "" {
		return false
	}
	switch code[len(code)-3 : len(code)-1] {
	case "00":
	case "10":
		if len(code) < shortestWithNamespace {
			return false
		}
	default:
		return false
	}
	return verhoeff(code)
}

// The tables of Verhoeff's check digit: multiplication in the dihedral group of order ten, and its
// permutation, of which each row is applied once more than the one before.
var (
	dihedral = [10][10]uint8{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
		{3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
		{6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
		{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	}
	permutation = [8][10]uint8{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
		{8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
		{2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
	}
)

func verhoeff(digits string) bool {
	var check uint8
	for i := range len(digits) {
		check = dihedral[check][permutation[i%8][digits[len(digits)-1-i]-'0']]
	}
	return check == 0
}
