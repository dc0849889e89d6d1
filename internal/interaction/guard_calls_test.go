package interaction_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// callStore notes which calls the readings of a View make.
type callStore struct {
	store.Store
	calls []string
}

func (s *callStore) View(ctx context.Context, fn func(store.Reader) error) error {
	s.calls = append(s.calls, "View")
	return s.Store.View(ctx, func(rd store.Reader) error { return fn(callReader{rd, s}) })
}

func (s *callStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.calls = append(s.calls, "Update")
	return s.Store.Update(ctx, func(tx store.Tx) error { return fn(callTx{callReader{tx, s}, tx}) })
}

// callTx notes the calls of an Update.
type callTx struct {
	callReader
	tx store.Tx
}

func (t callTx) Put(p store.Prepared) (store.Record, error) {
	t.note("Put " + string(p.Key.Type))
	return t.tx.Put(p)
}

func (t callTx) Relabel(key fhir.Key, label []query.Token) error {
	t.note("Relabel " + string(key.Type))
	return t.tx.Relabel(key, label)
}

func (t callTx) Claim(space, value string, proposed fhir.Key) (fhir.Key, bool, error) {
	t.note("Claim " + space + " " + value)
	return t.tx.Claim(space, value, proposed)
}

func (t callTx) Reclaim(space, value string, owner, proposed fhir.Key) (bool, error) {
	t.note("Reclaim " + space + " " + value)
	return t.tx.Reclaim(space, value, owner, proposed)
}

type callReader struct {
	store.Reader
	store *callStore
}

func (r callReader) note(call string) { r.store.calls = append(r.store.calls, call) }

func (r callReader) Get(key fhir.Key) (store.Record, error) {
	r.note("Get " + key.String())
	return r.Reader.Get(key)
}

func (r callReader) GetVersion(key fhir.Key, version fhir.VersionID) (store.Record, error) {
	r.note("GetVersion " + key.String())
	return r.Reader.GetVersion(key, version)
}

func (r callReader) History(q store.HistoryQuery) (store.HistoryPage, error) {
	r.note("History " + string(q.Type) + "/" + string(q.ID))
	return r.Reader.History(q)
}

func (r callReader) Search(q *query.Query) (store.Page, error) {
	r.note("Search " + q.String())
	return r.Reader.Search(q)
}

func (r callReader) Label(key fhir.Key) ([]query.Token, error) {
	r.note("Label " + key.String())
	return r.Reader.Label(key)
}

// newID is an id that the server gave.
var newID = regexp.MustCompile(`new-\d+`)

// callTargets are ways to ask for a plan by its id, and callFocuses for what is a patient's.
var (
	callTargets = []string{
		"CarePlan/ID", "CarePlan/ID/_history/1", "CarePlan/ID/_history/9", "CarePlan/ID/_history", "CarePlan?_id=ID", "CarePlan?_id=ID&_include=CarePlan:subject",
		"CarePlan?_id=ID&_summary=count", "CarePlan?patient._id=ID", "Patient?_has:CarePlan:patient:_id=ID", "CarePlan/ID/$validate",
	}
	callFocuses = []string{"Patient/ID", "Patient/ID/CarePlan", "Patient/ID/*", "Patient/ID/Observation?status=final", "CarePlan?patient=Patient/ID", "Observation?subject=ID",
		"Patient/ID/$access-log", "Patient?_id=ID&_revinclude=CarePlan:subject"}
	callBinaries = []string{"Binary/ID", "Binary/ID/_history/1", "Binary/ID/_history/9", "Binary/ID/_history", "Binary?_id=ID", "Binary?_id=ID&_summary=count", "?_type=Binary&_id=ID", "Binary/ID/$validate"}
)

