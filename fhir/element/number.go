package element

import "math"

// holdsInteger checks the three whole-number types (https://hl7.org/fhir/R4/datatypes.html#integer):
// 32 bits, no leading zeros, no "-0".
func (f form) holdsInteger(b []byte) bool {
	value, ok := parseInteger(b)
	switch f {
	case formUnsignedInt:
		return ok && value >= 0
	case formPositiveInt:
		return ok && value >= 1
	}
	return ok
}

func parseInteger(b []byte) (value int64, ok bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > len("2147483648") || b[0] == '0' && (len(b) > 1 || negative) {
		return 0, false
	}
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		value = value*10 + int64(c-'0')
	}
	if negative {
		value = -value
	}
	return value, value >= math.MinInt32 && value <= math.MaxInt32
}

// isDecimal is the grammar of JSON's numbers, with any number of digits
// (https://hl7.org/fhir/R4/datatypes.html#decimal).
func isDecimal(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	n := digitsIn(b)
	if n == 0 || n > 1 && b[0] == '0' {
		return false
	}
	b = b[n:]
	if len(b) > 0 && b[0] == '.' {
		if n = digitsIn(b[1:]); n == 0 {
			return false
		}
		b = b[1+n:]
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		n = digitsIn(b)
		return n > 0 && n == len(b)
	}
	return len(b) == 0
}

func digitsIn(b []byte) int {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}
