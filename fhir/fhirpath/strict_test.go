package fhirpath_test

import (
	"slices"
	"strings"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

// wrongInvariants are those of R4 that name an element that is not there: ChargeItemDefinition has
// no name, and a RiskAssessment's probability that is a decimal has no low.
var wrongInvariants = []string{"cid-0", "ras-1"}

// The type check accepts what R4 publishes, but for its known mistakes.
func TestCompile_StrictInvariants(t *testing.T) {
	set := r4.Definitions()
	found := map[string]bool{}
	check := func(on string, constraints []*definition.Constraint) {
		for _, c := range constraints {
			_, err := fhirpath.Compile(set, c.Expression, fhirpath.Strict(), fhirpath.On(on))
			switch {
			case err == nil:
			case slices.Contains(wrongInvariants, c.Key):
				found[c.Key] = true
			default:
				t.Errorf("Compile(%s: %q, Strict, On %s) = error %v", c.Key, c.Expression, on, err)
			}
		}
	}
	for _, s := range set.Structures() {
		check(s.Path, s.Constraints)
		for _, e := range s.Elements {
			for _, f := range e.Fields {
				check(f.Type.Path, e.Constraints)
			}
		}
	}
	if len(found) != len(wrongInvariants) {
		t.Errorf("the type check found %v wrong, want %v", found, wrongInvariants)
	}
}

func TestCompile_StrictSearchParameters(t *testing.T) {
	set := r4.Definitions()
	checked := 0
	for _, resource := range set.Resources() {
		for _, p := range set.SearchParametersOf(resource) {
			for expr := range strings.SplitSeq(p.Expression, " | ") {
				if !strings.HasPrefix(strings.TrimLeft(expr, "("), resource+".") {
					continue
				}
				checked++
				if _, err := fhirpath.Compile(set, expr, fhirpath.Strict(), fhirpath.On(resource)); err != nil {
					t.Errorf("Compile(%s: %q, Strict, On %s) = error %v", p.ID, expr, resource, err)
				}
			}
		}
	}
	if checked < 1300 {
		t.Errorf("%d expressions checked, want more than 1300", checked)
	}
}
