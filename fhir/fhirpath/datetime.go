package fhirpath

import (
	"math"
	"time"
)

// Dates, dateTimes and times know how many digits were given
// (http://hl7.org/fhirpath/N1/#datetime-equality). An Item holds the first instant of what was
// given: seconds on its own clock since year 1, or since midnight for a Time; nanoseconds; and
// the zone.
//
// Precision is the count of digits precision() gives: 4 year, 6 month, 8 day, 10 hour, 12 minute,
// 14 second, 15 and more with a fraction; a Time has 8 less.
const (
	toYear   = 4
	toMonth  = 6
	toDay    = 8
	toHour   = 10
	toMinute = 12
	toSecond = 14
)

// noZone marks a dateTime without a zone.
const noZone = math.MinInt16

// timeDigits is what a Time's precision lacks against a DateTime's.
const timeDigits = 8

// dated makes a Date or DateTime of a point on its own clock.
func dated(kind Kind, t time.Time, zone int16, precision uint8) Item {
	return Item{kind: kind, number: secondsOf(t), nanos: int32(t.Nanosecond()), zone: zone, precision: precision}
}

// year1 is where seconds are counted from, as a Unix time.
const year1 = -62135596800

func secondsOf(t time.Time) int64 { return t.Unix() - year1 }

// clock is the item's own clock, read as if it were UTC.
func (i Item) clock() time.Time { return time.Unix(i.number+year1, int64(i.nanos)).UTC() }

// scale is the precision counted from the year, for a Time too.
func (i Item) scale() uint8 {
	if i.kind == Time {
		return i.precision + timeDigits
	}
	return i.precision
}

func (i Item) hasZone() bool { return i.kind == DateTime && i.zone != noZone }

func isTemporal(k Kind) bool { return k == Date || k == DateTime || k == Time }

// parseDate reads YYYY, YYYY-MM or YYYY-MM-DD.
func parseDate(text string) (Item, bool) {
	r := reader{text: text}
	t, precision, ok := r.date()
	if !ok || r.at != len(text) {
		return Item{}, false
	}
	return dated(Date, t, noZone, precision), true
}

// parseDateTime reads a date, optionally with a time of at least an hour and a zone.
func parseDateTime(text string) (Item, bool) {
	r := reader{text: text}
	t, precision, ok := r.date()
	if !ok {
		return Item{}, false
	}
	if r.at == len(text) {
		return dated(DateTime, t, noZone, precision), true
	}
	if precision != toDay || !r.accept('T') {
		return Item{}, false
	}
	return r.timeOn(t)
}

// timeOn reads the time and zone of a dateTime.
func (r *reader) timeOn(day time.Time) (Item, bool) {
	seconds, nanos, precision, ok := r.timeOfDay()
	if !ok {
		return Item{}, false
	}
	i := dated(DateTime, day, noZone, precision+timeDigits)
	i.number += seconds
	i.nanos = nanos
	if i.zone, ok = r.zone(); !ok || r.at != len(r.text) {
		return Item{}, false
	}
	return i, true
}

// parseTime reads hh, hh:mm, hh:mm:ss or hh:mm:ss.fff, without a zone.
func parseTime(text string) (Item, bool) {
	r := reader{text: text}
	seconds, nanos, precision, ok := r.timeOfDay()
	if !ok || r.at != len(text) {
		return Item{}, false
	}
	return Item{kind: Time, number: seconds, nanos: nanos, zone: noZone, precision: precision}, true
}

// parseTemporalLiteral reads what follows "@": a "T" in front makes a Time, one behind the
// date a DateTime.
func parseTemporalLiteral(text string) (Item, bool) {
	switch {
	case text == "":
		return Item{}, false
	case text[0] == 'T':
		return parseTime(text[1:])
	case text[len(text)-1] == 'T':
		i, ok := parseDate(text[:len(text)-1])
		i.kind = DateTime
		return i, ok
	}
	if i, ok := parseDate(text); ok {
		return i, true
	}
	return parseDateTime(text)
}

// nowItem is the clock as a DateTime to the millisecond.
func nowItem(t time.Time) Item {
	_, offset := t.Zone()
	local := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond()/1e6*1e6, time.UTC)
	return dated(DateTime, local, int16(offset/60), toSecond+3)
}
