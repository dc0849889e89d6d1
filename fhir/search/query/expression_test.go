package query_test

import (
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

var (
	family  = &query.Parameter{Base: "Patient", Code: "family", Kind: query.KindString}
	gender  = &query.Parameter{Base: "Patient", Code: "gender", Kind: query.KindToken}
	subject = &query.Parameter{Base: "Observation", Code: "subject", Kind: query.KindReference}
)

func starts(text string) query.Expr {
	return query.Match{Parameter: family, Test: query.TextTest{Text: text}}
}

func TestExpr_String(t *testing.T) {
	rows := []struct {
		name string
		expr query.Expr
		want string
	}{
		{"match", starts(`a"b`), `Patient.family starts "a\"b"`},
		{"and", query.And{starts("a"), query.Missing{Parameter: gender}}, `(Patient.family starts "a" & missing(Patient.gender))`},
		{"or", query.Or{starts("a"), starts("b")}, `(Patient.family starts "a" | Patient.family starts "b")`},
		{"one part", query.And{query.Or{starts("a")}}, `Patient.family starts "a"`},
		{"no parts", query.Or{query.And{}, query.Or{}}, `(true | false)`},
		{"not", query.Not{Expr: starts("a")}, `not(Patient.family starts "a")`},
		{"chain", query.Chain{Parameter: subject, Target: "Patient", Where: starts("a")}, `Observation.subject -> Patient(Patient.family starts "a")`},
		{"has", query.Has{Parameter: subject}, `has(Observation.subject: true)`},
		{"compartment", query.InCompartment{Focus: fhir.Key{Type: "Patient", ID: "1"}}, `in "Patient/1"`},
		{"token", query.Match{Parameter: gender, Test: query.TokenTest{System: "s", AnyCode: true}}, `Patient.gender is "s"|*`},
		{"link", query.Match{Parameter: subject, Test: query.LinkTest{Key: fhir.Key{ID: "1"}, Version: 3}}, `Observation.subject links "*/1" version 3`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := row.expr.String(); got != row.want {
				t.Errorf("String() = %s, want %s", got, row.want)
			}
		})
	}
}

func TestSimplify(t *testing.T) {
	a, b := starts("a"), starts("b")
	rows := []struct {
		name string
		in   query.Expr
		want string
	}{
		{"nested and", query.And{query.And{a, query.And{b}}}, query.And{a, b}.String()},
		{"true drops out of and", query.And{query.Const(true), a}, a.String()},
		{"false decides and", query.And{a, query.Const(false)}, "false"},
		{"false drops out of or", query.Or{query.Const(false), a}, a.String()},
		{"true decides or", query.Or{a, query.Const(true)}, "true"},
		{"empty and", query.And{}, "true"},
		{"empty or", query.Or{}, "false"},
		{"repeated", query.Or{a, b, a}, query.Or{a, b}.String()},
		{"or in and stays", query.And{query.Or{a, b}, a}, query.And{query.Or{a, b}, a}.String()},
		{"double negation", query.Not{Expr: query.Not{Expr: a}}, a.String()},
		{"not true", query.Not{Expr: query.And{}}, "false"},
		{"chain to nothing", query.Chain{Parameter: subject, Target: "Patient", Where: query.Or{}}, "false"},
		{"has of nothing", query.Not{Expr: query.Has{Parameter: subject, Where: query.Const(false)}}, "true"},
		{"chain to anything stays", query.Chain{Parameter: subject, Target: "Patient", Where: query.And{}}, "Observation.subject -> Patient(true)"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := query.Simplify(row.in).String(); got != row.want {
				t.Errorf("Simplify(%s) = %s, want %s", row.in, got, row.want)
			}
		})
	}
	if got := query.Simplify(nil); got != nil {
		t.Errorf("Simplify(nil) = %v, want nil", got)
	}
}

func TestSame(t *testing.T) {
	a, b := starts("a"), starts("b")
	different := []query.Expr{
		nil, a, b, query.Const(true), query.Const(false), query.And{a, b}, query.And{b, a}, query.And{a}, query.Or{a, b}, query.Or{a, b, a}, query.Not{Expr: a}, query.Not{Expr: b},
		query.Missing{Parameter: gender}, query.Missing{Parameter: family}, query.InCompartment{Focus: fhir.Key{Type: "Patient", ID: "1"}}, query.InCompartment{Focus: fhir.Key{Type: "Patient", ID: "2"}},
		query.Match{Parameter: gender, Test: query.TokenTest{Code: "a"}}, query.Match{Parameter: gender, Test: query.TokenTest{Code: "a", AnySystem: true}},
		query.Match{Parameter: gender, Test: query.CompositeTest{Parts: []query.Test{query.TokenTest{Code: "a"}}}}, query.Match{Parameter: gender, Test: query.CompositeTest{Parts: []query.Test{query.TokenTest{Code: "b"}}}},
		query.Chain{Parameter: subject, Target: "Patient", Where: a}, query.Chain{Parameter: subject, Target: "Patient"}, query.Chain{Parameter: subject, Target: "Group", Where: a},
		query.Has{Parameter: subject, Where: a}, query.Has{Parameter: subject}, query.Has{Parameter: gender, Where: a},
	}
	again := func(e query.Expr) query.Expr { // the same, in another place of the memory
		switch e := e.(type) {
		case query.And:
			return append(query.And(nil), e...)
		case query.Or:
			return append(query.Or(nil), e...)
		}
		return e
	}
	for i, one := range different {
		for j, other := range different {
			if got := query.Same(one, again(other)); got != (i == j) {
				t.Errorf("Same(%v, %v) = %t", one, other, got)
			}
		}
	}
}

func TestWalk(t *testing.T) {
	e := query.And{starts("a"), query.Not{Expr: query.Or{query.Chain{Parameter: subject, Target: "Patient", Where: starts("b")}, query.Has{Parameter: subject}}}}
	visited := 0
	query.Walk(e, func(query.Expr) bool { visited++; return true })
	if want := 7; visited != want {
		t.Errorf("Walk visited %d nodes, want %d", visited, want)
	}
	visited = 0
	query.Walk(e, func(e query.Expr) bool { visited++; _, not := e.(query.Not); return !not })
	if want := 3; visited != want {
		t.Errorf("Walk visited %d nodes above the negation, want %d", visited, want)
	}
}

func TestParseComparison(t *testing.T) {
	rows := []struct {
		value string
		want  query.Comparison
		rest  string
	}{
		{"5", query.Equal, "5"}, {"eq5", query.Equal, "5"}, {"ne5", query.NotEqual, "5"}, {"gt5", query.Greater, "5"},
		{"lt5", query.Less, "5"}, {"ge5", query.GreaterOrEqual, "5"}, {"le5", query.LessOrEqual, "5"},
		{"sa5", query.StartsAfter, "5"}, {"eb5", query.EndsBefore, "5"}, {"ap5", query.Approximately, "5"},
		{"", query.Equal, ""}, {"g", query.Equal, "g"}, {"xx5", query.Equal, "xx5"},
	}
	for _, row := range rows {
		if c, rest := query.ParseComparison(row.value); c != row.want || rest != row.rest {
			t.Errorf("ParseComparison(%q) = %s, %q, want %s, %q", row.value, c, rest, row.want, row.rest)
		}
	}
}
