package access

import "time"

// StaffEntry is one entry of an organisation's list of authorised staff.
type StaffEntry struct {
	Organisation string // ODS code
	Role         Role
	From, Until  time.Time // [From, Until); zero times are open
	Trained      time.Time // until when their training is in date; zero for never
	Ended        bool      // taken off the list
}

// Standing is whether the entry lets the person work at a moment: on the list, and trained. Who was once on it has lapsed.
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
	case urgent && (r == Clinical || r == UrgentNonClinical):
		return UrgentCare
	}
	return Care
}

// Work puts together what an organisation's agreements and a person's entry on its staff list say of them: their role and
// purpose, and the standing of each. A signed claim of another purpose than care makes it OtherUse.
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
