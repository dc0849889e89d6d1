package profiles_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/terminology"
	"hearken/profiles"
)

const snomedSystem = "http://snomed.info/sct"

func resourcesOf(t testing.TB, kind string) map[string]element.Node {
	t.Helper()
	found := map[string]element.Node{}
	for _, r := range readGuide(t).Resources {
		if string(r.Type) == kind {
			found[r.URL] = r.Node
		}
	}
	return found
}

// sctid reports whether the text is a SNOMED CT identifier: 6 to 18 digits, no zero first, a partition of
// concepts (00, 10), and Verhoeff's check digit (http://snomed.org/sctid).
func sctid(text string) bool {
	if len(text) < 6 || len(text) > 18 || text[0] == '0' || strings.Trim(text, "0123456789") != "" {
		return false
	}
	if partition := text[len(text)-3 : len(text)-1]; partition != "00" && partition != "10" {
		return false
	}
	return verhoeff(text) == 0
}

// verhoeff is zero for digits with the right check digit at the end. The group is that of the
// symmetries of a pentagon: 0 to 4 turn, 5 to 9 turn and mirror.
func verhoeff(digits string) int {
	permuted := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		for range i % 8 {
			d = permuted[d]
		}
		sum = compose(sum, d)
	}
	return sum
}

func compose(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b-5)%5 + 5
	case b < 5:
		return (a-5-b+5)%5 + 5
	}
	return (a - b + 5) % 5
}

func TestSCTID(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       bool
	}{
		{"short", "22298006", true},
		{"long, of an extension", "816321000000109", true},
		{"a digit mistyped", "816321000000108", false},
		{"two digits swapped", "813621000000109", false},
		{"a description", "680946014", false},
		{"no digits", "8163x1000000109", false},
	} {
		if got := sctid(row.text); got != row.want {
			t.Errorf("%s: sctid(%s) = %t, want %t", row.name, row.text, got, row.want)
		}
	}
}

// codings calls f with every system, code and display that stand together anywhere in a resource.
func codings(n element.Node, f func(system, code, display string, at element.Node)) {
	tree := n.Tree()
	for i := range tree.Len() {
		c := tree.Node(i)
		switch {
		case c.Structure().Name == "Coding":
			f(text(c, "system"), text(c, "code"), text(c, "display"), c)
		case c.Structure().Path == "ValueSet.compose.include.concept":
			f(text(c.Parent(), "system"), text(c, "code"), text(c, "display"), c)
		}
	}
}

// One code has one label, wherever it stands in the guide and its examples.
func TestCodes_OneLabel(t *testing.T) {
	labels := map[string]string{}
	check := func(file string) func(system, code, display string, at element.Node) {
		return func(system, code, display string, at element.Node) {
			if system == snomedSystem && code != "X" && !sctid(code) {
				t.Errorf("%s: %s is no SNOMED CT identifier", file, code)
			}
			key := system + "|" + code
			if display == "" {
				return
			}
			if labels[key] == "" {
				labels[key] = display
			}
			if labels[key] != display {
				t.Errorf("%s: %s is %q at %s, and %q elsewhere", file, key, display, at.Location(), labels[key])
			}
		}
	}
	for _, r := range readGuide(t).Resources {
		codings(r.Node, check(r.File))
		if r.Type == "CodeSystem" {
			for c := range r.Node.Children() {
				if c.Name() == "concept" {
					check(r.File)(r.URL, text(c, "code"), text(c, "display"), c)
				}
			}
		}
	}
	for _, folder := range []string{"valid", "invalid"} {
		for _, e := range examples(t, folder) {
			codings(e.tree.Root(), check(e.file))
		}
	}
	if len(labels) < 100 {
		t.Errorf("%d labels seen, want more than 100", len(labels))
	}
}

// members are the codes of one of our value sets, "system|code".
func members(t testing.TB, canonical string) []string {
	t.Helper()
	sets := resourcesOf(t, "ValueSet")
	set := sets[canonical]
	if set.IsZero() {
		t.Errorf("%s is not in the guide", canonical)
		return nil
	}
	var codes []string
	for include := range set.Child("compose").Children() {
		whole := true
		for c := range include.Children() {
			switch c.Name() {
			case "valueSet":
				codes, whole = append(codes, members(t, c.Text())...), false
			case "concept":
				codes, whole = append(codes, text(include, "system")+"|"+text(c, "code")), false
			}
		}
		if whole {
			codes = append(codes, systemCodes(t, text(include, "system"))...)
		}
	}
	return codes
}

