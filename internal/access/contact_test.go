package access_test

import (
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/access"
)

// sending is a dispatch system of organisation U, its entry, and the agreement that lets it be one.
func sending() (access.Caller, access.StaffEntry, access.Agreement) {
	entry := access.StaffEntry{Organisation: "U", Role: access.Dispatch, From: now.Add(-time.Hour), Trained: now.Add(time.Hour)}
	agreement := access.Agreement{Organisation: "U", From: now.Add(-time.Hour), Until: now.Add(time.Hour),
		Roles: []access.Role{access.Clinical, access.Dispatch}, Purposes: []access.Purpose{access.Care, access.UrgentCare}}
	system := access.Caller{Now: now}
	system.Work(entry, []access.Agreement{agreement})
	return system, entry, agreement
}

func TestMayDispatch(t *testing.T) {
	system, entry, agreement := sending()
	if err := system.MayDispatch(); err != nil || system.Purpose != access.UrgentCare || system.PurposeCode() != "ETREAT" || system.Partner {
		t.Errorf("%v, for purpose %d (%s), partner %v", err, system.Purpose, system.PurposeCode(), system.Partner)
	}
	for who, caller := range callers {
		if err := caller.MayDispatch(); fhir.CodeOf(err) != fhir.CodeForbidden {
			t.Errorf("%s: %v", who, err)
		}
	}
	for name, change := range map[string]func(*access.StaffEntry, *access.Agreement, *access.Caller){
		"taken off the list": func(e *access.StaffEntry, _ *access.Agreement, _ *access.Caller) { e.Ended = true },
		"of no organisation": func(e *access.StaffEntry, a *access.Agreement, _ *access.Caller) {
			e.Organisation, a.Organisation = "", ""
		},
		"an exchange partner":               func(e *access.StaffEntry, _ *access.Agreement, _ *access.Caller) { e.Role = access.System },
		"under a lapsed agreement":          func(_ *access.StaffEntry, a *access.Agreement, _ *access.Caller) { a.Until = now },
		"under another's agreement":         func(_ *access.StaffEntry, a *access.Agreement, _ *access.Caller) { a.Organisation = "X" },
		"whose agreement is for care alone": func(_ *access.StaffEntry, a *access.Agreement, _ *access.Caller) { a.Purposes = a.Purposes[:1] },
		"whose agreement is not for it":     func(_ *access.StaffEntry, a *access.Agreement, _ *access.Caller) { a.Roles = a.Roles[:1] },
		"for research":                      func(_ *access.StaffEntry, _ *access.Agreement, c *access.Caller) { c.Purpose = access.OtherUse },
	} {
		e, a, c := entry, agreement, access.Caller{Now: now}
		change(&e, &a, &c)
		if c.Work(e, []access.Agreement{a}); fhir.CodeOf(c.MayDispatch()) != fhir.CodeForbidden {
			t.Errorf("a system %s dispatches: %v", name, c.MayDispatch())
		}
	}
}

// A dispatch system sees what any client sees, and nothing of anybody; and privacy officers see whom the
// systems of their organisation send to whom.
func TestDecide_Dispatch(t *testing.T) {
	system, _, _ := sending()
	system.Contacts = []fhir.ID{"p"}
	contact := access.Label(access.Resource{Type: "Basic", Fact: true, Sends: "U"}, ordinary.Of())
	seen := map[string]bool{"practitioner": true, "value set": true}
	for what, label := range things {
		if d := access.Decide(system); d.See(label) != seen[what] || d.MayWrite(label) {
			t.Errorf("%s: seen %v, written %v", what, d.See(label), d.MayWrite(label))
		}
	}
	for name, row := range map[string]struct {
		caller access.Caller
		want   bool
	}{
		"the system": {system, false}, "an administrator": {callers["administrator"], true}, "its privacy officer": {staff(access.PrivacyOfficer, "U"), true},
		"another's": {callers["privacy officer"], false}, "an author": {callers["author clinician"], false}, "the crew": {callers["crew in contact"], false}, "the person": {callers["patient"], false},
	} {
		if d := access.Decide(row.caller); d.See(contact) != row.want {
			t.Errorf("%s sees the contact: %v", name, !row.want)
		}
	}
	if d := access.Decide(staff(access.PrivacyOfficer, "U")); d.See(access.Label(access.Resource{Type: "Basic", Sends: "U"}, ordinary.Of())) {
		t.Error("what is no fact is shown as one")
	}
}

