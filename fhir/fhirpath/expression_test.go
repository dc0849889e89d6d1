package fhirpath_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

// evaluate gives the results of an expression joined by "; ", or "error: …" with its code.
func evaluate(t testing.TB, env *fhirpath.Env, focus element.Node, expr string, opts ...fhirpath.Option) string {
	t.Helper()
	var items []fhirpath.Item
	if !focus.IsZero() {
		items = append(items, fhirpath.Of(focus))
	}
	e, err := fhirpath.Compile(r4.Definitions(), expr, opts...)
	if err != nil {
		return "error: " + string(fhir.CodeOf(err))
	}
	result, err := e.Evaluate(env, items...)
	if err != nil {
		return "error: " + string(fhir.CodeOf(err))
	}
	texts := make([]string, len(result))
	for i, item := range result {
		texts[i] = item.String()
	}
	return strings.Join(texts, "; ")
}

const dialectSource = `{"resourceType":"Observation","status":"final","code":{"text":"c"},"valueBoolean":true,
"subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p","name":[{"family":"A"},{"family":"B"}]}]}`

// Where FHIR R4's expressions and the current rules differ, and where they do not.
func TestEvaluate_Dialects(t *testing.T) {
	rows := []struct{ name, expr, r4, normative string }{
		{"as on several items", "contained.name.as(HumanName).family", "A; B", "error: processing"},
		{"as operator on several items", "(contained.name as HumanName).family", "A; B", "error: processing"},
		{"as on one item", "value.as(boolean)", "true", "true"},
		{"System type of a primitive", "value is Boolean", "true", "false"},
		{"System type by its full name", "value is System.Boolean", "false", "false"},
		{"FHIR type of a primitive", "value is boolean", "true", "true"},
		{"is of nothing", "component.value is Quantity", "false", ""},
		{"startsWith of nothing", "identifier.value.startsWith('#').not()", "true", ""},
		{"matches of nothing", "identifier.value.matches('a')", "false", ""},
		{"length of nothing", "identifier.value.length()", "", ""},
		{"a code is no string to as", "status.as(string)", "", ""},
		{"a code is a string to is", "status is string", "true", "true"},
	}
	root := parse(t, []byte(dialectSource)).Root()
	for _, row := range rows {
		if got := evaluate(t, nil, root, row.expr); got != row.r4 {
			t.Errorf("%s: Evaluate(%q) = %q, want %q", row.name, row.expr, got, row.r4)
		}
		if got := evaluate(t, nil, root, row.expr, fhirpath.Normative()); got != row.normative {
			t.Errorf("%s: Evaluate(%q, Normative) = %q, want %q", row.name, row.expr, got, row.normative)
		}
	}
}

func TestCompile_Errors(t *testing.T) {
	rows := []struct {
		name, expr   string
		line, column int
		code         fhir.IssueCode
	}{
		{"nothing", "", 1, 1, fhir.CodeInvalid},
		{"an operator without its right side", "a +", 1, 4, fhir.CodeInvalid},
		{"an open parenthesis", "(a", 1, 3, fhir.CodeInvalid},
		{"two operands in a row", "a b", 1, 3, fhir.CodeInvalid},
		{"an open string", "a = 'b", 1, 5, fhir.CodeInvalid},
		{"a character of no use", "a ? b", 1, 3, fhir.CodeInvalid},
		{"a comment that is not closed", "a /* b", 1, 3, fhir.CodeInvalid},
		{"an unknown function", "a\n .where(\n  b.foo())", 3, 5, fhir.CodeInvalid},
		{"too few arguments", "a.startsWith()", 1, 3, fhir.CodeInvalid},
		{"too many arguments", "a.exists(b, c)", 1, 3, fhir.CodeInvalid},
		{"a function that is not supported", "a.slice('u', 'n')", 1, 3, fhir.CodeNotSupported},
		{"an unknown type", "a is Nonsense", 1, 6, fhir.CodeInvalid},
		{"no type name", "a.ofType('x')", 1, 10, fhir.CodeInvalid},
		{"no date", "@2015-13-01", 1, 1, fhir.CodeInvalid},
		{"a day its month does not have", "@2023-02-29", 1, 1, fhir.CodeInvalid},
		{"an Integer out of range", "3000000000", 1, 1, fhir.CodeInvalid},
		{"an unknown special variable", "$that", 1, 1, fhir.CodeInvalid},
		{"a variable of FHIR's own", "defineVariable('resource', a)", 1, 1, fhir.CodeInvalid},
	}
	for _, row := range rows {
		_, err := fhirpath.Compile(r4.Definitions(), row.expr)
		var fault *fhirpath.Error
		if !errors.As(err, &fault) {
			t.Errorf("%s: Compile(%q) = %v, want an *Error", row.name, row.expr, err)
			continue
		}
		if fault.Line != row.line || fault.Column != row.column || fault.Code != row.code {
			t.Errorf("%s: Compile(%q) = %d:%d %s, want %d:%d %s", row.name, row.expr,
				fault.Line, fault.Column, fault.Code, row.line, row.column, row.code)
		}
		if code := fhir.CodeOf(err); code != row.code {
			t.Errorf("%s: CodeOf = %s, want %s", row.name, code, row.code)
		}
	}
}

