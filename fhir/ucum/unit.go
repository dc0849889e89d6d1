package ucum

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Unit is a unit in terms of base units: a factor, and the power of each base unit.
type Unit struct {
	factor    *big.Rat
	dimension dimension
	scale     *scale // of a special unit; nil for all others
	special   bool   // contains a special unit, with or without a scale
}

// dimension maps the codes of base units to their powers; none is zero.
type dimension map[string]int

// Base is the product of base units the unit is a multiple of, as a UCUM code with the base
// units in alphabetical order: "g.m-3", "K", "1". Units are commensurable when it is the same.
func (u Unit) Base() string {
	if u.scale != nil {
		return u.scale.base
	}
	codes := make([]string, 0, len(u.dimension))
	for code := range u.dimension {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for i, code := range codes {
		if power := u.dimension[code]; power != 1 {
			codes[i] = code + strconv.Itoa(power)
		}
	}
	if len(codes) == 0 {
		return "1"
	}
	return strings.Join(codes, ".")
}

// times multiplies in place by another unit raised to a power.
func (u *Unit) times(other Unit, power int) {
	u.factor.Mul(u.factor, ratPower(other.factor, power))
	u.special = u.special || other.special
	for code, p := range other.dimension {
		if p = u.dimension[code] + p*power; p == 0 {
			delete(u.dimension, code)
		} else {
			u.dimension[code] = p
		}
	}
}

// ratPower is r to a power, which may be negative. The parser bounds the power.
func ratPower(r *big.Rat, power int) *big.Rat {
	exponent := big.NewInt(int64(max(power, -power)))
	num := new(big.Int).Exp(r.Num(), exponent, nil)
	den := new(big.Int).Exp(r.Denom(), exponent, nil)
	if power < 0 {
		num, den = den, num
	}
	return new(big.Rat).SetFrac(num, den)
}
