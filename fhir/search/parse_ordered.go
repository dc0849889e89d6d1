package search

import (
	"math"
	"time"

	"hearken/fhir/search/query"
)

// date reads the value of a date parameter: a prefix and a date, dateTime or instant, whose time may lack
// seconds and zone (https://hl7.org/fhir/R4/search.html#date).
func (v *valueReader) date(raw string) (query.Test, string) {
	comparison, text := query.ParseComparison(raw)
	period, ok := v.Period(text)
	if !ok {
		return nil, "a date is an optional prefix (eq ne gt lt ge le sa eb ap) and YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.s]][Z|±hh:mm]"
	}
	if comparison == query.Approximately {
		period = v.fromNow(period)
	}
	return query.DateTest{Comparison: comparison, Low: period.Low, High: period.High}, ""
}

// Period is the stretch of time that a date, dateTime or instant stands for in a request; ok is false for any other
// text (https://hl7.org/fhir/R4/search.html#date).
func (p *Parser) Period(text string) (period query.Period, ok bool) {
	zone := p.Zone
	if zone == nil {
		zone = time.UTC
	}
	return parseDate(text, zone)
}

// approximate widens a period by a tenth of the gap between it and now, either way, as the specification
// recommends for "ap".
func approximate(p query.Period, now int64) query.Period {
	gap := max(p.Low-now, now-p.High, 0) / 10
	if p.High > math.MaxInt64-gap || p.Low < math.MinInt64+gap {
		return p
	}
	return query.Period{Low: p.Low - gap, High: p.High + gap}
}

const numberForm = "a number is an optional prefix (eq ne gt lt ge le sa eb ap) and a decimal such as 100, -5.4 or 5.40e-3"

// number reads the value of a number parameter (https://hl7.org/fhir/R4/search.html#number).
func (v *valueReader) number(raw string) (query.Test, string) {
	t, ok := numberTest(raw)
	if !ok {
		return nil, numberForm
	}
	return t, ""
}

// numberTest reads prefix and number. Only "eq", "ne" and "ap" regard its precision.
func numberTest(raw string) (t query.NumberTest, ok bool) {
	comparison, text := query.ParseComparison(raw)
	t.Comparison = comparison
	switch comparison {
	case query.Equal, query.NotEqual:
		t.Low, t.High, ok = query.ImplicitRange(text)
	case query.Approximately:
		t.Low, t.High, ok = query.ApproximateRange(text)
	default:
		t.Low, ok = query.ParseDecimal(text)
		t.High = t.Low
	}
	return t, ok
}

// quantity reads the value of a quantity parameter: [prefix]number, or [prefix]number|system|code
// (https://hl7.org/fhir/R4/search.html#quantity).
func (v *valueReader) quantity(raw string) (query.Test, string) {
	parts := splitEscaped(raw, '|')
	number, ok := numberTest(parts[0])
	if !ok || len(parts) != 1 && len(parts) != 3 {
		return nil, "a quantity is number, number|system|code or number||code, where " + numberForm
	}
	t := query.QuantityTest{NumberTest: number}
	if len(parts) == 3 {
		var okSystem, okCode bool
		t.System, okSystem = unescape(parts[1])
		t.Code, okCode = unescape(parts[2])
		if !okSystem || !okCode {
			return nil, badEscape
		}
	}
	t.AnyUnit = t.System == "" && t.Code == ""
	t.AnySystem = t.System == "" && !t.AnyUnit
	return t, ""
}
