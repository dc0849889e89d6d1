package query_test

import (
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

func TestQuery_String(t *testing.T) {
	rows := []struct {
		name string
		q    query.Query
		want string
	}{
		{"everything", query.Query{Types: []fhir.Type{"Patient"}, Count: 10}, "Patient where true count 10 total accurate"},
		{"the cursor is no part", query.Query{Types: []fhir.Type{"Patient"}, Cursor: "x"}, "Patient where true count 0 total accurate"},
		{"all of it", query.Query{
			Types: []fhir.Type{"Observation", "Patient"}, Where: starts("a"), Count: 5, Total: query.TotalNone,
			Sort:     []query.SortKey{{Parameter: gender}, {Parameter: family, Descending: true}},
			Includes: []query.Include{{Source: "Observation", Parameter: subject, Target: "Patient"}, {Reverse: true, Iterate: true, Source: "Observation", Where: starts("b")}},
		}, `Observation,Patient where Patient.family starts "a" sort Patient.gender,-Patient.family count 5 total none include Observation:subject:Patient revinclude:iterate Observation:* where Patient.family starts "b"`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := row.q.String(); got != row.want {
				t.Errorf("String() = %s, want %s", got, row.want)
			}
		})
	}
}

func TestCanonical(t *testing.T) {
	a, b, c := starts("a"), starts("b"), starts("c")
	same := [][]query.Expr{
		{query.And{a, b}, query.And{b, a}, query.And{b, query.And{a, b}}},
		{query.Or{query.And{a, b}, c}, query.Or{c, query.And{b, a}}},
		{query.Not{Expr: query.Or{a, b}}, query.Not{Expr: query.Or{b, a}}},
		{query.Chain{Parameter: subject, Target: "Patient", Where: query.And{a, b}}, query.Chain{Parameter: subject, Target: "Patient", Where: query.And{b, a}}},
		{query.Has{Parameter: subject, Where: query.And{a, b}}, query.Has{Parameter: subject, Where: query.And{b, a}}},
	}
	seen := map[string]int{}
	for i, group := range same {
		want := query.Canonical(group[0]).String()
		for _, e := range group {
			if got := query.Canonical(e).String(); got != want {
				t.Errorf("Canonical(%s) = %s, want %s", e, got, want)
			}
		}
		if other, again := seen[want]; again {
			t.Errorf("groups %d and %d both are %s", other, i, want)
		}
		seen[want] = i
	}
	if got := query.Canonical(nil); got != nil {
		t.Errorf("Canonical(nil) = %v, want nil", got)
	}
}
