package search_test

import (
	"fmt"
	"testing"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/search"
	"hearken/fhir/terminology"
)

// smallTerminology is a code system with a hierarchy, and value sets of it.
func smallTerminology() *terminology.Library {
	system := definition.CodeSystem{URL: "urn:heart", Content: "complete"}
	for _, c := range []struct {
		code   string
		parent int32
	}{{"disease", definition.NoParent}, {"infarction", 0}, {"anterior", 1}, {"angina", 0}, {"injury", definition.NoParent}} {
		system.Concepts = append(system.Concepts, definition.Concept{Code: c.code, Parent: c.parent})
	}
	large := definition.ConceptSet{System: "urn:large"}
	for i := range 5000 {
		large.Concepts = append(large.Concepts, definition.ConceptReference{Code: fmt.Sprint(i)})
	}
	gender := definition.ConceptSet{System: "http://hl7.org/fhir/administrative-gender", Concepts: []definition.ConceptReference{{Code: "male"}, {Code: "female"}}}
	return terminology.NewLibrary(&definition.Terminology{
		CodeSystems: []definition.CodeSystem{system},
		ValueSets: []definition.ValueSet{
			{URL: "urn:diseases", Version: "1", Include: []definition.ConceptSet{{System: "urn:heart", Filters: []definition.Filter{{Property: "concept", Op: "is-a", Value: "infarction"}}}}},
			{URL: "urn:known", Include: []definition.ConceptSet{gender}},
			{URL: "urn:none"},
			{URL: "urn:large", Include: []definition.ConceptSet{large}},
			{URL: "urn:unloaded", Include: []definition.ConceptSet{{System: "http://snomed.info/sct"}}},
		},
	})
}

// A value set of more codes than a search may have conditions is refused, however it is asked for.
func TestParse_LargeValueSet(t *testing.T) {
	p := parserAt(t)
	p.Terminology = smallTerminology
	for _, pairs := range [][]search.Pair{
		{{Name: "code:in", Value: "urn:large"}},
		{{Name: "code:in", Value: "urn:large,urn:large"}},
		{{Name: "code:not-in", Value: "urn:large"}},
	} {
		if _, err := p.Parse(search.Target{Type: "Condition"}, pairs, search.Options{}); fhir.CodeOf(err) != fhir.CodeTooCostly {
			t.Errorf("Parse(%v) error = %v, want %s", pairs, err, fhir.CodeTooCostly)
		}
	}
	if _, err := p.Parse(search.Target{}, []search.Pair{{Name: "_tag:in", Value: "urn:large"}}, search.Options{}); fhir.CodeOf(err) != fhir.CodeTooCostly {
		t.Errorf("Parse(_tag:in of every type) error = %v, want %s", err, fhir.CodeTooCostly)
	}
}
