package terminology_test

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/internal/fhirtest"
)

// ukCore is UK Core's resources, and a library of R4 and them.
func ukCore(t *testing.T) ([]element.Node, *terminology.Library) {
	t.Helper()
	pack, outcome := igpackage.ReadFolder(r4.Definitions(), os.DirFS(fhirtest.SharedData(t, "ukcore")), igpackage.DefaultLimits())
	if pack == nil {
		t.Fatalf("UK Core is not read: %v", outcome)
	}
	var nodes []element.Node
	for i := range pack.Resources {
		nodes = append(nodes, pack.Resources[i].Node)
	}
	rows := terminology.Read(nodes...)
	if len(rows.ValueSets) < 130 || len(rows.CodeSystems) < 85 || len(rows.ConceptMaps) != 3 {
		t.Fatalf("UK Core has %d value sets, %d code systems, %d concept maps", len(rows.ValueSets), len(rows.CodeSystems), len(rows.ConceptMaps))
	}
	return nodes, r4Library().With(rows)
}

// childrenOf are the children of a name.
func childrenOf(n element.Node, name string) []element.Node {
	return slices.DeleteFunc(slices.Collect(n.Children()), func(c element.Node) bool { return c.Name() != name })
}

func textOf(n element.Node, name string) string { return n.Child(name).Text() }

// codesOf are all codes of a CodeSystem, as it is written.
func codesOf(n element.Node) []string {
	var all []string
	for _, c := range childrenOf(n, "concept") {
		all = append(append(all, textOf(c, "code")), codesOf(c)...)
	}
	return all
}

// plainly expands a value set that lists codes, takes systems whole, imports such or has an expansion beside
// filters, by its element tree alone; false for others.
func plainly(all map[string]element.Node, set element.Node) (codes []string, ok bool) {
	compose := set.Child("compose")
	if x := set.Child("expansion"); !x.IsZero() && x.Child("extension").IsZero() && len(childrenOf(compose.Child("include"), "filter")) > 0 {
		for _, c := range childrenOf(x, "contains") {
			codes = append(codes, textOf(c, "system")+"|"+textOf(c, "code"))
		}
		slices.Sort(codes)
		return codes, true
	}
	if len(childrenOf(compose, "exclude")) > 0 || textOf(compose, "inactive") == "false" {
		return nil, false
	}
	for _, include := range childrenOf(compose, "include") {
		system, concepts, imports := textOf(include, "system"), childrenOf(include, "concept"), childrenOf(include, "valueSet")
		switch {
		case len(childrenOf(include, "filter")) > 0, len(imports) > 1 || len(imports) == 1 && system != "":
			return nil, false
		case len(imports) == 1:
			imported, ok := all[imports[0].Text()]
			if !ok {
				return nil, false
			}
			more, ok := plainly(all, imported)
			if !ok {
				return nil, false
			}
			codes = append(codes, more...)
		case len(concepts) > 0:
			for _, c := range concepts {
				codes = append(codes, system+"|"+textOf(c, "code"))
			}
		case all[system].IsZero() || textOf(all[system], "content") != "complete":
			return nil, false
		default:
			for _, code := range codesOf(all[system]) {
				codes = append(codes, system+"|"+code)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes), true
}

// UK Core's value sets expand to what is written in them, and whatever is in an expansion is a member.
func TestUKCore_Expand(t *testing.T) {
	nodes, library := ukCore(t)
	all := map[string]element.Node{}
	for _, n := range nodes {
		all[textOf(n, "url")] = n
	}
	plain := 0
	for _, n := range nodes {
		if n.Structure().Name != "ValueSet" {
			continue
		}
		url := textOf(n, "url")
		set, err := library.ValueSet(url)
		if err != nil {
			t.Errorf("ValueSet(%s) error: %v", url, err)
			continue
		}
		if failure := set.Err(); failure.Reason != 0 {
			t.Errorf("%s cannot be evaluated: %s", url, failure.Message())
		}
		want, ok := plainly(all, n)
		if !ok {
			continue
		}
		plain++
		expanded, failure := set.Expand(terminology.Expand{Count: terminology.All})
		var got []string
		for _, c := range expanded.Contains {
			got = append(got, c.System+"|"+c.Code)
			if v := set.Validate(c.System, c.Code); v.Answer != terminology.In {
				t.Errorf("%s: Validate(%s, %s) = %v, want in", url, c.System, c.Code, v)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); failure.Reason != 0 || diff != "" {
			t.Errorf("Expand(%s) %s (-written +expansion):\n%s", url, failure.Message(), diff)
		}
	}
	if plain < 70 {
		t.Errorf("%d value sets of UK Core were compared, want more than 70", plain)
	}
}

// A value set that selects from SNOMED CT says of nothing that it is in or not, unless it cannot be a code at
// all or is listed.
func TestUKCore_SNOMED(t *testing.T) {
	nodes, library := ukCore(t)
	asked := 0
	for _, n := range nodes {
		includes := childrenOf(n.Child("compose"), "include")
		if n.Structure().Name != "ValueSet" || len(includes) != 1 || textOf(includes[0], "system") != "http://snomed.info/sct" || len(childrenOf(includes[0], "filter")) == 0 {
			continue
		}
		asked++
		url := textOf(n, "url")
		for code, want := range map[string]terminology.Answer{"22298006": terminology.Unknown, "22298007": terminology.NotIn, "heart attack": terminology.NotIn} {
			if got := library.Validate(url, "http://snomed.info/sct", code); got.Answer != want {
				t.Errorf("Validate(%s, %s) = %v, want %v", url, code, got, want)
			}
		}
	}
	if asked < 20 {
		t.Errorf("%d value sets select from SNOMED CT, want more than 20", asked)
	}
}

// Each mapping of UK Core's concept maps is found, there and back.
func TestUKCore_Translate(t *testing.T) {
	nodes, library := ukCore(t)
	for _, n := range nodes {
		if n.Structure().Name != "ConceptMap" {
			continue
		}
		m, ok := library.Map(textOf(n, "url"))
		if !ok {
			t.Errorf("Map(%s) is not there", textOf(n, "url"))
			continue
		}
		for _, group := range childrenOf(n, "group") {
			source, target := textOf(group, "source"), textOf(group, "target")
			for _, e := range childrenOf(group, "element") {
				for _, to := range childrenOf(e, "target") {
					there := m.Translate(terminology.Translate{Coding: terminology.Coding{System: source, Code: textOf(e, "code")}})
					if !slices.ContainsFunc(there, func(m terminology.Match) bool {
						return m.Concept.Code == textOf(to, "code") && m.Concept.System == target && m.Equivalence == textOf(to, "equivalence")
					}) {
						t.Errorf("%s: %s has no translation to %s", textOf(n, "url"), textOf(e, "code"), textOf(to, "code"))
					}
					back := m.Translate(terminology.Translate{Reverse: true, Coding: terminology.Coding{System: target, Code: textOf(to, "code")}})
					if textOf(to, "code") != "" && !slices.ContainsFunc(back, func(m terminology.Match) bool { return m.Concept.Code == textOf(e, "code") }) {
						t.Errorf("%s: %s has no translation back to %s", textOf(n, "url"), textOf(to, "code"), textOf(e, "code"))
					}
				}
			}
		}
	}
}
