package query_test

import (
	"testing"

	"hearken/fhir/search/query"
)

// satisfiesRow is one line of the tables in this package: does value pass test?
type satisfiesRow struct {
	name  string
	test  query.Test
	value query.Value
	want  bool
}

func runSatisfies(t *testing.T, rows []satisfiesRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := query.Satisfies(row.test, row.value); got != row.want {
				t.Errorf("Satisfies(%s, %+v) = %v, want %v", row.test, row.value, got, row.want)
			}
		})
	}
}

func TestSatisfies_OtherSort(t *testing.T) {
	values := []query.Value{query.Text{}, query.Token{}, query.Display{}, query.TypedIdentifier{}, query.Link{},
		query.LinkIdentifier{}, query.URI{}, query.Period{}, query.Number{}, query.Quantity{}, query.Composite{}}
	any := query.TokenTest{AnySystem: true, AnyCode: true}
	tests := []query.Test{query.TextTest{}, any, query.DisplayTest{}, query.TypedIdentifierTest{},
		query.LinkTest{}, query.LinkIdentifierTest{TokenTest: any}, query.URITest{}, query.DateTest{}, query.NumberTest{},
		query.QuantityTest{AnyUnit: true}, query.CompositeTest{}}
	for i, test := range tests {
		for j, value := range values {
			if i != j && query.Satisfies(test, value) {
				t.Errorf("Satisfies(%T, %T) = true, want false: they are of different sorts", test, value)
			}
		}
	}
	if query.Satisfies(nil, query.Text{}) {
		t.Error("Satisfies(nil, Text) = true, want false")
	}
}
