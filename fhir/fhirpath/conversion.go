package fhirpath

import (
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Functions of http://hl7.org/fhirpath/N1/#conversion.

// conversion makes a value of another type; ok is false when there is none. The unit is that of toQuantity.
type conversion func(i Item, unit string) (result Item, ok bool)

// converts is the row of a to…() function: empty when the input does not convert.
func converts(to conversion) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		call, uses, err := c.compileScalar(s, source, func(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
			result, ok := to(in, unitOf(args))
			if !ok {
				return Item{}, nil
			}
			return result, nil
		})
		return part{call, ofKind(systemKinds[strings.TrimPrefix(s.name, "to")], uses)}, err
	}
}

// convertible is the row of a convertsTo…() function.
func convertible(to conversion) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		call, uses, err := c.compileScalar(s, source, func(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
			_, ok := to(in, unitOf(args))
			return OfBoolean(ok), nil
		})
		return part{call, ofKind(Boolean, uses)}, err
	}
}

func unitOf(args []Item) string {
	if len(args) == 0 {
		return ""
	}
	unit, _ := args[0].Text()
	return unit
}

func toBoolean(i Item, _ string) (Item, bool) {
	switch i = i.system(); i.kind {
	case Boolean:
		return i, true
	case Integer, Long:
		return OfBoolean(i.number == 1), i.number == 0 || i.number == 1
	case Decimal:
		one := i.decimal.Cmp(apd.New(1, 0)) == 0
		return OfBoolean(one), one || i.decimal.IsZero()
	case String:
		switch strings.ToLower(i.text) {
		case "true", "t", "yes", "y", "1", "1.0":
			return OfBoolean(true), true
		case "false", "f", "no", "n", "0", "0.0":
			return OfBoolean(false), true
		}
	}
	return Item{}, false
}

func toInteger(i Item, _ string) (Item, bool) {
	n, ok := integral(i)
	if !ok || n != int64(int32(n)) {
		return Item{}, false
	}
	return Item{kind: Integer, number: n}, true
}

func toLong(i Item, _ string) (Item, bool) {
	n, ok := integral(i)
	if !ok {
		return Item{}, false
	}
	return Item{kind: Long, number: n}, true
}

func integral(i Item) (int64, bool) {
	switch i = i.system(); i.kind {
	case Integer, Long, Boolean:
		return i.number, true
	case String:
		if !allDigits(strings.TrimLeft(i.text, "+-")) {
			return 0, false
		}
		n, err := strconv.ParseInt(i.text, 10, 64)
		return n, err == nil
	}
	return 0, false
}

func toDecimal(i Item, _ string) (Item, bool) {
	switch i = i.system(); i.kind {
	case Decimal:
		return i, true
	case Integer, Long:
		return OfDecimal(i.asDecimal()), true
	case Boolean:
		return OfDecimal(apd.New(i.number*10, -1)), true
	case String:
		if d, ok := parsePlainDecimal(i.text); ok {
			return OfDecimal(d), true
		}
	}
	return Item{}, false
}

func toDate(i Item, _ string) (Item, bool) {
	switch i = i.system(); i.kind {
	case Date:
		return i, true
	case DateTime:
		return i.date(), true
	case String:
		if d, ok := parseDate(i.text); ok {
			return d, true
		}
		d, ok := parseDateTime(i.text)
		if !ok {
			return Item{}, false
		}
		return d.date(), true
	}
	return Item{}, false
}

// date is the day of a dateTime, on its own clock.
func (i Item) date() Item {
	i.kind, i.zone, i.nanos = Date, noZone, 0
	i.precision = min(i.precision, toDay)
	i.number -= i.number % 86400
	return i
}

func toDateTime(i Item, _ string) (Item, bool) {
	switch i = i.system(); i.kind {
	case DateTime:
		return i, true
	case Date:
		i.kind = DateTime
		return i, true
	case String:
		return parseDateTime(i.text)
	}
	return Item{}, false
}

func toTime(i Item, _ string) (Item, bool) {
	switch i = i.system(); i.kind {
	case Time:
		return i, true
	case String:
		return parseTime(strings.TrimPrefix(i.text, "T"))
	}
	return Item{}, false
}

func toString(i Item, _ string) (Item, bool) {
	text, ok := i.toString()
	if !ok || i.kind == TypeInfo {
		return Item{}, false
	}
	return OfString(text), true
}
