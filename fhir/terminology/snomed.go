package terminology

import "strings"

// checkSnomed looks at a SNOMED CT code, of which only the form can be known: an identifier has 6 to 18 digits, a
// partition that says it is of a concept (00, or 10 with a namespace) and a check digit. An expression is left
// undecided, unless it cannot be one (https://hl7.org/fhir/R4/snomedct.html).
func checkSnomed(code string) Answer {
	if strings.Trim(code, "0123456789") == "" {
		if IsSnomedConceptID(code) {
			return Unknown
		}
		return NotIn
	}
	first := strings.TrimLeft(code, " ")
	if first == "" || strings.IndexByte("0123456789=<(", first[0]) < 0 {
		return NotIn
	}
	return Unknown
}

// IsSnomedConceptID reports whether a text has the form of a SNOMED CT concept identifier: its length, its partition and
// its check digit. That there is such a concept cannot be told from it.
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

// The tables of Verhoeff's check digit: multiplication in the dihedral group of order ten, and its permutation, of which
// each row is applied once more than the one before.
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
