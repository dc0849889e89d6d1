package access_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
)

var letter = fhir.Key{Type: "DocumentReference", ID: "d"}

// What names a context is seen by exactly those who see that: their tokens are in its label, and marks by
// which it is found.
func TestResource_In(t *testing.T) {
	when := ends.Format(time.RFC3339)
	withheld := access.Label(access.Resource{Type: "Observation", FromPatient: true, Marks: access.MarkWhole(ends)}, ordinary.Of())
	waits := ordinary
	waits.Waits = "t"
	marked := access.Label(access.Resource{Type: "Observation", Marks: access.MarkParameters([]string{"code"}, ends)}, ordinary.Of())
	for name, row := range map[string]struct {
		of      access.Resource
		context access.Context
		want    []query.Token
	}{
		"a letter": {access.Resource{}, access.Context{letter, things["plan"], []fhir.ID{"p"}, false},
			tokens("contact", "p", "context", "DocumentReference/d", "emergency", "p", "org", "A", "org", "H", "org", "P", "record", "p", "self", "p", "urgent", "")},
		"of a restricted record":                  {access.Resource{}, access.Context{letter, things["restricted"], nil, false}, tokens("contact", "p", "context", "DocumentReference/d", "emergency", "p", "org", "A", "restricted", "", "self", "p")},
		"of two":                                  {access.Resource{}, access.Context{letter, things["of two"], []fhir.ID{"p", "q"}, false}, tokens("context", "DocumentReference/d", "org", "A", "org", "P", "record", "p", "record", "q", "urgent", "")},
		"what waits is the patient's own":         {access.Resource{}, access.Context{letter, waits.Of(), nil, false}, tokens("context", "DocumentReference/d", "emergency", "p", "org", "A", "self", "p")},
		"withheld from the person":                {access.Resource{}, access.Context{letter, withheld, nil, false}, tokens("contact", "p", "context", "DocumentReference/d", "emergency", "p", "later", "p|"+when, "org", "A", "org", "H", "org", "P", "urgent", "")},
		"of the context's own marks nothing":      {access.Resource{}, access.Context{letter, marked, nil, false}, tokens("contact", "p", "context", "DocumentReference/d", "emergency", "p", "org", "A", "org", "H", "org", "P", "self", "p", "urgent", "")},
		"itself withheld":                         {access.Resource{FromPatient: true}, access.Context{letter, tokens("org", "A", "self", "p"), nil, false}, tokens("context", "DocumentReference/d", "org", "A")},
		"itself withheld, its context until then": {access.Resource{FromPatient: true}, access.Context{letter, tokens("later", "p|"+when, "org", "A"), nil, false}, tokens("context", "DocumentReference/d", "org", "A")},
		"its context withheld in part":            {access.Resource{}, access.Context{letter, tokens("later", "p|"+when, "org", "A", "self", "p"), nil, true}, tokens("context", "DocumentReference/d", "org", "A")},
		"its own marks":                           {access.Resource{Marks: access.MarkParameters([]string{"code"}, time.Time{})}, access.Context{letter, tokens("org", "A"), nil, false}, tokens("context", "DocumentReference/d", "org", "A", "withheld code", "-")},
		"a fact":                                  {access.Resource{Fact: true}, access.Context{letter, tokens("admin", "", "org", "A"), []fhir.ID{"p"}, false}, tokens("context", "DocumentReference/d", "record", "p")},
		"not there":                               {access.Resource{}, access.Context{Key: letter}, tokens("context", "DocumentReference/d")},
		"none":                                    {access.Resource{}, access.Context{}, tokens("context", "")},
	} {
		got := row.of.In(row.context)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if !access.Names(got, row.context.Key) || access.Names(got, fhir.Key{Type: "DocumentReference", ID: "other"}) {
			t.Errorf("%s: it does not name its context, or another", name)
		}
	}
}

// Each caller of the table sees of what names a thing what they see of the thing; of what is withheld from
// the person besides, the person nothing.
func TestDecide_WhatNamesIsSeenAsItsContext(t *testing.T) {
	for who, caller := range callers {
		d := access.Decide(caller)
		for what, context := range things {
			named := access.Context{Key: letter, Label: context, Patients: []fhir.ID{"p", "q"}}
			if got, want := d.See((&access.Resource{Type: "Binary"}).In(named)), d.See(context); got != want {
				t.Errorf("%s sees what names the %s: %v, want %v", who, what, got, want)
			}
			if got := d.See((&access.Resource{Type: "Binary", FromPatient: true}).In(named)); got && !d.See(context) || got && caller.Role == access.Patient && what != "value set" {
				t.Errorf("%s sees what names the %s and is itself withheld from the person", who, what)
			}
			if d.See((&access.Resource{Type: "Binary", Fact: true}).In(named)) {
				t.Errorf("%s sees a fact that names the %s", who, what)
			}
		}
	}
}

