package search

import (
	"hearken/fhir/element"
	"hearken/fhir/search/query"
)

// number adds the values of a number parameter (https://hl7.org/fhir/R4/search.html#number).
func (e *extraction) number(n element.Node) {
	switch {
	case n.IsPrimitive():
		if d, ok := query.ParseDecimal(n.Text()); ok {
			e.add(query.Number{Low: d, High: d})
		}
	case n.Structure().Name == "Range":
		if q, ok := rangeOf(n); ok {
			e.add(query.Number{Low: q.Low, High: q.High})
		}
	}
}

// currencies is the system of Money.currency (https://hl7.org/fhir/R4/datatypes.html#Money).
const currencies = "urn:iso:std:iso:4217"

// quantity adds the values of a quantity parameter (https://hl7.org/fhir/R4/search.html#quantity).
func (e *extraction) quantity(n element.Node) {
	var q query.Quantity
	var ok bool
	switch structure := n.Structure(); {
	case structure.Name == "Money":
		if q.Low, ok = query.ParseDecimal(n.Child("value").Text()); ok {
			q.High, q.System, q.Code = q.Low, currencies, n.Child("currency").Text()
		}
	case structure.Name == "Range":
		q, ok = rangeOf(n)
	case structure.Name == "SampledData":
		q, ok = samplesOf(n)
	case structure.IsA("Quantity"):
		q, ok = quantityOf(n)
	}
	if ok {
		e.add(q)
	}
}

// quantityOf reads a Quantity. With a comparator it is everything on that side of its number: "<5" is below 5,
// whatever it may be.
func quantityOf(n element.Node) (q query.Quantity, ok bool) {
	if q.Low, ok = query.ParseDecimal(n.Child("value").Text()); !ok {
		return q, false
	}
	q.High = q.Low
	q.System, q.Code, q.Unit = n.Child("system").Text(), n.Child("code").Text(), n.Child("unit").Text()
	switch n.Child("comparator").Text() {
	case "<", "<=":
		q.Low = query.MinDecimal
	case ">", ">=":
		q.High = query.MaxDecimal
	}
	return q, true
}

// rangeOf reads a Range: from its low to its high, either of which may be absent. The unit is that of
// either, which should agree (https://hl7.org/fhir/R4/datatypes.html#Range).
func rangeOf(n element.Node) (q query.Quantity, ok bool) {
	low, okLow := quantityOf(n.Child("low"))
	high, okHigh := quantityOf(n.Child("high"))
	switch {
	case okLow && okHigh:
		low.High = high.High
		return low, low.Low <= low.High
	case okLow:
		low.High = query.MaxDecimal
		return low, true
	case okHigh:
		high.Low = query.MinDecimal
		return high, true
	}
	return q, false
}
