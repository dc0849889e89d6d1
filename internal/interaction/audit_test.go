package interaction_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/internal/audit"
	"hearken/internal/conformance"
	"hearken/internal/interaction"
	"hearken/internal/smart"
	"hearken/internal/store"
	"hearken/profiles"
)

// looks is what the log of s has recorded since a place, the oldest first.
func looks(t testing.TB, log audit.Log, since audit.Place, f audit.Filter) []audit.Entry {
	t.Helper()
	page, err := log.Read(context.Background(), f)
	if err != nil {
		t.Fatalf("Read() = %v", err)
	}
	entries := slices.DeleteFunc(page.Entries, func(e audit.Entry) bool { return !since.Before(e.Place) })
	slices.Reverse(entries)
	return entries
}

func headOf(t testing.TB, log audit.Log) audit.Place {
	t.Helper()
	head, err := log.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return head.Place
}

// sketch is a record in few words: "read R success Patient/p [p] Patient/p/1".
func sketch(e audit.Entry) string {
	words := []string{e.Interaction, string(rune(e.Action)), [...]string{"", "success", "denied", "failed", "faulty"}[e.Outcome]}
	if e.Detail != "" {
		words = append(words, e.Detail)
	}
	if e.Target.Type != "" {
		words = append(words, strings.TrimSuffix(e.Target.String(), "/"))
	}
	words = append(words, fmt.Sprint(e.Patients))
	for _, v := range e.Versions {
		text := fmt.Sprintf("%s/%d", v.Key, v.Version)
		if v.Written {
			text = "+" + text
		}
		words = append(words, text)
	}
	if e.Query != "" {
		words = append(words, e.Query)
	}
	return strings.Join(words, " ")
}

