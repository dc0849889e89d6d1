package interaction_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/internal/conformance"
	"hearken/internal/smart"
)

// What scopes do not cover is refused before anything is looked up, whether or not it is there: what is
// conditional searches, too.
func TestGuard_ScopesBeforeAnythingIsLookedUp(t *testing.T) {
	s := guarded(t)
	calls := &callStore{Store: s.Store}
	s.Store = calls
	for _, row := range []struct{ scopes, method, target, noneExist string }{
		{"user/Observation.s", "GET", "Observation/op1", ""},
		{"user/Observation.r", "GET", "Observation?_id=op1", ""},
		{"user/Observation.r", "GET", "Observation/_history", ""},
		{"user/Observation.rs", "POST", "Observation", ""},
		{"user/Observation.c", "POST", "Observation", "_id=op1"},
		{"user/Observation.cr", "PUT", "Observation/op1", ""},
		{"user/Observation.u", "PUT", "Observation?_id=op1", ""},
		{"user/Observation.u", "DELETE", "Observation/op1", ""},
		{"user/Observation.d", "DELETE", "Observation?_id=op1", ""},
		{"user/Patient.cruds", "GET", "Patient/p1/Observation", ""},
	} {
		calls.calls = nil
		c := as(principal("author", row.scopes), row.method, row.target, observationOf("op1", "p1"))
		c.IfNoneExist = row.noneExist
		if a := answer(s, c); a.Status != 403 || text(t, a.Body, "issue.0.details.coding.0.code") != "insufficient-scope" {
			t.Errorf("%s: %s %s = %d %s", row.scopes, row.method, row.target, a.Status, a.Body)
		}
		if len(calls.calls) > 0 {
			t.Errorf("%s: %s %s looked up %v", row.scopes, row.method, row.target, calls.calls)
		}
	}
}

// The condition of a granular scope holds for what is written as for what is read: as it was, and as it will be.
func TestGuard_GranularScopesWrite(t *testing.T) {
	s := guarded(t)
	p := principal("author", "user/Observation.cru?status=final")
	preliminary := strings.Replace(observationOf("op1", "p1"), "final", "preliminary", 1)
	for _, row := range []struct {
		name, method, target, body string
		want                       int
	}{
		{"as the scope has it", "POST", "Observation", observationOf("ignored", "p1"), 201},
		{"otherwise", "POST", "Observation", preliminary, 403},
		{"left as the scope has it", "PUT", "Observation/op1", observationOf("op1", "p1"), 200},
		{"made what the scope has not", "PUT", "Observation/op1", preliminary, 403},
	} {
		if a := answer(s, as(p, row.method, row.target, row.body)); a.Status != row.want {
			t.Errorf("%s: %d, want %d: %s", row.name, a.Status, row.want, a.Body)
		}
	}
}

// Who may read and not search reads the history of one resource; that of the system is of the types that the
// scopes cover.
func TestGuard_HistoryByScopes(t *testing.T) {
	s := guarded(t)
	if a := answer(s, as(principal("author", "user/CarePlan.r"), http.MethodGet, "CarePlan/cp1/_history", "")); a.Status != 200 || !strings.Contains(string(a.Body), `"id":"cp1"`) {
		t.Errorf("of one, by who may not search: %d %s", a.Status, a.Body)
	}
	for scopes, observations := range map[string]bool{"user/CarePlan.rs": false, "user/CarePlan.rs user/Observation.rs": true} {
		a := answer(s, as(principal("author", scopes), http.MethodGet, "_history?_count=500", ""))
		if body := string(a.Body); a.Status != 200 || !strings.Contains(body, `"id":"cp1"`) || strings.Contains(body, `"id":"op1"`) != observations || strings.Contains(body, `"resourceType":"Patient"`) || strings.Contains(body, `"resourceType":"Organization"`) {
			t.Errorf("of the system by %s: %d %s", scopes, a.Status, a.Body)
		}
	}
}

