package access

import (
	"testing"

	"hearken/fhir"
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

// An objection that waits is seen by whoever sees one that is recorded, and no resource but the Patient says that it waits.
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
		{"an attorney", at(Proxy, ""), true, false, false},
		{"a privacy officer", at(PrivacyOfficer, "A"), true, false, false},
		{"a client", Caller{Role: System, Partner: true, Organisation: "A", Agreement: InForce, Staff: InForce}, false, false, false},
	} {
		d := Decide(row.caller)
		if err := row.caller.MayConfirm(&d, label, row.user, row.own); (err == nil) != row.want {
			t.Errorf("%s: %v, want allowed %t", row.name, err, row.want)
		}
	}
}
