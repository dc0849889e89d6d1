package fhirtest_test

import (
	"bytes"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// The strict reader knows every element, type and form of value of R4: what it
// accepts has no unknown elements, wrong types or malformed dates.
func TestPlans_Parse(t *testing.T) {
	for _, plan := range fhirtest.Plans(t) {
		t.Run(plan.Name, func(t *testing.T) { parse(t, plan.Bundle) })
	}
}

func TestGenerate_Parse(t *testing.T) {
	for seed := range uint64(3) {
		for bundle := range fhirtest.Generate(seed, 300) {
			parse(t, bundle)
		}
	}
}

func parse(t *testing.T, bundle []byte) *element.Tree {
	t.Helper()
	tree, outcome := element.ParseAs(r4.Definitions(), "Bundle", bundle, element.Limits{})
	if tree == nil {
		t.Fatalf("ParseAs(Bundle) = %v, want a tree\n%s", outcome, bytes.TrimSpace(bundle))
	}
	return tree
}