func TestCompile_Strict(t *testing.T) {
	rows := []struct {
		name, on, expr string
		ok             bool
	}{
		{"a known element", "Patient", "name.given", true},
		{"an unknown element", "Patient", "name.givn", false},
		{"an unknown element in a criterion", "Patient", "name.where(usage = 'x')", false},
		{"the focus by its type", "Patient", "Patient.name", true},
		{"the focus by a base type", "Patient", "DomainResource.text", true},
		{"another type", "Patient", "Encounter.status", false},
		{"a choice by its name", "Observation", "value.as(Quantity).unit", true},
		{"a choice by its JSON name", "Observation", "valueQuantity.unit", false},
		{"a member of one type of a choice", "Observation", "value.unit", true},
		{"a member of no type of a choice", "Observation", "value.ofType(Period).unit", false},
		{"a backbone element", "Patient.contact", "name.family | telecom.value", true},
		{"anything in a contained resource", "Patient", "contained.subject.reference", true},
		{"anything in an entry", "Bundle", "entry.resource.birthDate", true},
		{"recursive content", "Questionnaire", "item.item.item.linkId", true},
		{"order of children", "Patient", "children().first()", false},
		{"an index into descendants", "Patient", "descendants()[0]", false},
		{"a sorted collection", "Patient", "descendants().ofType(string).sort().first()", true},
		{"a string function of a complex type", "Patient", "name.startsWith('a')", false},
		{"a string function of a date", "Patient", "birthDate.startsWith('19')", false},
		{"a number added to a date", "Patient", "@2020-01-01 + 3", false},
		{"days added to a date", "Patient", "@2020-01-01 + 3 days", true},
		{"a criterion that is no Boolean", "Patient", "name.where(given.count())", false},
		{"iif on a string", "Patient", "iif('a', 1, 2)", false},
		{"a function of numbers on a code", "Patient", "gender.abs()", false},
		{"type information", "Patient", "name.first().type().namespace", true},
		{"an unknown place", "Patient.nonsense", "a", false},
	}
	for _, row := range rows {
		_, err := fhirpath.Compile(r4.Definitions(), row.expr, fhirpath.Strict(), fhirpath.On(row.on))
		if (err == nil) != row.ok {
			t.Errorf("%s: Compile(%q, Strict, On %s) = %v, want ok = %v", row.name, row.expr, row.on, err, row.ok)
		}
	}
}

func TestHolds(t *testing.T) {
	rows := []struct {
		expr string
		want bool
	}{
		{"true", true}, {"false", false}, {"{}", false}, {"1", true}, {"0", true}, {"'false'", true},
		{"valueless", false}, {"status", true}, {"value", true}, {"value = false", false},
		{"status = 'final' and value", true}, {"contained.name.exists()", true},
	}
	root := parse(t, []byte(dialectSource)).Root()
	for _, row := range rows {
		got, err := fhirpath.MustCompile(r4.Definitions(), row.expr).Holds(nil, root)
		if got != row.want || err != nil {
			t.Errorf("Holds(%q) = %v, %v, want %v", row.expr, got, err, row.want)
		}
	}
	if _, err := fhirpath.MustCompile(r4.Definitions(), "contained.name").Holds(nil, root); err == nil {
		t.Error("Holds(contained.name) = nil error, want one: it has two items")
	}
}

// An expression is compiled once and used by many: run with -race.
func TestExpression_Concurrent(t *testing.T) {
	e := fhirpath.MustCompile(r4.Definitions(), "contained.name.where(family in ('A' | 'B')).count() = 2 and subject.resolve().exists()")
	root := parse(t, []byte(dialectSource)).Root()
	results := make(chan error)
	for range 8 {
		go func() {
			env := &fhirpath.Env{Now: time.Unix(0, 0)}
			for range 100 {
				if holds, err := e.Holds(env, root); !holds || err != nil {
					results <- fmt.Errorf("Holds = %v, %v, want true", holds, err)
					return
				}
			}
			results <- nil
		}()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
