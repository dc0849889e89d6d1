package r4_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
	"hearken/internal/gen"
)

func TestDefinitions_Counts(t *testing.T) {
	set := r4.Definitions()
	datatypes, unsupported, keys := 0, 0, map[string]bool{}
	for _, s := range set.Structures() {
		if s.Kind == definition.Primitive || s.Kind == definition.Complex {
			datatypes++
		}
		for _, c := range s.Constraints {
			keys[c.Key+c.Expression] = true
		}
	}
	for _, p := range set.SearchParameters() {
		if p.NotSupported != "" {
			unsupported++
		}
	}
	for _, row := range []struct {
		name      string
		got, want int
	}{
		{"concrete resources", len(set.Resources()), 146},
		{"datatypes", datatypes, 61},
		{"search parameters: 1,400 less three examples, and three added", len(set.SearchParameters()), 1400},
		{"search parameters without an expression that are not offered", unsupported, 16},
		{"compartments", len(set.Compartments()), 5},
		{"operations", len(set.Operations()), 47},
		{"elements", len(set.Elements()), 7466},
	} {
		if row.got != row.want {
			t.Errorf("%s = %d, want %d", row.name, row.got, row.want)
		}
	}
	t.Logf("%d structures, %d fields, %d names, %d invariants on structures",
		len(set.Structures()), len(set.Fields()), set.NameCount(), len(keys))
}

// facts writes an element as one line, the way the tests below state what is wanted.
func facts(e *definition.Element) string {
	var types []string
	for _, f := range e.Fields {
		types = append(types, f.JSONName+":"+f.Type.Path)
	}
	flags := ""
	for _, flag := range []struct {
		letter string
		set    bool
	}{{"A", e.Array}, {"S", e.IsSummary}, {"M", e.IsModifier}, {"X", e.XMLAttr}} {
		if flag.set {
			flags += flag.letter
		}
	}
	text := fmt.Sprintf("%d..%d %s %s", e.Min, e.Max, strings.Join(types, " "), flags)
	for _, c := range e.Constraints {
		text += " " + c.Key
	}
	if e.Binding != nil {
		text += " " + e.Binding.Strength + " " + e.Binding.ValueSet
	}
	return text
}

func TestDefinitions_Elements(t *testing.T) {
	set := r4.Definitions()
	byPath := map[string]*definition.Element{}
	for i, e := range set.Elements() {
		if int(e.Index) != i {
			t.Fatalf("%s.Index = %d, want %d", e.Path, e.Index, i)
		}
		byPath[e.Path] = e
	}
	for path, want := range map[string]string{
		"Patient.id":              "0..1 id:id S",
		"Patient.contact.id":      "0..1 id:string X",
		"Patient.birthDate":       "0..1 birthDate:date S",
		"Patient.deceased[x]":     "0..1 deceasedBoolean:boolean deceasedDateTime:dateTime SM",
		"Patient.contained":       "0..-1 contained:Resource A",
		"Patient.contact":         "0..-1 contact:Patient.contact A",
		"Patient.gender":          "0..1 gender:code S required http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1",
		"Bundle.entry.resource":   "0..1 resource:Resource S",
		"Bundle.entry.link":       "0..-1 link:Bundle.link AS",
		"Parameters.parameter":    "0..-1 parameter:Parameters.parameter AS",
		"Narrative.div":           "1..1 div:xhtml  txt-1 txt-2",
		"Extension.url":           "1..1 url:uri X",
		"Organization.telecom":    "0..-1 telecom:ContactPoint A org-3",
		"xhtml.extension":         "0..0 extension:Extension A",
		"Questionnaire.item.item": "0..-1 item:Questionnaire.item A",
		"CarePlan.status":         "1..1 status:code SM required http://hl7.org/fhir/ValueSet/request-status|4.0.1",
		"Timing.repeat":           "0..1 repeat:Timing.repeat S",
	} {
		if e := byPath[path]; e == nil {
			t.Errorf("%s is not defined", path)
		} else if got := facts(e); got != want {
			t.Errorf("%s = %s, want %s", path, got, want)
		}
	}
}

func TestDefinitions_TypeHierarchy(t *testing.T) {
	set := r4.Definitions()
	for name, want := range map[string]string{
		"Age": "Quantity Element", "code": "string Element", "positiveInt": "integer Element", "canonical": "uri Element",
		"Patient": "DomainResource Resource", "Bundle": "Resource", "Dosage": "BackboneElement Element", "Element": "", "Resource": "",
	} {
		var bases []string
		for s := set.Structure(name).Base; s != nil; s = s.Base {
			bases = append(bases, s.Name)
		}
		if got := strings.Join(bases, " "); got != want {
			t.Errorf("bases of %s = %q, want %q", name, got, want)
		}
	}
}

func TestDefinitions_PrimitiveRegexes(t *testing.T) {
	for _, s := range r4.Definitions().Structures() {
		if s.Kind != definition.Primitive {
			continue
		}
		if (s.Regex == "") != (s.Name == "xhtml") {
			t.Errorf("%s.Regex = %q: every primitive but xhtml has one", s.Name, s.Regex)
		}
		if _, err := regexp.Compile(s.Regex); err != nil {
			t.Errorf("%s.Regex = %q: %v", s.Name, s.Regex, err)
		}
	}
}

