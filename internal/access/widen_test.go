package access

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// The table of the package comment, as far as sharing goes.
func TestWidens(t *testing.T) {
	for before, row := range map[Sharing]map[Sharing]bool{
		NotRecorded: {NotRecorded: false, Agreed: false, Objected: false},
		Agreed:      {NotRecorded: false, Agreed: false, Objected: false},
		Objected:    {NotRecorded: true, Agreed: true, Objected: false},
	} {
		for after, want := range row {
			if got := Widens(before, after); got != want {
				t.Errorf("Widens(%d, %d) = %t, want %t", before, after, got, want)
			}
		}
	}
}

// An objection that waits is seen by whoever sees one that is recorded, and no resource but the Patient says
// that it waits.
func TestRecord_Waits(t *testing.T) {
	record := Record{Patient: "p", Published: true, Authors: []string{"A"}, Practices: []string{"P"}, Sharing: Agreed, Waits: "t"}
	objected := record
	objected.Sharing, objected.Waits = Objected, ""
	label := record.Of()
	if got := WaitsFor(label); got != fhir.ID("t") {
		t.Errorf("WaitsFor(%v) = %q", label, got)
	}
	if got := WaitsFor(Label(Resource{Type: "Patient"}, label)); got != "t" {
		t.Errorf("the Patient's label lost it: %q", got)
	}
	plan, want := Label(Resource{Type: "CarePlan"}, label), Label(Resource{Type: "CarePlan"}, objected.Of())
	if len(plan) != len(want) || WaitsFor(plan) != "" {
		t.Errorf("a plan's label = %v, want %v", plan, want)
	}
	if got := WaitsFor(Label(Resource{Type: "CarePlan"}, label, objected.Of())); got != "" {
		t.Errorf("of two patients: %q", got)
	}
}

// A closed record shows itself to those who saw it and those who are confirmed, whoever else is named.
func TestRecord_Admitted(t *testing.T) {
	objected, restricted := Record{Patient: "p", Sharing: Objected, Authors: []string{"A"}}, Record{Patient: "p", Restricted: true, Authors: []string{"A"}}
	open := Record{Patient: "p", Sharing: Agreed, Authors: []string{"A"}, Practices: []string{"P"}}
	named := func(r Record, codes ...string) Record { r.Authors = codes; return r }
	waits := open
	waits.Waits = "t"
	for _, row := range []struct {
		name      string
		before    Record
		after     Record
		confirmed []string
		want      []string
	}{
		{"an author of an open record", open, named(open, "A", "B"), nil, []string{"A", "B"}},
		{"an author as it closes", open, named(objected, "A", "B"), nil, []string{"A", "B"}},
		{"an author of one objected to", objected, named(objected, "B", "A", "C"), nil, []string{"A"}},
		{"of a restricted one", restricted, named(restricted, "A", "B"), nil, []string{"A"}},
		{"of one that becomes closed otherwise", restricted, named(objected, "A", "B"), nil, []string{"A"}},
		{"of one whose objection waits", objected, named(waits, "A", "B"), nil, []string{"A"}},
		{"after that", waits, named(waits, "A", "B"), nil, []string{"A"}},
		{"an author as it opens", objected, named(open, "A", "B"), nil, []string{"A", "B"}},
		{"an author fewer", named(restricted, "A", "B"), named(restricted, "B"), nil, []string{"B"}},
		{"in the place of the other", objected, named(objected, "B"), nil, nil},
		{"confirmed", objected, named(objected, "A", "B", "C"), []string{"B"}, []string{"A", "B"}},
		{"confirmed and not named any more", objected, objected, []string{"B"}, []string{"A"}},
		{"the practice is none", objected, named(objected, "A", "P"), nil, []string{"A"}},
	} {
		label := row.before.Of()
		got := row.after.Admitted(label, row.confirmed)
		if diff := cmp.Diff(row.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", row.name, diff)
		}
		if got := Closed(label); got != (len(row.before.Practices) == 0 || row.before.Waits != "") {
			t.Errorf("%s: Closed(%v) = %v", row.name, label, got)
		}
	}
	if got := named(objected, "A", "B"); len(got.Admitted(nil, nil)) != 2 {
		t.Error("a record that was not there keeps those who make it out")
	}
}

