package query

import "strings"

// Decimal is a decimal number of any size and precision in an order-preserving form: a < b as numbers
// exactly when a < b as strings of bytes, and equal numbers are equal strings (1.0 and 1.00 alike), and
// none is a prefix of another. See ParseDecimal for the layout. The empty Decimal is no number.
type Decimal string

// The ends of the number line, for ranges without a low or a high. They are below and above every number.
const (
	MinDecimal Decimal = "\x01"
	MaxDecimal Decimal = "\xfe"
)

// The bounds of what ParseDecimal reads: far more than any measurement, and little enough to keep
// a hostile number from becoming a long key.
const (
	maxDecimalText     = 1024  // bytes of text
	maxDecimalExponent = 16000 // of the number written as 0.d1d2d3… × 10^exponent
)

const (
	negativeSign = 0x40
	zeroSign     = 0x80
	positiveSign = 0xc0
	digitsEnd    = 0x01 // below every pair of digits
	pairBase     = 2    // a pair of digits 00–99 is written as 2–101
)

// ParseDecimal reads a number as JSON and search values write it ("5.40e-3"); a leading "+" and leading
// zeros are tolerated. It is exact. ok is false for anything else and for numbers whose text is longer than
// 1,024 bytes or whose magnitude is outside 10^±16000.
//
// Layout: one byte of sign (0x40, 0x80 for zero, 0xc0), then for 0.d1d2d3… × 10^e with d1 ≠ 0: e + 16000 in
// two bytes of base 128, each plus 2; the digits in pairs, each plus 2; the byte 1. Everything after the sign
// is complemented for a negative number. No byte is ever 0x00.
func ParseDecimal(text string) (d Decimal, ok bool) {
	n, ok := parseNumeral(text)
	if !ok {
		return "", false
	}
	return encodeDecimal(n.negative, n.digits, n.exponent)
}

// numeral is a number as written: 0.digits × 10^exponent, leading zeros removed, trailing ones kept,
// so that the last digit tells the precision. Zero has no digits, and exponent is then that of the last
// zero written.
type numeral struct {
	negative   bool
	digits     string
	exponent   int
	scientific bool
}

func parseNumeral(text string) (n numeral, ok bool) {
	if len(text) > maxDecimalText {
		return n, false
	}
	n.negative = strings.HasPrefix(text, "-")
	if n.negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	mantissa, power, scientific := cutExponent(text)
	whole, fraction, point := strings.Cut(mantissa, ".")
	if !isDigits(whole) || point && !isDigits(fraction) {
		return n, false
	}
	if scientific {
		n.scientific = true
		if n.exponent, ok = parsePower(power); !ok {
			return n, false
		}
	}
	digits := strings.TrimLeft(whole+fraction, "0")
	n.exponent += len(digits) - len(fraction)
	n.digits = digits
	return n, true
}

func cutExponent(text string) (mantissa, power string, found bool) {
	i := strings.IndexAny(text, "eE")
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// parsePower reads a signed exponent of at most six digits.
func parsePower(text string) (power int, ok bool) {
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "+"), "-")
	if len(text)-len(digits) > 1 || !isDigits(digits) {
		return 0, false
	}
	if digits = strings.TrimLeft(digits, "0"); len(digits) > 6 {
		return 0, false
	}
	for i := range len(digits) {
		power = power*10 + int(digits[i]-'0')
	}
	if strings.HasPrefix(text, "-") {
		power = -power
	}
	return power, true
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// encodeDecimal writes ±0.digits × 10^exponent; digits does not begin with a zero.
func encodeDecimal(negative bool, digits string, exponent int) (Decimal, bool) {
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return Decimal([]byte{zeroSign}), true
	}
	if exponent < -maxDecimalExponent || exponent > maxDecimalExponent {
		return "", false
	}
	biased := exponent + maxDecimalExponent
	code := make([]byte, 0, 4+(len(digits)+1)/2)
	code = append(code, positiveSign, byte(biased>>7)+pairBase, byte(biased&127)+pairBase)
	for i := 0; i < len(digits); i += 2 {
		pair := 10 * (digits[i] - '0')
		if i+1 < len(digits) {
			pair += digits[i+1] - '0'
		}
		code = append(code, pair+pairBase)
	}
	code = append(code, digitsEnd)
	if negative {
		code[0] = negativeSign
		complement(code[1:])
	}
	return Decimal(code), true
}

func complement(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}
