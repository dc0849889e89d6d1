package access_test

import (
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
)

// writes is who changes which of the things; whoever is not here changes nothing.
var writes = map[string]string{
	"author clinician":   "plan, agreed, objected, restricted, no plan yet, draft, not for patient, of two",
	"practice clinician": "plan, agreed, no plan yet, draft, not for patient, of two",
	"residence staff":    "plan, agreed, no plan yet, draft, not for patient",
	"patient":            "plan, agreed, objected, restricted, no plan yet, draft",
	"attorney":           "plan, agreed, objected, restricted, no plan yet, draft",
	"partner":            "plan, agreed, objected, restricted, no plan yet, draft, not for patient, of two, practitioner",
	"administrator":      "plan, agreed, objected, restricted, no plan yet, draft, not for patient, of two, practitioner, organisation, value set, contract, agreement, officer's review, told by A, told by A of p, told by X of p, told by nobody",
}

// Who sees is not who writes: urgent care, a contact and a broken glass show, and change nothing. An
// organisation's code decides who sees what, and is not a partner's to change.
func TestWritable(t *testing.T) {
	for who, caller := range callers {
		d := access.Decide(caller)
		for what, label := range things {
			typ := map[string]fhir.Type{"practitioner": "Practitioner", "value set": "ValueSet", "contract": "Contract", "agreement": "Organization"}[what]
			if err := d.Writable(typ, label); (err == nil) != slices.Contains(strings.Split(writes[who], ", "), what) || err != nil && fhir.CodeOf(err) != fhir.CodeForbidden {
				t.Errorf("%s changes %s: %v", who, what, err)
			}
		}
		if err := d.Writable("Organization", access.Label(access.Resource{Type: "Organization"})); (err == nil) != (who == "administrator") {
			t.Errorf("%s changes an organisation: %v", who, err)
		}
	}
}

// Whoever works here names who and what a record speaks of; the rest is for administrators.
func TestCreatable(t *testing.T) {
	names := "author clinician, practice clinician, residence staff, paramedic, adviser, other clinician, crew in contact, broke the glass, glass whole again, " +
		"adviser with a grant, urgent care home, partner, administrator"
	for who, caller := range callers {
		d := access.Decide(caller)
		for typ, want := range map[fhir.Type]string{"Practitioner": names, "Organization": names, "ValueSet": "administrator", "Contract": "administrator"} {
			if err := d.Creatable(typ); (err == nil) != slices.Contains(strings.Split(want, ", "), who) || err != nil && fhir.CodeOf(err) != fhir.CodeForbidden {
				t.Errorf("%s makes a %s: %v", who, typ, err)
			}
		}
		if err := d.Feeds(); (err == nil) != (who == "partner") {
			t.Errorf("%s sends AuditEvents: %v", who, err)
		}
	}
}

// A decision that refuses shows nothing and lets nothing be written, whatever would be seen by it.
func TestDecision_Refused(t *testing.T) {
	label := ordinary.Of()
	refused := access.Decision{Refusal: access.Forbidden, Sees: label}
	if visible(refused, label) || refused.See(label) || refused.MayWrite(label) {
		t.Error("a refused caller sees or writes")
	}
	let := access.Decision{Sees: label}
	if !visible(let, label) || !let.See(label) || !let.MayWrite(label) {
		t.Error("the same caller does not see or write when not refused: the test shows nothing")
	}
	if none := (access.Decision{}); visible(none, label) || none.See(label) || none.MayWrite(label) {
		t.Error("who sees nothing sees something")
	}
}

// What every searchset says besides: nothing to those whom nothing is kept from that they might need in an emergency.
func TestDecide_Hints(t *testing.T) {
	more := map[string]bool{"residence staff": true, "adviser": true, "adviser with a grant": true, "urgent care home": true}
	emergency := map[string]bool{"author clinician": true, "practice clinician": true, "paramedic": true, "other clinician": true, "crew in contact": true, "broke the glass": true,
		"glass whole again": true, "lapsed agreement": true, "lapsed training": true, "lapsed, broke": true, "lapsed, broke nobody's": true}
	for who, caller := range callers {
		want := access.NoHint
		switch {
		case more[who]:
			want = access.MayBeMore
		case emergency[who]:
			want = access.MayBeEmergency
		}
		if got := access.Decide(caller).Hint; got != want {
			t.Errorf("%s: hint %v, want %v", who, got, want)
		}
	}
}

// Only relationships and the person write: no token of another sort does, alone.
func TestMayWrite_ByToken(t *testing.T) {
	for _, token := range slices.Concat(ordinary.Of(), restricted.Of(), things["practitioner"], things["value set"], things["contract"], things["officer's review"]) {
		d := access.Decision{Sees: []query.Token{token}}
		if want := token.System == "org" || token.System == "self"; d.MayWrite([]query.Token{token}) != want {
			t.Errorf("MayWrite() by %v = %v, want %v", token, !want, want)
		}
	}
}
