package fhirpath

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// system is the item as a value of FHIRPath's own types, by the implicit conversions of
// https://hl7.org/fhir/R4/fhirpath.html#types: a FHIR primitive with a value, or a Quantity.
// Anything else is returned as it is.
func (i Item) system() Item {
	if i.kind != Element {
		return i
	}
	structure := i.node.Structure()
	if structure.Kind == definition.Primitive {
		if i.node.HasValue() {
			return primitive(i.node, structure.Name)
		}
		return i
	}
	if structure.IsA("Quantity") {
		return quantity(i)
	}
	return i
}

// primitive reads the value of a primitive node. One that cannot be calculated with, such as a number of
// thousands of digits, stays an element.
func primitive(n element.Node, typeName string) Item {
	text := n.Text()
	switch kindOf(typeName) {
	case String:
		return OfString(text)
	case Boolean:
		return OfBoolean(text == "true")
	case Integer, Long:
		if number, err := strconv.ParseInt(text, 10, 64); err == nil {
			return OfInteger(number)
		}
	case Decimal:
		if d, ok := parseDecimal(text); ok {
			return OfDecimal(d)
		}
	case Date:
		if t, ok := parseDate(text); ok {
			return t
		}
	case DateTime:
		if t, ok := parseDateTime(text); ok {
			return t
		}
	case Time:
		if t, ok := parseTime(text); ok {
			return t
		}
	}
	return Of(n)
}

// kindOf is the System type a FHIR primitive converts to.
func kindOf(typeName string) Kind {
	switch typeName {
	case "boolean":
		return Boolean
	case "integer", "positiveInt", "unsignedInt":
		return Integer
	case "integer64":
		return Long
	case "decimal":
		return Decimal
	case "date":
		return Date
	case "dateTime", "instant":
		return DateTime
	case "time":
		return Time
	}
	return String
}

// ucumSystem is the code system of UCUM, and the value of %ucum.
const ucumSystem = "http://unitsofmeasure.org"

// quantity converts a FHIR Quantity. A unit that is no UCUM code is kept apart from UCUM by a
// "|", so that it compares with itself only. One with a comparator (< 5 mg) is no single value
// and stays an element.
func quantity(i Item) Item {
	var value, unit, system, code string
	for c := i.node.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		switch c.Element().Name {
		case "value":
			value = c.Text()
		case "unit":
			unit = c.Text()
		case "system":
			system = c.Text()
		case "code":
			code = c.Text()
		case "comparator":
			return i
		}
	}
	d, ok := parseDecimal(value)
	if !ok {
		return i
	}
	switch {
	case code != "" && system == ucumSystem:
		return OfQuantity(d, code)
	case code != "":
		return OfQuantity(d, system+"|"+code)
	case unit != "":
		return OfQuantity(d, "|"+unit)
	}
	return OfQuantity(d, "1")
}

// maxDigits bounds the digits and the exponent of numbers that are calculated with: beyond it,
// arithmetic would take time out of all proportion to the text.
const maxDigits = 1000

// parseDecimal reads a number exactly.
func parseDecimal(text string) (*apd.Decimal, bool) {
	if text == "" || len(text) > maxDigits {
		return nil, false
	}
	d, _, err := apd.NewFromString(text)
	if err != nil || !inRange(d) {
		return nil, false
	}
	return d, true
}

func inRange(d *apd.Decimal) bool {
	return d.Form == apd.Finite && d.Exponent <= maxDigits && d.Exponent >= -2*maxDigits
}
