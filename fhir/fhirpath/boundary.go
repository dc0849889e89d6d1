package fhirpath

import (
	"time"

	"github.com/cockroachdb/apd/v3"

	"hearken/fhir/ucum"
)

// Functions lowBoundary, highBoundary, precision and comparable
// (http://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time).

// boundary gives the least or greatest value an input of its precision may stand for, to a wanted precision.
func boundary(high bool) scalarFunction {
	return func(_ *Env, c *scalarCall, in Item, args []Item) (Item, error) {
		i := in.system()
		wanted := int64(-1)
		if len(args) == 1 {
			n, ok := args[0].Integer()
			if !ok || n < 0 {
				return Item{}, nil
			}
			wanted = n
		}
		switch {
		case i.measures():
			return numberBoundary(i, wanted, high), nil
		case isTemporal(i.kind):
			return temporalBoundary(i, wanted, high), nil
		case i.withoutValue():
			return Item{}, nil
		}
		return Item{}, failed(c.at, "%s is not defined for %s", c.name, i.Type())
	}
}

// Decimals a number's boundary has by default, and at most.
const (
	defaultDecimals = 8
	maxDecimals     = 28
)

func numberBoundary(i Item, wanted int64, high bool) Item {
	if wanted < 0 {
		wanted = defaultDecimals
	}
	if wanted > maxDecimals {
		return Item{}
	}
	d := i.asDecimal()
	magnitude := new(apd.Decimal).Abs(d)
	bound := outerBound(magnitude, int32(wanted), high != d.Negative)
	if bound == nil {
		return Item{}
	}
	bound.Negative = bound.Negative != d.Negative
	if i.kind == Quantity {
		i.decimal = bound
		return i
	}
	return OfDecimal(bound)
}

// outerBound is a number that is not negative, with half a unit of its last digit added or
// taken off: rounded when added, cut off when taken.
func outerBound(d *apd.Decimal, places int32, up bool) *apd.Decimal {
	half := apd.New(5, min(d.Exponent, 0)-1)
	context := apd.BaseContext.WithPrecision(uint32(d.NumDigits()) + maxDecimals + 4)
	context.Rounding = apd.RoundDown
	bound := new(apd.Decimal)
	var err error
	if up {
		context.Rounding = apd.RoundHalfUp
		_, err = context.Add(bound, d, half)
	} else {
		_, err = context.Sub(bound, d, half)
	}
	if err != nil {
		return nil
	}
	if _, err := context.Quantize(bound, bound, -places); err != nil {
		return nil
	}
	return bound
}

// temporalBoundary fills in, or cuts off, fields to the wanted precision: a date's by default to
// the day, all others' to the millisecond.
func temporalBoundary(i Item, wanted int64, high bool) Item {
	full := map[Kind]int64{Date: toDay, DateTime: toSecond + 3, Time: toSecond + 3 - timeDigits}[i.kind]
	if wanted < 0 {
		wanted = full
	}
	if wanted > full || !isPrecision(i.kind, wanted) {
		return Item{}
	}
	if high {
		i = i.filledUp()
	}
	if i.kind == DateTime && i.zone == noZone {
		i.zone = 14 * 60
		if high {
			i.zone = -12 * 60
		}
	}
	i.precision = uint8(wanted)
	return i.cut()
}

func isPrecision(kind Kind, digits int64) bool {
	if kind == Time {
		digits += timeDigits
	}
	switch digits {
	case toYear, toMonth, toDay:
		return kind != Time
	case toHour, toMinute, toSecond, toSecond + 3:
		return true
	}
	return false
}

// filledUp is the last millisecond of what was given.
func (i Item) filledUp() Item {
	if i.scale() > toSecond {
		return i
	}
	if i.scale() == toSecond {
		i.nanos = 999_000_000
		return i
	}
	end := i.last()
	i.number, i.nanos = end.seconds, 999_000_000
	return i
}

// cut sets the fields finer than the precision to their first value.
func (i Item) cut() Item {
	t := i.clock()
	switch i.scale() {
	case toYear:
		i.number = secondsOf(time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC))
	case toMonth:
		i.number = secondsOf(time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC))
	case toDay:
		i.number -= i.number % 86400
	case toHour:
		i.number -= i.number % 3600
	case toMinute:
		i.number -= i.number % 60
	}
	if i.scale() <= toSecond {
		i.nanos = 0
	}
	if i.scale() <= toDay {
		i.zone = noZone
	}
	return i
}

// precisionOf is precision(): decimals of a number, digits of a date or time.
func precisionOf(_ *Env, c *scalarCall, in Item, _ []Item) (Item, error) {
	i := in.system()
	switch {
	case i.isNumber() || i.kind == Quantity:
		return OfInteger(int64(max(-i.asDecimal().Exponent, 0))), nil
	case isTemporal(i.kind):
		return OfInteger(int64(i.precision)), nil
	}
	return Item{}, failed(c.at, "precision is not defined for %s", i.Type())
}

// comparable tells whether the units of two quantities convert.
func comparable(_ *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	a, b := in.system(), args[0].system()
	if !a.measures() || !b.measures() {
		return Item{}, failed(c.at, "comparable needs quantities")
	}
	unitA, unitB := a.ucumUnit(false), b.ucumUnit(false)
	return OfBoolean(unitA == unitB || ucum.Comparable(unitA, unitB)), nil
}