// What was a draft and is not any more is in the histories of those who see it now, since it was approved
// (see TestGuard_VersionsAreAsHidden). How many versions it has costs no more looks at what it is now.
func TestGuard_HistoryOfWhatWasADraft(t *testing.T) {
	s := guarded(t)
	author, paramedic := principal("author", "user/*.cruds"), principal("paramedic", "user/*.cruds")
	id := text(t, answer(s, as(author, http.MethodPost, "CarePlan", planOf("ignored", "draft", "p1", "a"))).Body, "id")
	calls := &callStore{Store: s.Store}
	var made []int
	for range 3 {
		if a := answer(s, as(author, http.MethodPut, "CarePlan/"+id, planOf(id, "active", "p1", "a"))); a.Status != 200 {
			t.Fatalf("approved: %d %s", a.Status, a.Body)
		}
		for _, target := range []string{"CarePlan/_history?_count=100", "_history?_count=500", "CarePlan/" + id + "/_history"} {
			if a := answer(s, as(paramedic, http.MethodGet, target, "")); a.Status != 200 || !strings.Contains(string(a.Body), `"id":"`+id+`"`) {
				t.Errorf("GET %s = %d without it: %s", target, a.Status, a.Body)
			}
		}
		below := s.Store
		s.Store, calls.calls = calls, nil
		answer(s, as(paramedic, http.MethodGet, "CarePlan/"+id+"/_history", ""))
		made = append(made, strings.Count(strings.Join(calls.calls, "\n"), "Get CarePlan/"))
		s.Store = below
	}
	if made[0] == 0 || made[2] != made[0] {
		t.Errorf("calls for the history of 2, 3 and 4 versions: %v", made)
	}
}

// A citizen who logged in with their NHS number is the patient who has it. A token for somebody else's
// record, or a number that nobody has, opens none; see TestNumbered_SecondPatient for a number that several
// have.
func TestGuard_CitizenByNHSNumber(t *testing.T) {
	s := guarded(t)
	login := s.Login
	s.Login = nil
	for _, id := range []string{"n1", "n2", "n3"} {
		number := map[string]string{"n1": "9990000018", "n2": "9990000026", "n3": "9990000026"}[id]
		put(t, s, "Patient/"+id, `{"resourceType":"Patient","id":"`+id+`","identifier":[{"system":"`+nhsSystem+`","value":"`+number+`"}]}`)
	}
	s.Login = login
	for _, row := range []struct {
		name, number, context, target string
		want                          string
	}{
		{"their own", "9990000018", "", "Patient/n1", "200"},
		{"their own, by a token that says so", "9990000018", "n1", "Patient/n1", "200"},
		{"another's", "9990000018", "", "Patient/p1", "404 unknown-resource"},
		{"a token for another's", "9990000018", "p1", "Patient/p1", "403 forbidden"},
		{"a token for another's, asking for their own", "9990000018", "p1", "Patient/n1", "403 forbidden"},
		{"a number that nobody has", "9990000034", "", "Patient/n1", "403 forbidden"},
		{"a number that two have: what was here first", "9990000026", "", "Patient/n2", "200"},
		{"and not what came later", "9990000026", "", "Patient/n3", "404 unknown-resource"},
		{"what the scopes do not cover", "9990000018", "", "Observation?code=x", "403 insufficient-scope"},
	} {
		p := principal("citizen", "patient/Patient.rs")
		p.NHSNumber, p.Context.Patient = row.number, fhir.ID(row.context)
		a := answer(s, as(p, http.MethodGet, row.target, ""))
		if got := strings.TrimSpace(fmt.Sprint(a.Status, " ", text(t, a.Body, "issue.0.details.coding.0.code"))); got != row.want {
			t.Errorf("%s: GET %s = %s, want %s: %s", row.name, row.target, got, row.want, a.Body)
		}
	}
}

// Who answers urgent calls has a lane of their own: advisers and crews of urgent care, while they may work.
func TestAnswersCalls(t *testing.T) {
	s := guarded(t)
	for who := range visibleTo {
		want := who == "paramedic" || who == "adviser"
		if got := s.AnswersCalls(context.Background(), principal(who, "user/*.cruds")); got != want {
			t.Errorf("AnswersCalls(%s) = %v", who, got)
		}
	}
	if s.AnswersCalls(context.Background(), nil) {
		t.Error("nobody answers calls")
	}
	s.Store = &failingStore{Store: s.Store, err: errBroken}
	if s.AnswersCalls(context.Background(), principal("paramedic", "user/*.cruds")) {
		t.Error("somebody answers calls of whom nothing could be found out")
	}
	s.Login = nil
	if s.AnswersCalls(context.Background(), principal("paramedic", "user/*.cruds")) {
		t.Error("somebody answers calls where nobody logs in")
	}
}

