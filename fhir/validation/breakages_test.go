package validation_test

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

// TestBreakages makes what is in testdata/broken.ndjson: for every invariant it makes resources by what the
// definitions say of types, with the elements and codes that the invariant speaks of, until one breaks it and
// nothing else, and takes away from that whatever it can do without. The same definitions make the same file.
// HEARKEN_BREAKAGES=write writes it, where definitions or rules have changed.
func TestBreakages(t *testing.T) {
	all := errorInvariants(r4.Definitions())
	for _, row := range brokenResources(t, byHandFile) {
		delete(all, row.Key)
	}
	for key := range unbroken(t) {
		delete(all, key)
	}
	validator := validation.New(r4.Definitions())
	var out bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(all)) {
		resource := breakage(validator, key, all[key])
		if resource == nil {
			t.Errorf("%s: nothing found in %d trials: %s", key, trials, all[key][0].rule.Expression)
			continue
		}
		line, err := json.Marshal(broken{key, resource})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	if os.Getenv("HEARKEN_BREAKAGES") == "write" {
		if err := os.WriteFile(brokenFile, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(brokenFile); err != nil || !bytes.Equal(kept, out.Bytes()) {
		t.Errorf("%s is not what is found now (%v): HEARKEN_BREAKAGES=write writes it anew", brokenFile, err)
	}
}

// trials is how many resources are made for one invariant at most.
const trials = 6_000

// breakage is a small resource that breaks an invariant alone; nil when none was found.
func breakage(validator *validation.Validator, key string, places []context) []byte {
	seed := fnv.New64()
	seed.Write([]byte(key))
	random := rand.New(rand.NewPCG(seed.Sum64(), 1))
	routes := routesTo(r4.Definitions(), places)
	if len(routes) == 0 {
		return nil
	}
	breaks := func(resource map[string]any) bool {
		source, err := json.Marshal(resource)
		got := faultsOf(validator, source)
		return err == nil && len(got) == 1 && got[0] == key
	}
	for n := range trials {
		r := routes[random.IntN(min(len(routes), 1+n/200))]
		g := newGrower(r4.Definitions(), random, r)
		if resource := g.resource(r.root); breaks(resource) {
			prune(resource, func() bool { return breaks(resource) })
			source, _ := json.Marshal(resource)
			return source
		}
	}
	return nil
}

// prune takes members and items away as long as the rest will do.
func prune(value any, do func() bool) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			was := value[name]
			if delete(value, name); do() {
				continue
			}
			value[name] = was
			if list, ok := was.([]any); ok {
				for len(list) > 1 {
					if value[name] = list[1:]; do() {
						list = list[1:]
					} else if value[name] = list[:len(list)-1]; do() {
						list = list[:len(list)-1]
					} else {
						break
					}
				}
				value[name] = list
			}
			prune(value[name], do)
		}
	case []any:
		for _, item := range value {
			prune(item, do)
		}
	}
}

// route is the way from a resource to a place where an invariant holds: the elements that must be there.
type route struct {
	root  *definition.Structure
	steps []*definition.Field
	rule  *definition.Constraint
}

// routesTo are ways to the places of an invariant, the shortest first.
func routesTo(set *definition.Set, places []context) []route {
	var routes []route
	for _, place := range places {
		for _, way := range waysTo(set, place.of) {
			way.rule = place.rule
			if place.element != nil {
				for _, f := range place.element.Fields {
					longer := way
					longer.steps = append(slices.Clone(way.steps), f)
					routes = append(routes, longer)
				}
				continue
			}
			routes = append(routes, way)
		}
	}
	slices.SortStableFunc(routes, func(a, b route) int { return len(a.steps) - len(b.steps) })
	return routes
}

// waysTo are the shortest ways from resources to a structure, at most one from each resource.
func waysTo(set *definition.Set, s *definition.Structure) []route {
	var ways []route
	for _, name := range set.Resources() {
		root := set.Structure(name)
		if root == s || root.IsA(s.Name) && s.Path == s.Name {
			ways = append(ways, route{root: root})
			continue
		}
		if steps := search(root, s, 5); steps != nil {
			ways = append(ways, route{root: root, steps: steps})
		}
	}
	return ways
}

// search is the shortest way from one structure down to another, breadth first; nil when there is none so short.
func search(from, to *definition.Structure, depth int) []*definition.Field {
	type step struct {
		at   *definition.Structure
		path []*definition.Field
	}
	seen := map[*definition.Structure]bool{from: true}
	for queue := []step{{at: from}}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		for _, e := range s.at.Elements {
			for _, f := range e.Fields {
				path := append(slices.Clone(s.path), f)
				if f.Type == to {
					return path
				}
				if f.Type != nil && !seen[f.Type] && len(path) < depth && e.Name != "modifierExtension" && e.Name != "contained" {
					seen[f.Type] = true
					queue = append(queue, step{f.Type, path})
				}
			}
		}
	}
	return nil
}
