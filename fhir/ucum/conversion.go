package ucum

import (
	"errors"
	"math/big"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/apd/v3"
)

// conversion is a unit made ready for converting values to and from base units.
type conversion struct {
	unit   Unit
	base   string
	toBase ratio
	from   ratio
	err    error // why the unit cannot be converted, or the code is not valid
}

// ratio is a fraction of whole numbers.
type ratio struct {
	num, den *apd.Decimal
	whole    bool // den is 1
	finite   bool // 1/den has a finite decimal form
}

// conversions keeps what was worked out for a code: the codes in use are few.
var conversions struct {
	byCode sync.Map // string → *conversion
	count  atomic.Int32
}

// maxConversions bounds what is kept, as codes come from outside.
const maxConversions = 4096

func conversionOf(code string) *conversion {
	if c, ok := conversions.byCode.Load(code); ok {
		return c.(*conversion)
	}
	c := newConversion(code)
	if conversions.count.Add(1) <= maxConversions {
		conversions.byCode.Store(code, c)
	}
	return c
}

func newConversion(code string) *conversion {
	u, err := Parse(code)
	if err == nil {
		err = u.convertible()
	}
	if err != nil {
		return &conversion{err: err}
	}
	return &conversion{unit: u, base: u.Base(), toBase: ratioOf(u.factor), from: ratioOf(new(big.Rat).Inv(u.factor))}
}

func ratioOf(r *big.Rat) ratio {
	return ratio{
		num:    apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(r.Num()), 0),
		den:    apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(r.Denom()), 0),
		whole:  r.IsInt(),
		finite: hasFiniteInverse(r.Denom()),
	}
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

// roundingDigits is how many significant digits a result without a finite decimal form keeps.
const roundingDigits = 34

var errOutOfRange = errors.New("ucum: a value out of range")

// of is value × ratio. The product is exact; so is the quotient when every value has a finite
// one. Otherwise it has roundingDigits, however the unit was written, so that equal quantities
// stay equal.
func (r ratio) of(value *apd.Decimal) (*apd.Decimal, error) {
	exact := uint32(value.NumDigits()+r.num.NumDigits()) + uint32(4*r.den.NumDigits())
	result := new(apd.Decimal)
	if _, err := apd.BaseContext.WithPrecision(exact).Mul(result, value, r.num); err != nil {
		return nil, errOutOfRange
	}
	if !r.whole {
		digits := uint32(roundingDigits)
		if r.finite {
			digits = exact
		}
		if _, err := apd.BaseContext.WithPrecision(digits).Quo(result, result, r.den); err != nil {
			return nil, errOutOfRange
		}
	}
	result.Reduce(result)
	return result, nil
}
