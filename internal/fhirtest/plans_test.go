package fhirtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearken/internal/careplan"
	"hearken/internal/fhirtest"
)

func TestPlans(t *testing.T) {
	plans := fhirtest.Plans(t)
	if len(plans) < 16 {
		t.Errorf("Plans() = %d plans, want at least 16", len(plans))
	}
	seen := map[string]string{}
	for _, plan := range plans {
		t.Run(plan.Name, func(t *testing.T) {
			if faults := readBundle(t, plan.Bundle).faults(); faults != nil {
				t.Errorf("faults: %v", faults)
			}
			if plan.NHSNumber == "" {
				if plan.Name != "no-nhs-number-yet" {
					t.Error("no NHS number")
				}
				return
			}
			number, err := careplan.ParseNHSNumber(plan.NHSNumber)
			if err != nil || !number.Synthetic() || number.String() != plan.NHSNumber {
				t.Errorf("NHS number %q: %v, want an unspaced number of the test range", plan.NHSNumber, err)
			}
			if other, ok := seen[plan.NHSNumber]; ok {
				t.Errorf("NHS number %s is also that of %s", plan.NHSNumber, other)
			}
			seen[plan.NHSNumber] = plan.Name
		})
	}
}

// A plan guides; it does not bind, and no sample may say so.
func TestPlans_NeverSayBinding(t *testing.T) {
	for _, plan := range fhirtest.Plans(t) {
		if strings.Contains(strings.ToLower(string(plan.Bundle)), "binding") {
			t.Errorf("%s says that something is binding", plan.Name)
		}
	}
}

func TestPlans_README(t *testing.T) {
	path := filepath.Join(fhirtest.ModuleRoot(t), "testdata", "plans", "README.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, plan := range fhirtest.Plans(t) {
		row := "[" + plan.Name + "](" + plan.Name + ".json)"
		if !strings.Contains(string(text), row) {
			t.Errorf("testdata/plans/README.md has no row for %s", plan.Name)
		}
		if number, err := careplan.ParseNHSNumber(plan.NHSNumber); err == nil && !strings.Contains(string(text), number.Format()) {
			t.Errorf("testdata/plans/README.md lacks the NHS number of %s", plan.Name)
		}
	}
}
