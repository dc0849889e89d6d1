package terminology_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
)

func parse(t testing.TB, text string) element.Node {
	t.Helper()
	tree, faults := element.Parse(r4.Definitions(), []byte(text), element.DefaultLimits())
	if faults.Failed() {
		t.Fatalf("Parse(%s): %v", text, faults)
	}
	return tree.Root()
}

func TestRead(t *testing.T) {
	got := terminology.Read(
		parse(t, `{"resourceType":"CodeSystem","language":"en","url":"urn:s","version":"1","name":"S","status":"active","content":"complete","caseSensitive":false,
			"hierarchyMeaning":"is-a","valueSet":"urn:v","supplements":"urn:t","property":[{"code":"p","type":"Coding"}],"filter":[{"code":"f","operator":["="],"value":"x"}],
			"concept":[{"code":"a","display":"A","definition":"the first","concept":[{"code":"b","property":[{"code":"p","valueCoding":{"system":"urn:t","code":"x"}},{"code":"n","valueInteger":3}]}]},
			{"code":"c","designation":[{"language":"cy","use":{"system":"urn:u","code":"short"},"value":"C!"}]}]}`),
		parse(t, `{"resourceType":"ValueSet","url":"urn:v","version":"2","name":"V","status":"draft","compose":{"inactive":false,
			"include":[{"system":"urn:s","version":"1","concept":[{"code":"a","display":"Ah","designation":[{"value":"Ah!"}]}],"valueSet":["urn:w"]}],
			"exclude":[{"system":"urn:s","filter":[{"property":"p","op":"=","value":"x"}]}]}}`),
		parse(t, `{"resourceType":"ValueSet","url":"urn:x","status":"draft","expansion":{"timestamp":"2020-01-01","total":9,"contains":[
			{"display":"a heading","contains":[{"system":"urn:s","code":"a","display":"A"},{"system":"urn:s","code":"b"},{"system":"urn:t","code":"x","abstract":true}]},{"system":"urn:t","code":"y"}]}}`),
		parse(t, `{"resourceType":"ConceptMap","url":"urn:m","status":"active","sourceUri":"urn:v","targetCanonical":"urn:w","group":[{"source":"urn:s","target":"urn:t","targetVersion":"3",
			"element":[{"code":"a","target":[{"code":"x","display":"X","equivalence":"wider","dependsOn":[{"property":"urn:p","value":"1"}],"product":[{"property":"urn:q","system":"urn:s","value":"2","display":"two"}]}]},{"code":"b"}],
			"unmapped":{"mode":"fixed","code":"z","display":"Z"}}]}`),
		parse(t, `{"resourceType":"Patient"}`),
	)
	want := &definition.Terminology{
		CodeSystems: []definition.CodeSystem{{
			URL: "urn:s", Version: "1", Name: "S", Language: "en", Status: "active", Content: "complete", CaseInsensitive: true, HierarchyMeaning: "is-a",
			ValueSet: "urn:v", Supplements: "urn:t", Properties: []definition.PropertyDefinition{{Code: "p", Type: "Coding"}, {Code: "f"}},
			Concepts: []definition.Concept{
				{Code: "a", Display: "A", Definition: "the first", Parent: definition.NoParent},
				{Code: "b", Parent: 0, Properties: []definition.ConceptProperty{{Code: "p", Type: "Coding", Value: "x", System: "urn:t"}, {Code: "n", Type: "integer", Value: "3"}}},
				{Code: "c", Parent: definition.NoParent, Designations: []definition.Designation{{Language: "cy", Use: definition.Use{System: "urn:u", Code: "short"}, Value: "C!"}}},
			},
		}},
		ValueSets: []definition.ValueSet{
			{
				URL: "urn:v", Version: "2", Name: "V", Status: "draft", NoInactive: true,
				Include: []definition.ConceptSet{{System: "urn:s", Version: "1", ValueSets: []string{"urn:w"},
					Concepts: []definition.ConceptReference{{Code: "a", Display: "Ah", Designations: []definition.Designation{{Value: "Ah!"}}}}}},
				Exclude: []definition.ConceptSet{{System: "urn:s", Filters: []definition.Filter{{Property: "p", Op: "=", Value: "x"}}}},
			},
			{URL: "urn:x", Status: "draft", Expansion: &definition.Expansion{Partial: true, Contains: []definition.ConceptSet{
				{System: "urn:s", Concepts: []definition.ConceptReference{{Code: "a", Display: "A"}, {Code: "b"}}},
				{System: "urn:t", Concepts: []definition.ConceptReference{{Code: "y"}}},
			}}},
		},
		ConceptMaps: []definition.ConceptMap{{
			URL: "urn:m", Status: "active", Source: "urn:v", Target: "urn:w",
			Groups: []definition.ConceptMapGroup{{Source: "urn:s", Target: "urn:t", TargetVersion: "3", Unmapped: &definition.Unmapped{Mode: "fixed", Code: "z", Display: "Z"},
				Mappings: []definition.Mapping{
					{Code: "a", Equivalence: "wider", Target: "x", Display: "X", DependsOn: []definition.MappingContext{{Property: "urn:p", Value: "1"}},
						Product: []definition.MappingContext{{Property: "urn:q", System: "urn:s", Value: "2", Display: "two"}}},
					{Code: "b", Equivalence: "unmatched"},
				}}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Read() (-want +got):\n%s", diff)
	}
}

// A value set that is only an expansion is what the expansion lists; of a part of one the rest is not known.
// Beside rules that cannot be evaluated it tells members, and beside others nothing.
func TestValueSet_Expansion(t *testing.T) {
	const compose = `,"compose":{"include":[{"system":"urn:s"}]}`
	const listed = `,"compose":{"include":[{"system":"urn:s","concept":[{"code":"c"}]}]}`
	for _, row := range []struct{ name, compose, total, system, want string }{
		{"whole", "", "", "urn:s", "a b"},
		{"whole, another system", "", "", "urn:t", ""},
		{"with its total", "", `"total":2,`, "urn:s", "a b"},
		{"a part", "", `"total":3,`, "urn:s", "a b c?"},
		{"a page", "", `"offset":2,`, "urn:s", "a b c?"},
		{"marked as a part", "", `"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/valueset-unclosed","valueBoolean":true}],`, "urn:s", "a b c?"},
		{"beside rules that cannot be evaluated", compose, "", "urn:s", "a b c?"},
		{"a part of one beside those", compose, `"total":3,`, "urn:s", "a b c?"},
		{"beside all of SNOMED CT", `,"compose":{"include":[{"system":"http://snomed.info/sct"}]}`, "", "urn:s", "a b"},
		{"beside an import of what cannot be evaluated", `,"compose":{"include":[{"valueSet":["http://hl7.org/fhir/ValueSet/condition-code"]}]}`, "", "urn:s", "a b"},
		{"rules before it", listed, "", "urn:s", "c"},
	} {
		t.Run(row.name, func(t *testing.T) {
			def := terminology.ReadValueSet(parse(t, `{"resourceType":"ValueSet","status":"active"`+row.compose+`,"expansion":{`+row.total+
				`"timestamp":"2020-01-01","contains":[{"system":"urn:s","code":"a","contains":[{"system":"urn:s","code":"b"}]}]}}`))
			if got := members(r4Library().Compile(&def), row.system, "abc"); got != row.want {
				t.Errorf("members = %q, want %q", got, row.want)
			}
		})
	}
}
