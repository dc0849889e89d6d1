package interaction_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// callStore notes which calls the readings of a View make.
type callStore struct {
	store.Store
	calls []string
}

func (s *callStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(rd store.Reader) error { return fn(callReader{rd, s}) })
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

// What is hidden and what is not there make the same calls of the store, in the same order, by every way that reads.
func TestGuard_HiddenAndAbsentMakeTheSameCalls(t *testing.T) {
	s := guarded(t)
	calls := &callStore{Store: s.Store}
	s.Store = calls
	for _, who := range []string{"other", "gp", "paramedic", "untrained", "patient"} {
		for _, scopes := range []string{"user/*.cruds", "user/CarePlan.rs?status=active user/Patient.rs"} {
			for _, target := range []string{
				"CarePlan/ID", "CarePlan/ID/_history/1", "CarePlan/ID/_history/9", "CarePlan/ID/_history", "CarePlan?_id=ID", "CarePlan?_id=ID&_include=CarePlan:subject",
				"CarePlan?_id=ID&_summary=count", "CarePlan?patient._id=ID", "Patient?_has:CarePlan:patient:_id=ID", "CarePlan/ID/$validate",
			} {
				var made [2]string
				for i, id := range []string{"cp2", "xx2"} {
					calls.calls = nil
					answer(s, as(principal(who, scopes), http.MethodGet, strings.ReplaceAll(target, "ID", id), ""))
					made[i] = strings.ReplaceAll(strings.Join(calls.calls, "\n"), id, "ID")
				}
				if diff := cmp.Diff(made[0], made[1]); diff != "" || made[0] == "" {
					t.Errorf("%s, %s: GET %s (-hidden +absent):\n%s", who, scopes, target, diff)
				}
			}
		}
	}
}
