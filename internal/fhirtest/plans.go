package fhirtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearken/internal/careplan"
)

// Plan is one of the hand-written urgent care plans of testdata/plans.
type Plan struct {
	// Name is the file's name without .json.
	Name string
	// NHSNumber is the number of the person the plan is about, unspaced; empty
	// when the person has none.
	NHSNumber string
	// Bundle is the file: a transaction Bundle in FHIR JSON.
	Bundle []byte
}

// Plans returns the plans of testdata/plans in the order of their names. It
// ends the test when there are none or one cannot be read.
func Plans(t testing.TB) []Plan {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(ModuleRoot(t), "testdata", "plans", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("fhirtest: no plans in testdata/plans (%v)", err)
	}
	plans := make([]Plan, 0, len(paths))
	for _, path := range paths {
		bundle, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("fhirtest: %v", err)
		}
		number, err := nhsNumberOf(bundle)
		if err != nil {
			t.Fatalf("fhirtest: %s: %v", filepath.Base(path), err)
		}
		plans = append(plans, Plan{
			Name:      strings.TrimSuffix(filepath.Base(path), ".json"),
			NHSNumber: number,
			Bundle:    bundle,
		})
	}
	return plans
}

// nhsNumberOf returns the NHS number of the first Patient in the Bundle, empty
// when it has none.
func nhsNumberOf(bundle []byte) (string, error) {
	var b struct {
		Entry []struct {
			Resource struct {
				ResourceType string
				Identifier   json.RawMessage // an object or an array, by type
			}
		}
	}
	if err := json.Unmarshal(bundle, &b); err != nil {
		return "", err
	}
	for _, entry := range b.Entry {
		if entry.Resource.ResourceType != "Patient" || entry.Resource.Identifier == nil {
			continue
		}
		var identifiers []struct{ System, Value string }
		if err := json.Unmarshal(entry.Resource.Identifier, &identifiers); err != nil {
			return "", err
		}
		for _, id := range identifiers {
			if id.System == careplan.NHSNumberSystem {
				return id.Value, nil
			}
		}
	}
	return "", nil
}
