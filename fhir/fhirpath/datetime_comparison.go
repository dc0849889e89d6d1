package fhirpath

// compareTemporal orders two dates, dateTimes or times. It is not known when one is within the
// span of the other (2018-03 and 2018-03-01), or when one has a zone and the other, without, may
// be in any (http://hl7.org/fhirpath/N1/#comparison).
func compareTemporal(a, b Item) (order int, known bool) {
	if (a.kind == Time) != (b.kind == Time) {
		return 0, false
	}
	lowA, highA := a.span(b)
	lowB, highB := b.span(a)
	switch {
	case highA.before(lowB):
		return -1, true
	case highB.before(lowA):
		return 1, true
	case lowA == lowB && highA == highB && !widened(a, b):
		return 0, true
	}
	return 0, false
}

// moment is a point in time to the nanosecond.
type moment struct {
	seconds int64
	nanos   int32
}

func (m moment) before(n moment) bool {
	return m.seconds < n.seconds || m.seconds == n.seconds && m.nanos < n.nanos
}

// span is the first and last moment an item may mean, in UTC where other has a zone too.
func (i Item) span(other Item) (low, high moment) {
	low = moment{i.number, i.nanos}
	high = i.last()
	switch {
	case i.hasZone():
		if other.hasZone() || other.scale() > toDay {
			low.seconds -= int64(i.zone) * 60
			high.seconds -= int64(i.zone) * 60
		}
	case widened(i, other):
		// Zones go from 14 hours before UTC to 12 behind it.
		low.seconds -= 14 * 3600
		high.seconds += 12 * 3600
	}
	return low, high
}

// widened reports whether exactly one of two has a zone and it matters: a date is compared with a
// zoned dateTime on the latter's own calendar.
func widened(a, b Item) bool {
	if a.kind == Time || a.hasZone() == b.hasZone() {
		return false
	}
	if a.hasZone() {
		a = b
	}
	return a.scale() > toDay
}

// last is the final moment of what was given. Seconds and fractions are points.
func (i Item) last() moment {
	switch i.scale() {
	case toYear:
		return moment{secondsOf(i.clock().AddDate(1, 0, 0)) - 1, 999_999_999}
	case toMonth:
		return moment{secondsOf(i.clock().AddDate(0, 1, 0)) - 1, 999_999_999}
	case toDay:
		return moment{i.number + 86400 - 1, 999_999_999}
	case toHour:
		return moment{i.number + 3600 - 1, 999_999_999}
	case toMinute:
		return moment{i.number + 60 - 1, 999_999_999}
	}
	return moment{i.number, i.nanos}
}
