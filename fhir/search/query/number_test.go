package query_test

import (
	"testing"

	"hearken/fhir/search/query"
)

func TestSatisfies_Number(t *testing.T) {
	point := func(c query.Comparison, n string) query.Test {
		return query.NumberTest{Comparison: c, Low: decimal(t, n), High: decimal(t, n)}
	}
	around := func(c query.Comparison, low, high string) query.Test {
		return query.NumberTest{Comparison: c, Low: decimal(t, low), High: decimal(t, high)}
	}
	is := func(n string) query.Value { return query.Number{Low: decimal(t, n), High: decimal(t, n)} }
	between := func(low, high string) query.Value {
		return query.Number{Low: decimal(t, low), High: decimal(t, high)}
	}
	atLeast := query.Number{Low: decimal(t, "50"), High: query.MaxDecimal}
	runSatisfies(t, []satisfiesRow{
		{"eq, low end", around(query.Equal, "99.5", "100.5"), is("99.5"), true},
		{"eq, high end", around(query.Equal, "99.5", "100.5"), is("100.5"), false},
		{"eq, a range within", around(query.Equal, "99.5", "100.5"), between("99.6", "100.4"), true},
		{"eq, a range beyond", around(query.Equal, "99.5", "100.5"), between("99.6", "100.5"), false},
		{"ne, outside", around(query.NotEqual, "99.5", "100.5"), is("100.5"), true},
		{"ne, inside", around(query.NotEqual, "99.5", "100.5"), is("100"), false},
		{"lt", point(query.Less, "100"), is("99.999"), true},
		{"lt, equal", point(query.Less, "100"), is("100.0"), false},
		{"gt", point(query.Greater, "100"), is("100.001"), true},
		{"gt, a range that reaches it", point(query.Greater, "100"), between("50", "100"), false},
		{"gt, a range beyond", point(query.Greater, "100"), between("50", "101"), true},
		{"gt, no high end", point(query.Greater, "1e9"), atLeast, true},
		{"ge, equal", point(query.GreaterOrEqual, "100"), is("100"), true},
		{"le, equal", point(query.LessOrEqual, "100"), is("100"), true},
		{"le, above", point(query.LessOrEqual, "100"), is("100.1"), false},
		{"sa", point(query.StartsAfter, "100"), is("100.1"), true},
		{"sa, a range across", point(query.StartsAfter, "100"), between("99", "101"), false},
		{"eb", point(query.EndsBefore, "100"), between("98", "99"), true},
		{"eb, no high end", point(query.EndsBefore, "100"), atLeast, false},
		{"ap, inside", around(query.Approximately, "89.5", "110.5"), is("110"), true},
		{"ap, a range that overlaps", around(query.Approximately, "89.5", "110.5"), between("110", "200"), true},
		{"ap, outside", around(query.Approximately, "89.5", "110.5"), is("110.5"), false},
	})
}

func TestSatisfies_Quantity(t *testing.T) {
	const ucum = "http://unitsofmeasure.org"
	number := query.NumberTest{Low: decimal(t, "5.35"), High: decimal(t, "5.45")}
	value := query.Quantity{Low: decimal(t, "5.4"), High: decimal(t, "5.4"), System: ucum, Code: "mg", Unit: "milligram"}
	other := query.Quantity{Low: decimal(t, "5.5"), High: decimal(t, "5.5"), System: ucum, Code: "mg"}
	runSatisfies(t, []satisfiesRow{
		{"any unit", query.QuantityTest{NumberTest: number, AnyUnit: true}, value, true},
		{"another number", query.QuantityTest{NumberTest: number, AnyUnit: true}, other, false},
		{"system and code", query.QuantityTest{NumberTest: number, System: ucum, Code: "mg"}, value, true},
		{"system and another code", query.QuantityTest{NumberTest: number, System: ucum, Code: "g"}, value, false},
		{"system and the human unit", query.QuantityTest{NumberTest: number, System: ucum, Code: "milligram"}, value, false},
		{"system alone", query.QuantityTest{NumberTest: number, System: ucum}, value, true},
		{"another system", query.QuantityTest{NumberTest: number, System: "http://x", Code: "mg"}, value, false},
		{"code of any system", query.QuantityTest{NumberTest: number, AnySystem: true, Code: "mg"}, value, true},
		{"human unit", query.QuantityTest{NumberTest: number, AnySystem: true, Code: "milligram"}, value, true},
		{"neither", query.QuantityTest{NumberTest: number, AnySystem: true, Code: "g"}, value, false},
	})
}

func TestSatisfies_Composite(t *testing.T) {
	code := query.TokenTest{Code: "8480-6", AnySystem: true}
	number := query.NumberTest{Comparison: query.Greater, Low: decimal(t, "100"), High: decimal(t, "100")}
	test := query.CompositeTest{Parts: []query.Test{code, number}}
	pair := func(code, n string) query.Value {
		return query.Composite{Parts: []query.Value{query.Token{Code: code}, query.Number{Low: decimal(t, n), High: decimal(t, n)}}}
	}
	runSatisfies(t, []satisfiesRow{
		{"both", test, pair("8480-6", "120"), true},
		{"first only", test, pair("8480-6", "90"), false},
		{"second only", test, pair("8462-4", "120"), false},
		{"fewer parts", test, query.Composite{Parts: []query.Value{query.Token{Code: "8480-6"}}}, false},
	})
}
