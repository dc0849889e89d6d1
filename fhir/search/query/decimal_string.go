package query

import (
	"strconv"
	"strings"
)

// plainExponent is how far from the point the digits may be before String uses an exponent.
const plainExponent = 24

// String writes the number without superfluous zeros: "5.4", "-0.001", "1e-245"; "" for no number and
// "-∞", "∞" for the ends of the number line.
func (d Decimal) String() string {
	switch {
	case d == "":
		return ""
	case d == MinDecimal:
		return "-∞"
	case d == MaxDecimal:
		return "∞"
	case d[0] == zeroSign:
		return "0"
	}
	negative, digits, exponent := d.decode()
	text := writeNumeral(digits, exponent)
	if negative {
		return "-" + text
	}
	return text
}

// decode is the inverse of encodeDecimal for a number that is neither zero nor an end.
func (d Decimal) decode() (negative bool, digits string, exponent int) {
	code := []byte(d[1:])
	if negative = d[0] == negativeSign; negative {
		complement(code)
	}
	exponent = int(code[0]-pairBase)<<7 + int(code[1]-pairBase) - maxDecimalExponent
	text := make([]byte, 0, 2*len(code))
	for _, pair := range code[2 : len(code)-1] {
		pair -= pairBase
		text = append(text, '0'+pair/10, '0'+pair%10)
	}
	return negative, strings.TrimRight(string(text), "0"), exponent
}

// writeNumeral writes 0.digits × 10^exponent.
func writeNumeral(digits string, exponent int) string {
	switch {
	case exponent < -plainExponent || exponent > plainExponent:
		power := "e" + strconv.Itoa(exponent-1)
		if len(digits) == 1 {
			return digits + power
		}
		return digits[:1] + "." + digits[1:] + power
	case exponent <= 0:
		return "0." + strings.Repeat("0", -exponent) + digits
	case exponent >= len(digits):
		return digits + strings.Repeat("0", exponent-len(digits))
	default:
		return digits[:exponent] + "." + digits[exponent:]
	}
}