// Nobody sees anything by a mark, whatever it names.
func TestResource_InMarks(t *testing.T) {
	label := (&access.Resource{}).In(access.Context{Key: fhir.Key{Type: "Patient", ID: "p"}, Patients: []fhir.ID{"p"}})
	for who, c := range map[string]access.Caller{
		"the person": {Role: access.Patient, Purpose: access.OwnRecord, Patient: "p"}, "an administrator": {Role: access.Administrator, Purpose: access.Oversight},
	} {
		if d := access.Decide(c); d.See(label) {
			t.Errorf("%s sees what is not there by %v", who, label)
		}
	}
	if got := access.WithoutMarks(label); len(got) != 0 {
		t.Errorf("WithoutMarks() = %v", got)
	}
}

// A resource may be given another context when nobody sees it by that who does not now.
func TestOpens(t *testing.T) {
	before := tokens("context", "CarePlan/c", "org", "A", "org", "P", "record", "p", "self", "p")
	for name, row := range map[string]struct {
		before, after []query.Token
		want          bool
	}{
		"the same":                        {before, tokens("context", "CarePlan/d", "org", "A", "org", "P", "record", "p", "self", "p"), false},
		"fewer":                           {before, tokens("context", "CarePlan/d", "org", "A"), false},
		"nobody":                          {before, tokens("context", ""), false},
		"another organisation":            {before, tokens("org", "A", "org", "X"), true},
		"urgent care":                     {before, tokens("org", "A", "urgent", ""), true},
		"another person":                  {before, tokens("org", "A", "self", "q"), true},
		"everybody":                       {before, tokens("public", ""), true},
		"restricted":                      {before, tokens("org", "A", "restricted", ""), false},
		"the person, later":               {before, tokens("later", "p|2025-01-01T00:00:00Z"), false},
		"another person, later":           {before, tokens("later", "q|2025-01-01T00:00:00Z"), true},
		"the person, when they did not":   {tokens("org", "A"), tokens("later", "p|2025-01-01T00:00:00Z"), true},
		"the person, as late":             {tokens("later", "p|2025-01-01T00:00:00Z"), tokens("later", "p|2025-01-01T00:00:00Z"), false},
		"the person, sooner":              {tokens("later", "p|2025-01-01T00:00:00Z"), tokens("later", "p|2024-01-01T00:00:00Z"), true},
		"the person, now":                 {tokens("later", "p|2025-01-01T00:00:00Z"), tokens("self", "p"), true},
		"somebody, of what nobody sees":   {nil, tokens("org", "A"), true},
		"nobody, of what nobody sees yet": {nil, tokens("context", "CarePlan/d", "record", "p"), false},
	} {
		if got := access.Opens(row.before, row.after); got != row.want {
			t.Errorf("%s: Opens() = %v, want %v", name, got, row.want)
		}
	}
}

// What names a context is found by it, and by the patients whose record that is part of.
func TestContext_Conditions(t *testing.T) {
	param := &query.Parameter{Base: "Binary", Code: query.AccessCode, Kind: query.KindToken}
	has := func(e query.Expr, label []query.Token) bool {
		m := e.(query.Match)
		for _, token := range label {
			if m.Parameter == param && query.Satisfies(m.Test, token) {
				return true
			}
		}
		return false
	}
	label, none := (&access.Resource{}).In(access.Context{letter, nil, []fhir.ID{"p"}, false}), (&access.Resource{}).In(access.Context{})
	for name, row := range map[string]struct {
		e           query.Expr
		named, none bool
	}{
		"named":            {access.NamedBy(param, letter), true, false},
		"another":          {access.NamedBy(param, fhir.Key{Type: "DocumentReference", ID: "p"}), false, false},
		"of the patient":   {access.InRecord(param, "p"), true, false},
		"of another":       {access.InRecord(param, "q"), false, false},
		"by whatever rule": {access.InContext(param), true, true},
	} {
		if got, gotNone := has(row.e, label), has(row.e, none); got != row.named || gotNone != row.none {
			t.Errorf("%s: %v of what names it, %v of what names none", name, got, gotNone)
		}
	}
}
