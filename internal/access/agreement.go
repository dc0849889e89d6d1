package access

import (
	"slices"
	"time"
)

// Agreement is what an organisation signed: from when to when, for which roles and purposes its staff may use plans.
type Agreement struct {
	Organisation string    // ODS code
	From, Until  time.Time // [From, Until); a zero Until has no end
	Ended        bool      // ended before its time
	Roles        []Role
	Purposes     []Purpose
}

// Standing is whether the agreement covers a role and purpose at a moment. One that covers them and is not in force has
// lapsed if it ever was: what has not begun yet is as good as none.
func (a *Agreement) Standing(role Role, purpose Purpose, now time.Time) Standing {
	switch {
	case !slices.Contains(a.Roles, role) || !slices.Contains(a.Purposes, purpose) || now.Before(a.From):
		return Never
	case a.Ended || !a.Until.IsZero() && !now.Before(a.Until):
		return Lapsed
	}
	return InForce
}

// noticeDays are how long before its end an agreement is warned about, longest first.
var noticeDays = [...]int{30, 7, 1}

const day = 24 * time.Hour

// Notice gives the days of the warning that is due: the least of 30, 7 and 1 that the agreement has not got
// left any more; 0 when none is due yet, or it has no end or is over.
func (a *Agreement) Notice(now time.Time) int {
	left := a.Until.Sub(now)
	if a.Ended || left <= 0 { // the zero time is long ago
		return 0
	}
	due := 0
	for _, days := range noticeDays {
		if left <= time.Duration(days)*day {
			due = days
		}
	}
	return due
}
