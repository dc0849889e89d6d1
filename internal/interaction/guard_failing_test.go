package interaction_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/interaction"
	"hearken/internal/store"
)

var errBroken = errors.New("the disk is broken")

// failingStore fails the call after so many.
type failingStore struct {
	store.Store
	left   int // calls before one fails; negative for none
	err    error
	only   fhir.Key // calls about this alone; the zero Key for all
	failed bool

	updates int // runs of an Update's function

	corrupt fhir.Key // what is stored under it cannot be read
	old     bool     // it does not say whose record what it has is part of
}

// fails reports whether it is this call's turn.
func (s *failingStore) fails(key fhir.Key) error {
	if s.only != (fhir.Key{}) && key != s.only {
		return nil
	}
	if s.left--; s.left == -1 {
		s.failed = true
		return s.err
	}
	return nil
}

func (s *failingStore) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.fails(fhir.Key{}); err != nil {
		return err
	}
	return s.Store.View(ctx, func(rd store.Reader) error { return fn(failingReader{rd, s}) })
}

func (s *failingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.fails(fhir.Key{}); err != nil {
		return err
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		s.updates++
		return fn(failingTx{tx, s})
	})
}

type failingReader struct {
	store.Reader
	store *failingStore
}

type failingTx struct {
	store.Tx
	store *failingStore
}

// failing makes a call unless it is to fail.
func failing[T any](s *failingStore, key fhir.Key, call func() (T, error)) (answer T, err error) {
	if err := s.fails(key); err != nil {
		return answer, err
	}
	return call()
}

func (r failingReader) Get(key fhir.Key) (store.Record, error) {
	rec, err := failing(r.store, key, func() (store.Record, error) { return r.Reader.Get(key) })
	if err == nil && key == r.store.corrupt {
		rec.Body = []byte(`{"resourceType":"` + string(key.Type) + `",`)
	}
	if r.store.old {
		rec.Patients = nil
	}
	return rec, err
}

func (r failingReader) GetVersion(key fhir.Key, version fhir.VersionID) (store.Record, error) {
	rec, err := failing(r.store, key, func() (store.Record, error) { return r.Reader.GetVersion(key, version) })
	if err == nil && key == r.store.corrupt && !rec.Deleted() {
		rec.Body = []byte(`{"resourceType":"` + string(key.Type) + `",`)
	}
	return rec, err
}

func (r failingReader) History(q store.HistoryQuery) (store.HistoryPage, error) {
	return failing(r.store, fhir.Key{Type: q.Type, ID: q.ID}, func() (store.HistoryPage, error) { return r.Reader.History(q) })
}

func (r failingReader) Search(q *query.Query) (store.Page, error) {
	page, err := failing(r.store, fhir.Key{}, func() (store.Page, error) { return r.Reader.Search(q) })
	for i := range page.Matches {
		if page.Matches[i].Key == r.store.corrupt {
			page.Matches[i].Body = []byte("{")
		}
	}
	return page, err
}

func (r failingReader) Label(key fhir.Key) ([]query.Token, error) {
	return failing(r.store, key, func() ([]query.Token, error) { return r.Reader.Label(key) })
}

func (tx failingTx) reader() failingReader { return failingReader{tx.Tx, tx.store} }

func (tx failingTx) Get(key fhir.Key) (store.Record, error) { return tx.reader().Get(key) }

func (tx failingTx) GetVersion(key fhir.Key, version fhir.VersionID) (store.Record, error) {
	return tx.reader().GetVersion(key, version)
}

func (tx failingTx) Search(q *query.Query) (store.Page, error) { return tx.reader().Search(q) }

func (tx failingTx) Label(key fhir.Key) ([]query.Token, error) { return tx.reader().Label(key) }

func (tx failingTx) Put(p store.Prepared) (store.Record, error) {
	return failing(tx.store, p.Key, func() (store.Record, error) { return tx.Tx.Put(p) })
}

func (tx failingTx) Relabel(key fhir.Key, label []query.Token) error {
	_, err := failing(tx.store, key, func() (struct{}, error) { return struct{}{}, tx.Tx.Relabel(key, label) })
	return err
}