// What a row names must be there: targets of references, members of compartments.
func TestDefinitions_NoLooseEnds(t *testing.T) {
	set := r4.Definitions()
	for _, e := range set.Elements() {
		for _, ref := range e.Types {
			for _, canonical := range slices.Concat(ref.TargetProfiles, ref.Profiles) {
				if set.StructureDefinition(canonical) == nil {
					t.Errorf("%s: %s is not defined", e.Path, canonical)
				}
			}
		}
	}
	for _, c := range set.Compartments() {
		if !slices.Contains(c.Members[c.Code], "{def}") {
			t.Errorf("compartment %s: its focus is not in it", c.Code)
		}
		for resource, codes := range c.Members {
			for _, code := range codes {
				named := func(p *definition.SearchParameter) bool { return p.Code == code }
				if code != "{def}" && !slices.ContainsFunc(set.SearchParametersOf(resource), named) {
					t.Errorf("compartment %s: %s has no search parameter %s", c.Code, resource, code)
				}
			}
		}
	}
	for _, p := range set.SearchParameters() {
		if p.Expression == "" && p.NotSupported == "" && p.Type != "special" {
			t.Errorf("%s has neither expression nor reason", p.ID)
		}
		for _, component := range p.Components {
			if set.SearchParameterByURL(component.Definition) == nil {
				t.Errorf("%s: component %s is not defined", p.ID, component.Definition)
			}
		}
	}
}

// Every code that must be checked can be: by a list, by a rule, or it is a named exception.
func TestDefinitions_RequiredBindings(t *testing.T) {
	set := r4.Definitions()
	lists := map[string]int{}
	check := func(path string, b *definition.Binding) {
		if b == nil {
			return
		}
		canonicals := []string{b.MaxValueSet}
		if b.Strength == "required" {
			canonicals = append(canonicals, b.ValueSet)
		}
		for _, canonical := range canonicals {
			url, _, _ := strings.Cut(canonical, "|")
			if url == "" {
				continue
			}
			list := set.CodeList(canonical)
			switch {
			case list == nil && gen.NotExpanded[url] == "":
				t.Errorf("%s: no list and no rule for %s", path, canonical)
			case list != nil:
				lists[list.Rule]++
			}
		}
	}
	for _, s := range set.Structures() {
		check(s.Path, s.Binding)
		for _, e := range s.Elements {
			check(e.Path, e.Binding)
		}
	}
	t.Logf("checked bindings by rule (empty: by list): %v; not expanded: %v", lists, gen.NotExpanded)
}

func TestDefinitions_CodeLists(t *testing.T) {
	set := r4.Definitions()
	for _, row := range []struct {
		valueSet, code string
		want           bool
	}{
		{"observation-status|4.0.1", "entered-in-error", true},
		{"observation-status", "draft", false},
		{"all-types", "Patient", true},
		{"all-types", "Element", true},
		{"currencies", "GBP", true},
		{"currencies", "gbp", false},
		{"languages", "en-GB", true},
		{"appointmentstatus", "noshow", true},
		{"administrative-gender", "", false},
	} {
		list := set.CodeList("http://hl7.org/fhir/ValueSet/" + row.valueSet)
		if list == nil {
			t.Errorf("CodeList(%s) = nil", row.valueSet)
		} else if got := list.HasCode(row.code); got != row.want {
			t.Errorf("CodeList(%s).HasCode(%q) = %t, want %t", row.valueSet, row.code, got, row.want)
		}
	}
	for _, list := range set.Facts().CodeLists {
		if list.Enumerable() == (len(list.Systems) == 0) {
			t.Errorf("%s: want either codes or a rule", list.URL)
		}
		for _, system := range list.Systems {
			if !slices.IsSorted(system.Codes) || slices.Contains(system.Codes, "") {
				t.Errorf("%s: codes of %s are not sorted, or empty", list.URL, system.System)
			}
		}
	}
}

func TestDefinitions_Errata(t *testing.T) {
	set := r4.Definitions()
	for path, want := range map[string]string{
		"Bundle.entry/bdl-8":              "fullUrl.empty() or fullUrl.contains('/_history/').not()",
		"Questionnaire.item/que-12":       "enableWhen.count() > 1 implies enableBehavior.exists()",
		"RiskAssessment.prediction/ras-2": "probability.empty() or (probability is decimal implies (probability as decimal) <= 100)",
	} {
		at, key, _ := strings.Cut(path, "/")
		found := ""
		for _, c := range set.StructureAt(at).Constraints {
			if c.Key == key {
				found = c.Expression
			}
		}
		if found != want {
			t.Errorf("%s of %s = %q, want %q", key, at, found, want)
		}
	}
}

// BenchmarkFacts reads the tables; BenchmarkNewSet links them: together they are the cold start,
// which must stay under 100 ms.
func BenchmarkFacts(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r4.Facts()
	}
}

// BenchmarkNewSet links the facts of R4, which must stay under 30 ms.
func BenchmarkNewSet(b *testing.B) {
	facts := r4.Facts()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := definition.NewSet(facts); err != nil {
			b.Fatal(err)
		}
	}
}
