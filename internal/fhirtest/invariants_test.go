package fhirtest_test

import (
	"testing"
	"time"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// Every base invariant holds at every node of the plans, warnings included but
// for best-practice advice (dom-6 asks for a narrative in every resource).
func TestPlans_Invariants(t *testing.T) {
	check := newInvariants(t)
	for _, plan := range fhirtest.Plans(t) {
		t.Run(plan.Name, func(t *testing.T) { check.bundle(t, plan.Bundle) })
	}
}

func TestGenerate_Invariants(t *testing.T) {
	check := newInvariants(t)
	for bundle := range fhirtest.Generate(5, 200) {
		check.bundle(t, bundle)
	}
}

// invariants are the compiled invariants of R4, by text.
type invariants struct {
	compiled map[string]*fhirpath.Expression
	env      *fhirpath.Env
}

func newInvariants(t *testing.T) *invariants {
	t.Helper()
	v := &invariants{compiled: map[string]*fhirpath.Expression{}, env: &fhirpath.Env{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	add := func(constraints []*definition.Constraint) {
		for _, c := range constraints {
			expression, err := fhirpath.Compile(r4.Definitions(), c.Expression)
			if err != nil {
				t.Fatalf("Compile(%s: %q) = error %v", c.Key, c.Expression, err)
			}
			v.compiled[c.Expression] = expression
		}
	}
	for _, s := range r4.Definitions().Structures() {
		add(s.Constraints)
	}
	for _, e := range r4.Definitions().Elements() {
		add(e.Constraints)
	}
	return v
}

func (v *invariants) bundle(t *testing.T, source []byte) {
	t.Helper()
	tree := parse(t, source)
	evaluated := 0
	for i := range tree.Len() {
		n := tree.Node(i)
		constraints := n.Structure().Constraints
		if e := n.Element(); e != nil {
			constraints = append(constraints[:len(constraints):len(constraints)], e.Constraints...)
		}
		for _, c := range constraints {
			v.at(t, n, c)
			evaluated++
		}
	}
	v.env.Reset()
	if evaluated < tree.Len() {
		t.Errorf("%d invariants evaluated at %d nodes, want more", evaluated, tree.Len())
	}
}

func (v *invariants) at(t *testing.T, n element.Node, c *definition.Constraint) {
	t.Helper()
	if c.Key == "dom-6" {
		return
	}
	if holds, err := v.compiled[c.Expression].Holds(v.env, n); err != nil || !holds {
		t.Errorf("%s at %s: holds = %t, %v, want it to hold", c.Key, n.Location(), holds, err)
	}
}
