package query

import (
	"fmt"
	"time"
)

// satisfiedBy compares stretches of time (https://hl7.org/fhir/R4/search.html#date).
func (t DateTest) satisfiedBy(v Period) bool {
	return relateStretch(t.Low, t.High, v.Low, v.High).satisfies(t.Comparison)
}

// String is the test as the tree prints it: "ge [2013-01-14T00:00:00Z, 2013-01-15T00:00:00Z)".
func (t DateTest) String() string {
	return fmt.Sprintf("%s [%s, %s)", t.Comparison, formatMicroseconds(t.Low), formatMicroseconds(t.High))
}

func formatMicroseconds(µs int64) string {
	switch µs {
	case MinTime:
		return "-∞"
	case MaxTime:
		return "∞"
	}
	return time.UnixMicro(µs).UTC().Format(time.RFC3339Nano)
}

// Moment is the Period of an instant the server writes, to the millisecond: the value of _lastUpdated.
func Moment(t time.Time) Period {
	low := t.UnixMilli() * 1000
	return Period{Low: low, High: low + 1000}
}
