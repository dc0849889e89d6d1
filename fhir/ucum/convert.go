package ucum

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// roundingDigits is how many significant digits a result without a finite decimal form keeps.
const roundingDigits = 34

var errOutOfRange = errors.New("ucum: a value out of range")

// Canonical gives a value in base units, without trailing zeros, and those units as a code:
// 1.5 "mg/dL" is 15 "g.m-3". Equal quantities have equal canonical forms. The error says that the
// code is not valid, or that a special unit stands where it has no meaning (Cel/min).
func Canonical(value *apd.Decimal, code string) (*apd.Decimal, string, error) {
	u, err := Parse(code)
	if err != nil {
		return nil, "", err
	}
	if err := u.convertible(); err != nil {
		return nil, "", err
	}
	result, err := u.toBase(value)
	return result, u.Base(), err
}

// Convert gives a value in another unit. The error says which code is not valid, or that the two
// are not commensurable.
func Convert(value *apd.Decimal, from, to string) (*apd.Decimal, error) {
	u, err := Parse(from)
	if err != nil {
		return nil, err
	}
	v, err := Parse(to)
	if err != nil {
		return nil, err
	}
	if err := commensurable(u, v); err != nil {
		return nil, err
	}
	if u.scale == nil && v.scale == nil {
		return scaled(value, new(big.Rat).Quo(u.factor, v.factor))
	}
	base, err := u.toBase(value)
	if err != nil {
		return nil, err
	}
	return v.fromBase(base)
}

// Comparable reports whether both codes are valid and values in one can be converted to the other.
func Comparable(a, b string) bool {
	u, err := Parse(a)
	if err != nil {
		return false
	}
	v, err := Parse(b)
	return err == nil && commensurable(u, v) == nil
}

func commensurable(u, v Unit) error {
	if err := u.convertible(); err != nil {
		return err
	}
	if err := v.convertible(); err != nil {
		return err
	}
	if a, b := u.Base(), v.Base(); a != b {
		return fmt.Errorf("ucum: units of %s and %s are not commensurable", a, b)
	}
	return nil
}

// convertible refuses special units inside a product or with a power: they are points on
// a scale and cannot be multiplied (UCUM §22).
func (u Unit) convertible() error {
	if u.special && u.scale == nil && (len(u.dimension) != 1 || u.power() != 1) {
		return fmt.Errorf("ucum: a special unit cannot be part of a product")
	}
	if u.special && u.scale == nil {
		for code := range u.dimension {
			if scales[code] != nil {
				return fmt.Errorf("ucum: a special unit cannot be part of a product")
			}
		}
	}
	return nil
}

// power is the power of the only base unit of a one-dimensional unit.
func (u Unit) power() int {
	for _, power := range u.dimension {
		return power
	}
	return 0
}

func (u Unit) toBase(value *apd.Decimal) (*apd.Decimal, error) {
	result, err := scaled(value, u.factor)
	if err != nil || u.scale == nil {
		return result, err
	}
	if result, err = shifted(result, u.scale.shift); err != nil {
		return nil, err
	}
	return scaled(result, u.scale.ratio)
}

func (u Unit) fromBase(value *apd.Decimal) (*apd.Decimal, error) {
	if u.scale != nil {
		var err error
		if value, err = scaled(value, new(big.Rat).Inv(u.scale.ratio)); err != nil {
			return nil, err
		}
		if value, err = shifted(value, new(big.Rat).Neg(u.scale.shift)); err != nil {
			return nil, err
		}
	}
	return scaled(value, new(big.Rat).Inv(u.factor))
}

// scaled is value × ratio. The product is exact; so is the quotient when every value has a finite
// one. Otherwise it has roundingDigits, however the unit was written, so that equal quantities
// stay equal.
func scaled(value *apd.Decimal, ratio *big.Rat) (*apd.Decimal, error) {
	num := apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(ratio.Num()), 0)
	exact := uint32(value.NumDigits()+num.NumDigits()) + uint32(ratio.Denom().BitLen())
	result := new(apd.Decimal)
	if _, err := apd.BaseContext.WithPrecision(exact).Mul(result, value, num); err != nil {
		return nil, errOutOfRange
	}
	if !ratio.IsInt() {
		digits := uint32(roundingDigits)
		if hasFiniteInverse(ratio.Denom()) {
			digits = exact
		}
		den := apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(ratio.Denom()), 0)
		if _, err := apd.BaseContext.WithPrecision(digits).Quo(result, result, den); err != nil {
			return nil, errOutOfRange
		}
	}
	result.Reduce(result)
	return result, nil
}

// hasFiniteInverse reports whether 1/n has a finite decimal form: no prime but 2 and 5 in n.
func hasFiniteInverse(n *big.Int) bool {
	rest, quotient, remainder := new(big.Int).Set(n), new(big.Int), new(big.Int)
	for _, prime := range []*big.Int{big.NewInt(2), big.NewInt(5)} {
		for {
			if quotient.QuoRem(rest, prime, remainder); remainder.Sign() != 0 {
				break
			}
			rest.Set(quotient)
		}
	}
	return rest.IsInt64() && rest.Int64() == 1
}

// shifted is value + shift, exactly: the shifts are finite decimals.
func shifted(value *apd.Decimal, shift *big.Rat) (*apd.Decimal, error) {
	offset, _, err := apd.NewFromString(shift.FloatString(2))
	if err != nil {
		return nil, err
	}
	result := new(apd.Decimal)
	spread := max(int64(value.Exponent), -int64(value.Exponent))
	if spread > 1000 {
		return nil, errOutOfRange
	}
	context := apd.BaseContext.WithPrecision(uint32(value.NumDigits()+spread) + roundingDigits)
	if _, err := context.Add(result, value, offset); err != nil {
		return nil, errOutOfRange
	}
	result.Reduce(result)
	return result, nil
}
