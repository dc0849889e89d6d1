package interaction_test

import (
	"context"
	"testing"

	"hearken/internal/store"
)

// countingStore tells with every history how many versions it has, as its contract allows.
type countingStore struct{ store.Store }

func (s countingStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(rd store.Reader) error { return fn(countingReader{rd}) })
}

type countingReader struct{ store.Reader }

func (r countingReader) History(q store.HistoryQuery) (store.HistoryPage, error) {
	page, err := r.Reader.History(q)
	all := q
	all.Count, all.Cursor = 1<<20, ""
	if every, failed := r.Reader.History(all); failed == nil {
		page.Total = len(every.Records)
	}
	return page, err
}

// A history tells no total that has counted what it leaves out: AuditEvents, for everybody, and what a caller
// does not see.
func TestHistory_TotalsCountNothingLeftOut(t *testing.T) {
	s, _ := newServer(t)
	s.Store = countingStore{s.Store}
	mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "1"))
	mustDo(t, s, 201, "POST", "AuditEvent", fedEvent)
	for target, want := range map[string]string{"Patient/p/_history": "1", "Patient/_history": "1", "_history": ""} {
		if got := text(t, mustDo(t, s, 200, "GET", target, "").Body, "total"); got != want {
			t.Errorf("%s has the total %q, want %q", target, got, want)
		}
	}

	g := guarded(t)
	author := principal("author", "user/*.cruds")
	a := answer(g, as(author, "POST", "CarePlan", planOf("ignored", "draft", "p1", "a")))
	draft := "CarePlan/" + text(t, a.Body, "id")
	if a := answer(g, as(author, "DELETE", draft, "")); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	g.Store = countingStore{g.Store}
	for _, who := range []string{"author", "paramedic", "gp", "other"} {
		for _, target := range []string{"CarePlan/_history?_count=100", "_history?_count=500", "CarePlan/_history?_count=1"} {
			a := answer(g, as(principal(who, "user/*.cruds"), "GET", target, ""))
			if total := text(t, a.Body, "total"); a.Status != 200 || total != "" {
				t.Errorf("%s: %s = %d with the total %q: some versions are left out\n%.200s", who, target, a.Status, total, a.Body)
			}
		}
	}
}
