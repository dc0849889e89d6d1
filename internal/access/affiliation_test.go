package access_test

import (
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
)

func TestAffiliation_Widens(t *testing.T) {
	none, a, b, unknown := access.Affiliation{}, access.Affiliation{Named: true, Code: "A"}, access.Affiliation{Named: true, Code: "B"}, access.Affiliation{Named: true}
	for _, row := range []struct {
		name          string
		before, after access.Affiliation
		want          bool
	}{
		{"none", none, none, false},
		{"none any more", a, none, false},
		{"the same", a, a, false},
		{"one", none, a, true},
		{"another", a, b, true},
		{"one that is not found", a, unknown, true},
		{"of none that was found, one that is not", unknown, unknown, true},
		{"found", unknown, a, true},
		{"not found any more", unknown, none, false},
	} {
		if got := row.after.Widens(row.before); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

func TestAffiliates(t *testing.T) {
	administrator := access.Caller{Role: access.Administrator, Purpose: access.Oversight}
	partner := access.Caller{Role: access.System, Purpose: access.Care, Organisation: "RA1", Agreement: access.InForce, Staff: access.InForce, Partner: true}
	nurse := access.Caller{Role: access.Clinical, Purpose: access.Care, Organisation: "RA1", Agreement: access.InForce, Staff: access.InForce}
	own, other, none, unknown := access.Affiliation{Named: true, Code: "RA1"}, access.Affiliation{Named: true, Code: "RB2"}, access.Affiliation{}, access.Affiliation{Named: true}
	directory := access.Label(access.Resource{Type: "PractitionerRole"})
	record := access.Label(access.Resource{Type: "CareTeam"}, (&access.Record{Patient: "p", Authors: []string{"RA1"}}).Of())
	for _, row := range []struct {
		name          string
		caller        access.Caller
		id            fhir.ID
		exists        bool
		label         []query.Token
		before, after access.Affiliation
		waits, fails  bool
	}{
		{"an administrator changes it", administrator, "r", true, directory, own, other, true, false},
		{"makes it under an id", administrator, "r", false, nil, none, own, true, false},
		{"takes it away", administrator, "r", true, directory, own, none, false, false},
		{"writes it as it is", administrator, "r", true, directory, own, own, false, false},
		{"makes one of none", administrator, "r", false, nil, none, none, false, false},
		{"a partner changes its own", partner, "r", true, directory, own, other, false, true},
		{"has it be its own", partner, "r", true, directory, none, own, false, true},
		{"under an id like its own", partner, "RA1-r", true, directory, none, own, false, true},
		{"writes its own as it is", partner, "r", true, directory, own, own, false, false},
		{"takes its own away", partner, "r", true, directory, own, none, false, false},
		{"writes another's as it is", partner, "r", true, directory, other, other, false, true},
		{"takes another's away", partner, "r", true, directory, other, none, false, true},
		{"in a record of theirs", partner, "r", true, record, other, other, false, false},
		{"takes it away there", partner, "r", true, record, other, none, false, false},
		{"has it be its own there", partner, "r", true, record, other, own, false, true},
		{"writes what is nobody's", partner, "r", true, directory, none, none, false, false},
		{"writes what is not found", partner, "r", true, directory, unknown, none, false, false},
		{"makes one of its own", partner, "RA1-r", false, nil, none, own, false, false},
		{"under another id", partner, "r", false, nil, none, own, false, true},
		{"under one that begins like it", partner, "RA11", false, nil, none, own, false, true},
		{"of another", partner, "RA1-r", false, nil, none, other, false, true},
		{"of what is not found", partner, "RA1-r", false, nil, none, unknown, false, true},
		{"of none", partner, "r", false, nil, none, none, false, false},
		{"a nurse writes it as it is", nurse, "r", true, record, other, other, false, false},
		{"takes it away, in a record", nurse, "r", true, record, other, none, false, false},
		{"of another, in no record", nurse, "r", true, directory, other, other, false, false},
		{"changes it", nurse, "r", true, record, other, own, false, true},
		{"makes it", nurse, "RA1-r", false, nil, none, own, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := access.Decide(row.caller)
			waits, err := row.caller.Affiliates(&d, &access.Affiliating{ID: row.id, Exists: row.exists, Label: row.label, Before: row.before, After: row.after})
			if waits != row.waits || (err != nil) != row.fails {
				t.Errorf("waits %v, %v; want %v, %v", waits, err, row.waits, row.fails)
			}
			if err != nil && fhir.CodeOf(err) != fhir.CodeForbidden {
				t.Errorf("%v", err)
			}
		})
	}
}
