package embedded_test

import (
	"context"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
)

// TestTwins indexes two parameters of one identity, as name and phonetic are: they are kept once and searched
// and sorted by either name.
func TestTwins(t *testing.T) {
	name := &query.Parameter{Base: "Patient", Code: "name", Kind: query.KindString, Identity: query.Identity{1}}
	sound := &query.Parameter{Base: "Patient", Code: "phonetic", Kind: query.KindString, Identity: query.Identity{1}}
	fs := vfs.NewMem()
	open := func(parameters ...*query.Parameter) *embedded.Store {
		s, err := embedded.Open("/db", embedded.Options{FS: fs, Parameters: parameters, Planner: embedded.Planner{Few: 1, Kept: 1}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(name, sound)
	for _, text := range []string{"c", "a", "b"} {
		key := fhir.Key{Type: "Patient", ID: fhir.ID(text)}
		putFixture(t, s, key, nil, query.Entry{Parameter: sound, Value: query.Text{Text: text}}, query.Entry{Parameter: name, Value: query.Text{Text: text}})
	}
	look := func(s *embedded.Store, p *query.Parameter) {
		t.Helper()
		q := &query.Query{Types: []fhir.Type{"Patient"}, Count: 10, Sort: []query.SortKey{{Parameter: p, Descending: true}},
			Where: query.Not{Expr: query.Match{Parameter: p, Test: query.TextTest{Text: "b"}}}}
		var page store.Page
		err := s.View(context.Background(), func(r store.Reader) (err error) { page, err = r.Search(q); return err })
		if err != nil || len(page.Matches) != 2 || page.Matches[0].Key.ID != "c" || page.Matches[1].Key.ID != "a" {
			t.Errorf("Search() by %s = %v, %v, want c and a", p.Code, page.Matches, err)
		}
	}
	check := func(s *embedded.Store) {
		t.Helper()
		report, err := s.Check(context.Background())
		if want := 3 * 4; err != nil || len(report.Faults) > 0 || report.Postings != want { // live, lastUpdated, one in O, one in S
			t.Errorf("Check() = %+v, %v, want %d postings", report, err, want)
		}
	}
	look(s, name)
	look(s, sound)
	check(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(sound, name) // in another order
	defer s.Close()
	look(s, name)
	look(s, sound)
	check(s)
}
