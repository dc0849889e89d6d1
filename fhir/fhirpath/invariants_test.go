package fhirpath_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// invariants compiles every base invariant, once each.
func invariants(t testing.TB) map[*definition.Constraint]*fhirpath.Expression {
	t.Helper()
	compiled := map[*definition.Constraint]*fhirpath.Expression{}
	byText := map[string]*fhirpath.Expression{}
	add := func(constraints []*definition.Constraint) {
		for _, c := range constraints {
			if byText[c.Expression] == nil {
				e, err := fhirpath.Compile(r4.Definitions(), c.Expression)
				if err != nil {
					t.Errorf("Compile(%s: %q) = error %v", c.Key, c.Expression, err)
					continue
				}
				byText[c.Expression] = e
			}
			compiled[c] = byText[c.Expression]
		}
	}
	for _, s := range r4.Definitions().Structures() {
		add(s.Constraints)
	}
	for _, e := range r4.Definitions().Elements() {
		add(e.Constraints)
	}
	return compiled
}

// checkInvariants calls found with every invariant that stands at a node of a tree, and
// whether it holds.
func checkInvariants(tree *element.Tree, compiled map[*definition.Constraint]*fhirpath.Expression, env *fhirpath.Env,
	found func(n element.Node, c *definition.Constraint, holds bool, err error)) {
	for i := range tree.Len() {
		n := tree.Node(i)
		for _, c := range n.Structure().Constraints {
			holds, err := compiled[c].Holds(env, n)
			found(n, c, holds, err)
		}
		if e := n.Element(); e != nil {
			for _, c := range e.Constraints {
				holds, err := compiled[c].Holds(env, n)
				found(n, c, holds, err)
			}
		}
	}
}

// violated are the invariants that published examples do break, by file.
var violated = map[string][]string{
	// Its styles name a background image; package xhtml takes no style that fetches something.
	"Bundle-types.json": {"txt-1", "txt-2"},
}

func TestInvariants_Examples(t *testing.T) {
	compiled := invariants(t)
	evaluated, seen := 0, map[string]bool{}
	env := &fhirpath.Env{Now: time.Now()}
	for _, path := range examples(t) {
		tree := parseFile(t, path)
		name := filepath.Base(path)
		checkInvariants(tree, compiled, env, func(n element.Node, c *definition.Constraint, holds bool, err error) {
			evaluated++
			seen[c.Key] = true
			if err != nil {
				t.Errorf("%s: %s at %s = error %v", name, c.Key, n.Location(), err)
			}
			if !holds && c.Error && !slices.Contains(violated[name], c.Key) {
				t.Errorf("%s: %s does not hold at %s", name, c.Key, n.Location())
			}
		})
		env.Reset()
	}
	t.Logf("%d evaluations of %d invariants", evaluated, len(seen))
}

// searchRule is a search parameter compiled for one resource type, with the components of a composite.
type searchRule struct {
	expression *fhirpath.Expression
	components []*fhirpath.Expression
}

func searchRules(t *testing.T) map[string][]searchRule {
	set := r4.Definitions()
	rules := map[string][]searchRule{}
	compile := func(id, text string, opts ...fhirpath.Option) *fhirpath.Expression {
		e, err := fhirpath.Compile(set, text, opts...)
		if err != nil {
			t.Fatalf("Compile(%s: %q) = error %v", id, text, err)
		}
		return e
	}
	for _, resource := range set.Resources() {
		for _, p := range set.SearchParametersOf(resource) {
			if p.Expression == "" {
				continue
			}
			rule := searchRule{expression: compile(p.ID, p.Expression, fhirpath.On(resource))}
			for _, c := range p.Components {
				rule.components = append(rule.components, compile(p.ID, c.Expression))
			}
			rules[resource] = append(rules[resource], rule)
		}
	}
	return rules
}

func TestSearchParameters_Examples(t *testing.T) {
	rules := searchRules(t)
	env, values, parts := &fhirpath.Env{}, 0, 0
	for _, path := range examples(t) {
		tree := parseFile(t, path)
		for _, rule := range rules[tree.Root().Name()] {
			err := rule.expression.Each(env, tree.Root(), func(i fhirpath.Item) bool {
				values++
				for _, c := range rule.components {
					if err := c.Each(env, i.Node(), func(fhirpath.Item) bool { parts++; return true }); err != nil {
						t.Errorf("%s: %s of %s = error %v", filepath.Base(path), c, rule.expression, err)
					}
				}
				return true
			})
			if err != nil {
				t.Errorf("%s: %s = error %v", filepath.Base(path), rule.expression, err)
			}
		}
	}
	if values < 5000 || parts < 100 {
		t.Errorf("found %d values and %d parts of composites in the examples, want thousands and hundreds", values, parts)
	}
	t.Logf("%d values, %d parts of composites", values, parts)
}

func examples(t testing.TB) []string {
	paths, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(paths) < 500 {
		t.Fatalf("%d examples found (%v), want 513", len(paths), err)
	}
	return paths
}