func systemCodes(t testing.TB, canonical string) []string {
	t.Helper()
	var codes []string
	for c := range resourcesOf(t, "CodeSystem")[canonical].Children() {
		if c.Name() == "concept" {
			codes = append(codes, canonical+"|"+text(c, "code"))
		}
	}
	return codes
}

func TestValueSets_Members(t *testing.T) {
	for _, url := range slices.Sorted(maps.Keys(resourcesOf(t, "ValueSet"))) {
		codes := members(t, url)
		slices.Sort(codes)
		if len(codes) == 0 || len(slices.Compact(slices.Clone(codes))) != len(codes) {
			t.Errorf("%s has %d codes, some twice or none at all", url, len(codes))
		}
	}
}

// The server's terminology reads the guide as these tests do: each value set expands to its members, and
// SNOMED CT identifiers are those that have the right check digit.
func TestValueSets_Expand(t *testing.T) {
	var nodes []element.Node
	for _, kind := range []string{"CodeSystem", "ValueSet", "ConceptMap"} {
		for _, n := range resourcesOf(t, kind) {
			nodes = append(nodes, n)
		}
	}
	library := terminology.NewLibrary(terminology.Read(nodes...))
	for url := range resourcesOf(t, "ValueSet") {
		set, err := library.ValueSet(url)
		if err != nil {
			t.Errorf("ValueSet(%s) error: %v", url, err)
			continue
		}
		expanded, failure := set.Expand(terminology.Expand{Count: terminology.All})
		var got []string
		for _, c := range expanded.Contains {
			got = append(got, c.System+"|"+c.Code)
			if c.System == snomedSystem && terminology.IsSnomedConceptID(c.Code) != sctid(c.Code) {
				t.Errorf("IsSnomedConceptID(%s) = %t, want %t", c.Code, !sctid(c.Code), sctid(c.Code))
			}
		}
		want := members(t, url)
		slices.Sort(got)
		slices.Sort(want)
		if failure.Reason != 0 || !slices.Equal(got, want) {
			t.Errorf("Expand(%s) = %q, %s, want %q", url, got, failure.Message(), want)
		}
	}
}

// Every code of the source is mapped, from it and to a code of the target.
func TestConceptMaps(t *testing.T) {
	maps := resourcesOf(t, "ConceptMap")
	for url, m := range maps {
		sources, targets := members(t, text(m, "source")), members(t, text(m, "target"))
		var mapped []string
		for group := range m.Children() {
			for e := range group.Children() {
				if group.Name() != "group" || e.Name() != "element" {
					continue
				}
				mapped = append(mapped, text(group, "source")+"|"+text(e, "code"))
				if target := text(group, "target") + "|" + text(e.Child("target"), "code"); !slices.Contains(targets, target) {
					t.Errorf("%s maps to %s, which is not in its target", url, target)
				}
			}
		}
		slices.Sort(mapped)
		slices.Sort(sources)
		if !slices.Equal(mapped, sources) {
			t.Errorf("%s maps %q, want just %q", url, mapped, sources)
		}
	}
	if len(maps) != 3 {
		t.Errorf("%d concept maps, want 3", len(maps))
	}
}

// Each CPR decision has one headline, and a legacy code that of the code it is mapped to.
func TestCprDecision_OneHeadline(t *testing.T) {
	want := map[string]string{
		"450475007": "FOR CPR", "304252001": "FOR CPR",
		"450476008": "DO NOT ATTEMPT CPR if heart or breathing stops. Give all other treatment.",
		"304253006": "DO NOT ATTEMPT CPR if heart or breathing stops. Give all other treatment.",
	}
	want["143021000119109"] = want["450476008"]
	got := map[string]string{}
	for _, n := range resourcesOf(t, "ValueSet") {
		tree := n.Tree()
		for i := range tree.Len() {
			if c := tree.Node(i); c.Name() == "designation" && text(c.Child("use"), "code") == "headline" {
				got[text(c.Parent(), "code")] = text(c, "value")
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("headlines = %q, want %q", got, want)
	}
	legacy := resourcesOf(t, "ConceptMap")[profiles.Base+"/ConceptMap/cpr-decision-legacy"]
	for e := range legacy.Child("group").Children() {
		if from, to := text(e, "code"), text(e.Child("target"), "code"); e.Name() == "element" && got[from] != got[to] {
			t.Errorf("%s is mapped to %s, which has another headline", from, to)
		}
	}
}
