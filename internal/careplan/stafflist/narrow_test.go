package stafflist_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/access"
	"hearken/internal/careplan/stafflist"
)

// daysAndYears reads the days of lists and the years that an entry may have been stored with.
func daysAndYears(text string) (start, end time.Time, ok bool) {
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at, at.AddDate(0, 0, 1), true
	}
	at, err := time.Parse("2006", text)
	return at, at.AddDate(1, 0, 0), err == nil
}

// What stays when only what a change takes away is taken.
func TestChange_Narrowed(t *testing.T) {
	change := func(how func(*stafflist.Entry)) stafflist.Entry {
		e := both
		e.From, e.Until, e.Trained = "2026-01-01", "2027-01-01", "2026-12-31"
		how(&e)
		return e
	}
	as := func(*stafflist.Entry) {}
	for _, row := range []struct {
		name                string
		before, after, want func(*stafflist.Entry)
		ends                bool
	}{
		{"nothing", as, as, as, false},
		{"another name", as, func(e *stafflist.Entry) { e.Name = "x" }, as, false},
		{"another role", as, func(e *stafflist.Entry) { e.Role = access.Clinical }, as, true},
		{"another subject", as, func(e *stafflist.Entry) { e.Subject = "x" }, func(e *stafflist.Entry) { e.Issuer, e.Subject = "", "" }, false},
		{"another issuer", as, func(e *stafflist.Entry) { e.Issuer = "https://x.test" }, func(e *stafflist.Entry) { e.Issuer, e.Subject = "", "" }, false},
		{"another role profile", as, func(e *stafflist.Entry) { e.RoleProfile = "9" }, func(e *stafflist.Entry) { e.RoleProfile = "" }, false},
		{"somebody else altogether", as, func(e *stafflist.Entry) { e.Subject, e.RoleProfile = "x", "9" }, as, true},
		{"begins later", as, func(e *stafflist.Entry) { e.From = "2026-02-01" }, func(e *stafflist.Entry) { e.From = "2026-02-01" }, false},
		{"begins earlier", as, func(e *stafflist.Entry) { e.From = "2025-02-01" }, as, false},
		{"begins whenever", as, func(e *stafflist.Entry) { e.From = "" }, as, false},
		{"begins, and did not", func(e *stafflist.Entry) { e.From = "" }, as, as, false},
		{"ends later", as, func(e *stafflist.Entry) { e.Until = "2028-01-01" }, as, false},
		{"ends earlier", as, func(e *stafflist.Entry) { e.Until = "2026-02-01" }, func(e *stafflist.Entry) { e.Until = "2026-02-01" }, false},
		{"never ends", as, func(e *stafflist.Entry) { e.Until = "" }, as, false},
		{"ends, and did not", func(e *stafflist.Entry) { e.Until = "" }, as, as, false},
		{"ends within the year it ended with", func(e *stafflist.Entry) { e.Until = "2027" }, func(e *stafflist.Entry) { e.Until = "2027-06-01" }, func(e *stafflist.Entry) { e.Until = "2027-06-01" }, false},
		{"an end that cannot be read stays", func(e *stafflist.Entry) { e.Until = "soon" }, as, func(e *stafflist.Entry) { e.Until = "soon" }, false},
		{"trained longer", as, func(e *stafflist.Entry) { e.Trained = "2028-01-01" }, as, false},
		{"trained shorter", as, func(e *stafflist.Entry) { e.Trained = "2026-02-01" }, func(e *stafflist.Entry) { e.Trained = "2026-02-01" }, false},
		{"not trained", as, func(e *stafflist.Entry) { e.Trained = "" }, func(e *stafflist.Entry) { e.Trained = "" }, false},
		{"trained, and was not", func(e *stafflist.Entry) { e.Trained = "" }, as, func(e *stafflist.Entry) { e.Trained = "" }, false},
		{"of each something", as, func(e *stafflist.Entry) { e.From, e.Until, e.Trained = "2026-03-01", "2029-01-01", "2026-04-01" }, func(e *stafflist.Entry) { e.From, e.Trained = "2026-03-01", "2026-04-01" }, false},
	} {
		c := stafflist.Change{Before: change(row.before), After: change(row.after)}
		got, active := c.Narrowed(daysAndYears)
		if diff := cmp.Diff(change(row.want), got); diff != "" || active == row.ends {
			t.Errorf("%s (-want +got), active %v:\n%s", row.name, active, diff)
		}
	}
}
