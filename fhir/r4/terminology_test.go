package r4_test

import (
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
)

func TestTerminology_Counts(t *testing.T) {
	rows := r4.Terminology()
	concepts, codes, mappings := 0, 0, 0
	for _, s := range rows.CodeSystems {
		concepts += len(s.Concepts)
		for i, c := range s.Concepts {
			if c.Code == "" || c.Display == "" || int(c.Parent) >= i || c.Parent < definition.NoParent {
				t.Errorf("%s: concept %d = %+v: no code, no display, or a parent that comes later", s.URL, i, c)
			}
		}
	}
	for _, v := range rows.ValueSets {
		for _, include := range v.Include {
			codes += len(include.Concepts)
		}
	}
	for _, m := range rows.ConceptMaps {
		for _, g := range m.Groups {
			mappings += len(g.Mappings)
		}
	}
	for _, row := range []struct {
		name      string
		got, want int
	}{
		{"code systems, with ISO 4217", len(rows.CodeSystems), 495 + 143 + 424 + 1},
		{"value sets", len(rows.ValueSets), 672 + 216 + 428},
		{"concept maps", len(rows.ConceptMaps), 80},
		{"concepts", concepts, 7392 + 7070 + 6269 + 193},
		{"codes included one by one", codes, 11777 - 23},
		{"mappings", mappings, 690},
	} {
		if row.got != row.want {
			t.Errorf("%s = %d, want %d", row.name, row.got, row.want)
		}
	}
}

// BenchmarkTerminology reads the table.
func BenchmarkTerminology(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r4.ReadTerminology()
	}
}