// TestAudit_Records does one act after the other and wants each recorded, by exactly one record but where it is said
// otherwise.
func TestAudit_Records(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "1"))
	mustDo(t, s, 201, "PUT", "Patient/q", patient("q", "2"))
	mustDo(t, s, 201, "PUT", "Observation/o", obsOf("o", "p"))
	mustDo(t, s, 201, "PUT", "Organization/g", `{"resourceType":"Organization","id":"g","name":"G"}`)
	for _, row := range []struct {
		name, method, target, body string
		status                     int
		want                       []string
	}{
		{"read", "GET", "Patient/p", "", 200, []string{"read R success Patient/p [p] Patient/p/1"}},
		{"read of what is in a record", "GET", "Observation/o", "", 200, []string{"read R success Observation/o [p] Observation/o/1"}},
		{"read of nobody's", "GET", "Organization/g", "", 200, []string{"read R success Organization/g [] Organization/g/1"}},
		{"HEAD", "HEAD", "Patient/p", "", 200, []string{"read R success Patient/p [p] Patient/p/1"}},
		{"vread", "GET", "Patient/p/_history/1", "", 200, []string{"vread R success Patient/p [p] Patient/p/1"}},
		{"read of nothing", "GET", "Patient/x", "", 404, []string{"read R failed unknown-resource Patient/x [x]"}},
		{"read by somebody's number", "GET", "Patient/9990000018", "", 404, []string{"read R failed unknown-resource Patient []"}},
		{"history", "GET", "Observation/o/_history", "", 200, []string{"history-instance R success Observation/o [p] Observation/o/1"}},
		{"history of a type", "GET", "Patient/_history?_count=1", "", 200, []string{"history-type E success Patient [q] Patient/q/1 _count=1"}},
		{"search", "GET", "Observation?status=final", "", 200, []string{"search-type E success Observation [p] Observation/o/1 status=final"}},
		{"search that finds nothing of somebody", "GET", "Condition?patient=Patient/q", "", 200, []string{"search-type E success Condition [q] patient=Patient/q"}},
		{"search with what hangs on it", "GET", "Observation?_include=Observation:subject", "", 200,
			[]string{"search-type E success Observation [p] Observation/o/1 Patient/p/1 _include=Observation:subject"}},
		{"search by identifier", "GET", "Patient?identifier=urn:test|2", "", 200, []string{"search-type E success Patient [q] Patient/q/1 identifier=urn:test|{1}"}},
		{"search by name", "GET", "Patient?family=Nobody,Noone&_count=2", "", 200, []string{"search-type E success Patient [] family={1},{2}&_count=2"}},
		{"search by POST", "POST", "Patient/_search?identifier=2", "", 200, []string{"search-type E success Patient [q] Patient/q/1 identifier={1}"}},
		{"search of a compartment", "GET", "Patient/p/Observation", "", 200, []string{"search-type E success Patient/p [p] Observation/o/1"}},
		{"search with a typing error", "GET", "Patient?famly=x", "", 400, []string{"search-type E failed unknown-parameter Patient [] famly={1}"}},
		{"create", "POST", "Observation", obsOf("", "q"), 201, []string{"create C success Observation [q] +Observation/new-1/1"}},
		{"create that is refused", "POST", "Observation", `{"resourceType":"Observation"}`, 422, []string{"create C failed missing-element Observation []"}},
		{"update that moves to another", "PUT", "Observation/o", obsOf("o", "q"), 200, []string{"update U success Observation/o [p q] +Observation/o/2"}},
		{"delete", "DELETE", "Observation/o", "", 204, []string{"delete D success Observation/o [q] +Observation/o/3"}},
		{"delete of what is gone", "DELETE", "Observation/o", "", 204, []string{"delete D success Observation/o []"}},
		{"read of what is gone", "GET", "Observation/o", "", 410, []string{"read R failed deleted Observation/o []"}},
		{"vread of what was", "GET", "Observation/o/_history/1", "", 200, []string{"vread R success Observation/o [p] Observation/o/1"}},
		{"conditional update", "PUT", "Patient?identifier=urn:test|2", patient("", "2"), 200, []string{"update U success Patient [q] +Patient/q/2 identifier=urn:test|{1}"}},
		{"conditional delete that finds nothing", "DELETE", "Patient?identifier=urn:test|9", "", 204, []string{"delete D success Patient [] identifier=urn:test|{1}"}},
		{"transaction", "POST", "", bundleOf("transaction", ent("", obsOf("", "p"), "POST", "Observation"), ent("", "", "GET", "Patient?identifier=2"), ent("", "", "DELETE", "Patient/p")), 200,
			[]string{"transaction E success [p q] +Patient/p/2 +Observation/new-3/1 Patient/q/2 identifier={1}"}},
		{"transaction that only reads", "POST", "", bundleOf("transaction", ent("", "", "GET", "Patient/q")), 200, []string{"transaction E success [q] Patient/q/2"}},
		{"transaction that fails", "POST", "", bundleOf("transaction", ent("", obsOf("", "q"), "POST", "Observation"), ent("", "", "GET", "Patient/nobody")), 404,
			[]string{"transaction E failed unknown-resource []"}},
		{"batch", "POST", "", bundleOf("batch", ent("", obsOf("b", "q"), "PUT", "Observation/b"), ent("", "", "GET", "Patient/q"), ent("", "", "GET", "Patient/nobody")), 200,
			[]string{"update U success Observation/b [q] +Observation/b/1", "read R failed unknown-resource Patient/nobody [nobody]",
				"batch E success [q] +Observation/b/1 Patient/q/2"}},
		{"no act: metadata", "GET", "metadata", "", 200, nil},
		{"no act: a method that is not there", "PATCH", "Patient", "", 405, nil},
		{"no act: a path that is not there", "GET", "Nonsense", "", 404, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := headOf(t, s.Audit)
			mustDo(t, s, row.status, row.method, row.target, row.body)
			var got []string
			for _, e := range looks(t, s.Audit, before, audit.Filter{}) {
				got = append(got, sketch(e))
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("recorded (-want +got):\n%s", diff)
			}
		})
	}
}

