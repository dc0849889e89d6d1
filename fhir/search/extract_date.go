package search

import (
	"hearken/fhir/element"
	"hearken/fhir/search/query"
)

// date adds the values of a date parameter (https://hl7.org/fhir/R4/search.html#date).
func (e *extraction) date(n element.Node) {
	var period query.Period
	var ok bool
	switch n.Structure().Name {
	case "date", "dateTime":
		period, ok = parseDate(n.Text(), e.zone)
	case "instant":
		period, ok = parseDate(n.Text(), e.zone)
		period.High = period.Low + 1 // a point in time
	case "Period":
		period, ok = e.period(n)
	case "Timing":
		period, ok = e.timing(n)
	}
	if ok && period.Low < period.High {
		e.add(period)
	}
}

// period is the stretch of a Period: an end that is not given is the end of time. A Period with
// neither says nothing.
func (e *extraction) period(n element.Node) (p query.Period, ok bool) {
	p = query.Period{Low: query.MinTime, High: query.MaxTime}
	if start, found := parseDate(n.Child("start").Text(), e.zone); found {
		p.Low, ok = start.Low, true
	}
	if end, found := parseDate(n.Child("end").Text(), e.zone); found {
		p.High, ok = end.High, true
	}
	return p, ok
}

// timing is the outer limits of a Timing: its events and the period that bounds its repetition.
func (e *extraction) timing(n element.Node) (limits query.Period, ok bool) {
	widen := func(p query.Period, found bool) {
		switch {
		case !found:
		case !ok:
			limits, ok = p, true
		default:
			limits.Low, limits.High = min(limits.Low, p.Low), max(limits.High, p.High)
		}
	}
	for c := range n.Children() {
		switch c.Name() {
		case "event":
			widen(parseDate(c.Text(), e.zone))
		case "repeat":
			if bounds := c.Child("bounds"); !bounds.IsZero() && bounds.Structure().Name == "Period" {
				widen(e.period(bounds))
			}
		}
	}
	return limits, ok
}
