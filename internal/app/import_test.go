package app_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest"
	"hearken/internal/load"
)

// All Synthea bundles are imported, without a fault, and again: what is stored is exactly twice what they hold, every
// urn is resolved, and nothing of one import points into the other.
func TestImport_TwiceDoublesWithoutCrossLinks(t *testing.T) {
	folder := fhirtest.SharedData(t, "synthea")
	sources, err := load.Find([]string{folder})
	if err != nil || len(sources) != 60 {
		t.Fatalf("%d bundles (%v), want 60", len(sources), err)
	}
	want := graph{}
	for _, source := range sources {
		want.addBundle(t, source.Path)
	}
	s := start(t, nil)
	for round := 1; round <= 2; round++ {
		s.load(t, sources, want.total())
		for typ, n := range want.counts() {
			if got := s.total("/" + typ + "?_summary=count"); got != round*n {
				t.Errorf("after import %d there are %d of %s, want %d", round, got, typ, round*n)
			}
		}
	}
	got := graph{}
	for typ := range want.counts() {
		s.all("/"+typ+"?_count=1000", func(resource json.RawMessage) { got.addStored(t, resource) })
	}
	for reference := range got.dangling() {
		t.Errorf("%s is referred to and not stored", reference)
	}
	twice := slices.Sorted(slices.Values(slices.Concat(want.components(), want.components())))
	if diff := cmp.Diff(twice, got.components()); diff != "" {
		t.Errorf("sizes of what hangs together (-twice that of the bundles +stored):\n%s", diff)
	}
}

// load imports all sources and expects no fault.
func (s *server) load(t *testing.T, sources []load.Source, resources int) {
	t.Helper()
	l := load.Loader{Target: &load.HTTP{Base: s.base, Client: s.http}, Clients: 2, Wait: time.After}
	began := time.Now()
	done, err := l.Load(t.Context(), sources)
	if err != nil {
		t.Fatal(err)
	}
	for i, fault := range done.Faults {
		if i < 20 {
			t.Error(strings.TrimPrefix(fault.String(), "/"))
		}
	}
	if len(done.Faults) > 0 || done.Resources != resources {
		t.Fatalf("imported %d resources with %d faults, want %d with none", done.Resources, len(done.Faults), resources)
	}
	t.Logf("%d resources in %v: %.0f/s", done.Resources, time.Since(began).Round(time.Millisecond), float64(done.Resources)/time.Since(began).Seconds())
}

// graph is resources and what they refer to, by the name each is referred to by.
type graph struct {
	types map[string]string   // name → resource type
	edges map[string][]string // name → names it refers to
}

func (g *graph) add(name, typ string, resource any) {
	if g.types == nil {
		g.types, g.edges = map[string]string{}, map[string][]string{}
	}
	g.types[name] = typ
	g.edges[name] = append(g.edges[name], references(resource)...)
}

// addBundle adds the entries of a file. Names are made its own: bundles may share urns.
func (g *graph) addBundle(t *testing.T, path string) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := at(value(t, src), "entry").([]any)
	for _, entry := range list {
		name := path + text(entry, "fullUrl")
		g.add(name, text(entry, "resource", "resourceType"), nil)
		for _, reference := range references(at(entry, "resource")) {
			g.edges[name] = append(g.edges[name], path+reference)
		}
	}
}

func (g *graph) addStored(t *testing.T, resource json.RawMessage) {
	t.Helper()
	if strings.Contains(string(resource), "urn:uuid:") && strings.Contains(string(resource), `"reference":"urn:uuid:`) {
		t.Errorf("a reference to a urn is left in %s", shorten(resource))
	}
	v := value(t, resource)
	typ := text(v, "resourceType")
	g.add(typ+"/"+text(v, "id"), typ, v)
}

// references lists every Reference.reference in a resource that is not to what it contains.
func references(v any) (found []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			if s, ok := child.(string); ok && name == "reference" && !strings.HasPrefix(s, "#") {
				found = append(found, s)
			} else {
				found = append(found, references(child)...)
			}
		}
	case []any:
		for _, child := range v {
			found = append(found, references(child)...)
		}
	}
	return found
}

func (g *graph) total() int { return len(g.types) }

func (g *graph) counts() map[string]int {
	counts := map[string]int{}
	for _, typ := range g.types {
		counts[typ]++
	}
	return counts
}

// dangling is every name that is referred to and not there.
func (g *graph) dangling() map[string]bool {
	missing := map[string]bool{}
	for _, names := range g.edges {
		for _, name := range names {
			if g.types[name] == "" {
				missing[name] = true
			}
		}
	}
	return missing
}

// components gives the sizes of the parts that references hold together, sorted.
func (g *graph) components() []int {
	parent := map[string]string{}
	var find func(string) string
	find = func(name string) string {
		if parent[name] == "" || parent[name] == name {
			return name
		}
		root := find(parent[name])
		parent[name] = root
		return root
	}
	for from, names := range g.edges {
		for _, to := range names {
			if a, b := find(from), find(to); a != b {
				parent[a] = b
			}
		}
	}
	sizes := map[string]int{}
	for name := range g.types {
		sizes[find(name)]++
	}
	var list []int
	for _, n := range sizes {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}