// obsOf is an Observation about a patient.
func obsOf(id, patient string) string {
	member := ""
	if id != "" {
		member = `"id":"` + id + `",`
	}
	return `{"resourceType":"Observation",` + member + `"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
}

// TestAudit_Who wants who asked, why and by which request in the record, of entries of a batch too.
func TestAudit_Who(t *testing.T) {
	s, _ := newServer(t)
	c := call("POST", "", bundleOf("batch", ent("", patient("p", "1"), "PUT", "Patient/p"), ent("", "", "GET", "Patient/p")))
	who := audit.Agent{Issuer: "https://i", Subject: "s", Client: "c", Role: "S8000:G8000:R8001", Organisation: "RX1", Purpose: "BTG", User: true}
	c.Principal = &smart.Principal{Issuer: "https://i", Subject: "s", ClientID: "c", User: true, RoleID: "2", OrganisationID: "RX1",
		Roles: []smart.Role{{ID: "1", Code: "other"}, {ID: "2", Code: "S8000:G8000:R8001"}}, Purposes: []string{"BTG"}}
	c.Ground = audit.Ground{Reason: "life-at-risk", Words: []byte{1}, Emergency: true}
	c.Address, c.RequestID = "192.0.2.1", "req-1"
	if a := answer(s, c); a.Status != 200 {
		t.Fatalf("batch = %d %s", a.Status, a.Body)
	}
	entries := looks(t, s.Audit, audit.Place{}, audit.Filter{Organisation: "RX1", Issuer: "https://i", Subject: "s", Patient: "p"})
	if len(entries) != 2 {
		t.Fatalf("%d records by who, whom and where, want 2", len(entries))
	}
	for i, want := range []struct{ id, correlation string }{{"", "req-1"}, {"req-1", ""}} {
		e := entries[i]
		if e.Agent != who || !e.Ground.Emergency || e.Ground.Reason != "life-at-risk" || e.Address != c.Address || e.RequestID != want.id || e.Correlation != want.correlation {
			t.Errorf("record %d = %+v", i, e.Record)
		}
	}
}

// TestAudit_WhoByStaffList has what the token does not say of its person from the staff list and the
// agreement, for a look and for a refusal.
func TestAudit_WhoByStaffList(t *testing.T) {
	s := guarded(t)
	before := headOf(t, s.Audit)
	for _, who := range []string{"paramedic", "gp", "lapsed-adviser", "patient", "stranger"} {
		_ = answer(s, as(principal(who, "user/*.cruds"), "GET", "CarePlan/cp1", ""))
	}
	var got []string
	for _, e := range looks(t, s.Audit, before, audit.Filter{}) {
		got = append(got, strings.Join([]string{e.Agent.Subject, e.Agent.Organisation, e.Agent.Role, e.Agent.Purpose}, " "))
	}
	want := []string{"paramedic U clinical ETREAT", "gp P clinical TREAT", "lapsed-adviser U urgent-non-clinical ETREAT", "patient  patient PATRQT", "stranger   "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
}

// TestAudit_Sought finds who looked for a number by the number, however it was written, and wants it nowhere in what is
// recorded.
func TestAudit_Sought(t *testing.T) {
	s, _ := newServer(t)
	const number = "9990000018"
	for _, target := range []string{"Patient?identifier=" + number, "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|" + number,
		"Patient?identifier=999%20000%200018", "Observation?subject:Patient.identifier=" + number, "Patient?_has:Observation:subject:identifier=" + number,
		"Patient?identifier=1," + number, "Patient?_id=" + number, "Observation?subject=Patient/" + number, "Patient?_sort=" + number,
		"Patient?" + number + "=x", "Patient?_tag=" + number, "Patient/" + number, "Patient/" + number + "/Observation",
	} {
		before := headOf(t, s.Audit)
		do(s, "GET", target, "")
		entries := looks(t, s.Audit, before, audit.Filter{})
		if len(entries) != 1 {
			t.Fatalf("GET %s left %d records", target, len(entries))
		}
		if strings.Contains(fmt.Sprintf("%+v", entries[0]), number) {
			t.Errorf("GET %s is recorded with the number: %+v", target, entries[0].Record)
		}
		if strings.Contains(target, "identifier") && !slices.Contains(entries[0].Sought, s.Audit.Digest(number)) {
			t.Errorf("GET %s cannot be found by the number: %+v", target, entries[0].Record)
		}
	}
}

// failingLog records nothing.
type failingLog struct{ audit.Log }

var errNoLog = errors.New("no log")

func (failingLog) Append(context.Context, *audit.Record) error { return errNoLog }

// TestAudit_FailsClosed: what cannot be recorded is not shown, whatever it is.
func TestAudit_FailsClosed(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "secret"))
	s.Audit = failingLog{s.Audit}
	for _, row := range [][3]string{{"GET", "Patient/p"}, {"GET", "Patient/p/_history/1"}, {"GET", "Patient?identifier=secret"}, {"GET", "Patient/_history"},
		{"GET", "Patient/nobody"}, {"POST", "", bundleOf("batch", ent("", "", "GET", "Patient/p"))}, {"POST", "", bundleOf("transaction", ent("", "", "GET", "Patient/p"))}} {
		a := do(s, row[0], row[1], row[2])
		if detail := text(t, a.Body, "issue.0.details.coding.0.code"); a.Status != 503 || detail != "not-recorded" || strings.Contains(string(a.Body), "secret") {
			t.Errorf("%s %s = %d %s, want 503 not-recorded", row[0], row[1], a.Status, a.Body)
		}
	}
	// A write records itself in its own commit, so that it can be answered.
	if a := do(s, "PUT", "Patient/w", patient("w", "1")); a.Status != 201 {
		t.Errorf("PUT = %d %s", a.Status, a.Body)
	}
}

// deafStore has transactions that cannot record.
type deafStore struct{ store.Store }

type deafTx struct{ store.Tx }

func (d deafStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	return d.Store.Update(ctx, func(tx store.Tx) error { return fn(deafTx{tx}) })
}

// TestAudit_StoreThatCannotRecord still records every write, before its answer.
func TestAudit_StoreThatCannotRecord(t *testing.T) {
	s, _ := newServer(t)
	s.Store = deafStore{s.Store}
	mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "1"))
	mustDo(t, s, 200, "POST", "", bundleOf("transaction", ent("", obsOf("o", "p"), "PUT", "Observation/o")))
	var got []string
	for _, e := range looks(t, s.Audit, audit.Place{}, audit.Filter{}) {
		got = append(got, sketch(e))
	}
	want := []string{"update U success Patient/p [p] +Patient/p/1", "transaction E success [p] +Observation/o/1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
}

// TestAudit_TimeIsUp wants a request whose time is over recorded all the same.
func TestAudit_TimeIsUp(t *testing.T) {
	s, _ := newServer(t)
	ctx, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	_, err := s.Do(ctx, call("GET", "Patient/p", ""))
	if fhir.CodeOf(err) != fhir.CodeTimeout {
		t.Errorf("Do() = %v, want a time-out", err)
	}
	entries := looks(t, s.Audit, audit.Place{}, audit.Filter{})
	if len(entries) != 1 || sketch(entries[0]) != "read R faulty timeout Patient/p [p]" {
		t.Errorf("recorded %v", entries)
	}
}

// TestAudit_Refusal records what never became an interaction.
func TestAudit_Refusal(t *testing.T) {
	s, _ := newServer(t)
	for _, err := range []error{fhir.Errorf(fhir.CodeLogin, "no token").Detailed("no-token"), fhir.Errorf(fhir.CodeForbidden, "scope").Detailed("forbidden")} {
		if err := s.RecordRefusal(context.Background(), call("GET", "Patient/p", ""), err); err != nil {
			t.Errorf("RecordRefusal() = %v", err)
		}
	}
	var got []string
	for _, e := range looks(t, s.Audit, audit.Place{}, audit.Filter{}) {
		got = append(got, sketch(e))
	}
	if diff := cmp.Diff([]string{"login R denied no-token Patient/p [p]", "read R denied forbidden Patient/p [p]"}, got); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	s.Audit = failingLog{s.Audit}
	if err := s.RecordRefusal(context.Background(), interaction.Call{}, errNoLog); fhir.CodeOf(err) != fhir.CodeTransient {
		t.Errorf("RecordRefusal() without a log = %v, want not-recorded", err)
	}
}

// TestAccessLog tells a patient who looked, in plain words and page by page; and asking is in the next answer.
func TestAccessLog(t *testing.T) {
	s, _ := newServer(t)
	guide, _ := igpackage.ReadFolder(r4.Definitions(), profiles.Files, igpackage.DefaultLimits())
	guides, _ := conformance.NewGuides(guide)
	s.Conformance = conformance.New(guides, s.Store, func(*conformance.Definitions) conformance.Validate {
		return func(*element.Tree, ...string) fhir.Outcome { return nil }
	})
	mustDo(t, s, 201, "PUT", "Organization/g", `{"resourceType":"Organization","id":"g","identifier":[{"system":"urn:ods","value":"RX1"}],"name":"Riverside Hospice"}`)
	mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "1"))
	mustDo(t, s, 201, "PUT", "Patient/q", patient("q", "2"))
	c := call("GET", "Patient/p", "")
	c.Principal = &smart.Principal{Issuer: "https://i", Subject: "s", User: true, RoleID: "1", OrganisationID: "RX1",
		Roles: []smart.Role{{ID: "1", Code: "S8000:G8000:R8001"}}, Purposes: []string{"TREAT"}}
	if a := answer(s, c); a.Status != 200 {
		t.Fatal(a.Status)
	}
	mustDo(t, s, 200, "GET", "Patient/q", "")
	type access map[string]any
	read := func(target string) (all []access, next string) {
		a := mustDo(t, s, 200, "GET", target, "")
		for i := 0; ; i++ {
			name := text(t, a.Body, fmt.Sprintf("parameter.%d.name", i))
			if name == "" {
				return all, next
			}
			if name == "next" {
				next = text(t, a.Body, fmt.Sprintf("parameter.%d.valueString", i))
				continue
			}
			one := access{}
			for j := 0; ; j++ {
				part := fmt.Sprintf("parameter.%d.part.%d.", i, j)
				name := text(t, a.Body, part+"name")
				if name == "" {
					break
				}
				for _, kind := range []string{"valueString", "valueInstant", "valueBoolean"} {
					if v := at(t, a.Body, part+kind); v != nil {
						one[name] = v
					}
				}
			}
			all = append(all, one)
		}
	}
	first, next := read("Patient/p/$access-log?_count=1")
	want := access{"time": "2024-02-29T12:00:00.000Z", "organisation": "Riverside Hospice", "role": "nurse", "what": "looked at: patient",
		"why": "treatment", "emergency": false, "outcome": "done", "event": "audit-1-4"}
	if len(first) != 1 {
		t.Fatalf("%d accesses on a page of one", len(first))
	}
	if diff := cmp.Diff(want, first[0]); diff != "" {
		t.Errorf("the newest access (-want +got):\n%s", diff)
	}
	rest, end := read("Patient/p/$access-log?_count=10&cursor=" + next)
	if len(rest) != 1 || rest[0]["what"] != "changed: patient" || end != "" {
		t.Errorf("the rest = %v, %q", rest, end)
	}
	again, _ := read("Patient/p/$access-log?_count=1")
	if again[0]["what"] != "looked at who had looked at the record" {
		t.Errorf("after asking, the newest access is %v", again[0])
	}
	for target, status := range map[string]int{"Patient/nobody/$access-log": 404, "Patient/p/$access-log?_count=0": 400, "Patient/p/$access-log?cursor=x": 400,
		"Patient/p/$access-log?_since=yesterday": 400, "Observation/p/$access-log": 404, "Patient/p/$access-log?_since=2024-02-29T12:00:01Z": 200} {
		mustDo(t, s, status, "GET", target, "")
	}
	s.Audit = nil
	mustDo(t, s, 400, "GET", "Patient/p/$access-log", "")
}

// A search is recorded with the patients that it names, and with nothing else that has an id; a store that
// does not say whose record something is part of is read for it, as far as it can be.
func TestAudit_Whose(t *testing.T) {
	s := guarded(t)
	author := principal("author", "user/*.cruds")
	before := headOf(t, s.Audit)
	answer(s, as(author, "GET", "Observation?subject=Patient/p4&subject=Patient/p4&code=none", ""))
	answer(s, as(author, "GET", "Observation?subject=Group/p4", ""))
	if found := looks(t, s.Audit, before, audit.Filter{Patient: "p4"}); len(found) != 1 || len(found[0].Patients) != 1 {
		t.Errorf("searches for a patient and for a group of the same id are recorded as %+v", found)
	}
	s.Login = nil
	for _, unreadable := range []bool{false, true} {
		of := &failingStore{Store: s.Store, left: -1, old: true}
		if unreadable {
			of.corrupt = fhir.Key{Type: "Observation", ID: "op1"}
		}
		kept, before := s.Store, headOf(t, s.Audit)
		s.Store = of
		answer(s, call("GET", "Observation/op1", ""))
		s.Store = kept
		if found := looks(t, s.Audit, before, audit.Filter{Patient: "p1"}); (len(found) == 1) == unreadable {
			t.Errorf("unreadable %v: recorded as %+v", unreadable, found)
		}
	}
}
