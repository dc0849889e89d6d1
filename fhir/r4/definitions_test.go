package r4_test

import (
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
)

func TestDefinitions_Counts(t *testing.T) {
	set := r4.Definitions()
	datatypes := 0
	for _, s := range set.Structures() {
		if s.Kind == definition.Primitive || s.Kind == definition.Complex {
			datatypes++
		}
	}
	for _, row := range []struct {
		name      string
		got, want int
	}{
		{"concrete resources", len(set.Resources()), 146},
		{"datatypes", datatypes, 61},
		{"search parameters", len(set.SearchParameters()), 1397 + 3},
		{"compartments", len(set.Compartments()), 5},
		{"operations", len(set.Operations()), 47},
	} {
		if row.got != row.want {
			t.Errorf("%s = %d, want %d", row.name, row.got, row.want)
		}
	}
	t.Logf("%d structures, %d elements, %d fields, %d names", len(set.Structures()), len(set.Elements()), len(set.Fields()), set.NameCount())
}

// BenchmarkFacts reads the tables; BenchmarkNewSet links them; together they are the cold start.
func BenchmarkFacts(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r4.Facts()
	}
}

func BenchmarkNewSet(b *testing.B) {
	facts := r4.Facts()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := definition.NewSet(facts); err != nil {
			b.Fatal(err)
		}
	}
}
