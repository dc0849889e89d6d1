package fhirpath

import "github.com/cockroachdb/apd/v3"

// Functions of http://hl7.org/fhirpath/N1/#math. What has no real result, or too large a one, is empty.

// ofNumber is the row of a function of a number; abs and the rounding ones take quantities too.
func ofNumber(run scalarFunction) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		if c.strict && !source.canBe(Integer, Long, Decimal, Quantity) {
			return part{}, invalid(s.at, "%s needs a number", s.name)
		}
		call, uses, err := c.compileScalar(s, source, onNumber(run))
		return part{call, shape{single: true, uses: uses}}, err
	}
}

func onNumber(run scalarFunction) scalarFunction {
	return func(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
		value := in.system()
		if in.withoutValue() && value.kind == Element {
			return Item{}, nil
		}
		if !value.measures() {
			return Item{}, failed(c.at, "%s needs a number, not %s", c.name, value.Type())
		}
		for i := range args {
			if args[i] = args[i].system(); !args[i].isNumber() {
				return Item{}, failed(c.at, "%s cannot use a %s", c.name, args[i].Type())
			}
		}
		if err := env.spend(20, c.at); err != nil {
			return Item{}, err
		}
		return run(env, c, value, args)
	}
}

// working is wider than results are, so that their last digit is right.
var working = apd.BaseContext.WithPrecision(40)

// shortened is a number as the functions below take it: at the precision of results, however
// many digits it has.
func (i Item) shortened() *apd.Decimal {
	d := i.asDecimal()
	if d.NumDigits() <= int64(exact.Precision) {
		return d
	}
	rounded := new(apd.Decimal)
	_, _ = exact.Round(rounded, d) // rounding to fewer digits cannot fail
	return rounded
}

// settled rounds a result to the precision of results.
func settled(d *apd.Decimal, err error) (Item, error) {
	if err != nil || !inRange(d) {
		return Item{}, nil
	}
	if _, err := exact.Round(d, d); err != nil {
		return Item{}, nil
	}
	withoutZeros(d)
	return OfDecimal(d), nil
}

func abs(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	if in.decimal != nil {
		in.decimal = new(apd.Decimal).Abs(in.decimal)
	} else {
		in.number = max(in.number, -in.number)
	}
	return in, nil
}

// toWhole applies a rounding to a decimal and gives an Integer.
func toWhole(in Item, rounding apd.Rounder) Item {
	if in.decimal == nil {
		return in
	}
	context := *exact
	context.Rounding = rounding
	whole := new(apd.Decimal)
	if _, err := context.Quantize(whole, in.decimal, 0); err != nil {
		return Item{}
	}
	if in.kind == Quantity {
		in.decimal = whole
		return in
	}
	return integerItem(whole)
}

func ceiling(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return toWhole(in, apd.RoundCeiling), nil
}

func floor(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return toWhole(in, apd.RoundFloor), nil
}

func truncate(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return toWhole(in, apd.RoundDown), nil
}

// round rounds halves away from zero, to a number of decimals; without one to an Integer.
func round(_ *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	if len(args) == 0 {
		return toWhole(in, apd.RoundHalfUp), nil
	}
	places := args[0].number
	if args[0].kind == Decimal || places < 0 {
		return Item{}, failed(c.at, "round needs a number of decimals that is not negative")
	}
	d := rounded(in.asDecimal(), int32(min(places, 999)))
	if d == nil {
		return Item{}, nil
	}
	if in.kind == Quantity {
		in.decimal = d
		return in, nil
	}
	return OfDecimal(d), nil
}

// rounded is a decimal with no more than so many places, or nil if it cannot be written.
func rounded(d *apd.Decimal, places int32) *apd.Decimal {
	if -d.Exponent <= places {
		return d
	}
	context := apd.BaseContext.WithPrecision(uint32(d.NumDigits()) + 1)
	context.Rounding = apd.RoundHalfUp
	result := new(apd.Decimal)
	if _, err := context.Quantize(result, d, -places); err != nil {
		return nil
	}
	return result
}

func exp(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	result := new(apd.Decimal)
	_, err := working.Exp(result, in.shortened())
	return settled(result, err)
}

func ln(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	result := new(apd.Decimal)
	_, err := working.Ln(result, in.shortened())
	return settled(result, err)
}

func logarithm(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	value, base := new(apd.Decimal), new(apd.Decimal)
	if _, err := working.Ln(value, in.shortened()); err != nil {
		return Item{}, nil
	}
	if _, err := working.Ln(base, args[0].shortened()); err != nil || base.IsZero() {
		return Item{}, nil
	}
	_, err := working.Quo(value, value, base)
	return settled(value, err)
}

// power gives an Integer for integers where that is exact, else a Decimal.
func power(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	result := new(apd.Decimal)
	if _, err := working.Pow(result, in.shortened(), args[0].shortened()); err != nil {
		return Item{}, nil
	}
	if in.kind == Integer && args[0].kind == Integer && args[0].number >= 0 {
		if i := integerItem(result); i.kind != 0 {
			return i, nil
		}
	}
	return settled(result, nil)
}

func sqrt(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	result := new(apd.Decimal)
	_, err := working.Sqrt(result, in.shortened())
	return settled(result, err)
}
