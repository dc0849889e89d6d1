package interaction_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hearken/internal/interaction"
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
		{"an identifier that nobody has", "author", "user/*.cruds", "Patient", strings.Replace(notSeenPatient, "/x", "/a", 1), "identifier=urn:n|new", 201},
		{"an identifier with something else that is right", "other", "user/*.cruds", "Patient", notSeenPatient, "identifier=urn:n|p1&organization=Organization/a", 403},
		{"an identifier with something else that is wrong", "other", "user/*.cruds", "Patient", notSeenPatient, "identifier=urn:n|p1&organization=Organization/x", 403},
		{"whether there is a hidden plan", "other", "user/*.cruds", "Patient", notSeenPatient, "_has:CarePlan:patient:_id=cp1", 403},
		{"whether there is none", "other", "user/*.cruds", "Patient", notSeenPatient, "_has:CarePlan:patient:_id=none", 403},
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

// Criteria that match only what their writer does not see make no twin, whatever they are; and those without
// an identifier are answered alike whether there is something like it or not. Where nothing can be hidden
// they decide as ever.
func TestGuard_CriteriaWithoutIdentifier(t *testing.T) {
	about := func(code, patient string) string {
		return `{"resourceType":"Observation","status":"final","code":{"text":"` + code + `"},"subject":{"reference":"Patient/` + patient + `"},"performer":[{"reference":"Patient/` + patient + `"}]}`
	}
	practitioner := `{"resourceType":"Practitioner","name":[{"family":"Twin"}]}`
	for _, row := range []struct {
		name, who, typ, body string
		matches, not         string // criteria that match something hidden, or there for who sees it, and others
		want, wantNot        int
	}{
		{"no date of birth", "other", "Patient", notSeenPatient, "birthdate:missing=true", "birthdate=1950-01-01", 403, 403},
		{"an id", "other", "Patient", notSeenPatient, "_id=p1", "_id=nobody", 403, 403},
		{"what stands in somebody else's record", "gp", "Observation", about("new", "p1"), "patient=Patient/p4&status=final", "patient=Patient/p4&status=registered", 403, 403},
		{"another record and one's own", "gp", "Observation", about("new", "p1"), "status=final", "status=registered", 200, 403},
		{"a patient who is not there", "gp", "Observation", about("new", "p1"), "patient=Patient/p4", "patient=Patient/nobody", 403, 403},
		{"in a record the caller works in, of several", "author", "Observation", about("new", "p1"), "patient=Patient/p1&status=final", "patient=Patient/p1&status=registered", 200, 201},
		{"by a partner", "client-partner", "Observation", about("new", "p1"), "patient=Patient/p1&status=final", "patient=Patient/p1&status=registered", 200, 201},
		{"in one's own record, where something may be withheld", "patient", "Observation", about("new", "p1"), "patient=Patient/p1&status=final", "patient=Patient/p1&status=registered", 200, 403},
		{"in the one record the caller works in", "gp", "Observation", about("new", "p1"), "subject=Patient/p1&status=final", "subject=Patient/p1&status=registered", 200, 201},
		{"in it, by a parameter that reads no more", "gp", "Observation", about("new", "p1"), "patient=Patient/p1&status=final", "patient=Patient/p1&status=registered", 200, 201},
		{"by a parameter that leads into nobody's record", "gp", "Observation", about("new", "p1"), "focus=Patient/p1", "focus=Patient/p1&status=registered", 403, 403},
		{"by something else of that record", "gp", "Observation", about("new", "p1"), "subject=Group/g1", "subject=Group/g1&status=registered", 403, 403},
		{"what everybody sees", "author", "Organization", `{"resourceType":"Organization","name":"new"}`, "identifier=https://fhir.nhs.uk/Id/ods-organization-code|A", "name=nowhere", 200, 201},
		{"what everybody sees, by name", "gp", "Practitioner", practitioner, "family=Twin", "family=Other", 201, 201},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guarded(t)
			s.Login = nil
			put(t, s, "Group/g1", `{"resourceType":"Group","id":"g1","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p1"}}]}`)
			login(s)
			count := func() string {
				login := s.Login
				s.Login = nil
				defer func() { s.Login = login }()
				return text(t, mustDo(t, s, 200, "GET", row.typ+"?_summary=count", "").Body, "total")
			}
			var bodies [2]string
			for i, criteria := range []string{row.matches, row.not} {
				for _, way := range []string{"If-None-Exist", "PUT", "transaction"} {
					want := []int{row.want, row.wantNot}[i]
					if way == "PUT" && (want == 200 || i == 0 && row.want == 201) {
						continue // it is updated
					}
					if way == "PUT" && row.who != "client-partner" {
						want = 404 // by a PUT they make nothing
					}
					c := as(principal(row.who, "user/*.cruds"), http.MethodPost, row.typ, row.body)
					switch c.IfNoneExist = criteria; way {
					case "PUT":
						c = as(c.Principal, http.MethodPut, row.typ+"?"+criteria, row.body)
					case "transaction":
						c = as(c.Principal, http.MethodPost, "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":`+row.body+`,"request":{"method":"POST","url":"`+row.typ+`","ifNoneExist":"`+criteria+`"}}]}`)
					}
					before := count()
					a := answer(s, c)
					status := a.Status
					if way == "transaction" && status == 200 {
						status, _ = strconv.Atoi(strings.Fields(text(t, a.Body, "entry.0.response.status"))[0])
					}
					if status != want && (want != 201 || status != 200) { // a second of the same finds the first
						t.Errorf("%s: %s = %d, want %d\n%s", way, criteria, status, want, a.Body)
					}
					if after := count(); status != 201 && after != before {
						t.Errorf("%s: %s = %d, and there were %s, now %s", way, criteria, status, before, after)
					}
					if way == "If-None-Exist" {
						bodies[i] = string(a.Body)
					}
				}
			}
			if row.want == 403 && row.wantNot == 403 && bodies[0] != bodies[1] {
				t.Errorf("the answers differ:\n%s\n%s", bodies[0], bodies[1])
			}
		})
	}
}

// A system's update may choose the id of what it makes, and so makes no twin of what is hidden either.
func TestGuard_UpdateByASystem(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "PractitionerRole/s-client-elsewhere", staffEntry("s-client-elsewhere", "client-elsewhere", "X", "system"))
	login(s)
	for criteria, want := range map[string]int{"identifier=urn:n|p1": 403, "identifier=urn:n|new": 201, "family=Nobody": 403} {
		if a := answer(s, as(principal("client-elsewhere", ""), http.MethodPut, "Patient?"+criteria, notSeenPatient)); a.Status != want {
			t.Errorf("%s: %d, want %d\n%s", criteria, a.Status, want, a.Body)
		}
	}
}

// Whose hidden record was met by an identifier is told so in the access log, and the log does not hold the identifier.
func TestGuard_CriteriaAreRecorded(t *testing.T) {
	s := guarded(t)
	c := as(principal("other", "user/*.cruds"), http.MethodPost, "Patient", notSeenPatient)
	c.IfNoneExist = "identifier=" + nhsSystem + "|9990000018"
	s.Login, c.Principal = nil, nil
	put(t, s, "Patient/p9", `{"resourceType":"Patient","id":"p9","managingOrganization":{"reference":"Organization/a"},"identifier":[{"system":"`+nhsSystem+`","value":"9990000018"}]}`)
	login(s)
	c.Principal = principal("other", "user/*.cruds")
	before := headOf(t, s.Audit)
	if a := answer(s, c); a.Status != 403 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	records := looks(t, s.Audit, before, auditOf("p9"))
	if len(records) != 1 || records[0].Words().What != "tried to add something, and was not allowed" || records[0].Agent.Subject != "other" || len(records[0].Sought) != 1 {
		t.Errorf("recorded as %+v", records)
	}
	if log := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p9/$access-log", "")).Body); strings.Contains(log, "9990000018") || !strings.Contains(log, "tried to add something") {
		t.Errorf("the access log: %s", log)
	}
}

// An identifier that a hidden resource had once is taken as one is that a resource in sight had: as fast, and
// without a word of it.
func TestGuard_ClaimGivenUpByTheHidden(t *testing.T) {
	s := guarded(t)
	counting := &failingStore{Store: s.Store, left: -1}
	s.Store = counting
	author := principal("author", "user/*.cruds")
	var runs [2]int
	for i, who := range []string{"author", "other"} {
		owner := who
		identified := func(value, organisation string) string {
			return `{"resourceType":"Patient","managingOrganization":{"reference":"Organization/` + organisation + `"},"identifier":[{"system":"urn:n","value":"` + value + owner + `"}]}`
		}
		create := func(who, organisation string) interaction.Answer {
			c := as(principal(who, "user/*.cruds"), http.MethodPost, "Patient", identified("once", organisation))
			c.IfNoneExist = "identifier=urn:n|once" + owner
			return answer(s, c)
		}
		id := text(t, create("author", "a").Body, "id")
		if a := answer(s, as(author, http.MethodPut, "Patient/"+id, strings.Replace(identified("now", "a"), "{", `{"id":"`+id+`",`, 1))); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		counting.updates = 0
		if a := create(who, map[string]string{"author": "a", "other": "x"}[who]); a.Status != 201 {
			t.Errorf("%s: %d %s", who, a.Status, a.Body)
		}
		runs[i] = counting.updates
	}
	if runs[0] != runs[1] || runs[0] == 0 {
		t.Errorf("an Update runs %d times when what had the identifier is in sight, and %d times when it is hidden", runs[0], runs[1])
	}
}

// AuditEvents are sent by registered systems, about anybody's record and about none.
func TestGuard_Feed(t *testing.T) {
	s := guarded(t)
	about := strings.ReplaceAll(fedEvent, "Patient/p", "Patient/p1")
	nobody := strings.ReplaceAll(fedEvent, "Patient/p", "Organization/a")
	for who := range visibleTo {
		for name, body := range map[string]string{"a record": about, "nobody's": nobody} {
			want := 403
			if who == "client-partner" {
				want = 201
			}
			if a := answer(s, as(principal(who, "user/*.cruds"), http.MethodPost, "AuditEvent", body)); a.Status != want {
				t.Errorf("%s, about %s: %d, want %d: %s", who, name, a.Status, want, a.Body)
			}
		}
	}
}

// Nobody writes about a patient who is not there: it would tell them from one who is hidden, and would have a
// say in who sees the record that comes later.
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

// The conditions of granular scopes ask of no other resource: who chose them would be told what stands in
// what they do not see.
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

// What is deleted is not seen by more people than before: a draft, and a fact about who may see what, go on
// being what they were.
func TestGuard_DeletedIsAsHidden(t *testing.T) {
	s := guarded(t)
	author, admin := principal("author", "user/*.cruds"), principal("admin", "user/*.cruds")
	a := answer(s, as(author, http.MethodPost, "CarePlan", planOf("ignored", "draft", "p1", "a")))
	draft := "CarePlan/" + text(t, a.Body, "id")
	approved := "CarePlan/" + text(t, answer(s, as(author, http.MethodPost, "CarePlan", planOf("ignored", "active", "p1", "a"))).Body, "id")
	for _, row := range []struct {
		key, deletes string
		sees, not    string
	}{{draft, "author", "author", "paramedic"}, {approved, "author", "paramedic", "other"}, {"RelatedPerson/attorney", "admin", "", "author"}} {
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