// A Task that waits is seen by those who may confirm it, and by administrators; when it is over by
// administrators alone.
func TestLabel_Waits(t *testing.T) {
	label := (&Record{Patient: "p", Published: true, Sharing: Agreed, Authors: []string{"A"}, Practices: []string{"P"}, Waits: "t"}).Of()
	for _, row := range []struct {
		resource Resource
		patients [][]query.Token
		want     []query.Token
	}{
		{Resource{Type: "Task", Fact: true, Waits: true}, [][]query.Token{label}, []query.Token{admin, ofOrganisation("A")}},
		{Resource{Type: "Task", Fact: true}, [][]query.Token{label}, []query.Token{admin}},
		{Resource{Type: "Task", Fact: true, Waits: true}, nil, []query.Token{admin}},
		{Resource{Type: "Task", Fact: true, Waits: true}, [][]query.Token{label, label}, []query.Token{admin}},
		{Resource{Type: "Task", Waits: true}, [][]query.Token{label}, slices.DeleteFunc(slices.Clone(label), func(t query.Token) bool { return t.System == systemWaits })}, // of a client's making
	} {
		if diff := cmp.Diff(row.want, Label(row.resource, row.patients...)); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", row.resource, diff)
		}
	}
}

func TestPerson_Same(t *testing.T) {
	ann := Person{Issuer: "i", Subject: "ann", Entries: []string{"PractitionerRole/1", "Practitioner/a"}}
	for name, row := range map[string]struct {
		other Person
		want  bool
	}{
		"the same token":               {Person{Issuer: "i", Subject: "ann"}, true},
		"the same name elsewhere":      {Person{Issuer: "j", Subject: "ann"}, false},
		"another of the issuer":        {Person{Issuer: "i", Subject: "bob", Entries: []string{"PractitionerRole/2"}}, false},
		"another token, one entry":     {Person{Issuer: "j", Subject: "x", Entries: []string{"PractitionerRole/1"}}, true},
		"another entry, one person":    {Person{Issuer: "j", Subject: "x", Entries: []string{"PractitionerRole/2", "Practitioner/a"}}, true},
		"nobody on a list, both times": {Person{Issuer: "j", Subject: "x"}, false},
	} {
		if got, back := ann.Same(&row.other), row.other.Same(&ann); got != row.want || back != row.want {
			t.Errorf("%s: %v and %v, want %v", name, got, back, row.want)
		}
	}
}

func TestMayConfirm(t *testing.T) {
	label := (&Record{Patient: "p", Authors: []string{"A"}, Waits: "t"}).Of()
	at := func(role Role, code string) Caller {
		return Caller{Role: role, Organisation: code, Agreement: InForce, Staff: InForce, Purpose: Care, Patient: "p", ActsFor: []fhir.ID{"p"}}
	}
	for _, row := range []struct {
		name      string
		caller    Caller
		user, own bool
		want      bool
	}{
		{"a colleague", at(Clinical, "A"), true, false, true},
		{"the same person", at(Clinical, "A"), true, true, false},
		{"of another organisation", at(Clinical, "X"), true, false, false},
		{"an administrator", Caller{Role: Administrator, Purpose: Oversight}, true, false, true},
		{"the same administrator", Caller{Role: Administrator, Purpose: Oversight}, true, true, false},
		{"an administrator's client", Caller{Role: Administrator, Purpose: Oversight}, false, false, false},
		{"one of an organisation", at(Administrator, "A"), true, false, false},
		{"the person", at(Patient, ""), true, false, false},
		{"the person who did it", at(Patient, ""), true, true, false},
		{"an attorney", at(Proxy, ""), true, false, false},
		{"a privacy officer", at(PrivacyOfficer, "A"), true, false, false},
		{"a client", Caller{Role: System, Partner: true, Organisation: "A", Agreement: InForce, Staff: InForce}, false, false, false},
	} {
		d := Decide(row.caller)
		if err := row.caller.MayConfirm(EndsObjection, &d, label, row.user, row.own); (err == nil) != row.want {
			t.Errorf("%s: %v, want allowed %t", row.name, err, row.want)
		}
		if err := row.caller.MayDecline(EndsObjection, &d, label, row.user, row.own); (err == nil) != (row.want || row.user && row.own) {
			t.Errorf("%s declines: %v", row.name, err)
		}
	}
}

