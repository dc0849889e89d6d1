package search

import (
	"time"

	"hearken/fhir/search/query"
)

// parseDate reads a date, dateTime or instant, in a resource or a search value, as the stretch of time it stands for
// (https://hl7.org/fhir/R4/search.html#date): a year, month or day from its first to its last moment in the zone, a
// minute, a second or a fraction of one. What names no zone is in the one given. ok is false for any other text.
func parseDate(text string, zone *time.Location) (p query.Period, ok bool) {
	var d dateReader
	if !d.read(text) {
		return p, false
	}
	at := func(year, month, day int) int64 {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, zone).UnixMicro()
	}
	switch d.precision {
	case toYear:
		return query.Period{Low: at(d.year, 1, 1), High: at(d.year+1, 1, 1)}, true
	case toMonth:
		return query.Period{Low: at(d.year, d.month, 1), High: at(d.year, d.month+1, 1)}, true
	case toDay:
		return query.Period{Low: at(d.year, d.month, d.day), High: at(d.year, d.month, d.day+1)}, true
	}
	if d.zoned {
		zone = time.UTC
	}
	start := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute-d.offset, d.second, 0, zone).UnixMicro() + d.micros
	return query.Period{Low: start, High: start + d.width}, true
}

// How much of a date is written.
const (
	toYear = iota
	toMonth
	toDay
	toTime
)

// dateReader takes a date apart: YYYY[-MM[-DD[Thh:mm[:ss[.f…]][Z|±hh:mm]]]].
type dateReader struct {
	rest      string
	precision int
	year      int
	month     int
	day       int
	hour      int
	minute    int
	second    int
	micros    int64
	width     int64 // of the smallest part written, in microseconds
	zoned     bool
	offset    int // minutes east of UTC
}

func (d *dateReader) read(text string) bool {
	d.rest = text
	if !d.number(4, 1, 9999, &d.year) {
		return false
	}
	if d.rest == "" {
		return true
	}
	d.precision = toMonth
	if !d.skip('-') || !d.number(2, 1, 12, &d.month) {
		return false
	}
	if d.rest == "" {
		return true
	}
	d.precision = toDay
	if !d.skip('-') || !d.number(2, 1, daysIn(d.year, d.month), &d.day) {
		return false
	}
	if d.rest == "" {
		return true
	}
	d.precision = toTime
	return d.skip('T') && d.readTime() && d.readZone()
}

func (d *dateReader) readTime() bool {
	d.width = int64(time.Minute / time.Microsecond)
	if !d.number(2, 0, 23, &d.hour) || !d.skip(':') || !d.number(2, 0, 59, &d.minute) {
		return false
	}
	if !d.skip(':') {
		return true
	}
	d.width = int64(time.Second / time.Microsecond)
	return d.number(2, 0, 60, &d.second) && (!d.skip('.') || d.readFraction())
}

// readFraction reads any number of digits and keeps six of them.
func (d *dateReader) readFraction() bool {
	digits := 0
	for ; digits < len(d.rest) && d.rest[digits] >= '0' && d.rest[digits] <= '9'; digits++ {
		if d.width > 1 {
			d.width /= 10
			d.micros += int64(d.rest[digits]-'0') * d.width
		}
	}
	d.rest = d.rest[digits:]
	return digits > 0
}

func (d *dateReader) readZone() bool {
	if d.rest == "" {
		return true
	}
	d.zoned = true
	if d.skip('Z') {
		return d.rest == ""
	}
	// A plus sign that was not escaped in a URL arrives as a space.
	west := d.rest[0] == '-'
	if !west && d.rest[0] != '+' && d.rest[0] != ' ' {
		return false
	}
	d.rest = d.rest[1:]
	var hours, minutes int
	if !d.number(2, 0, 14, &hours) || !d.skip(':') || !d.number(2, 0, 59, &minutes) || d.rest != "" {
		return false
	}
	if d.offset = 60*hours + minutes; west {
		d.offset = -d.offset
	}
	return true
}

func (d *dateReader) skip(c byte) bool {
	if d.rest == "" || d.rest[0] != c {
		return false
	}
	d.rest = d.rest[1:]
	return true
}

// number reads exactly so many digits within bounds.
func (d *dateReader) number(digits, low, high int, into *int) bool {
	if len(d.rest) < digits {
		return false
	}
	n := 0
	for i := range digits {
		c := d.rest[i]
		if c < '0' || c > '9' {
			return false
		}
		n = 10*n + int(c-'0')
	}
	d.rest = d.rest[digits:]
	*into = n
	return n >= low && n <= high
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
