package terminology_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
)

// What the generator lists of a value set, by its own reading of the bundles, is what it expands to.
func TestExpand_RequiredBindings(t *testing.T) {
	library := r4Library()
	lists := r4.Definitions().Facts().CodeLists
	for i := range lists {
		list := &lists[i]
		if !list.Enumerable() {
			continue
		}
		set, err := library.ValueSet(list.URL)
		if err != nil {
			t.Errorf("ValueSet(%s) error: %v", list.URL, err)
			continue
		}
		expanded, failure := set.Expand(terminology.Expand{Count: terminology.All})
		if failure.Reason != 0 {
			t.Errorf("Expand(%s): %s", list.URL, failure.Message())
			continue
		}
		var got, want []string
		for _, c := range expanded.Contains {
			got = append(got, c.System+"|"+c.Code)
		}
		for _, part := range list.Systems {
			for _, code := range part.Codes {
				want = append(want, part.System+"|"+code)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Expand(%s) (-list +expansion):\n%s", list.URL, diff)
		}
		if expanded.Total != len(want) {
			t.Errorf("Expand(%s) total = %d, want %d", list.URL, expanded.Total, len(want))
		}
	}
}

// Whatever a value set of R4 expands to is in it, has a display and stands there once. What cannot be expanded is so
// because a system is not loaded as a whole, and in no other way.
func TestExpand_AllOfR4(t *testing.T) {
	library := r4Library()
	done := 0
	for _, def := range r4.Terminology().ValueSets {
		set, err := library.ValueSet(def.URL)
		if err != nil {
			t.Fatal(err)
		}
		expanded, failure := set.Expand(terminology.Expand{Count: terminology.All})
		switch failure.Reason {
		case 0:
		case terminology.UnknownSystem, terminology.UnknownValueSet, terminology.IncompleteSystem, terminology.Unlisted, terminology.UnknownVersion:
			continue
		default:
			t.Errorf("Expand(%s): %s", def.URL, failure.Message())
			continue
		}
		done++
		seen := map[string]bool{}
		for _, c := range expanded.Contains {
			if seen[c.System+"|"+c.Code] {
				t.Errorf("Expand(%s) has %s twice", def.URL, c.Code)
			}
			seen[c.System+"|"+c.Code] = true
			if got := set.Validate(c.System, c.Code); got.Answer != terminology.In {
				t.Errorf("Expand(%s) has %s, of which Validate says %v", def.URL, c.Code, got)
			}
		}
	}
	if done < 1000 {
		t.Errorf("%d value sets of R4 were expanded, want more than 1000", done)
	}
}

// outline writes an expansion: codes with those below them in brackets, "!" for abstract, "-" for inactive.
func outline(all []terminology.Contained) string {
	var words []string
	for _, c := range all {
		word := c.Code
		if c.Abstract {
			word += "!"
		}
		if c.Inactive {
			word += "-"
		}
		if len(c.Contains) > 0 {
			word += "(" + outline(c.Contains) + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestExpand(t *testing.T) {
	tree := trees()
	tree.Concepts[0].Properties = append(tree.Concepts[0].Properties, definition.ConceptProperty{Code: "notSelectable", Type: "boolean", Value: "true"})
	tree.Concepts[1].Designations = []definition.Designation{{Language: "cy", Value: "Coeden fawr"}}
	list := func(codes string) definition.ConceptSet {
		set := definition.ConceptSet{System: "urn:s"}
		for code := range strings.SplitSeq(codes, "") {
			set.Concepts = append(set.Concepts, definition.ConceptReference{Code: code, Display: "own " + code})
		}
		return set
	}
	all := definition.ConceptSet{System: "urn:s"}
	library := terminology.NewLibrary(&definition.Terminology{
		CodeSystems: []definition.CodeSystem{tree, {URL: "urn:f", Content: "fragment", Concepts: concepts("a")}},
		ValueSets: []definition.ValueSet{
			{URL: "fdb", Include: []definition.ConceptSet{list("fdb")}},
			{URL: "less", Include: []definition.ConceptSet{all}, Exclude: []definition.ConceptSet{list("ab")}},
		},
	})
	imports := func(canonicals ...string) []definition.ConceptSet {
		return []definition.ConceptSet{{ValueSets: canonicals}}
	}
	for _, row := range []struct {
		name             string
		include, exclude []definition.ConceptSet
		expand           terminology.Expand
		want             string
		total            int
		failure          terminology.Reason
	}{
		{"all", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1}, "a! b c d- e f", 6, 0},
		{"nested", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1, Nested: true}, "a!(b(c) d-) e(f)", 6, 0},
		{"nested with a gap", []definition.ConceptSet{list("cae")}, nil, terminology.Expand{Count: -1, Nested: true}, "a!(c) e", 3, 0},
		{"active", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1, ActiveOnly: true}, "a! b c e f", 5, 0},
		{"selectable", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1, Selectable: true}, "b c d- e f", 5, 0},
		{"a page", []definition.ConceptSet{all}, nil, terminology.Expand{Offset: 2, Count: 2}, "c d-", 6, 0},
		{"past the end", []definition.ConceptSet{all}, nil, terminology.Expand{Offset: 9, Count: 2}, "", 6, 0},
		{"no more than the total", []definition.ConceptSet{all}, nil, terminology.Expand{}, "", 6, 0},
		{"in the order of the list", []definition.ConceptSet{list("fb"), all}, nil, terminology.Expand{Count: -1}, "f b a! c d- e", 6, 0},
		{"a code twice", []definition.ConceptSet{list("aab")}, nil, terminology.Expand{Count: -1}, "a! b", 2, 0},
		{"excluded", []definition.ConceptSet{all}, []definition.ConceptSet{list("ace")}, terminology.Expand{Count: -1}, "b d- f", 3, 0},
		{"imported, in its order", imports("fdb"), nil, terminology.Expand{Count: -1}, "f d- b", 3, 0},
		{"imported with its exclude", imports("less"), nil, terminology.Expand{Count: -1}, "c d- e f", 4, 0},
		{"what two imports share", imports("fdb", "less"), nil, terminology.Expand{Count: -1}, "f d-", 2, 0},
		{"a system that is not loaded, of which an import lists some", []definition.ConceptSet{{System: "urn:u", ValueSets: []string{"fdb"}}}, nil, terminology.Expand{Count: -1}, "", 0, 0},
		{"words of the code", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1, Filter: "C"}, "b c", 2, 0},
		{"words of a designation", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1, Filter: "fa COED"}, "b", 1, 0},
		{"words of the value set's display", []definition.ConceptSet{list("ab")}, nil, terminology.Expand{Count: -1, Filter: "own"}, "a! b", 2, 0},
		{"words in the middle do not count", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1, Filter: "awr"}, "", 0, 0},
		{"a filter of signs is none", []definition.ConceptSet{list("a")}, nil, terminology.Expand{Count: -1, Filter: "*"}, "a!", 1, 0},
		{"without a system", []definition.ConceptSet{all, {System: "urn:t", Concepts: []definition.ConceptReference{{Code: "z"}}}}, nil, terminology.Expand{Count: -1, ExcludeSystems: []string{"urn:s"}}, "z", 1, 0},
		{"without a version of it", []definition.ConceptSet{all}, nil, terminology.Expand{Count: -1, ExcludeSystems: []string{"urn:s|2"}}, "a! b c d- e f", 6, 0},
		{"a system not loaded", []definition.ConceptSet{{System: "urn:u"}}, nil, terminology.Expand{}, "", 0, terminology.UnknownSystem},
		{"a system that goes on for ever", []definition.ConceptSet{{System: "http://unitsofmeasure.org"}}, nil, terminology.Expand{}, "", 0, terminology.Unlisted},
		{"a part of a system", []definition.ConceptSet{{System: "urn:f"}}, nil, terminology.Expand{}, "", 0, terminology.IncompleteSystem},
		{"an unknown filter", []definition.ConceptSet{{System: "urn:s", Filters: []definition.Filter{{Property: "x", Op: "=", Value: "y"}}}}, nil, terminology.Expand{}, "", 0, terminology.UnknownFilter},
		{"an unknown exclude", []definition.ConceptSet{list("a")}, []definition.ConceptSet{{System: "urn:s", Filters: []definition.Filter{{Property: "x", Op: "=", Value: "y"}}}}, terminology.Expand{}, "", 0, terminology.UnknownFilter},
		{"an unknown exclude of another system", []definition.ConceptSet{list("a")}, []definition.ConceptSet{{System: "urn:u"}}, terminology.Expand{}, "", 1, 0},
		{"an unknown import", imports("zz"), nil, terminology.Expand{}, "", 0, terminology.UnknownValueSet},
		{"a second import that is unknown", imports("fdb", "zz"), nil, terminology.Expand{}, "", 0, terminology.UnknownValueSet},
	} {
		t.Run(row.name, func(t *testing.T) {
			set := library.Compile(&definition.ValueSet{URL: "asked", Include: row.include, Exclude: row.exclude})
			got, failure := set.Expand(row.expand)
			if text := outline(got.Contains); text != row.want || got.Total != row.total || failure.Reason != row.failure {
				t.Errorf("Expand() = %q of %d, %v, want %q of %d, reason %d", text, got.Total, failure, row.want, row.total, row.failure)
			}
		})
	}
}