// A restriction is lifted by the admin plane: asked for by it or by the privacy officer of an author, and
// confirmed by it alone.
func TestMayLift(t *testing.T) {
	label := (&Record{Patient: "p", Authors: []string{"A"}, Practices: []string{"P"}, Restricted: true}).Of()
	at := func(role Role, code string, standing Standing) Caller {
		return Caller{Role: role, Organisation: code, Agreement: InForce, Staff: standing, Purpose: Care, Patient: "p"}
	}
	for _, row := range []struct {
		name   string
		caller Caller
		asks   fhir.IssueCode // "" is allowed
		judges bool
	}{
		{"an administrator", Caller{Role: Administrator, Purpose: Oversight}, "", true},
		{"one of an organisation", at(Administrator, "A", InForce), fhir.CodeForbidden, false},
		{"the privacy officer of an author", at(PrivacyOfficer, "A", InForce), "", false},
		{"who has left", at(PrivacyOfficer, "A", Lapsed), fhir.CodeForbidden, false},
		{"of no organisation", at(PrivacyOfficer, "", InForce), fhir.CodeForbidden, false},
		{"of the practice, which does not see it", at(PrivacyOfficer, "P", InForce), fhir.CodeNotFound, false},
		{"a clinician of an author", at(Clinical, "A", InForce), fhir.CodeForbidden, false},
		{"the person", at(Patient, "", InForce), fhir.CodeForbidden, false},
		{"a client", at(System, "A", InForce), fhir.CodeForbidden, false},
	} {
		if err := row.caller.MayLift(label); (err == nil) != (row.asks == "") || err != nil && fhir.CodeOf(err) != row.asks {
			t.Errorf("%s asks: %v, want %q", row.name, err, row.asks)
		}
		d := Decide(row.caller)
		if err := row.caller.MayConfirm(EndsRestriction, &d, label, true, false); (err == nil) != row.judges {
			t.Errorf("%s confirms: %v, want allowed %v", row.name, err, row.judges)
		}
		if err := row.caller.MayDecline(EndsRestriction, &d, label, true, false); (err == nil) != row.judges {
			t.Errorf("%s declines: %v, want allowed %v", row.name, err, row.judges)
		}
	}
}

// Who may write into a record judges what is of records, and administrators all; who asked for something ends
// it, and confirms nothing.
func TestMayJudge_ByChange(t *testing.T) {
	label := (&Record{Patient: "p", Authors: []string{"A"}}).Of()
	colleague := Caller{Role: Clinical, Organisation: "A", Agreement: InForce, Staff: InForce, Purpose: Care}
	stranger := Caller{Role: Clinical, Organisation: "X", Agreement: InForce, Staff: InForce, Purpose: Care}
	administrator := Caller{Role: Administrator, Purpose: Oversight}
	for _, row := range []struct {
		name           string
		caller         Caller
		what           Change
		user, own      bool
		confirms, ends bool
	}{
		{"a colleague, of an objection", colleague, EndsObjection, true, false, true, true},
		{"a colleague, of an author", colleague, AddsAuthor, true, false, true, true},
		{"a colleague, of a restriction", colleague, EndsRestriction, true, false, false, false},
		{"an administrator, of a restriction", administrator, EndsRestriction, true, false, true, true},
		{"of another organisation", stranger, AddsAuthor, true, false, false, false},
		{"of another organisation, who asked for it", stranger, AddsAuthor, true, true, false, true},
		{"the colleague who asked for it", colleague, AddsAuthor, true, true, false, true},
		{"a client", colleague, AddsAuthor, false, true, false, false},
	} {
		d := Decide(row.caller)
		if err := row.caller.MayConfirm(row.what, &d, label, row.user, row.own); (err == nil) != row.confirms {
			t.Errorf("%s: confirms: %v", row.name, err)
		}
		if err := row.caller.MayDecline(row.what, &d, label, row.user, row.own); (err == nil) != row.ends {
			t.Errorf("%s: ends it: %v", row.name, err)
		}
	}
}
