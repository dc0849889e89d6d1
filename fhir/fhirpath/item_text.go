package fhirpath

import (
	"strconv"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// String is the item as toString() writes it (http://hl7.org/fhirpath/N1/#tostring--string); for
// an element without a value, its type. It is for people and tests: it may hold patient data.
func (i Item) String() string {
	if text, ok := i.toString(); ok {
		return text
	}
	return i.Type()
}

// toString is the text of a value; ok is false for what has none.
func (i Item) toString() (string, bool) {
	if i.kind == Element && i.node.HasValue() {
		return i.node.Text(), true
	}
	switch i = i.system(); i.kind {
	case Boolean:
		return strconv.FormatBool(i.number != 0), true
	case String, TypeInfo:
		return i.text, true
	case Integer, Long:
		return strconv.FormatInt(i.number, 10), true
	case Decimal:
		return i.decimal.Text('f'), true
	case Date, DateTime, Time:
		return i.temporalText(), true
	case Quantity:
		return i.quantityText(), true
	}
	return "", false
}

func (i Item) quantityText() string {
	if i.isDuration() {
		unit := i.text
		if one := apd.New(1, 0); i.decimal.CmpTotal(one) != 0 && i.decimal.Cmp(one) != 0 {
			unit += "s"
		}
		return i.decimal.Text('f') + " " + unit
	}
	return i.decimal.Text('f') + " '" + i.text + "'"
}

// temporalText writes as many fields as were given.
func (i Item) temporalText() string {
	layout := "2006-01-02T15:04:05"
	full := [...]int{toYear: 4, toMonth: 7, toDay: 10, toHour: 13, toMinute: 16, toSecond: 19}
	precision := min(i.scale(), toSecond)
	text := i.clock().AppendFormat(nil, layout)[:full[precision]]
	if i.kind == Time {
		text = text[len("2006-01-02T"):]
	}
	if digits := int(i.scale()) - toSecond; digits > 0 {
		fraction := strconv.Itoa(1_000_000_000 + int(i.nanos))
		text = append(text, '.')
		text = append(text, fraction[1:1+digits]...)
	}
	if i.hasZone() && precision >= toHour {
		zone := time.FixedZone("", int(i.zone)*60)
		text = time.Time{}.In(zone).AppendFormat(text, "Z07:00")
	}
	return string(text)
}

// literal is the value as an expression that gives it.
func (i Item) literal() string {
	switch i.kind {
	case String:
		return quote(i.text, '\'')
	case Long:
		return strconv.FormatInt(i.number, 10) + "L"
	case Quantity:
		if !i.isDuration() {
			return i.decimal.Text('f') + " " + quote(i.text, '\'')
		}
	case Date:
		return "@" + i.temporalText()
	case DateTime:
		if i.precision <= toDay {
			return "@" + i.temporalText() + "T"
		}
		return "@" + i.temporalText()
	case Time:
		return "@T" + i.temporalText()
	}
	text, _ := i.toString()
	return text
}
