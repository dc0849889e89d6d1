package access

import (
	"slices"
	"time"
)

// Fact is what a resource of the admin plane lets whom do, so that two versions of one can be compared: an
// agreement, an entry of a staff list, a grant, somebody who acts for a patient.
type Fact struct {
	Of          string    // the organisation, by its ODS code, or the patient; "" for nothing
	Who         []string  // whom it is about, by each identifier; nil for everybody of the organisation
	What        []string  // roles, purposes, the kind of a grant
	From, Until time.Time // [From, Until); zero times are open
	Trained     time.Time // of an entry
	Ended       bool
	Lapses      bool     // what has ended leaves clinicians emergency access all the same
	Bars        []string // organisations, by their ODS codes, whose agreements it ends: an Organization that is not active
}

// InForce reports whether it counts at a moment.
func (f *Fact) InForce(now time.Time) bool {
	return !f.Ended && !now.Before(f.From) && (f.Until.IsZero() || now.Before(f.Until))
}

// Widens reports whether somebody may do more after it than before, now or later. The zero Fact is none.
func (f *Fact) Widens(before *Fact, now time.Time) bool {
	over := f.Ended || !f.Until.IsZero() && !now.Before(f.Until)
	switch {
	case !within(before.Bars, f.Bars):
		return true
	case f.Of == "" || len(f.What) == 0 || over && !f.Lapses:
		return false
	case f.Of != before.Of || !within(f.Who, before.Who) || !within(f.What, before.What):
		return true
	case f.From.Before(before.From) && before.From.After(now):
		return true
	}
	return !f.Ended && (before.Ended || later(f.Until, before.Until) || f.Trained.After(before.Trained))
}

// later compares ends, of which the zero time is none.
func later(end, other time.Time) bool { return !other.IsZero() && (end.IsZero() || end.After(other)) }

func within(list, other []string) bool {
	return !slices.ContainsFunc(list, func(one string) bool { return !slices.Contains(other, one) })
}
