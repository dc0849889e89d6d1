package ucum

import (
	"math/big"
	"strconv"
	"strings"
)

// annotatable is a whole number, or a symbol with an optional power: "mm[Hg]", "s-2", "10*3".
func (p *parser) annotatable() (Unit, int, error) {
	start := p.at
	word := p.word()
	if word == "" {
		return Unit{}, 0, p.fault("a unit is missing")
	}
	if digits(word) {
		return p.factor(word, start)
	}
	code, power, ok := splitPower(word)
	if !ok {
		p.at = start
		return Unit{}, 0, p.fault("a power out of range")
	}
	a, prefix := symbol(code)
	if a == nil {
		p.at = start
		return Unit{}, 0, p.fault("an unknown unit")
	}
	if p.check {
		return Unit{}, power, nil
	}
	return prefixed(a, prefix, power), power, nil
}

// factor is a whole number standing as a unit.
func (p *parser) factor(word string, start int) (Unit, int, error) {
	if len(word) > maxFactor || strings.Trim(word, "0") == "" {
		p.at = start
		return Unit{}, 0, p.fault("a number out of range")
	}
	n, _ := strconv.ParseInt(word, 10, 64)
	return Unit{factor: big.NewRat(n, 1)}, 1, nil
}

// word takes everything up to an operator, a parenthesis or an annotation. What stands in
// square brackets belongs to the symbol: "B[10.nV]", "[m/s2/Hz^0.5]".
func (p *parser) word() string {
	start, inside := p.at, false
	for ; p.at < len(p.text); p.at++ {
		c := p.text[p.at]
		if c < '!' || c > '~' || !inside && strings.IndexByte("./(){}", c) >= 0 {
			break
		}
		inside = c == '[' || inside && c != ']'
	}
	return p.text[start:p.at]
}

// splitPower takes the power off the end of a symbol; without one it is 1.
func splitPower(word string) (code string, power int, ok bool) {
	i := len(word)
	for i > 0 && word[i-1] >= '0' && word[i-1] <= '9' {
		i--
	}
	if i == len(word) {
		return word, 1, true
	}
	if i > 1 && (word[i-1] == '-' || word[i-1] == '+') {
		i--
	}
	power, err := strconv.Atoi(word[i:])
	return word[:i], power, err == nil && power >= -maxPower && power <= maxPower
}

func prefixed(a *atom, prefix string, power int) Unit {
	u := a.defined()
	u.special = a.special
	if a.special && power == 1 {
		u.scale = scales[a.code]
	}
	if prefix == "" {
		return u
	}
	p := prefixes[prefix]
	u.factor = new(big.Rat).Mul(u.factor, ratPower(big.NewRat(int64(p.base), 1), p.exponent))
	return u
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
