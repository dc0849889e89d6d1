package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest"
	"hearken/internal/load"
)

// Every page of every sort is walked over the Synthea set while writers change the sort keys of a tenth of the rows
// after the first page. What comes is what there was at the first page, in its order, each row once. HEARKEN_ALL_SORTS
// walks all types of the set, not only four.
func TestPages_WhileWritersMoveRows(t *testing.T) {
	sources, err := load.Find([]string{fhirtest.SharedData(t, "synthea")})
	if err != nil {
		t.Fatal(err)
	}
	var total graph
	for _, source := range sources {
		total.addBundle(t, source.Path)
	}
	s := start(t, nil)
	s.load(t, sources, total.total())
	if n := s.total("/Patient?family=alcantar"); n != 1 {
		t.Errorf("family=alcantar finds %d, want the one Alcántar", n)
	}
	walks := 0
	types := []string{"Patient", "Goal", "CarePlan", "MedicationRequest"}
	if os.Getenv("HEARKEN_ALL_SORTS") != "" {
		types = slices.Sorted(maps.Keys(total.counts()))
	}
	for _, typ := range types {
		for _, key := range s.sortKeys(t, typ) {
			for _, direction := range []string{"", "-"} {
				s.walkWhileWriting(t, typ, direction+key, walks)
				walks++
			}
		}
	}
	t.Logf("%d walks over %d types", walks, len(types))
	if walks < 100 {
		t.Errorf("only %d walks, want every sort of four types", walks)
	}
}

// sortKeys is every search parameter of a type that can be sorted by.
func (s *server) sortKeys(t *testing.T, typ string) (keys []string) {
	t.Helper()
	var c capability
	if err := json.Unmarshal(s.must(200, "GET /metadata", "").body, &c); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Rest[0].Resource {
		for _, p := range r.SearchParam {
			if r.Type == typ && p.Type != "composite" && p.Type != "special" && p.Name != "_has" && !slices.Contains(keys, p.Name) {
				keys = append(keys, p.Name)
			}
		}
	}
	return keys
}

// walkWhileWriting walks the pages of one sort.
func (s *server) walkWhileWriting(t *testing.T, typ, sort string, round int) {
	t.Helper()
	var want []string
	var rows []json.RawMessage
	path := "/" + typ + "?_sort=" + sort
	s.all(path+"&_count=1000", func(r json.RawMessage) { want, rows = append(want, idOf(t, r)), append(rows, r) })
	count := max(len(want)/6, 5)
	page := s.search(fmt.Sprintf("%s&_count=%d", path, count))
	s.rotate(t, typ, rows, round)
	var got []string
	for {
		if page.Total == nil || *page.Total != len(want) {
			t.Errorf("_sort=%s: total %v, want %d on every page", sort, page.Total, len(want))
		}
		for _, e := range page.Entry {
			got = append(got, idOf(t, e.Resource))
		}
		if page.next() == "" {
			break
		}
		page = s.search(page.next())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s by pages of %d while a tenth of the rows is written (-as of the first page +walked):\n%s", path, count, diff)
	}
}

// rotate gives every tenth row the content of the next such row: whatever is sorted by, its key changes.
func (s *server) rotate(t *testing.T, typ string, rows []json.RawMessage, round int) {
	t.Helper()
	var chosen []json.RawMessage
	for i := round % 10; i < len(rows); i += 10 {
		chosen = append(chosen, rows[i])
	}
	for i, row := range chosen {
		id, other := idOf(t, row), chosen[(i+1)%len(chosen)]
		s.must(200, "PUT /"+typ+"/"+id, strings.Replace(string(other), `"id":"`+idOf(t, other)+`"`, `"id":"`+id+`"`, 1))
	}
}

func idOf(t *testing.T, resource json.RawMessage) string {
	t.Helper()
	var r struct{ ID string }
	if err := json.Unmarshal(resource, &r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}
