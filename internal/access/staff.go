package access

import (
	"slices"
	"time"
)

// StaffEntry is one entry of an organisation's list of authorised staff.
type StaffEntry struct {
	Organisation string // ODS code
	Role         Role
	From, Until  time.Time // [From, Until); zero times are open
	Trained      time.Time // until when their training is in date; zero for never
	Ended        bool      // taken off the list
}

// Standing is whether the entry lets the person work at a moment: on the list, and trained. Who was once on
// it has lapsed.
func (e *StaffEntry) Standing(now time.Time) Standing {
	switch {
	case now.Before(e.From):
		return Never
	case e.Ended || !e.Until.IsZero() && !now.Before(e.Until) || !now.Before(e.Trained):
		return Lapsed
	}
	return InForce
}

// purposes are what a role looks at records for.
func (r Role) purpose(urgent bool) Purpose {
	switch {
	case r == Patient || r == Proxy:
		return OwnRecord
	case r == PrivacyOfficer || r == Administrator:
		return Oversight
	case r == Dispatch || urgent && (r == Clinical || r == UrgentNonClinical):
		return UrgentCare
	}
	return Care
}

// Work puts together what an organisation's agreements and a person's entry on its staff list say of them:
// their role and purpose, and the standing of each. A signed claim of another purpose than care makes it
// OtherUse.
func (c *Caller) Work(entry StaffEntry, agreements []Agreement) {
	c.Role, c.Organisation, c.Staff = entry.Role, entry.Organisation, entry.Standing(c.Now)
	for i := range agreements {
		if a := &agreements[i]; a.Organisation == entry.Organisation {
			c.Urgent = c.Urgent || a.Standing(c.Role, UrgentCare, c.Now) == InForce
		}
	}
	purpose := c.Role.purpose(c.Urgent)
	for i := range agreements {
		if a := &agreements[i]; a.Organisation == entry.Organisation {
			c.Agreement = max(c.Agreement, a.Standing(c.Role, purpose, c.Now))
		}
	}
	if c.Purpose != OtherUse {
		c.Purpose = purpose
	}
	c.Partner = c.Role == System && c.Staff == InForce
}

// Suspended are agreements of an organisation that is not active: all have ended.
func Suspended(agreements []Agreement) []Agreement {
	ended := slices.Clone(agreements)
	for i := range ended {
		ended[i].Ended = true
	}
	return ended
}

// MayBar reports whether the caller may record that an organisation is not active, by which nobody works for
// it any more. The error is CodeForbidden.
func (c *Caller) MayBar() error {
	if c.administers() {
		return nil
	}
	return adminOnly("that an organisation is not active is recorded by the administrators")
}

// administers reports whether the caller is of the admin plane. An administrator who is on an organisation's
// list keeps that list, and no more.
func (c *Caller) administers() bool { return c.Role == Administrator && c.Organisation == "" }

// keepsList reports whether the caller keeps the list of their organisation. They do when its agreement has
// lapsed, too: who leaves then must not stay on the list. Who administers is asked first: this says nothing
// of them.
func (c *Caller) keepsList() bool {
	return c.Role == Administrator && c.Staff == InForce && c.Agreement != Never
}

// MayKeepStaff reports whether the caller may give an organisation, by its ODS code, another staff list. The
// error is CodeForbidden.
func (c *Caller) MayKeepStaff(organisation string) error {
	if c.administers() || c.keepsList() && c.Organisation == organisation {
		return nil
	}
	return adminOnly("a staff list is kept by the administrators, and by an administrator on the list of the same organisation")
}

// MayKeepAgreements reports whether the caller keeps agreements. The error is CodeForbidden.
func (c *Caller) MayKeepAgreements() error {
	if c.administers() {
		return nil
	}
	return adminOnly("agreements are kept by the administrators")
}

// RaisesAlone reports whether the caller may make administrators and privacy officers of an organisation
// without a second person.
func (c *Caller) RaisesAlone() bool { return c.administers() }
