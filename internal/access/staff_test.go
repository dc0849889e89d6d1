package access_test

import (
	"testing"
	"time"

	"hearken/internal/access"
)

func TestStaffEntry_Standing(t *testing.T) {
	entry := access.StaffEntry{From: now.Add(-time.Hour), Until: now.Add(time.Hour), Trained: now.Add(time.Minute)}
	for _, row := range []struct {
		name   string
		change func(*access.StaffEntry)
		want   access.Standing
	}{
		{"on the list and trained", func(*access.StaffEntry) {}, access.InForce},
		{"without an end", func(e *access.StaffEntry) { e.Until = time.Time{} }, access.InForce},
		{"as it begins", func(e *access.StaffEntry) { e.From = now }, access.InForce},
		{"before it begins", func(e *access.StaffEntry) { e.From = now.Add(1) }, access.Never},
		{"as it ends", func(e *access.StaffEntry) { e.Until = now }, access.Lapsed},
		{"as the training ends", func(e *access.StaffEntry) { e.Trained = now }, access.Lapsed},
		{"never trained", func(e *access.StaffEntry) { e.Trained = time.Time{} }, access.Lapsed},
		{"taken off the list", func(e *access.StaffEntry) { e.Ended = true }, access.Lapsed},
	} {
		e := entry
		row.change(&e)
		if got := e.Standing(now); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

// What an agreement and an entry make of somebody: it is the agreement of their organisation, for their role
// and for what that role looks at records for.
func TestCaller_Work(t *testing.T) {
	every := []access.Role{access.Clinical, access.UrgentNonClinical, access.CareHome, access.PrivacyOfficer, access.Administrator, access.System, access.Patient, access.Proxy}
	signed := func(code string, purposes ...access.Purpose) access.Agreement {
		return access.Agreement{Organisation: code, Roles: every, Purposes: purposes}
	}
	for _, row := range []struct {
		name       string
		role       access.Role
		agreements []access.Agreement
		purpose    access.Purpose
		standing   access.Standing
		urgent     bool
	}{
		{"a clinician", access.Clinical, []access.Agreement{signed("A", access.Care)}, access.Care, access.InForce, false},
		{"of another organisation's agreement", access.Clinical, []access.Agreement{signed("X", access.Care, access.UrgentCare)}, access.Care, access.Never, false},
		{"whose own is for something else", access.Clinical, []access.Agreement{signed("X", access.Care), signed("A", access.Oversight)}, access.Care, access.Never, false},
		{"of urgent care", access.Clinical, []access.Agreement{signed("A", access.UrgentCare)}, access.UrgentCare, access.InForce, true},
		{"of urgent care by one of two", access.Clinical, []access.Agreement{signed("A", access.UrgentCare), signed("A", access.Care)}, access.UrgentCare, access.InForce, true},
		{"an adviser", access.UrgentNonClinical, []access.Agreement{signed("A", access.UrgentCare)}, access.UrgentCare, access.InForce, true},
		{"an adviser where nobody answers calls", access.UrgentNonClinical, []access.Agreement{signed("A", access.Care)}, access.Care, access.InForce, false},
		{"a care home's, under one of urgent care", access.CareHome, []access.Agreement{signed("A", access.UrgentCare)}, access.Care, access.Never, true},
		{"a privacy officer", access.PrivacyOfficer, []access.Agreement{signed("A", access.Oversight)}, access.Oversight, access.InForce, false},
		{"an administrator", access.Administrator, []access.Agreement{signed("A", access.Oversight)}, access.Oversight, access.InForce, false},
		{"a client", access.System, []access.Agreement{signed("A", access.Care)}, access.Care, access.InForce, false},
		{"a person", access.Patient, []access.Agreement{signed("A", access.Care)}, access.OwnRecord, access.Never, false},
		{"an attorney", access.Proxy, []access.Agreement{signed("A", access.Care)}, access.OwnRecord, access.Never, false},
		{"under one that has lapsed", access.Clinical, []access.Agreement{{Organisation: "A", Roles: every, Purposes: []access.Purpose{access.Care, access.UrgentCare}, Until: now}}, access.Care, access.Lapsed, false},
	} {
		for _, trained := range []time.Time{now.Add(1), now} {
			for _, claimed := range []access.Purpose{access.Unstated, access.OtherUse} {
				c := access.Caller{Now: now, Purpose: claimed}
				c.Work(access.StaffEntry{Organisation: "A", Role: row.role, Trained: trained}, row.agreements)
				want := access.Caller{Now: now, Role: row.role, Organisation: "A", Agreement: row.standing, Staff: access.Lapsed, Urgent: row.urgent, Purpose: row.purpose}
				if trained.After(now) {
					want.Staff, want.Partner = access.InForce, row.role == access.System
				}
				if claimed == access.OtherUse {
					want.Purpose = claimed
				}
				if c.Role != want.Role || c.Organisation != want.Organisation || c.Agreement != want.Agreement || c.Staff != want.Staff || c.Urgent != want.Urgent ||
					c.Purpose != want.Purpose || c.Partner != want.Partner {
					t.Errorf("%s: %+v, want %+v", row.name, c, want)
				}
			}
		}
	}
}

func TestCaller_MayKeepAgreements(t *testing.T) {
	for who, caller := range callers {
		if err := caller.MayKeepAgreements(); (err == nil) != (who == "administrator") {
			t.Errorf("%s: %v", who, err)
		}
	}
}

func TestCaller_PurposeCode(t *testing.T) {
	for want, all := range map[string][]access.Caller{
		"PATRQT":  {callers["patient"], callers["attorney"]},
		"HOPERAT": {callers["privacy officer"], callers["administrator"], callers["administrator of A"]},
		"ETREAT":  {callers["paramedic"], callers["adviser"]},
		"TREAT":   {callers["author clinician"], callers["partner"]},
		"":        {callers["nobody"], callers["clinician of no place"], {Organisation: "A", Urgent: true}, {Role: access.System, Urgent: true}},
	} {
		for _, c := range all {
			if got := c.PurposeCode(); got != want {
				t.Errorf("PurposeCode() of %v of %q = %q, want %q", c.Role, c.Organisation, got, want)
			}
		}
	}
}

func TestParseRole(t *testing.T) {
	for role := access.Clinical; role <= access.Administrator; role++ {
		if got := access.ParseRole(role.String()); got != role {
			t.Errorf("ParseRole(%q) = %v", role, got)
		}
	}
	for _, code := range []string{"nobody", "", "Clinical"} {
		if got := access.ParseRole(code); got != 0 {
			t.Errorf("ParseRole(%q) = %v, want none", code, got)
		}
	}
}
