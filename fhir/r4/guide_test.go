package r4_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

const structureURL = "http://hl7.org/fhir/StructureDefinition/"

func TestGuide_Counts(t *testing.T) {
	rows := 0
	for _, part := range [][]definition.StructureDefinition{r4.Extensions(), r4.Profiles()} {
		for i := range part {
			s := &part[i]
			rows += len(s.Elements)
			if (len(s.Elements) == 0) == (len(s.Differential) == 0) {
				t.Errorf("%s has %d rows of a snapshot and %d of a differential, want one of them", s.URL, len(s.Elements), len(s.Differential))
			}
			if r4.Guide(s.URL) != s {
				t.Errorf("Guide(%s) is another structure", s.URL)
			}
		}
	}
	for _, row := range []struct {
		name      string
		got, want int
	}{
		{"extensions", len(r4.Extensions()), 396}, {"profiles", len(r4.Profiles()), 53}, {"rows", rows, 5364},
	} {
		if row.got != row.want {
			t.Errorf("%s = %d, want %d", row.name, row.got, row.want)
		}
	}
}

func TestGuide_Canonical(t *testing.T) {
	for _, row := range []struct {
		canonical string
		found     bool
	}{
		{structureURL + "data-absent-reason", true},
		{structureURL + "data-absent-reason|4.0.1", true},
		{structureURL + "data-absent-reason|5.0.0", false},
		{structureURL + "example-composition|1", true}, // published without a version
		{structureURL + "Patient", false},
		{"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", true},
		{"", false},
	} {
		if got := r4.Guide(row.canonical) != nil; got != row.found {
			t.Errorf("Guide(%s) found = %t, want %t", row.canonical, got, row.found)
		}
	}
}

// fact writes the facts of a row that the golden rows below are about.
func fact(e *definition.ElementDefinition) string {
	text := fmt.Sprintf("%s %s %d..%d/%d", e.ID, e.Path, e.Min, e.Max, e.BaseMax)
	for _, ref := range e.Types {
		text += " " + ref.Code
	}
	if e.Binding != nil {
		text += " " + e.Binding.Strength + " " + strings.TrimPrefix(e.Binding.ValueSet, "http://hl7.org/fhir/ValueSet/")
	}
	if e.Slicing != nil {
		text += fmt.Sprint(" ", *e.Slicing)
	}
	if e.MustSupport {
		text += " must"
	}
	return text + string(e.Fixed) + string(e.Pattern)
}

func TestGuide_Facts(t *testing.T) {
	for _, row := range []struct{ id, context, want string }{
		{"patient-birthPlace", "element Patient", "Extension Extension 0..1/-1"},
		{"patient-birthPlace", "element Patient", "Extension.extension Extension.extension 0..0/-1 Extension {[{value url}] false open}"},
		{"patient-birthPlace", "element Patient", `Extension.url Extension.url 1..1/1 uri"` + structureURL + `patient-birthPlace"`},
		{"patient-birthPlace", "element Patient", "Extension.value[x] Extension.value[x] 1..1/1 Address"},
		{"data-absent-reason", "element Element", "Extension.value[x] Extension.value[x] 1..1/1 code required data-absent-reason|4.0.1"},
		{"patient-citizenship", "element Patient", "Extension.extension:period.value[x] Extension.extension.value[x] 1..1/1 Period"},
		{"vitalsigns", "", "Observation.category Observation.category 1..-1/-1 CodeableConcept preferred observation-category {[{value coding.code} {value coding.system}] false open} must"},
		{"vitalsigns", "", `Observation.category:VSCat.coding.code Observation.category.coding.code 1..1/1 code must"vital-signs"`},
		{"vitalsigns", "", "Observation.code Observation.code 1..1/1 CodeableConcept extensible observation-vitalsignresult must"},
	} {
		s := r4.Guide(structureURL + row.id)
		if s == nil {
			t.Errorf("Guide(%s) = nil", row.id)
			continue
		}
		var contexts, facts []string
		for _, c := range s.Context {
			contexts = append(contexts, c.Type+" "+c.Expression)
		}
		id, _, _ := strings.Cut(row.want, " ")
		for i := range s.Elements {
			if s.Elements[i].ID == id {
				facts = append(facts, fact(&s.Elements[i]))
			}
		}
		if got := strings.Join(facts, "\n"); got != row.want {
			t.Errorf("%s: row %s = %q, want %q", row.id, id, got, row.want)
		}
		if got := strings.Join(contexts, ","); got != row.context {
			t.Errorf("%s: contexts = %q, want %q", row.id, got, row.context)
		}
	}
}

// TestGuide_AsPublished reads HL7's files with fhir/igpackage, which knows nothing of the tables, and
// compares every fact.
func TestGuide_AsPublished(t *testing.T) {
	for _, name := range []string{"extension-definitions.json", "profiles-others.json"} {
		data, err := os.ReadFile(fhirtest.SharedData(t, "r4core", name))
		if err != nil {
			t.Fatal(err)
		}
		published, outcome := igpackage.ReadFile(r4.Definitions(), name, data, igpackage.Limits{})
		if published == nil || outcome.Failed() {
			t.Fatalf("ReadFile(%s) = %+v", name, outcome)
		}
		for i := range published.Structures {
			want := published.Structures[i]
			if len(want.Elements) > 0 {
				want.Differential = nil
			}
			putRight(&want)
			if diff := cmp.Diff(&want, r4.Guide(want.URL)); diff != "" {
				t.Errorf("Guide(%s) (-published +got):\n%s", want.URL, diff)
			}
		}
	}
}

// putRight corrects what three extensions (structuredefinition-json-type and its like) are published with:
// types without a code, and sources of invariants that are no canonicals. White space in an expression means
// the same whatever it is.
func putRight(s *definition.StructureDefinition) {
	for i := range s.Elements {
		e := &s.Elements[i]
		for j := range e.Types {
			if e.Types[j].Code == "" {
				e.Types[j].Code = map[string]string{"Extension.id": "string", "Extension.url": "uri"}[e.ID]
			}
		}
		for j := range e.Constraints {
			putRightErratum(&e.Constraints[j])
			e.Constraints[j].Expression = strings.Join(strings.Fields(e.Constraints[j].Expression), " ")
			if source := e.Constraints[j].Source; !strings.Contains(source, "://") {
				e.Constraints[j].Source = structureURL + source
			}
		}
	}
}

// putRightErratum corrects an invariant that profiles repeat from a base that has an erratum.
func putRightErratum(c *definition.Constraint) {
	if c.Expression == "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')" {
		c.Expression = "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')"
		return
	}
	at := map[string]string{"que-12": "Questionnaire.item", "eld-19": "ElementDefinition", "eld-20": "ElementDefinition"}[c.Key]
	if at == "" {
		return
	}
	for _, base := range r4.Definitions().StructureAt(at).Constraints {
		if base.Key == c.Key {
			c.Expression = base.Expression
		}
	}
}

// BenchmarkGuide reads the table.
func BenchmarkGuide(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r4.ReadGuide()
	}
}

// BenchmarkGuide_Floor decodes what it is made from into maps.
func BenchmarkGuide_Floor(b *testing.B) {
	var files [][]byte
	for _, name := range []string{"extension-definitions.json", "profiles-others.json"} {
		data, err := os.ReadFile(fhirtest.SharedData(b, "r4core", name))
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, data)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range files {
			var out map[string]any
			if err := json.Unmarshal(data, &out); err != nil {
				b.Fatal(err)
			}
		}
	}
}
