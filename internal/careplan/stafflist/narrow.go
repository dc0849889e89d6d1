package stafflist

import (
	"time"

	"hearken/internal/careplan"
)

// Narrowed is what stays of an entry that a list changes when all is taken that the change takes away, and
// nothing is given that it gives: who has another role has none, who is known by another subject is known by
// the old one no more, and of dates the one counts that lets them do less. active is false when nothing
// stays.
func (c *Change) Narrowed(times careplan.Times) (e Entry, active bool) {
	e = c.Before
	if e.Issuer != c.After.Issuer || e.Subject != c.After.Subject {
		e.Issuer, e.Subject = "", ""
	}
	if e.RoleProfile != c.After.RoleProfile {
		e.RoleProfile = ""
	}
	if e.Role != c.After.Role || e.Subject == "" && e.RoleProfile == "" {
		return c.Before, false
	}
	starts := func(text string) (time.Time, bool) { at, _, ok := times(text); return at, ok }
	ends := func(text string) (time.Time, bool) { _, at, ok := times(text); return at, ok }
	if e.From == "" || c.After.From != "" && before(starts, e.From, c.After.From) {
		e.From = c.After.From
	}
	if e.Until == "" || c.After.Until != "" && before(ends, c.After.Until, e.Until) {
		e.Until = c.After.Until
	}
	if c.After.Trained == "" || before(ends, c.After.Trained, e.Trained) {
		e.Trained = c.After.Trained
	}
	return e, true
}

// before reports whether a date comes before another. One that cannot be read does not, and has none before
// it: as it stands it lets nobody do anything.
func before(moment func(string) (time.Time, bool), date, other string) bool {
	at, ok := moment(date)
	than, known := moment(other)
	return ok && known && at.Before(than)
}