// callWrites are ways to write to a plan, or about a patient, who may not be there.
var callWrites = []struct{ name, method, target, body, criteria string }{
	{"update", "PUT", "CarePlan/ID", planOf("ID", "active", "p1", "a"), ""},
	{"delete", "DELETE", "CarePlan/ID", "", ""},
	{"conditional create", "POST", "CarePlan", planOf("x", "active", "p1", "a"), "_id=ID"},
	{"conditional create, of another", "POST", "CarePlan", planOf("x", "active", "p1", "a"), "_id=ID&status=active"},
	{"conditional create, by a chain", "POST", "Observation", observationOf("x", "p1"), "_has:Provenance:target:_id=ID"},
	{"conditional update", "PUT", "CarePlan?_id=ID", strings.Replace(planOf("x", "active", "p1", "a"), `"id":"x",`, "", 1), ""},
	{"conditional delete", "DELETE", "CarePlan?_id=ID", "", ""},
	{"delete by a chain", "DELETE", "CarePlan?patient._id=ID", "", ""},
	{"in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"CarePlan/ID"}}]}`, ""},
	{"update in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + planOf("ID", "active", "p1", "a") + `,"request":{"method":"PUT","url":"CarePlan/ID"}}]}`, ""},
	{"conditional create in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + planOf("x", "active", "p1", "a") + `,"request":{"method":"POST","url":"CarePlan","ifNoneExist":"_id=ID"}}]}`, ""},
	{"conditional delete in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"CarePlan?_id=ID"}}]}`, ""},
	{"validation of an update", "POST", "CarePlan/ID/$validate?mode=update", planOf("ID", "active", "p1", "a"), ""},
}

// callNames are ways to write a Binary that names a plan, by which it is seen, that may not be there.
var callNames = []struct{ name, method, target, body, criteria string }{
	{"a Binary that names", "POST", "Binary", binaryOf("x", "CarePlan/ID"), ""},
	{"a Binary that names, if there is none", "POST", "Binary", binaryOf("x", "CarePlan/ID"), "_id=none"},
	{"a Binary that names, in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + binaryOf("x", "CarePlan/ID") + `,"request":{"method":"POST","url":"Binary"}}]}`, ""},
	{"a Binary made to name", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/ID"), ""},
	{"validation of a Binary that names", "POST", "Binary/$validate", binaryOf("x", "CarePlan/ID"), ""},
}

// callBinaryWrites are ways to write a Binary that may not be there.
var callBinaryWrites = []struct{ name, method, target, body, criteria string }{
	{"update", "PUT", "Binary/ID", binaryOf("ID", "CarePlan/cp1"), ""},
	{"delete", "DELETE", "Binary/ID", "", ""},
	{"conditional update", "PUT", "Binary?_id=ID", strings.Replace(binaryOf("x", "CarePlan/cp1"), `"id":"x",`, "", 1), ""},
	{"conditional delete", "DELETE", "Binary?_id=ID", "", ""},
	{"conditional create", "POST", "Binary", binaryOf("x", "CarePlan/cp1"), "_id=ID"},
	{"in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Binary/ID"}}]}`, ""},
}

var callAbout = []struct{ name, method, target, body, criteria string }{
	{"an observation about", "POST", "Observation", observationOf("x", "ID"), ""},
	{"a plan about", "POST", "CarePlan", planOf("x", "active", "ID", "x"), ""},
	{"a plan about, if there is none", "POST", "CarePlan", planOf("x", "active", "ID", "x"), "patient=Patient/ID"},
	{"a plan about, in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + planOf("x", "active", "ID", "x") + `,"request":{"method":"POST","url":"CarePlan"}}]}`, ""},
	{"a plan about, if there is none, in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + planOf("x", "active", "ID", "x") + `,"request":{"method":"POST","url":"CarePlan","ifNoneExist":"patient=Patient/ID"}}]}`, ""},
	{"a reference by search", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?_id=ID"}},"request":{"method":"POST","url":"Observation"}}]}`, ""},
	{"deletion of", "DELETE", "Patient/ID", "", ""},
}

