package terminology_test

import (
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

// Value sets that nobody has published: their canonicals say what is in them.
func TestLibrary_ImpliedValueSets(t *testing.T) {
	tree := trees()
	tree.ValueSet = "urn:all"
	other := definition.CodeSystem{URL: "urn:o", ValueSet: "urn:published", Content: "complete", Concepts: concepts("a", "b")}
	library := terminology.NewLibrary(&definition.Terminology{
		CodeSystems: []definition.CodeSystem{tree, other},
		ValueSets:   []definition.ValueSet{{URL: "urn:published", Include: []definition.ConceptSet{listed("urn:o", "a")}}},
	})
	const snomed, loinc, units = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"
	for _, row := range []struct {
		canonical, system, code string
		want                    terminology.Answer
		reason                  terminology.Reason
	}{
		{"urn:all", "urn:s", "f", terminology.In, 0},
		{"urn:all|1", "urn:s", "f", terminology.In, 0},
		{"urn:all|2", "urn:s", "f", terminology.Unknown, terminology.UnknownValueSet},
		{"urn:all", "urn:s", "g", terminology.NotIn, terminology.NoSuchCode},
		{"urn:published", "urn:o", "b", terminology.NotIn, terminology.NotListed},
		{snomed + "?fhir_vs", snomed, "22298006", terminology.Unknown, terminology.UnknownSystem},
		{snomed + "?fhir_vs", snomed, "22298007", terminology.NotIn, terminology.Malformed},
		{snomed + "?fhir_vs", loinc, "1-8", terminology.NotIn, terminology.OtherSystem},
		{snomed + "/83821000000107/version/20240410?fhir_vs", snomed, "22298006", terminology.Unknown, terminology.UnknownSystem},
		{snomed + "?fhir_vs=isa/404684003", snomed, "22298006", terminology.Unknown, terminology.UnknownSystem},
		{snomed + "?fhir_vs=refset", snomed, "22298006", terminology.Unknown, terminology.UnknownSystem},
		{snomed + "?fhir_vs=refset/999002271000000101", snomed, "22298006", terminology.Unknown, terminology.UnknownSystem},
		{snomed + "?fhir_vs=ecl/<404684003", snomed, "22298006", terminology.Unknown, terminology.UnknownSystem},
		{snomed + "?fhir_vs=isa/404684004", snomed, "22298007", terminology.Unknown, terminology.UnknownValueSet},
		{snomed + "?fhir_vs=other", snomed, "22298007", terminology.Unknown, terminology.UnknownValueSet},
		{snomed + "?fhir_vsisa/404684003", snomed, "22298007", terminology.Unknown, terminology.UnknownValueSet},
		{snomed + "x?fhir_vs", snomed, "22298007", terminology.Unknown, terminology.UnknownValueSet},
		{loinc + "/vs", loinc, "1-8", terminology.Unknown, terminology.UnknownSystem},
		{loinc + "/vs/LL715-4", loinc, "LA1-8", terminology.Unknown, terminology.UnknownSystem},
		{loinc + "/vs/LP43571-6", snomed, "22298006", terminology.NotIn, terminology.OtherSystem},
		{loinc + "/vs/X", loinc, "1-8", terminology.Unknown, terminology.UnknownValueSet},
		{units + "/vs", units, "mg", terminology.In, 0},
		{units + "/vs", units, "mgs", terminology.NotIn, terminology.Malformed},
		{units + "/vs/kg", units, "mg", terminology.In, 0},
		{units + "/vs/kg", units, "mL", terminology.NotIn, terminology.NotListed},
		{units + "/vs/kgs", units, "kg", terminology.Unknown, terminology.UnknownValueSet},
	} {
		if got := library.Validate(row.canonical, row.system, row.code); got.Answer != row.want || got.Reason != row.reason {
			t.Errorf("Validate(%s, %s, %s) = %v, want %v for reason %d", row.canonical, row.system, row.code, got, row.want, row.reason)
		}
	}
}
