package fhirpath

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"hearken/fhir/ucum"
)

// calendarCodes are the UCUM codes of the calendar durations that are of the same length. A year
// and a month are not those of UCUM: see ucumUnit.
var calendarCodes = map[string]string{
	"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms",
}

// ucumUnit is the unit of a quantity for conversion, "1" of a number. A calendar year or month
// has one only where lengths may be approximate; otherwise its own name stands for it, which
// is no UCUM code and equals itself only.
func (i Item) ucumUnit(approximate bool) string {
	switch {
	case i.kind != Quantity:
		return "1"
	case !i.isDuration():
		return i.text
	case approximate && i.text == "year":
		return "a"
	case approximate && i.text == "month":
		return "mo"
	}
	if code := calendarCodes[i.text]; code != "" {
		return code
	}
	return "|" + i.text
}

// compareQuantities orders two quantities, or numbers in '1'; it is not known when the units do
// not convert (http://hl7.org/fhirpath/N1/#quantity-equality).
func compareQuantities(a, b Item) (order int, known bool) {
	unitA, unitB := a.ucumUnit(false), b.ucumUnit(false)
	if unitA == unitB {
		return a.asDecimal().Cmp(b.asDecimal()), true
	}
	if strings.HasPrefix(unitA, "|") && strings.HasPrefix(unitB, "|") {
		return compareMonths(a, b)
	}
	valueA, baseA, err := ucum.Canonical(a.asDecimal(), unitA)
	if err != nil {
		return 0, false
	}
	valueB, baseB, err := ucum.Canonical(b.asDecimal(), unitB)
	if err != nil || baseA != baseB {
		return 0, false
	}
	return valueA.Cmp(valueB), true
}

// compareMonths compares calendar years and months: 1 year = 12 months.
func compareMonths(a, b Item) (order int, known bool) {
	x, y := a.months(), b.months()
	if x == nil || y == nil {
		return 0, false
	}
	return x.Cmp(y), true
}

func (i Item) months() *apd.Decimal {
	switch {
	case !i.isDuration():
		return nil
	case i.text == "month":
		return i.decimal
	case i.text == "year":
		months := new(apd.Decimal)
		if _, err := exact.Mul(months, i.decimal, apd.New(12, 0)); err == nil {
			return months
		}
	}
	return nil
}

// toQuantity converts numbers, booleans and strings such as "4 days" and "10 'mg'"; with an
// argument also the unit (http://hl7.org/fhirpath/N1/#toquantityunit--string--quantity).
func toQuantity(i Item, unit string) (Item, bool) {
	q, ok := asQuantity(i)
	if !ok || unit == "" {
		return q, ok
	}
	if word := calendarUnit(unit); word != "" {
		unit = ofDuration(q.decimal, word).ucumUnit(true)
	}
	value, err := ucum.Convert(q.decimal, q.ucumUnit(true), unit)
	if err != nil {
		return Item{}, false
	}
	return OfQuantity(value, unit), true
}

func asQuantity(i Item) (Item, bool) {
	switch {
	case i.kind == Quantity:
		return i, true
	case i.isNumber():
		return OfQuantity(i.asDecimal(), "1"), true
	case i.kind == Boolean:
		return OfQuantity(apd.New(i.number*10, -1), "1"), true
	case i.kind == String:
		return parseQuantity(i.text)
	}
	return Item{}, false
}

// parseQuantity reads a number, optionally with white space and a UCUM code in quotes or a calendar
// keyword.
func parseQuantity(text string) (Item, bool) {
	end := 0
	for end < len(text) && (isDigit(text[end]) || text[end] == '.' || end == 0 && (text[0] == '-' || text[0] == '+')) {
		end++
	}
	value, ok := parsePlainDecimal(text[:end])
	if !ok {
		return Item{}, false
	}
	unit := strings.TrimLeft(text[end:], " \t\r\n")
	switch {
	case unit == "":
		return OfQuantity(value, "1"), end == len(text)
	case len(unit) > 2 && unit[0] == '\'' && unit[len(unit)-1] == '\'':
		return OfQuantity(value, unit[1:len(unit)-1]), true
	case calendarUnit(unit) != "" && len(unit) < len(text)-end:
		return ofDuration(value, unit), true
	}
	return Item{}, false
}

// parsePlainDecimal reads [+-]digits[.digits], without an exponent.
func parsePlainDecimal(text string) (*apd.Decimal, bool) {
	digits := strings.TrimLeft(text, "+-")
	whole, fraction, point := strings.Cut(digits, ".")
	if len(text)-len(digits) > 1 || !allDigits(whole) || point && !allDigits(fraction) {
		return nil, false
	}
	return parseDecimal(strings.TrimPrefix(text, "+"))
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