// What is hidden and what is not there make the same calls of the store, in the same order, by every way that
// reads and every way that writes; what is hidden and deleted, too.
func TestGuard_HiddenAndAbsentMakeTheSameCalls(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	for id, plan := range map[string]string{"dp2": planOf("dp2", "active", "p2", "a"), "dd1": planOf("dd1", "draft", "p1", "a"), "df1": strings.Replace(planOf("df1", "active", "p1", "a"), `"status"`, factMeta+`,"status"`, 1)} {
		put(t, s, "CarePlan/"+id, plan)
		mustDo(t, s, 204, "DELETE", "CarePlan/"+id, "")
	}
	put(t, s, "Binary/ep2", binaryOf("ep2", "CarePlan/cp2"))
	mustDo(t, s, 204, "DELETE", "Binary/ep2", "")
	put(t, s, "Binary/ed2", binaryOf("ed2", "CarePlan/dp2"))
	login(s)
	calls := &callStore{Store: s.Store}
	s.Store = calls
	same := func(p *smart.Principal, name, method, target, body, criteria, hidden, absent string) {
		t.Helper()
		var made, told [2]string
		for i, id := range []string{hidden, absent} {
			calls.calls = nil
			c := as(p, method, strings.ReplaceAll(target, "ID", id), strings.ReplaceAll(body, "ID", id))
			c.IfNoneExist = strings.ReplaceAll(criteria, "ID", id)
			a := answer(s, c)
			made[i], told[i] = newID.ReplaceAllString(strings.ReplaceAll(strings.Join(calls.calls, "\n"), id, "ID"), "new"), strings.ReplaceAll(fmt.Sprintf("%d %s", a.Status, a.Body), id, "ID")
		}
		if diff := cmp.Diff(made[0], made[1]); diff != "" || made[0] == "" {
			t.Errorf("%s, %s: %s %s of %s (-hidden +absent):\n%s", p.Subject, name, method, target, hidden, diff)
		}
		if told[0] != told[1] {
			t.Errorf("%s, %s: %s %s of %s is answered otherwise:\n%s\n%s", p.Subject, name, method, target, hidden, told[0], told[1])
		}
	}
	for _, row := range []struct{ who, plans, patients string }{
		{"other", "cp1 cp2 dp2 dd1 df1", "p1 p2"}, {"gp", "cp2 dp2 df1", "p2 p4"}, {"paramedic", "cp2 dp2 dd1 df1", "p2 p3"}, {"untrained", "cp2 dp2 dd1 df1", "p2"}, {"patient", "cp2 dp2 df1", "p2 p3"}, {"breaker", "cp1 dd1 df1", "p1"},
	} {
		for _, scopes := range []string{"user/*.cruds", "user/CarePlan.cruds?status=active user/Patient.cruds user/Observation.cruds user/Binary.cruds"} {
			p := principal(row.who, scopes)
			answer(s, as(p, "GET", "CarePlan/first", "")) // after which the facts about the caller are kept
			for plan := range strings.FieldsSeq(row.plans) {
				for _, target := range callTargets {
					same(p, scopes, "GET", target, "", "", plan, "xx2"[:len(plan)])
				}
				for _, w := range callWrites {
					same(p, scopes+", "+w.name, w.method, w.target, w.body, w.criteria, plan, "xx2"[:len(plan)])
				}
				for _, w := range callNames {
					same(p, scopes+", "+w.name, w.method, w.target, w.body, w.criteria, plan, "xx2"[:len(plan)])
				}
			}
			for _, binary := range append(each(slices.DeleteFunc(strings.Fields(row.plans), func(plan string) bool { return plan[0] != 'c' }), func(plan string) string { return "b" + plan[1:] }), "ep2", "ed2") {
				for _, target := range callBinaries {
					same(p, scopes, "GET", target, "", "", binary, "xx2")
				}
				for _, w := range callBinaryWrites {
					same(p, scopes+", "+w.name, w.method, w.target, w.body, w.criteria, binary, "xx2")
				}
			}
			for patient := range strings.FieldsSeq(row.patients) {
				for _, target := range callFocuses {
					same(p, scopes, "GET", target, "", "", patient, "x9")
				}
				for _, w := range callAbout {
					same(p, scopes+", "+w.name, w.method, w.target, w.body, w.criteria, patient, "x9")
				}
			}
		}
	}
}

// What cannot have changed is asked of nothing again: the resources of a first page of a search not at all,
// those of a history once each, and only where a version may have been somebody else's to see is its label
// looked at.
func TestGuard_AsksOnce(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	for _, status := range []string{"registered", "preliminary", "final"} {
		put(t, s, "Observation/h", strings.Replace(observationOf("h", "p1"), "final", status, 1))
	}
	login(s)
	counting := &callStore{Store: s.Store}
	s.Store = counting
	for target, want := range map[string][]string{"Observation/_history?_count=100": {"Get Observation/h"}, "Observation?_count=100": nil} {
		counting.calls = nil
		a := answer(s, as(principal("author", "user/*.cruds"), "GET", target, ""))
		if !strings.Contains(string(a.Body), `"id":"h"`) {
			t.Errorf("%s: %d %s", target, a.Status, a.Body)
		}
		of := slices.DeleteFunc(counting.calls, func(call string) bool { return !strings.HasSuffix(call, " Observation/h") })
		if diff := cmp.Diff(want, of, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s asks of the resource:\n%s", target, diff)
		}
	}
}

// A label that was known when the resource was written is not written again.
func TestLabelling_WritesOnce(t *testing.T) {
	s := guarded(t)
	counting := &callStore{Store: s.Store}
	s.Store = counting
	if a := answer(s, as(principal("author", "user/*.cruds"), "PUT", "CarePlan/cp1", strings.Replace(planOf("cp1", "active", "p1", "a"), `"status"`, `"title":"again","status"`, 1))); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if slices.ContainsFunc(counting.calls, func(call string) bool { return call == "Relabel CarePlan" }) {
		t.Errorf("a label is written again: %v", counting.calls)
	}
}
