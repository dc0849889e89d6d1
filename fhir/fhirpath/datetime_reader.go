package fhirpath

import "time"

// reader reads the fixed-width fields of dates and times.
type reader struct {
	text string
	at   int
}

// date reads YYYY[-MM[-DD]].
func (r *reader) date() (t time.Time, precision uint8, ok bool) {
	year, ok := r.digits(4, 1, 9999)
	month, day, precision := 1, 1, uint8(toYear)
	if ok && r.accept('-') {
		precision = toMonth
		month, ok = r.digits(2, 1, 12)
		if ok && r.accept('-') {
			precision = toDay
			day, ok = r.digits(2, 1, daysIn(year, month))
		}
	}
	if !ok {
		return t, 0, false
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), precision, true
}

// timeOfDay reads hh[:mm[:ss[.f…]]]; the precision is that of a Time.
func (r *reader) timeOfDay() (seconds int64, nanos int32, precision uint8, ok bool) {
	hour, ok := r.digits(2, 0, 23)
	precision = toHour - timeDigits
	minute, second := 0, 0
	if ok && r.accept(':') {
		precision = toMinute - timeDigits
		minute, ok = r.digits(2, 0, 59)
		if ok && r.accept(':') {
			precision = toSecond - timeDigits
			second, ok = r.digits(2, 0, 60)
			if ok && r.accept('.') {
				var n uint8
				nanos, n, ok = r.fraction()
				precision += n
			}
		}
	}
	return int64(hour*3600 + minute*60 + second), nanos, precision, ok
}

// fraction reads at least one digit, and keeps nine.
func (r *reader) fraction() (nanos int32, n uint8, ok bool) {
	unit := int32(100_000_000)
	for ; r.at < len(r.text) && isDigit(r.text[r.at]); r.at++ {
		if n < 9 {
			nanos += int32(r.text[r.at]-'0') * unit
			unit /= 10
			n++
		}
	}
	return nanos, n, n > 0
}

// zone reads "Z", "+hh:mm", or nothing.
func (r *reader) zone() (int16, bool) {
	if r.at == len(r.text) {
		return noZone, true
	}
	sign := int16(1)
	switch {
	case r.accept('Z'):
		return 0, true
	case r.accept('-'):
		sign = -1
	case !r.accept('+'):
		return 0, false
	}
	hours, ok := r.digits(2, 0, 14)
	if !ok || !r.accept(':') {
		return 0, false
	}
	minutes, ok := r.digits(2, 0, 59)
	return sign * int16(hours*60+minutes), ok
}

func (r *reader) digits(n, low, high int) (int, bool) {
	if r.at+n > len(r.text) {
		return 0, false
	}
	value := 0
	for ; n > 0; n-- {
		c := r.text[r.at]
		if !isDigit(c) {
			return 0, false
		}
		value = value*10 + int(c-'0')
		r.at++
	}
	return value, value >= low && value <= high
}

func (r *reader) accept(c byte) bool {
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