// Without the definitions in force nothing is decided, and nobody may take that for there being no plan.
func TestGuard_NoDefinitions(t *testing.T) {
	s := guarded(t)
	s.Conformance = conformance.New(nil, &failingStore{Store: s.Store, err: errBroken}, nil)
	if a := answer(s, as(principal("author", "user/*.cruds"), http.MethodGet, "CarePlan/cp1", "")); a.Status != 503 || text(t, a.Body, "issue.0.details.coding.0.code") != string(smart.NotChecked) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// What was deleted is written anew, by who may write it.
func TestGuard_WrittenAnew(t *testing.T) {
	s := guarded(t)
	author := principal("author", "user/*.cruds")
	for _, row := range []struct {
		who, method string
		want        int
	}{{"author", "DELETE", 204}, {"other", "PUT", 404}, {"author", "PUT", 200}, {"author", "GET", 200}} {
		p := principal(row.who, "user/*.cruds")
		if a := answer(s, as(p, row.method, "Observation/op1", observationOf("op1", "p1"))); a.Status/100 != row.want/100 {
			t.Errorf("%s by %s = %d, want %d: %s", row.method, row.who, a.Status, row.want, a.Body)
		}
	}
	if a := answer(s, as(author, http.MethodGet, "Observation/op1/_history", "")); !strings.Contains(string(a.Body), `"versionId":"3"`) {
		t.Errorf("its history: %s", a.Body)
	}
}

// An administrator makes no fact of something that was none and speaks of a patient whom they do not see.
func TestGuard_NoFactOfWhatWasNone(t *testing.T) {
	s := guarded(t)
	admin := principal("admin", "user/*.cruds")
	a := answer(s, as(admin, http.MethodPost, "Basic", `{"resourceType":"Basic","code":{"text":"x"}}`))
	if a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	id := text(t, a.Body, "id")
	if a := answer(s, as(admin, http.MethodPut, "Basic/"+id, `{"resourceType":"Basic","id":"`+id+`",`+factMeta+`,"code":{"text":"x"},"subject":{"reference":"Patient/p1"}}`)); a.Status != 404 {
		t.Errorf("%d, want 404: %s", a.Status, a.Body)
	}
}

// A closed operation is for who has no established access; the others are not.
func TestGuard_OnlyClosedOperationsForTheLapsed(t *testing.T) {
	s := guarded(t)
	for _, row := range [][3]string{{"GET", "CarePlan/cp1/$validate", ""}, {"GET", "Patient/p1/$access-log", ""}, {"POST", "CarePlan/$validate", planOf("new", "active", "p1", "p")}} {
		if a := answer(s, as(principal("lapsed", "user/*.cruds"), row[0], row[1], row[2])); a.Status != 403 {
			t.Errorf("%s %s = %d, want 403: %s", row[0], row[1], a.Status, a.Body)
		}
	}
}

// Every searchset of a professional says that there may be more, whatever it found.
func TestGuard_Hint(t *testing.T) {
	s := guarded(t)
	for _, target := range []string{"CarePlan?_id=cp1", "CarePlan?_id=cp2", "CarePlan?_id=none"} {
		a, err := s.Do(context.Background(), as(principal("gp", "user/*.cruds"), "GET", target, ""))
		if err != nil || !strings.Contains(string(a.Body), "emergency access is available") {
			t.Errorf("GET %s says no such thing: %v %s", target, err, a.Body)
		}
	}
	for _, who := range []string{"patient", "attorney", "officer", "admin", "client-partner", "client-other"} {
		if a := answer(s, as(principal(who, "user/*.cruds"), "GET", "CarePlan?_id=cp1", "")); a.Status != 200 || strings.Contains(string(a.Body), "may-be-more") {
			t.Errorf("%s is told of more: %d %s", who, a.Status, a.Body)
		}
	}
}

// A Task that is a fact says that something waits for a second person, or is looked into: administrators
// write facts, and not these.
func TestGuard_TasksThatAreFacts(t *testing.T) {
	s := guarded(t)
	fact, plain := `{"resourceType":"Task","id":"t1",`+factMeta+`,"status":"requested","intent":"order"}`, `{"resourceType":"Task","id":"t1","status":"requested","intent":"order"}`
	login := s.Login
	s.Login = nil
	put(t, s, "Task/t1", fact)
	s.Login = login
	for _, row := range []struct {
		who, method, target, body string
		want                      int
	}{
		{"admin", "POST", "Task", fact, 403}, {"admin", "PUT", "Task/t1", fact, 403}, {"admin", "PUT", "Task/t1", plain, 403}, {"admin", "DELETE", "Task/t1", "", 403},
		{"admin", "POST", "Task", plain, 201},
	} {
		if a := answer(s, as(principal(row.who, "user/*.cruds"), row.method, row.target, row.body)); a.Status != row.want {
			t.Errorf("%s: %s %s = %d, want %d: %s", row.who, row.method, row.target, a.Status, row.want, a.Body)
		}
	}
}
