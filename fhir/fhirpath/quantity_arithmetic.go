package fhirpath

import "hearken/fhir/ucum"

// quantities adds and subtracts in the unit of the first, and multiplies and divides units too.
func (o operation) quantities(x, y Item) (Item, error) {
	unitX, unitY := x.ucumUnit(false), y.ucumUnit(false)
	switch o.name {
	case "+", "-":
		value := y.asDecimal()
		if unitX != unitY {
			converted, err := ucum.Convert(value, unitY, unitX)
			if err != nil {
				return Item{}, nil
			}
			value = converted
		}
		result := decimalOperation(o.name, x.asDecimal(), value)
		return result.withUnit(x), nil
	case "*", "/":
		result := decimalOperation(o.name, x.asDecimal(), y.asDecimal())
		unit := productUnit(o.name, unitX, unitY)
		if result.kind == 0 || unit == "" {
			return Item{}, nil
		}
		return OfQuantity(result.decimal, unit), nil
	}
	return Item{}, failed(o.at, "%s is not defined for quantities", o.name)
}

// withUnit makes a quantity of a number, in the unit of another.
func (i Item) withUnit(of Item) Item {
	if i.kind == 0 {
		return i
	}
	q := OfQuantity(i.asDecimal(), of.text)
	q.precision = of.precision
	return q
}

// productUnit is the UCUM code of a product or quotient, or "" when a unit is none of UCUM.
func productUnit(operator, a, b string) string {
	if !ucum.Valid(a) || !ucum.Valid(b) {
		return ""
	}
	switch {
	case b == "1":
		return a
	case operator == "/":
		if a == b {
			return "1"
		}
		return "(" + a + ")/(" + b + ")"
	case a == "1":
		return b
	}
	return "(" + a + ").(" + b + ")"
}
