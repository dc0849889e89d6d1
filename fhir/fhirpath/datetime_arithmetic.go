package fhirpath

import (
	"time"

	"github.com/cockroachdb/apd/v3"
)

// calendarUnits are the keywords of calendar durations, with their singular
// (http://hl7.org/fhirpath/N1/#time-valued-quantities).
var calendarUnits = map[string]string{
	"year": "year", "years": "year", "month": "month", "months": "month", "week": "week", "weeks": "week",
	"day": "day", "days": "day", "hour": "hour", "hours": "hour", "minute": "minute", "minutes": "minute",
	"second": "second", "seconds": "second", "millisecond": "millisecond", "milliseconds": "millisecond",
}

// definiteUnits are the UCUM units of a definite length that may be added to a date. A year ('a')
// or month ('mo') of UCUM may not: it is not that of the calendar.
var definiteUnits = map[string]string{
	"wk": "week", "d": "day", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond",
}

// calendarUnit is the singular of a calendar keyword, or "".
func calendarUnit(word string) string { return calendarUnits[word] }

// ofDuration makes a quantity of a calendar keyword: 4 days.
func ofDuration(value *apd.Decimal, keyword string) Item {
	i := OfQuantity(value, calendarUnits[keyword])
	i.precision = 1
	return i
}

// isDuration reports whether a quantity was written with a calendar keyword.
func (i Item) isDuration() bool { return i.kind == Quantity && i.precision == 1 }

// added is a date, dateTime or time moved by a quantity of time
// (http://hl7.org/fhirpath/N1/#datetime-arithmetic). The zero Item means that the result is out of
// range.
func (i Item) added(q Item, sign int64, at int) (Item, error) {
	unit := calendarUnits[q.text]
	if unit == "" {
		unit = definiteUnits[q.text]
	}
	if unit == "" {
		return Item{}, failed(at, "only a quantity of time with a definite or calendar unit can be added to a date or time")
	}
	amount, nanos, ok := whole(q, unit)
	if !ok {
		return Item{}, nil
	}
	amount, nanos = sign*amount, sign*nanos
	if i.kind == Time {
		return i.addedTime(amount, nanos, unit), nil
	}
	return i.addedDate(amount, nanos, unit), nil
}

// whole is the amount without its decimals, which count for calendar seconds only: 7.7 days are 7.
func whole(q Item, unit string) (amount, nanos int64, ok bool) {
	var integer, fraction apd.Decimal
	q.decimal.Modf(&integer, &fraction)
	amount, err := integer.Int64()
	if err != nil || amount > 1e12 || amount < -1e12 {
		return 0, 0, false
	}
	if unit == "second" && q.isDuration() {
		if part, err := fraction.Float64(); err == nil {
			nanos = int64(part * 1e9)
		}
	}
	return amount, nanos, true
}

// unitSeconds is the length of the units that have one.
var unitSeconds = map[string]int64{"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}

// addedTime moves a time of day; it comes round at midnight.
func (i Item) addedTime(amount, nanos int64, unit string) Item {
	if unit == "year" || unit == "month" {
		return i
	}
	seconds, nanos := duration(amount, nanos, unit)
	return i.moved(seconds, nanos, func(s int64) int64 { return (s%86400 + 86400) % 86400 })
}

func duration(amount, nanos int64, unit string) (int64, int64) {
	if unit == "millisecond" {
		return amount / 1000, nanos + amount%1000*1e6
	}
	return amount * unitSeconds[unit], nanos
}

// moved adds to the clock, carries nanoseconds over, and cuts what the precision does not hold.
func (i Item) moved(seconds, nanos int64, wrap func(int64) int64) Item {
	nanos += int64(i.nanos)
	i.number = wrap(i.number + seconds + floorDiv(nanos, 1e9))
	i.nanos = int32(nanos - floorDiv(nanos, 1e9)*1e9)
	if i.nanos != 0 && i.scale() <= toSecond {
		i.nanos = 0
	}
	return i
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// addedDate moves a date or dateTime. What is finer than its precision is first converted to
// it: 24 months added to a year are 2.
func (i Item) addedDate(amount, nanos int64, unit string) Item {
	if unit == "year" || unit == "month" {
		return i.addedMonths(amount, unit)
	}
	seconds, nanos := duration(amount, nanos, unit)
	switch i.precision {
	case toYear:
		return i.addedMonths(seconds/86400/365, "year")
	case toMonth:
		return i.addedMonths(seconds/86400/30, "month")
	case toDay:
		seconds, nanos = seconds/86400*86400, 0
	case toHour:
		seconds, nanos = seconds/3600*3600, 0
	case toMinute:
		seconds, nanos = seconds/60*60, 0
	}
	return i.moved(seconds, nanos, func(s int64) int64 { return s }).inRange()
}

// addedMonths keeps the day, or takes the last of a shorter month.
func (i Item) addedMonths(amount int64, unit string) Item {
	months := amount
	if unit == "year" {
		months = amount * 12
	} else if i.precision == toYear {
		months = amount / 12 * 12
	}
	if months > 12*9999 || months < -12*9999 {
		return Item{}
	}
	t := i.clock()
	count := int64(t.Year())*12 + int64(t.Month()) - 1 + months
	year, month := int(floorDiv(count, 12)), int(count-floorDiv(count, 12)*12)+1
	if year < 1 || year > 9999 {
		return Item{}
	}
	day := min(t.Day(), daysIn(year, month))
	moved := time.Date(year, time.Month(month), day, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	i.number = secondsOf(moved)
	return i
}

// inRange gives nothing for a date outside the years 1 to 9999.
func (i Item) inRange() Item {
	if i.number < 0 || i.number > lastSecond {
		return Item{}
	}
	return i
}

// lastSecond is 9999-12-31T23:59:59, in seconds since year 1.
const lastSecond = 315537897599
