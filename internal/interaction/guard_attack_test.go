package interaction_test

import (
	"net/http"
	"strings"
	"testing"

	"hearken/internal/smart"
)

const notSeenPatient = `{"resourceType":"Patient","managingOrganization":{"reference":"Organization/x"}}`

// A conditional write sees as its caller does: its criteria are no way to ask for what is hidden.
func TestGuard_CriteriaTellNothing(t *testing.T) {
	for _, row := range []struct {
		name, who, scopes, typ, body, criteria string
		want                                   int
	}{
		{"an identifier that is hidden makes no twin", "other", "user/*.cruds", "Patient", notSeenPatient, "identifier=urn:n|p1", 403},
		{"an identifier with something else that is right", "other", "user/*.cruds", "Patient", notSeenPatient, "identifier=urn:n|p1&organization=Organization/a", 403},
		{"an identifier with something else that is wrong", "other", "user/*.cruds", "Patient", notSeenPatient, "identifier=urn:n|p1&organization=Organization/x", 403},
		{"whether there is a hidden plan", "other", "user/*.cruds", "Patient", notSeenPatient, "_has:CarePlan:patient:_id=cp1", 201},
		{"whether there is none", "other", "user/*.cruds", "Patient", notSeenPatient, "_has:CarePlan:patient:_id=none", 201},
		{"another type without a scope for it", "other", "user/Patient.crs", "Patient", notSeenPatient, "_has:CarePlan:patient:_id=cp1", 403},
		{"two that are hidden are not counted", "other", "user/*.cruds", "Patient", notSeenPatient, "identifier=urn:n|p1,urn:n|p2", 403},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := as(principal(row.who, row.scopes), http.MethodPost, row.typ, row.body)
			c.IfNoneExist = row.criteria
			if a := answer(guarded(t), c); a.Status != row.want {
				t.Errorf("If-None-Exist: %s = %d, want %d\n%s", row.criteria, a.Status, row.want, a.Body)
			}
		})
	}
}

// Nobody writes about a patient who is not there: it would tell them from one who is hidden, and would have a say in who sees the record that comes
// later.
func TestGuard_NobodysPatientIsLikeAHiddenOne(t *testing.T) {
	s := guarded(t)
	for _, who := range []string{"other", "client-partner"} {
		p := principal(who, "user/*.cruds")
		hidden := "p1"
		if who == "client-partner" {
			hidden = "elsewhere"
		}
		for _, body := range []string{planOf("ignored", "active", "ID", "x"), observationOf("ignored", "ID")} {
			typ, _, _ := strings.Cut(strings.TrimPrefix(body, `{"resourceType":"`), `"`)
			one := answer(s, as(p, http.MethodPost, typ, strings.ReplaceAll(body, "ID", hidden)))
			none := answer(s, as(p, http.MethodPost, typ, strings.ReplaceAll(body, "ID", "not-there-yet")))
			if one.Status != 404 || none.Status != 404 || string(one.Body) != string(none.Body) {
				t.Errorf("%s writes a %s: %d %s, about nobody %d %s", who, typ, one.Status, one.Body, none.Status, none.Body)
			}
		}
	}
}

// The conditions of granular scopes ask of no other resource: who chose them would be told what stands in what they do not see.
func TestGuard_ScopesAskOfNoOtherResource(t *testing.T) {
	s := guarded(t)
	for _, id := range []string{"p1", "none"} {
		p := principal("other", "user/Organization.rs?_has:Patient:general-practitioner:_id="+id)
		if a := answer(s, as(p, http.MethodGet, "Organization/p", "")); a.Status != 403 {
			t.Errorf("_id=%s: %d, want 403\n%s", id, a.Status, a.Body)
		}
	}
}

// A scope for one patient writes into the record of no other, whatever else its person may do.
func TestGuard_PatientScopeStaysWithThePatient(t *testing.T) {
	s := guarded(t)
	p := principal("author", "patient/*.cruds")
	p.Context.Patient = "p1"
	both := strings.Replace(observationOf("ignored", "p1"), `"performer":[{"reference":"Patient/p1"}]`, `"performer":[{"reference":"Patient/p4"}]`, 1)
	if a := answer(s, as(p, http.MethodPost, "Observation", both)); a.Status != 403 {
		t.Errorf("into two records: %d, want 403\n%s", a.Status, a.Body)
	}
	if a := answer(s, as(p, http.MethodPost, "Observation", observationOf("ignored", "p1"))); a.Status != 201 {
		t.Errorf("into the patient's own: %d, want 201\n%s", a.Status, a.Body)
	}
}

// A search inside a transaction says, as every search does, that there may be more.
func TestGuard_HintInTransactions(t *testing.T) {
	a := answer(guarded(t), as(principal("gp", "user/*.cruds"), http.MethodPost, "", `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"CarePlan?_id=cp2"}}]}`))
	if a.Status != 200 || !strings.Contains(string(a.Body), "emergency access is available") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// What is deleted is not seen by more people than before: a draft, and a fact about who may see what, go on being what they were.
func TestGuard_DeletedIsAsHidden(t *testing.T) {
	s := guarded(t)
	author, admin := principal("author", "user/*.cruds"), principal("admin", "user/*.cruds")
	a := answer(s, as(author, http.MethodPost, "CarePlan", planOf("ignored", "draft", "p1", "a")))
	draft := "CarePlan/" + text(t, a.Body, "id")
	for _, row := range []struct {
		key, deletes string
		sees, not    string
	}{{draft, "author", "author", "paramedic"}, {"RelatedPerson/attorney", "admin", "", "author"}} {
		if a := answer(s, as(map[string]*smart.Principal{"author": author, "admin": admin}[row.deletes], http.MethodDelete, row.key, "")); a.Status != 204 {
			t.Fatalf("%s is not deleted: %d %s", row.key, a.Status, a.Body)
		}
		not := principal(row.not, "user/*.cruds")
		typ, id, _ := strings.Cut(row.key, "/")
		for _, target := range []string{row.key + "/_history/1", row.key + "/_history", row.key} {
			if a := answer(s, as(not, http.MethodGet, target, "")); a.Status != 404 {
				t.Errorf("%s: GET %s = %d, want 404\n%s", row.not, target, a.Status, a.Body)
			}
		}
		for _, target := range []string{typ + "/_history?_count=100", "_history?_count=500"} {
			if a := answer(s, as(not, http.MethodGet, target, "")); a.Status != 200 || strings.Contains(string(a.Body), `"`+id+`"`) || strings.Contains(string(a.Body), row.key) {
				t.Errorf("%s: GET %s = %d, with %s\n%s", row.not, target, a.Status, row.key, a.Body)
			}
		}
		if row.sees == "" {
			continue
		}
		if a := answer(s, as(principal(row.sees, "user/*.cruds"), http.MethodGet, row.key+"/_history/1", "")); a.Status != 200 {
			t.Errorf("%s: %d, want 200\n%s", row.sees, a.Status, a.Body)
		}
	}
}
