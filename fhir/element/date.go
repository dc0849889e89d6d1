package element

// This file checks dates and times (https://hl7.org/fhir/R4/datatypes.html#date): the year from
// 0001, real days of real months, a zone whenever there is a time of day, seconds always.

// isDate is YYYY, YYYY-MM or YYYY-MM-DD.
func isDate(b []byte) bool {
	n := datePart(b)
	return n > 0 && n == len(b)
}

// isDateTime is a date, or a whole date with a time and zone.
func isDateTime(b []byte) bool {
	n := datePart(b)
	if n == len(b) {
		return n > 0
	}
	return n == len("2006-01-02") && isTimeWithZone(b[n:])
}

// isInstant is a whole date with a time and zone.
func isInstant(b []byte) bool {
	n := datePart(b)
	return n == len("2006-01-02") && isTimeWithZone(b[n:])
}

// isTime is hh:mm:ss with any fraction, and no zone.
func isTime(b []byte) bool {
	n := timePart(b)
	return n > 0 && n == len(b)
}

// datePart measures the date b begins with; 0 when it begins with none.
func datePart(b []byte) int {
	century, ok1 := two(b, 0)
	years, ok2 := two(b, 2)
	year := century*100 + years
	if !ok1 || !ok2 || year == 0 {
		return 0
	}
	if len(b) < 5 || b[4] != '-' {
		return 4
	}
	month, ok := two(b, 5)
	if !ok || month < 1 || month > 12 {
		return 0
	}
	if len(b) < 8 || b[7] != '-' {
		return 7
	}
	day, ok := two(b, 8)
	if !ok || day < 1 || day > daysIn(year, month) {
		return 0
	}
	return 10
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// timePart measures the hh:mm:ss(.s+) b begins with; 0 when it begins with none. Second 60 is
// a leap second.
func timePart(b []byte) int {
	if len(b) < len("15:04:05") || b[2] != ':' || b[5] != ':' {
		return 0
	}
	hour, ok1 := two(b, 0)
	minute, ok2 := two(b, 3)
	second, ok3 := two(b, 6)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 60 {
		return 0
	}
	n := len("15:04:05")
	if n == len(b) || b[n] != '.' {
		return n
	}
	n++
	digits := n
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	if n == digits {
		return 0
	}
	return n
}

// isTimeWithZone is "T", a time and "Z" or an offset to at most 14 hours.
func isTimeWithZone(b []byte) bool {
	if len(b) == 0 || b[0] != 'T' {
		return false
	}
	n := timePart(b[1:])
	if n == 0 {
		return false
	}
	zone := b[1+n:]
	if len(zone) == 1 {
		return zone[0] == 'Z'
	}
	if len(zone) != len("+00:00") || zone[0] != '+' && zone[0] != '-' || zone[3] != ':' {
		return false
	}
	hour, ok1 := two(zone, 1)
	minute, ok2 := two(zone, 4)
	return ok1 && ok2 && minute <= 59 && (hour <= 13 || hour == 14 && minute == 0)
}

// two reads two digits at i.
func two(b []byte, i int) (int, bool) {
	if i+2 > len(b) || !isDigit(b[i]) || !isDigit(b[i+1]) {
		return 0, false
	}
	return int(b[i]-'0')*10 + int(b[i+1]-'0'), true
}

func isDigit(c byte) bool { return c-'0' <= 9 }
