package terminology_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hearken/fhir/definition"
	"hearken/fhir/terminology"
	"hearken/internal/fhirtest"
)

func imports(canonicals ...string) []definition.ConceptSet {
	return []definition.ConceptSet{{ValueSets: canonicals}}
}

func listed(system string, codes ...string) definition.ConceptSet {
	set := definition.ConceptSet{System: system}
	for _, code := range codes {
		set.Concepts = append(set.Concepts, definition.ConceptReference{Code: code})
	}
	return set
}

// A value set that would cost more than its bytes is not evaluated, whichever of its parts is asked about first.
func TestHostile_Refused(t *testing.T) {
	numbered := func(n int, make func(i int) definition.ValueSet) *definition.Terminology {
		rows := &definition.Terminology{CodeSystems: []definition.CodeSystem{trees()}}
		for i := range n {
			one := make(i)
			one.URL = fmt.Sprint("urn:", i)
			rows.ValueSets = append(rows.ValueSets, one)
		}
		return rows
	}
	next := func(i int) string { return fmt.Sprint("urn:", i+1) }
	many := definition.CodeSystem{URL: "urn:many", Content: "complete"}
	for i := range 3000 {
		many.Concepts = append(many.Concepts, definition.Concept{Code: fmt.Sprint("code-", i), Parent: definition.NoParent})
	}
	filters := func(n int, f definition.Filter) []definition.ConceptSet {
		set := definition.ConceptSet{System: "urn:many"}
		for range n {
			set.Filters = append(set.Filters, f)
		}
		return []definition.ConceptSet{set}
	}
	for _, row := range []struct {
		name string
		rows *definition.Terminology
		want terminology.Reason
	}{
		{"a long chain of imports", numbered(2000, func(i int) definition.ValueSet {
			return definition.ValueSet{Include: append(imports(next(i)), listed("urn:s", "a"))}
		}), terminology.TooCostly},
		{"imports that double", numbered(45, func(i int) definition.ValueSet {
			return definition.ValueSet{Include: append(append(imports(next(i)), imports(next(i))...), listed("urn:s", "a"))}
		}), terminology.TooCostly},
		{"a wide circle", numbered(40, func(i int) definition.ValueSet {
			return definition.ValueSet{Include: imports(fmt.Sprint("urn:", (i+1)%40))}
		}), terminology.Circular},
		{"a circle through an exclude", numbered(2, func(i int) definition.ValueSet {
			return definition.ValueSet{Include: []definition.ConceptSet{listed("urn:s", "a")}, Exclude: imports(fmt.Sprint("urn:", (i+1)%2))}
		}), terminology.Circular},
		{"many filters on many concepts", &definition.Terminology{CodeSystems: []definition.CodeSystem{many},
			ValueSets: []definition.ValueSet{{URL: "urn:0", Include: filters(20000, definition.Filter{Property: "code", Op: "=", Value: "x"})}}}, terminology.TooCostly},
		{"many large patterns", &definition.Terminology{CodeSystems: []definition.CodeSystem{many},
			ValueSets: []definition.ValueSet{{URL: "urn:0", Include: filters(5000, definition.Filter{Property: "code", Op: "regex", Value: "(.?){300}x"})}}}, terminology.TooCostly},
		{"many large patterns on a system that is not loaded", &definition.Terminology{
			ValueSets: []definition.ValueSet{{URL: "urn:0", Include: filters(5000, definition.Filter{Property: "code", Op: "regex", Value: "(.?){300}x"})}}}, terminology.TooCostly},
	} {
		t.Run(row.name, func(t *testing.T) {
			start := time.Now()
			library := terminology.NewLibrary(row.rows)
			if got := library.Validate("urn:0", "urn:s", "a"); got.Answer != terminology.Unknown || got.Reason != row.want {
				t.Errorf("Validate() = %v, want reason %d", got, row.want)
			}
			later := terminology.NewLibrary(row.rows)
			for i := len(row.rows.ValueSets) - 1; i > 0; i-- { // from the end of the chain: each finds the next one compiled
				later.Validate(row.rows.ValueSets[i].URL, "urn:s", "a")
			}
			if got := later.Validate("urn:0", "urn:s", "a"); got.Answer != terminology.Unknown || got.Reason != row.want {
				t.Errorf("Validate(), asked last = %v, want reason %d", got, row.want)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// What is evaluated costs what its size is.
func TestHostile_Linear(t *testing.T) {
	codes := func(n int) []string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprint("code-", i)
		}
		return all
	}
	ask := func(rows *definition.Terminology) func() {
		return func() {
			library := terminology.NewLibrary(rows)
			set, err := library.ValueSet("urn:v")
			if err != nil {
				t.Fatal(err)
			}
			set.Find("code-1")
			set.Expand(terminology.Expand{Count: 10, Filter: "code"})
		}
	}
	value := func(include ...definition.ConceptSet) []definition.ValueSet {
		return []definition.ValueSet{{URL: "urn:v", Include: include}}
	}
	for _, row := range []struct {
		name    string
		prepare func(n int) func()
	}{
		{"codes in one list", func(n int) func() {
			return ask(&definition.Terminology{ValueSets: value(listed("urn:s", codes(n)...))})
		}},
		{"a list for each code", func(n int) func() {
			var all []definition.ConceptSet
			for _, code := range codes(n) {
				all = append(all, listed("urn:s", code))
			}
			return ask(&definition.Terminology{ValueSets: value(all...)})
		}},
		{"a system for each code", func(n int) func() {
			var all []definition.ConceptSet
			for i, code := range codes(n / 10) {
				all = append(all, listed(fmt.Sprint("urn:s", i), code))
			}
			return ask(&definition.Terminology{ValueSets: value(all...)})
		}},
		{"a chain of concepts, selected by what they are below", func(n int) func() {
			system := definition.CodeSystem{URL: "urn:s", Content: "complete"}
			for i, code := range codes(n) {
				system.Concepts = append(system.Concepts, definition.Concept{Code: code, Parent: definition.NoParent,
					Properties: []definition.ConceptProperty{{Code: "parent", Value: fmt.Sprint("code-", i-1)}}})
			}
			return ask(&definition.Terminology{CodeSystems: []definition.CodeSystem{system}, ValueSets: value(definition.ConceptSet{System: "urn:s",
				Filters: []definition.Filter{{Property: "concept", Op: "is-a", Value: "code-0"}}})})
		}},
		{"versions of one value set", func(n int) func() {
			rows := &definition.Terminology{}
			for i := range n {
				rows.ValueSets = append(rows.ValueSets, definition.ValueSet{URL: "urn:v", Version: fmt.Sprint("1.", i)})
			}
			return ask(rows)
		}},
		{"designations of one code", func(n int) func() {
			system := definition.CodeSystem{URL: "urn:s", Content: "complete", Concepts: concepts("a")}
			for i := range n {
				system.Concepts[0].Designations = append(system.Concepts[0].Designations, definition.Designation{Language: "cy", Value: fmt.Sprint(i)})
			}
			return ask(&definition.Terminology{CodeSystems: []definition.CodeSystem{system}, ValueSets: value(definition.ConceptSet{System: "urn:s"})})
		}},
		{"mappings of one code", func(n int) func() {
			m := definition.ConceptMap{URL: "urn:m", Groups: []definition.ConceptMapGroup{{Source: "urn:s", Target: "urn:t"}}}
			for _, code := range codes(n) {
				m.Groups[0].Mappings = append(m.Groups[0].Mappings, definition.Mapping{Code: "a", Equivalence: "equal", Target: code})
			}
			library := terminology.NewLibrary(&definition.Terminology{ConceptMaps: []definition.ConceptMap{m}})
			return func() {
				library.Maps("", "").Translate(terminology.Translate{Coding: terminology.Coding{System: "urn:s", Code: "a"}})
			}
		}},
		{"groups that send to another map", func(n int) func() {
			m := definition.ConceptMap{URL: "urn:m"}
			for range n {
				m.Groups = append(m.Groups, definition.ConceptMapGroup{Source: "urn:s", Target: "urn:t", Unmapped: &definition.Unmapped{Mode: "other-map", URL: "urn:m"}})
			}
			library := terminology.NewLibrary(&definition.Terminology{ConceptMaps: []definition.ConceptMap{m}})
			return func() {
				library.Maps("", "").Translate(terminology.Translate{Coding: terminology.Coding{System: "urn:s", Code: "a"}})
			}
		}},
		{"a long language tag", func(n int) func() {
			tag := "en-" + strings.Repeat("aaaaa-", n)
			return func() { terminology.IsLanguageTag(tag) }
		}},
		{"a long media type", func(n int) func() {
			media := "a/b" + strings.Repeat(";a=b", n)
			return func() { terminology.IsMediaType(media) }
		}},
		{"a long expression", func(n int) func() {
			code := strings.Repeat("22298006+", n)
			library := terminology.NewLibrary()
			return func() { library.ValidateCode("http://snomed.info/sct", "", code) }
		}},
	} {
		t.Run(row.name, func(t *testing.T) { fhirtest.Linear(t, 60, 1000, row.prepare) })
	}
}

// An expansion has a largest size, and what is asked of it beyond that is refused.
func TestHostile_LargeExpansion(t *testing.T) {
	var codes []string
	for i := range 1001 {
		codes = append(codes, fmt.Sprint(i))
	}
	library := terminology.NewLibrary().WithLimits(terminology.Limits{Expansion: 1000})
	set := library.Compile(&definition.ValueSet{Include: []definition.ConceptSet{listed("urn:s", codes...)}})
	if _, failure := set.Expand(terminology.Expand{Count: terminology.All}); failure.Reason != terminology.TooCostly {
		t.Errorf("Expand(all) = %v, want %d", failure, terminology.TooCostly)
	}
	if page, failure := set.Expand(terminology.Expand{Count: 1000}); failure.Reason != 0 || page.Total != 1001 || len(page.Contains) != 1000 {
		t.Errorf("Expand(1000) = %d of %d, %v, want 1000 of 1001", len(page.Contains), page.Total, failure)
	}
}

// Membership is asked for each coding of each resource: it costs no memory.
func TestValidate_NoAllocation(t *testing.T) {
	library := r4Library()
	for _, row := range []struct{ valueSet, system, code string }{
		{"http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", "http://hl7.org/fhir/administrative-gender", "female"},
		{"http://hl7.org/fhir/ValueSet/marital-status", "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M"},
		{"http://hl7.org/fhir/ValueSet/languages", "urn:ietf:bcp:47", "en-GB"},
		{"http://hl7.org/fhir/ValueSet/all-languages", "urn:ietf:bcp:47", "en-GB-oed"},
		{"http://hl7.org/fhir/ValueSet/mimetypes", "urn:ietf:bcp:13", "application/pdf"},
		{"http://terminology.hl7.org/ValueSet/v2-0203", "http://terminology.hl7.org/CodeSystem/v2-0203", "MR"},
		{"http://hl7.org/fhir/ValueSet/condition-code", "http://snomed.info/sct", "22298006"},
		{"http://hl7.org/fhir/ValueSet/condition-code", "http://snomed.info/sct", "22298007"},
	} {
		set, err := library.ValueSet(row.valueSet)
		if err != nil {
			t.Fatal(err)
		}
		ask := func() {
			library.Validate(row.valueSet, row.system, row.code)
			set.Validate(row.system, row.code)
			set.ValidateCode(row.code)
			library.ValidateCode(row.system, "", row.code)
		}
		ask()
		if n := testing.AllocsPerRun(100, ask); n != 0 {
			t.Errorf("asking for %s of %s allocates %v times, want 0", row.code, row.valueSet, n)
		}
	}
}

// BenchmarkValidate asks for one code of a value set by canonical.
func BenchmarkValidate(b *testing.B) {
	library := r4Library()
	b.ReportAllocs()
	for b.Loop() {
		library.Validate("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", "http://hl7.org/fhir/administrative-gender", "female")
	}
}

// BenchmarkNewLibrary makes a library of all of R4.
func BenchmarkNewLibrary(b *testing.B) {
	b.ReportAllocs()
	r4Library()
	for b.Loop() {
		r4Library()
	}
}
