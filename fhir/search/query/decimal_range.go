package query

import "math/big"

// ImplicitRange is the range [low, high) that the precision of a number as written stands for: half a unit of
// the last digit either way, so 100 is [99.5, 100.5) and 100.00 is [99.995, 100.005). A number in exponential
// form counts as having two significant digits at least: the specification reads 1e2 as [95, 105), and 1.00e2
// as 100 (https://hl7.org/fhir/R4/search.html#number). ok is false where ParseDecimal's is.
func ImplicitRange(text string) (low, high Decimal, ok bool) {
	return rangeAround(text, func(*big.Int) *big.Int { return new(big.Int) })
}

// ApproximateRange is ImplicitRange widened by a tenth of the number either way, as the specification
// recommends for the prefix "ap".
func ApproximateRange(text string) (low, high Decimal, ok bool) {
	return rangeAround(text, func(tenth *big.Int) *big.Int { return new(big.Int).Abs(tenth) })
}

// rangeAround is the implicit range with a margin either way. The margin is given a tenth of the number, and
// both are in units of a tenth of the last significant digit.
func rangeAround(text string, margin func(tenth *big.Int) *big.Int) (low, high Decimal, ok bool) {
	n, ok := parseNumeral(text)
	if !ok {
		return "", "", false
	}
	number, last := n.coefficient()
	extra := margin(number)
	extra.Add(extra, big.NewInt(5))
	number = new(big.Int).Mul(number, big.NewInt(10))
	low, okLow := decimalOf(new(big.Int).Sub(number, extra), last-1)
	high, okHigh := decimalOf(new(big.Int).Add(number, extra), last-1)
	return low, high, okLow && okHigh
}

// coefficient is the number as a whole number of units of 10^last, where last is its last significant digit.
func (n numeral) coefficient() (number *big.Int, last int) {
	digits := n.digits
	if n.scientific && len(digits) == 1 {
		digits += "0"
	}
	number = new(big.Int)
	number.SetString("0"+digits, 10)
	if n.negative {
		number.Neg(number)
	}
	return number, n.exponent - len(digits)
}

// decimalOf is number × 10^power.
func decimalOf(number *big.Int, power int) (Decimal, bool) {
	digits := new(big.Int).Abs(number).String()
	return encodeDecimal(number.Sign() < 0, digits, power+len(digits))
}