func TestExpand_Displays(t *testing.T) {
	tree := trees()
	tree.Language = "en"
	tree.Concepts[0].Designations = []definition.Designation{{Language: "cy", Value: "A Cymraeg"}, {Language: "fr", Use: definition.Use{System: "urn:u", Code: "short"}, Value: "A fr"}}
	more := definition.CodeSystem{URL: "urn:s-de", Content: "supplement", Language: "de", Supplements: "urn:s|1", Concepts: concepts("b")}
	more.Concepts[0].Display = "B deutsch"
	other := more
	other.URL, other.Supplements = "urn:s-old", "urn:s|0"
	other.Language = "nl"
	library := terminology.NewLibrary(&definition.Terminology{CodeSystems: []definition.CodeSystem{tree, more, other}})
	set := library.Compile(&definition.ValueSet{Include: []definition.ConceptSet{{System: "urn:s", Concepts: []definition.ConceptReference{
		{Code: "a", Display: "Ay", Designations: []definition.Designation{{Language: "es", Value: "A es"}}}, {Code: "b"},
	}}}})
	for _, row := range []struct{ language, want string }{
		{"", "Ay, B"}, {"en", "Ay, B"}, {"cy", "A Cymraeg, B"}, {"cy-GB", "A Cymraeg, B"}, {"es", "A es, B"}, {"de", "Ay, B deutsch"}, {"nl", "Ay, B"}, {"e", "Ay, B"},
	} {
		expanded, failure := set.Expand(terminology.Expand{Count: -1, Language: row.language})
		if failure.Reason != 0 {
			t.Fatal(failure.Message())
		}
		got := expanded.Contains[0].Display + ", " + expanded.Contains[1].Display
		asked := set.Display("urn:s", "a", row.language) + ", " + set.Display("urn:s", "b", row.language)
		if got != row.want || asked != row.want {
			t.Errorf("displays in %q = %q, Display() = %q, want %q", row.language, got, asked, row.want)
		}
	}
	for _, row := range []struct {
		name   string
		wanted func(definition.Designation) bool
		want   string
	}{
		{"none", nil, "0 0"},
		{"all", func(definition.Designation) bool { return true }, "3 1"},
		{"by language", func(d definition.Designation) bool { return d.Language == "de" }, "0 1"},
		{"by use", func(d definition.Designation) bool { return d.Use.Code == "short" }, "1 0"},
	} {
		expanded, _ := set.Expand(terminology.Expand{Count: -1, Designation: row.wanted})
		if got := fmt.Sprint(len(expanded.Contains[0].Designations), len(expanded.Contains[1].Designations)); got != row.want {
			t.Errorf("designations, %s = %s, want %s", row.name, got, row.want)
		}
	}
}