// A store that cannot answer is never taken for one that has nothing, nor for a yes: whichever call of a
// request it fails, the request fails, and as a fault of the server.
func TestGuard_StoreFails(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "CarePlan/cp1", strings.Replace(planOf("cp1", "active", "p1", "a"), `"status"`, `"title":"again","status"`, 1))
	put(t, s, "Binary/bp1", binaryOf("bp1", "CarePlan/cp1"))
	login(s)
	later := nextPage(answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan?_sort=_id&_count=1&_include=CarePlan:subject", "")), "CarePlan")
	broken := &failingStore{Store: s.Store, left: -1, err: errBroken}
	s.Store = broken
	if a := answer(s, as(principal("author", "user/*.cruds"), http.MethodDelete, "Observation/op4", "")); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	transaction := `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:8a6d6e9c-6b6c-4a5c-8f5d-1f4f6b8f6f01","resource":{"resourceType":"Patient","managingOrganization":{"reference":"Organization/a"}},
		"request":{"method":"POST","url":"Patient"}},{"resource":` + strings.ReplaceAll(observationOf("ignored", "ID"), "Patient/ID", "urn:uuid:8a6d6e9c-6b6c-4a5c-8f5d-1f4f6b8f6f01") + `,"request":{"method":"POST","url":"Observation"}}]}`
	for _, row := range []struct{ who, scopes, method, target, body string }{
		{"author", "user/*.cruds", "GET", "CarePlan/cp1", ""},
		{"author", "user/*.cruds", "GET", later, ""},
		{"officer", "user/*.cruds", "GET", "AuditEvent?_count=100", ""},
		{"admin", "user/*.cruds", "GET", "Contract/$agreement-notices", ""},
		{"gp", "user/*.cruds", "POST", "Observation if none subject=Patient/p1&status=registered", observationOf("x", "p1")},
		{"patient", "user/*.cruds", "POST", "Observation if none identifier=urn:n|x", observationOf("x", "p1")},
		{"gp", "user/*.cruds", "GET", "CarePlan/cp2", ""},
		{"attorney", "user/*.cruds", "GET", "CarePlan/cp1", ""},
		{"untrained", "user/*.cruds", "GET", "CarePlan/cp1", ""},
		{"author", "user/CarePlan.rs?status=active", "GET", "CarePlan/cp1", ""},
		{"crew", "user/*.cruds", "GET", "Patient/p3", ""},
		{"author", "user/*.cruds", "GET", "CarePlan/cp1/_history/1", ""},
		{"author", "user/*.cruds", "GET", "CarePlan/cp1/_history", ""},
		{"author", "user/*.cruds", "GET", "Observation/op4/_history", ""},
		{"author", "user/*.cruds", "GET", "Observation/_history", ""},
		{"author", "user/*.cruds", "GET", "_history", ""},
		{"gp", "user/*.cruds", "GET", "CarePlan?_id=cp1&_include=CarePlan:subject", ""},
		{"patient", "user/*.cruds", "GET", "Observation?_sort=date", ""},
		{"lapsed", "user/*.cruds", "POST", "Patient/$break-glass", glass(byReference("p1"), "emergency-care", sentence)},
		{"author", "user/*.cruds", "POST", "Observation", observationOf("ignored", "p1")},
		{"author", "user/*.cruds", "PUT", "Observation/op1", observationOf("op1", "p1")},
		{"author", "user/*.cruds", "PUT", "CarePlan/cp1", planOf("cp1", "revoked", "p1", "a")},
		{"client-partner", "user/*.cruds", "PUT", "Observation/mine", observationOf("mine", "p1")},
		{"author", "user/*.cruds", "DELETE", "Observation/op1", ""},
		{"author", "user/*.cruds", "PUT", "Observation?patient=p1", observationOf("op1", "p1")},
		{"author", "user/*.cruds", "POST", "", transaction},
		{"gp", "user/*.cruds", "GET", "Binary/bp1", ""},
		{"gp", "user/*.cruds", "GET", "Binary/bp1/_history/1", ""},
		{"gp", "user/*.cruds", "GET", "Binary/bp1/_history", ""},
		{"author", "user/*.cruds", "POST", "Binary", binaryOf("ignored", "CarePlan/cp1")},
		{"author", "user/*.cruds", "PUT", "Binary/bp1", binaryOf("bp1", "Patient/p1")},
		{"client-partner", "user/*.cruds", "PUT", "Binary/mine", binaryOf("mine", "Observation/mine")},
		{"client-partner", "user/*.cruds", "PUT", "Observation/mine", observationOf("mine", "p2")},
		{"author", "user/*.cruds", "DELETE", "Binary/bp2", ""},
		{"nobody", "", "GET", "Binary/bp1", ""},
		{"nobody", "", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/cp1")},
		{"nobody", "", "PUT", "Consent/no", fmt.Sprintf(sharingConsent, "no", "active", "882941000000102", "p1", "2024-01-01", "deny")},
		{"nobody", "", "GET", "_history", ""},
		{"nobody", "", "PUT", "Observation/op1", observationOf("op1", "p1")},
		{"nobody", "", "POST", "", transaction},
	} {
		t.Run(row.who+" "+row.method+" "+row.target, func(t *testing.T) {
			login := s.Login
			defer func() { s.Login = login }()
			if row.who == "nobody" {
				s.Login = nil // a server without login is no less whole
			}
			broken.failEach(t, func() interaction.Answer {
				p := principal(row.who, row.scopes)
				p.AuthTime = s.Now()
				target, criteria, _ := strings.Cut(row.target, " if none ")
				c := as(p, row.method, target, row.body)
				c.IfNoneExist = criteria
				return answer(s, c)
			})
		})
	}
}

// failEach fails the calls of a request one after the other, until it is answered without: as long as one
// fails, the request does.
func (f *failingStore) failEach(t *testing.T, do func() interaction.Answer) {
	t.Helper()
	for calls := 0; ; calls++ {
		f.left, f.failed = calls, false
		a := do()
		if !f.failed {
			if calls < 1 || a.Status >= 500 {
				t.Errorf("without a call that fails, after %d: %d %.400s", calls, a.Status, a.Body)
			}
			return
		}
		if a.Status < 500 {
			t.Errorf("%d with call %d failing: %.400s", a.Status, calls, a.Body)
		}
	}
}

// What is found by one call and not by another is not there: nothing is shown of it.
func TestGuard_StoreContradictsItself(t *testing.T) {
	s := guarded(t)
	author := principal("author", "user/*.cruds")
	if a := answer(s, as(author, http.MethodDelete, "Observation/op4", "")); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	broken := &failingStore{Store: s.Store, left: -1, err: store.ErrNotFound}
	s.Store = broken
	for _, key := range []fhir.Key{{Type: "CarePlan", ID: "cp1"}, {Type: "Patient", ID: "p3"}, {Type: "Observation", ID: "op4"}, {Type: "Binary", ID: "bp1"}} {
		broken.only = key
		for _, target := range []string{"", "/_history/1", "/_history"} {
			broken.left = -1
			absent := answer(s, as(author, http.MethodGet, string(key.Type)+"/none"+target, ""))
			for calls := 0; ; calls++ {
				broken.left, broken.failed = calls, false
				a := answer(s, as(author, http.MethodGet, key.String()+target, ""))
				if !broken.failed {
					break
				}
				if a.Status != absent.Status {
					t.Errorf("%s%s = %d with call %d finding nothing, want %d as of what is not there: %s", key, target, a.Status, calls, absent.Status, a.Body)
				}
			}
		}
	}
}

// What is stored and cannot be read may be a fact about who sees what, or be labelled: it is not shown, not
// overwritten and not deleted.
func TestGuard_StoredUnreadably(t *testing.T) {
	s := guarded(t)
	author := principal("author", "user/*.cruds")
	if a := answer(s, as(author, http.MethodDelete, "Observation/op4", "")); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	readable := s.Store
	s.Store = &failingStore{Store: readable, left: -1, corrupt: fhir.Key{Type: "Observation", ID: "op4"}}
	if a := answer(s, as(author, http.MethodGet, "Observation/op4", "")); a.Status != 500 {
		t.Errorf("what was deleted and cannot be read = %d, want 500: %s", a.Status, a.Body)
	}
	s.Store = &failingStore{Store: readable, left: -1, corrupt: fhir.Key{Type: "Binary", ID: "bp1"}}
	for _, target := range []string{"Binary/bp1", "Binary/bp1/_history/1"} {
		c := as(author, http.MethodGet, target, "")
		c.Accept = "application/fhir+json"
		if a := answer(s, c); a.Status != 500 {
			t.Errorf("GET %s, of whose record nobody can say whose it is = %d, want 500: %s", target, a.Status, a.Body)
		}
	}
	s.Store = &failingStore{Store: readable, left: -1, corrupt: fhir.Key{Type: "Patient", ID: "p3"}}
	if a := answer(s, as(principal("crew", "user/*.cruds"), http.MethodGet, "Patient/p3", "")); a.Status != 500 {
		t.Errorf("what may have something to withhold and cannot be read = %d, want 500: %s", a.Status, a.Body)
	}
	s.Store = &failingStore{Store: readable, left: -1, corrupt: fhir.Key{Type: "Observation", ID: "op1"}}
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		if a := answer(s, as(author, method, "Observation/op1", observationOf("op1", "p1"))); a.Status != 500 {
			t.Errorf("%s = %d, want 500: %s", method, a.Status, a.Body)
		}
	}
	objection := strings.Replace(fmt.Sprintf(sharingConsent, "new", "active", "882941000000102", "p1", "2024-01-01", "deny"), `"id":"new",`, "", 1)
	if a := answer(s, as(author, http.MethodPost, "Consent", objection)); a.Status != 500 {
		t.Errorf("an objection by which it would have another label = %d, want 500: %s", a.Status, a.Body)
	}
}
