package profiles_test

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

// rule is one invariant of the guide, compiled, and where it stands.
type rule struct {
	definition.Constraint
	profile  *definition.StructureDefinition
	id       string // "Patient.identifier:nhsNumber"
	compiled *fhirpath.Expression
}

var compileRules = sync.OnceValues(func() ([]rule, error) {
	var rules []rule
	pack, _ := guide()
	for i := range pack.Structures {
		s := &pack.Structures[i]
		for _, row := range s.Differential {
			for _, c := range row.Constraints {
				compiled, err := fhirpath.Compile(r4.Definitions(), c.Expression, fhirpath.On(structureAt(row.Path).Path), fhirpath.Strict())
				if err != nil {
					return nil, fmt.Errorf("%s: %w", c.Key, err)
				}
				rules = append(rules, rule{c, s, row.ID, compiled})
			}
		}
	}
	return rules, nil
})

// allRules compiles the invariants strictly: a misspelt element is an error.
func allRules(t testing.TB) []rule {
	t.Helper()
	readGuide(t)
	rules, err := compileRules()
	if err != nil {
		t.Fatalf("Compile = %v", err)
	}
	return rules
}

// nodes are those of a resource that the rule is about: its element, in the slice that it names.
func (r rule) nodes(resource element.Node) []element.Node {
	if r.profile.Type == "Extension" {
		return extensions(resource, r.profile.URL)
	}
	return r.below(resource)
}

// below follows the rule's element down from a node of the profile's type.
func (r rule) below(n element.Node) []element.Node {
	found, id := []element.Node{n}, r.profile.Type
	for _, segment := range strings.Split(r.id, ".")[1:] {
		id += "." + segment
		var next []element.Node
		for _, parent := range found {
			next = slices.AppendSeq(next, matching(r.profile, parent, id))
		}
		found = next
	}
	return found
}

// matching are the children of a node that an element of a differential is about, by the last part of its id.
func matching(profile *definition.StructureDefinition, parent element.Node, id string) iter.Seq[element.Node] {
	name, slice, _ := strings.Cut(id[strings.LastIndexByte(id, '.')+1:], ":")
	return func(yield func(element.Node) bool) {
		for c := range parent.Children() {
			if c.Name() == strings.TrimSuffix(name, "[x]") && (slice == "" || inSlice(profile, c, id)) && !yield(c) {
				return
			}
		}
	}
}

// inSlice tells slices apart by what the differential says of them: a type in the name of the slice, a
// pattern, the profile of an extension, or what is fixed or has a pattern right inside.
func inSlice(profile *definition.StructureDefinition, n element.Node, id string) bool {
	for _, row := range profile.Differential {
		name, inside := strings.CutPrefix(row.ID, id+".")
		is := func(name string) []byte { return element.AppendJSON(nil, n.Child(name), element.WriteOptions{}) }
		switch {
		case inside && strings.Contains(name, ".") || !inside && row.ID != id:
		case !inside && n.Element().Choice:
			return strings.HasSuffix(strings.ToLower(row.SliceName), strings.ToLower(n.Structure().Name))
		case !inside && row.Pattern != nil:
			return fits(element.AppendJSON(nil, n, element.WriteOptions{}), row.Pattern)
		case !inside && len(row.Types) == 1 && len(row.Types[0].Profiles) == 1:
			return text(n, "url") == row.Types[0].Profiles[0]
		case inside && row.Fixed != nil:
			return bytes.Equal(is(name), row.Fixed)
		case inside && row.Pattern != nil:
			return !n.Child(name).IsZero() && fits(is(name), row.Pattern)
		}
	}
	panic("no discriminator of " + id + " is known here")
}

// extensions are those with an url, in a resource and not in what it contains.
func extensions(resource element.Node, url string) []element.Node {
	var found []element.Node
	tree := resource.Tree()
	for i := range tree.Len() {
		if n := tree.Node(i); n.Name() == "extension" && n.Resource() == resource && text(n, "url") == url {
			found = append(found, n)
		}
	}
	return found
}

// broken are the keys of the rules that a resource breaks, of some profiles and of the extensions that it has.
func broken(t testing.TB, env *fhirpath.Env, resource element.Node, profiles ...string) []string {
	t.Helper()
	var keys []string
	for _, r := range allRules(t) {
		if r.profile.Type != "Extension" && !slices.Contains(profiles, r.profile.URL) {
			continue
		}
		for _, n := range r.nodes(resource) {
			holds, err := r.compiled.Holds(env, n)
			if err != nil {
				t.Errorf("%s at %s = error %v", r.Key, n.Location(), err)
			}
			if !holds {
				keys = append(keys, r.Key)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// A key means one thing, here and in the base; it may stand in two profiles if it says the same there.
func TestRules_Keys(t *testing.T) {
	base := map[string]bool{}
	for _, s := range r4.Definitions().Structures() {
		for _, c := range s.Constraints {
			base[c.Key] = true
		}
	}
	for _, e := range r4.Definitions().Elements() {
		for _, c := range e.Constraints {
			base[c.Key] = true
		}
	}
	said := map[string]string{}
	readme := string(readFile(t, "README.md"))
	for _, r := range allRules(t) {
		if base[r.Key] {
			t.Errorf("%s is a key of the base", r.Key)
		}
		if before, again := said[r.Key]; again && before != r.Expression {
			t.Errorf("%s says two things", r.Key)
		}
		said[r.Key] = r.Expression
		severity := map[bool]string{true: "error", false: "warning"}[r.Error]
		if !strings.Contains(readme, "| "+r.Key+" | "+severity+" |") {
			t.Errorf("README.md has no row for %s, %s", r.Key, severity)
		}
	}
	if rows := strings.Count(readme, " | error | ") + strings.Count(readme, " | warning | "); rows != len(said) {
		t.Errorf("README.md has %d rows of rules, want %d", rows, len(said))
	}
}

// What may be refused is fixed here: a new reason to refuse is not slipped in.
func TestRules_Refusals(t *testing.T) {
	var refused []string
	for _, r := range allRules(t) {
		if r.Error {
			refused = append(refused, r.Key)
		}
	}
	slices.Sort(refused)
	if want := []string{"adrt-1", "adrt-3", "adrt-6", "cpr-5", "lpa-1", "nhs-1", "nhs-2", "plan-1", "share-1"}; !slices.Equal(refused, want) {
		t.Errorf("rules of severity error = %q, want %q", refused, want)
	}
}
