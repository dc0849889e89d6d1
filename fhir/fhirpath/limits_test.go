package fhirpath_test

import (
	"strconv"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

// dom-3 and ref-1 as published are quadratic: here each takes a number of steps that grows
// with the resource, not with its square.
func TestHolds_LinearSteps(t *testing.T) {
	dom3, ref1 := constraint(t, "DomainResource", "dom-3"), constraint(t, "Reference", "ref-1")
	const n = 5_000
	tree := parse(t, withContained(n))
	env := &fhirpath.Env{Steps: 20 * tree.Len()}
	if holds, err := dom3.Holds(env, tree.Root()); !holds || err != nil {
		t.Errorf("dom-3 of %d contained resources = %v, %v, want true within %d steps", n, holds, err, env.Steps)
	}
	env = &fhirpath.Env{}
	for i := range tree.Len() {
		if at := tree.Node(i); at.Structure().Name == "Reference" {
			if holds, err := ref1.Holds(env, at); !holds || err != nil {
				t.Fatalf("ref-1 at %s = %v, %v, want true", at.Location(), holds, err)
			}
			env.Steps = 20 // once the ids are known, a reference costs a look at a table
		}
	}
}

// What collections are compared by has a table behind it.
func TestEvaluate_LinearSteps(t *testing.T) {
	tree := parse(t, withContained(5_000))
	for _, expr := range []string{
		"contained.id.isDistinct()",
		"contained.name.isDistinct()",
		"contained.id.distinct().count() = 5000",
		"(contained.id | participant.member.reference).count() = 10000",
		"contained.id.intersect(contained.id).count() = 5000",
		"contained.id.subsetOf(contained.id)",
		"contained.where(id in %context.contained.id).count() = 5000",
		"contained.id.exclude(contained.id).empty()",
	} {
		env := &fhirpath.Env{Steps: 20 * tree.Len()}
		if holds, err := fhirpath.MustCompile(r4.Definitions(), expr).Holds(env, tree.Root()); !holds || err != nil {
			t.Errorf("Holds(%q) = %v, %v, want true within %d steps", expr, holds, err, env.Steps)
		}
	}
}

func TestEvaluate_TooCostly(t *testing.T) {
	rows := []struct{ name, expr string }{
		{"what repeats itself", "contained.repeatAll($this).count()"},
		{"a total that doubles", "contained.id.aggregate($total.combine($total).combine($this)).count()"},
		{"a string that doubles", "contained.id.aggregate(iif($total.empty(), $this, $total & $total)).length()"},
		{"projections that double", "contained" + strings.Repeat(".select($this.combine($this))", 40) + ".count()"},
		{"a product of collections", "contained.select(%context.contained.select(%context.contained)).count()"},
		{"a constant over and over", "contained.select((" + manyNumbers(900) + ").select((" + manyNumbers(900) + "))).count()"},
		{"comparing nodes", "contained.where(%context.contained ~ %context.contained).count()"},
	}
	tree := parse(t, withContained(300))
	for _, row := range rows {
		e, err := fhirpath.Compile(r4.Definitions(), row.expr)
		if err != nil {
			t.Errorf("%s: Compile = %v", row.name, err)
			continue
		}
		if _, err = e.Evaluate(&fhirpath.Env{Steps: 200_000}, fhirpath.Of(tree.Root())); fhir.CodeOf(err) != fhir.CodeTooCostly {
			t.Errorf("%s: Evaluate(%q) = %v, want too-costly", row.name, row.expr, err)
		}
	}
}

// manyNumbers is "0 | 1 | … | n-1".
func manyNumbers(n int) string {
	numbers := make([]string, n)
	for i := range numbers {
		numbers[i] = strconv.Itoa(i)
	}
	return strings.Join(numbers, " | ")
}

func TestCompile_Hostile(t *testing.T) {
	rows := []struct {
		name, expr string
		ok         bool
	}{
		{"parentheses", strings.Repeat("(", 100_000), false},
		{"nested parentheses", strings.Repeat("(", 150) + "1" + strings.Repeat(")", 150), true},
		{"nested too deeply", strings.Repeat("(", 5_000) + "1" + strings.Repeat(")", 5_000), false},
		{"a long chain of operators", "1" + strings.Repeat(" + 1", 1_500), true},
		{"too long a chain of operators", "1" + strings.Repeat("+1", 5_000), false},
		{"a long path", "a" + strings.Repeat(".a", 1_500), true},
		{"too long a path", "a" + strings.Repeat(".a", 5_000), false},
		{"signs", strings.Repeat("-", 10_000) + "1", false},
		{"calls", strings.Repeat("a.where(", 10_000), false},
		{"indexes", "a" + strings.Repeat("[0]", 5_000), false},
		{"too long a text", "'" + strings.Repeat("x", 100_000) + "'", false},
		{"a number of many digits", strings.Repeat("9", 50_000) + ".5", false},
		{"invalid UTF-8", "'\xff'", false},
	}
	for _, row := range rows {
		e, err := fhirpath.Compile(r4.Definitions(), row.expr)
		if (err == nil) != row.ok {
			t.Errorf("%s: Compile = %v, want ok = %v", row.name, err, row.ok)
			continue
		}
		if err == nil {
			if _, err := fhirpath.Compile(r4.Definitions(), e.Canonical()); err != nil {
				t.Errorf("%s: Compile(Canonical) = %v, want it to read back", row.name, err)
			}
		}
	}
}
