package ucum

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// Canonical gives a value in base units, without trailing zeros, and those units as a code:
// 1.5 "mg/dL" is 15 "g.m-3". Equal quantities have equal canonical forms. The error says that the
// code is not valid, or that a special unit stands where it has no meaning (Cel/min).
func Canonical(value *apd.Decimal, code string) (*apd.Decimal, string, error) {
	c := conversionOf(code)
	if c.err != nil {
		return nil, "", c.err
	}
	result, err := c.inBase(value)
	return result, c.base, err
}

// Convert gives a value in another unit. The error says which code is not valid, or that the two
// are not commensurable.
func Convert(value *apd.Decimal, from, to string) (*apd.Decimal, error) {
	c, d := conversionOf(from), conversionOf(to)
	if err := commensurable(c, d); err != nil {
		return nil, err
	}
	if c.unit.scale == nil && d.unit.scale == nil {
		return ratioOf(new(big.Rat).Quo(c.unit.factor, d.unit.factor)).of(value)
	}
	base, err := c.inBase(value)
	if err != nil {
		return nil, err
	}
	return d.outOfBase(base)
}

// Comparable reports whether both codes are valid and values in one can be converted to the other.
func Comparable(a, b string) bool { return commensurable(conversionOf(a), conversionOf(b)) == nil }

func commensurable(c, d *conversion) error {
	if err := errors.Join(c.err, d.err); err != nil {
		return err
	}
	if c.base != d.base {
		return fmt.Errorf("ucum: units of %s and %s are not commensurable", c.base, d.base)
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

func (c *conversion) inBase(value *apd.Decimal) (*apd.Decimal, error) {
	result, err := c.toBase.of(value)
	if err != nil || c.unit.scale == nil {
		return result, err
	}
	if result, err = shifted(result, c.unit.scale.shift); err != nil {
		return nil, err
	}
	return ratioOf(c.unit.scale.ratio).of(result)
}

func (c *conversion) outOfBase(value *apd.Decimal) (*apd.Decimal, error) {
	if c.unit.scale != nil {
		var err error
		if value, err = ratioOf(new(big.Rat).Inv(c.unit.scale.ratio)).of(value); err != nil {
			return nil, err
		}
		if value, err = shifted(value, new(big.Rat).Neg(c.unit.scale.shift)); err != nil {
			return nil, err
		}
	}
	return c.from.of(value)
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
