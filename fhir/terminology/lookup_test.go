package terminology_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

func TestSystem_Lookup(t *testing.T) {
	tree := trees()
	tree.Name, tree.Language = "Trees", "en"
	tree.Concepts[1].Definition = "the second"
	tree.Concepts[1].Designations = []definition.Designation{{Language: "cy", Value: "Bî"}, {Language: "fr", Value: "Bé"}}
	tree.Concepts[2].Properties = append(tree.Concepts[2].Properties, definition.ConceptProperty{Code: "like", Type: "code", Value: "e"})
	more := definition.CodeSystem{URL: "urn:more", Content: "supplement", Supplements: "urn:s", Concepts: concepts("b")}
	more.Concepts[0].Properties = []definition.ConceptProperty{{Code: "height", Type: "integer", Value: "3"}}
	library := terminology.NewLibrary(&definition.Terminology{CodeSystems: []definition.CodeSystem{tree, more}})
	for _, row := range []struct {
		code, language, wanted, want string
	}{
		{"b", "", "", "Trees 1 B; cy:Bî fr:Bé; definition=the second parent=a(A) child=c(C) child=f(F) inactive=false kind=x height=3"},
		{"b", "cy", "kind", "Trees 1 Bî; ; kind=x"},
		{"b", "", "lang.fr height", "Trees 1 B; fr:Bé; height=3"},
		{"b", "", "designation", "Trees 1 B; cy:Bî fr:Bé; "},
		{"c", "", "", "Trees 1 C; ; parent=b(B) inactive=false kind=y like=e(E)"},
		{"d", "", "inactive", "Trees 1 D; ; inactive=true"},
		{"f", "", "parent", "Trees 1 F; ; parent=e(E) parent=b(B)"},
		{"zz", "", "", "not in"},
	} {
		found, verdict := library.System("urn:s", "").Lookup(row.code, row.language, strings.Fields(row.wanted)...)
		got := verdict.Answer.String()
		if verdict.Answer == terminology.In {
			got = lookedUp(found)
		}
		if got != row.want {
			t.Errorf("Lookup(%s, %q, %q) = %q, want %q", row.code, row.language, row.wanted, got, row.want)
		}
	}
	if _, verdict := library.System("urn:t", "").Lookup("a", ""); verdict.Reason != terminology.UnknownSystem {
		t.Errorf("Lookup in a system that is not loaded = %v, want %v", verdict, terminology.UnknownSystem)
	}
}

// lookedUp writes what was found as a line.
func lookedUp(l terminology.Lookup) string {
	var designations, properties []string
	for _, d := range l.Designations {
		designations = append(designations, d.Language+":"+d.Value)
	}
	for _, p := range l.Properties {
		word := p.Code + "=" + p.Value
		if p.Description != "" {
			word += "(" + p.Description + ")"
		}
		properties = append(properties, word)
	}
	return l.Name + " " + l.Version + " " + l.Display + "; " + strings.Join(designations, " ") + "; " + strings.Join(properties, " ")
}

func TestSystem_Subsumes(t *testing.T) {
	tree := trees()
	part := tree
	part.URL, part.HierarchyMeaning = "urn:p", "part-of"
	circle := definition.CodeSystem{URL: "urn:c", Content: "complete", Concepts: concepts("a", ".b")}
	circle.Concepts[0].Properties = []definition.ConceptProperty{{Code: "parent", Value: "b"}}
	library := terminology.NewLibrary(&definition.Terminology{CodeSystems: []definition.CodeSystem{tree, part, circle}})
	for _, row := range []struct {
		system, a, b, want string
		answer             terminology.Answer
	}{
		{"urn:s", "a", "c", "subsumes", terminology.In},
		{"urn:s", "c", "a", "subsumed-by", terminology.In},
		{"urn:s", "a", "f", "subsumes", terminology.In},
		{"urn:s", "e", "f", "subsumes", terminology.In},
		{"urn:s", "a", "a", "equivalent", terminology.In},
		{"urn:s", "a", "e", "not-subsumed", terminology.In},
		{"urn:s", "a", "zz", "", terminology.NotIn},
		{"urn:p", "a", "b", "not-subsumed", terminology.In},
		{"urn:c", "a", "b", "equivalent", terminology.In},
		{"urn:t", "a", "a", "", terminology.Unknown},
		{"http://unitsofmeasure.org", "mg", "mg", "equivalent", terminology.In},
		{"http://unitsofmeasure.org", "mg", "g", "", terminology.Unknown},
		{"http://unitsofmeasure.org", "mg", "mgs", "", terminology.NotIn},
	} {
		got, verdict := library.System(row.system, "").Subsumes(row.a, row.b)
		if got != row.want || verdict.Answer != row.answer {
			t.Errorf("Subsumes(%s: %s, %s) = %q, %v, want %q, %v", row.system, row.a, row.b, got, verdict, row.want, row.answer)
		}
	}
}

