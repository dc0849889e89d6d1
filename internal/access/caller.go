package access

import (
	"reflect"
	"time"

	"hearken/fhir"
)

// Role is what a caller is, as their staff-list entry or token says.
type Role uint8

// The roles. The zero Role is nobody, who may see nothing.
const (
	Clinical          Role = iota + 1 // a registered professional in direct care
	UrgentNonClinical                 // a trained adviser in urgent care: NHS 111, ambulance control
	CareHome                          // trained staff of a care home
	Patient                           // the person themself
	Proxy                             // acts for a person: an attorney, a parent
	PrivacyOfficer                    // looks into how records were used, not into records
	System                            // a client with no end user behind it
	Administrator                     // keeps agreements, staff lists and labels; one of an organisation keeps its staff list alone
	Dispatch                          // a client that sends crews of its organisation to people, and sees nothing of them
)

var roleNames = [...]string{"nobody", "clinical", "urgent-non-clinical", "care-home", "patient", "proxy", "privacy-officer", "system", "administrator", "dispatch"}

// String is the role's code: "clinical".
func (r Role) String() string { return roleNames[r] }

// ParseRole finds a role by its code; 0, which is nobody, when there is none of that name.
func ParseRole(code string) Role {
	for role, name := range roleNames {
		if name == code {
			return Role(role)
		}
	}
	return 0
}

// professional roles work for an organisation, under its agreement and on its staff list.
func (r Role) professional() bool { return r == Clinical || r == UrgentNonClinical || r == CareHome }

// Software reports whether it is a role of clients with no end user behind them.
func (r Role) Software() bool { return r == System || r == Dispatch }

// Standing is whether something that has a term is in force.
type Standing uint8

// The standings.
const (
	Never   Standing = iota // there is none, or none for this role and purpose
	Lapsed                  // there was, and it has run out or was ended
	InForce                 // it counts today
)

// String is "never", "lapsed" or "in-force".
func (s Standing) String() string { return [...]string{"never", "lapsed", "in-force"}[s] }

// Worse is the lesser of two standings: what needs both has the standing of the worse.
func (s Standing) Worse(other Standing) Standing { return min(s, other) }

// Purpose is what a caller looks at records for. It follows from the kind of their organisation and from
// signed claims, never from a header.
type Purpose uint8

// The purposes.
const (
	Unstated   Purpose = iota
	Care               // direct care of this person (v3-ActReason TREAT)
	UrgentCare         // an urgent or emergency contact (ETREAT)
	OwnRecord          // a person and their own record (PATRQT)
	Oversight          // privacy, audit and administration (HOPERAT)
	OtherUse           // anything else: research, planning, payment. Nothing is shown for it
)

// PurposeCode is the code of http://terminology.hl7.org/CodeSystem/v3-ActReason for what a caller in their
// role looks at records for; "" for one of whom that is not known.
func (c *Caller) PurposeCode() string {
	switch {
	case c.Role == Patient || c.Role == Proxy:
		return "PATRQT"
	case c.Role == PrivacyOfficer || c.Role == Administrator:
		return "HOPERAT"
	case c.Role == 0 || c.Organisation == "":
		return ""
	case c.Urgent:
		return "ETREAT"
	}
	return "TREAT"
}

// Grant is a break-glass grant: one patient, for a limited time.
type Grant struct {
	Patient fhir.ID
	Until   time.Time
	Reason  string // code of why it was asked for
}

// Caller is what is known of who asks, all of it looked up before anything is decided.
type Caller struct {
	Now          time.Time
	Role         Role
	Purpose      Purpose
	Organisation string    // ODS code; "" for a person of none
	Urgent       bool      // the organisation answers urgent and emergency calls
	Agreement    Standing  // of the organisation, for this role and purpose
	Staff        Standing  // of the entry in its staff list: listed, and training in date
	Partner      bool      // a system: registered as an exchange partner of the organisation
	Patient      fhir.ID   // of a Patient
	Others       []fhir.ID // further records that are theirs, from other authors
	ActsFor      []fhir.ID
	Ended        []string  // of a Patient or Proxy: when what was withheld from the person ended, as Ended has it
	Contacts     []fhir.ID // patients of a dispatch or an urgent-care contact now open
	Grants       []Grant   // break-glass; those that have run out do not count
}

// Same reports whether the same is known of two callers, at whatever moments. All there is counts, so that
// nothing added to a Caller can be forgotten here.
func (c *Caller) Same(other *Caller) bool {
	then := *other
	then.Now = c.Now
	return reflect.DeepEqual(c, &then)
}

// standing is whether agreement and staff list let the caller work today.
func (c *Caller) standing() Standing { return c.Agreement.Worse(c.Staff) }