func TestInContact(t *testing.T) {
	_, entry, agreement := sending()
	crew := urgentStaff(access.Clinical, "U")
	type change struct {
		caller    *access.Caller
		contact   *access.Contact
		agreement *access.Agreement
	}
	for name, row := range map[string]struct {
		change func(change)
		want   bool
	}{
		"as it was told":                   {func(change) {}, true},
		"told just now":                    {func(c change) { c.contact.From = now }, true},
		"not begun":                        {func(c change) { c.contact.From = now.Add(1) }, false},
		"at its last moment":               {func(c change) { c.contact.Until = now.Add(1) }, true},
		"over":                             {func(c change) { c.contact.Until = now }, false},
		"ended":                            {func(c change) { c.contact.Ended = true }, false},
		"by two administrators":            {func(c change) { c.contact.Organisation, c.contact.System = "", nil }, true},
		"by two administrators, and ended": {func(c change) { c.contact.Organisation, c.contact.Ended = "", true }, false},
		"to one who works elsewhere now":   {func(c change) { c.caller.Organisation = "X" }, false},
		"to one of no place, by a system of none":   {func(c change) { c.caller.Organisation, c.contact.Organisation = "", "" }, true},
		"by a system that is on no list":            {func(c change) { c.contact.System = nil }, false},
		"by a system that was taken off":            {func(c change) { c.contact.System[0].Ended = true }, false},
		"by a system that is another's now":         {func(c change) { c.contact.System[0].Organisation = "X" }, false},
		"by a system registered twice, and off one": {func(c change) { c.contact.System = append(c.contact.System, entry); c.contact.System[0].Ended = true }, true},
		"by a system that exchanges plans now":      {func(c change) { c.contact.System[0].Role = access.System }, false},
		"under an agreement that lapsed":            {func(c change) { c.agreement.Ended = true }, false},
		"under one that is for it no longer":        {func(c change) { c.agreement.Roles = []access.Role{access.Clinical} }, false},
	} {
		caller, agreement := crew, agreement
		contact := access.Contact{Patients: []fhir.ID{"p"}, From: now.Add(-time.Minute), Until: now.Add(time.Minute), Organisation: "U", System: []access.StaffEntry{entry}}
		row.change(change{&caller, &contact, &agreement})
		others := agreement
		others.Organisation = "X"
		if got := caller.InContact(&contact, []access.Agreement{agreement, others}); got != row.want {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

// A contact is open for four hours after it was last told of, and for twelve at most; it is spent when it
// opens nothing, and no bound counts it.
func TestContact_Times(t *testing.T) {
	for _, row := range []struct {
		name        string
		from, until time.Duration // before now
		ended       bool
		renewed     time.Duration // after now
		over, spent bool
	}{
		{"new", 0, -4 * time.Hour, false, 4 * time.Hour, false, false},
		{"of seven hours", 7 * time.Hour, time.Hour, false, 4 * time.Hour, false, true},
		{"of eight hours", 8 * time.Hour, -time.Hour, false, 4 * time.Hour, false, false},
		{"of nine hours", 9 * time.Hour, -time.Hour, false, 3 * time.Hour, false, false},
		{"of nearly twelve", 12*time.Hour - 1, -time.Hour, false, 1, false, false},
		{"of twelve", 12 * time.Hour, 0, false, 0, true, true},
		{"ended", time.Hour, -time.Hour, true, 4 * time.Hour, true, true},
		{"ended within the hour", time.Hour - 1, -time.Hour, true, 4 * time.Hour, true, false},
	} {
		k := access.Contact{From: now.Add(-row.from), Until: now.Add(-row.until), Ended: row.ended}
		if got := k.Renewed(now); !got.Equal(now.Add(row.renewed)) || k.Over(now) != row.over || k.Spent(now) != row.spent {
			t.Errorf("%s: renewed until %v, over %v, spent %v", row.name, got.Sub(now), k.Over(now), k.Spent(now))
		}
	}
}

func TestMaySend(t *testing.T) {
	system, _, _ := sending()
	for _, row := range []struct {
		name   string
		change func(*access.StaffEntry)
		want   bool
	}{
		{"a paramedic", func(*access.StaffEntry) {}, true},
		{"an adviser", func(e *access.StaffEntry) { e.Role = access.UrgentNonClinical }, true},
		{"staff of a care home", func(e *access.StaffEntry) { e.Role = access.CareHome }, false},
		{"a privacy officer", func(e *access.StaffEntry) { e.Role = access.PrivacyOfficer }, false},
		{"an administrator", func(e *access.StaffEntry) { e.Role = access.Administrator }, false},
		{"itself", func(e *access.StaffEntry) { e.Role = access.Dispatch }, false},
		{"another's", func(e *access.StaffEntry) { e.Organisation = "X" }, false},
		{"one who left", func(e *access.StaffEntry) { e.Ended = true }, false},
		{"one whose training is over", func(e *access.StaffEntry) { e.Trained = now }, false},
		{"one who begins tomorrow", func(e *access.StaffEntry) { e.From = now.Add(1) }, false},
	} {
		entry := access.StaffEntry{Organisation: "U", Role: access.Clinical, Trained: now.Add(1)}
		if row.change(&entry); system.MaySend(&entry) != row.want {
			t.Errorf("%s: %v", row.name, !row.want)
		}
	}
}

func TestMaySendAgain(t *testing.T) {
	system, _, _ := sending()
	contacts := func(n int, from, until time.Duration) (all []access.Contact) {
		for range n {
			all = append(all, access.Contact{From: now.Add(-from), Until: now.Add(until)})
		}
		return all
	}
	for _, row := range []struct {
		name  string
		named []access.Contact
		want  bool
	}{
		{"the first", nil, true},
		{"the eighth at once", contacts(7, 2*time.Hour, 1), true},
		{"the ninth", contacts(8, 2*time.Hour, 1), false},
		{"after eight that are over", contacts(8, 2*time.Hour, 0), true},
		{"the twelfth within the hour", contacts(11, time.Hour-1, 0), true},
		{"the thirteenth", contacts(12, time.Hour-1, 0), false},
		{"an hour later", contacts(12, time.Hour, 0), true},
	} {
		if err := system.MaySendAgain(row.named); (err == nil) != row.want || err != nil && fhir.CodeOf(err) != fhir.CodeThrottled {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	for n, want := range map[int]bool{0: true, 599: true, 600: false} {
		sent := make([]time.Time, n, n+5)
		for i := range sent {
			sent[i] = now.Add(1 - time.Hour)
		}
		for range 5 {
			sent = append(sent, now.Add(-time.Hour))
		}
		if err := system.MayDispatchAgain(sent); (err == nil) != want || err != nil && fhir.CodeOf(err) != fhir.CodeThrottled {
			t.Errorf("after %d within the hour: %v", n, err)
		}
	}
}