func TestMap_Translate(t *testing.T) {
	mapping := func(code, equivalence, target string) definition.Mapping {
		return definition.Mapping{Code: code, Equivalence: equivalence, Target: target}
	}
	library := terminology.NewLibrary(&definition.Terminology{
		CodeSystems: []definition.CodeSystem{trees()},
		ConceptMaps: []definition.ConceptMap{
			{URL: "urn:1", Source: "urn:vs", Target: "urn:vt", Groups: []definition.ConceptMapGroup{
				{Source: "urn:s", Target: "urn:t", Mappings: []definition.Mapping{mapping("a", "wider", "x"), mapping("a", "wider", "x"), mapping("b", "disjoint", "y"), mapping("c", "unmatched", "")}, Unmapped: &definition.Unmapped{Mode: "provided"}},
				{Source: "urn:s", SourceVersion: "2", Target: "urn:u", Mappings: []definition.Mapping{mapping("a", "equal", "z")}},
			}},
			{URL: "urn:2", Version: "1", Source: "urn:vs|1", Groups: []definition.ConceptMapGroup{{Source: "urn:s", Target: "urn:w", Unmapped: &definition.Unmapped{Mode: "other-map", URL: "urn:3"}}}},
			{URL: "urn:3", Groups: []definition.ConceptMapGroup{{Source: "urn:s", Target: "urn:s", Mappings: []definition.Mapping{mapping("d", "equivalent", "e")}, Unmapped: &definition.Unmapped{Mode: "other-map", URL: "urn:2"}}}},
			{URL: "urn:4", Groups: []definition.ConceptMapGroup{{Target: "urn:w", Mappings: []definition.Mapping{mapping("q", "subsumes", "r")}}}},
		},
	})
	one := func(url string) terminology.Map {
		m, ok := library.Map(url)
		if !ok {
			t.Fatalf("Map(%s) is not there", url)
		}
		return m
	}
	code := func(system, code string) terminology.Translate {
		return terminology.Translate{Coding: terminology.Coding{System: system, Code: code}}
	}
	wanting := func(q terminology.Translate, system string) terminology.Translate {
		q.TargetSystem = system
		return q
	}
	version := func(q terminology.Translate, version string) terminology.Translate {
		q.Coding.Version = version
		return q
	}
	back := func(q terminology.Translate) terminology.Translate {
		q.Reverse = true
		return q
	}
	for _, row := range []struct {
		name string
		m    terminology.Map
		q    terminology.Translate
		want string
	}{
		{"by both groups, each target once", one("urn:1"), code("urn:s", "a"), "wider urn:t|x, equal urn:u|z"},
		{"to one system", one("urn:1"), wanting(code("urn:s", "a"), "urn:u"), "equal urn:u|z"},
		{"of another version", one("urn:1"), version(code("urn:s", "a"), "3"), "wider urn:t|x"},
		{"of another system", one("urn:1"), code("urn:x", "a"), ""},
		{"disjoint is a match and no translation", one("urn:1"), code("urn:s", "b"), "disjoint urn:t|y!"},
		{"unmatched has no concept", one("urn:1"), code("urn:s", "c"), "unmatched |!"},
		{"unmapped: the code itself", one("urn:1"), code("urn:s", "q"), "equal urn:t|q"},
		{"back", one("urn:1"), back(code("urn:t", "x")), "narrower urn:s|a"},
		{"back, nobody is mapped to it", one("urn:1"), back(code("urn:t", "q")), ""},
		{"unmapped: by another map", one("urn:2"), code("urn:s", "d"), "equivalent urn:s|e"},
		{"unmapped: in a circle", one("urn:2"), code("urn:s", "zz"), ""},
		{"a group of any system", one("urn:4"), code("urn:any", "q"), "subsumes urn:w|r"},
		{"all maps", library.Maps("", ""), code("urn:s", "d"), "equal urn:t|d, equivalent urn:s|e"},
		{"the maps from a value set", library.Maps("urn:vs", ""), code("urn:s", "d"), "equal urn:t|d, equivalent urn:s|e"},
		{"from a version of it", library.Maps("urn:vs|2", ""), code("urn:s", "d"), "equal urn:t|d"},
		{"and to another", library.Maps("urn:vs", "urn:vt"), code("urn:s", "d"), "equal urn:t|d"},
		{"to one that no map leads to", library.Maps("", "urn:vz"), code("urn:s", "d"), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var all []string
			for _, m := range row.m.Translate(row.q) {
				word := m.Equivalence + " " + m.Concept.System + "|" + m.Concept.Code
				if !m.Matched() {
					word += "!"
				}
				all = append(all, word)
			}
			if diff := cmp.Diff(row.want, strings.Join(all, ", ")); diff != "" {
				t.Errorf("Translate() (-want +got):\n%s", diff)
			}
		})
	}
	if _, ok := library.Map("urn:2|2"); ok {
		t.Error("Map(urn:2|2) is there, want none")
	}
}

func TestSystem_Related(t *testing.T) {
	library := terminology.NewLibrary(&definition.Terminology{CodeSystems: []definition.CodeSystem{trees()}})
	for _, row := range []struct {
		system, code, below, above string
		answer                     terminology.Answer
	}{
		{"urn:s", "b", "b c f", "b a", terminology.In},
		{"urn:s", "f", "f", "f a b e", terminology.In},
		{"urn:s", "zz", "", "", terminology.NotIn},
		{"urn:t", "b", "", "", terminology.Unknown},
		{"http://unitsofmeasure.org", "mg", "", "", terminology.Unknown},
	} {
		system := library.System(row.system, "")
		below, verdict := system.Below(row.code)
		above, _ := system.Above(row.code)
		if got := strings.Join(below, " "); got != row.below || verdict.Answer != row.answer {
			t.Errorf("Below(%s, %s) = %q, %v, want %q, %v", row.system, row.code, got, verdict, row.below, row.answer)
		}
		if got := strings.Join(above, " "); got != row.above {
			t.Errorf("Above(%s, %s) = %q, want %q", row.system, row.code, got, row.above)
		}
	}
}
