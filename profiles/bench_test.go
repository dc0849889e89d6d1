package profiles_test

import (
	"path/filepath"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// BenchmarkParseAndValidate reads the example of a plan and checks everything: the base, its profile,
// extensions and codes.
func BenchmarkParseAndValidate(b *testing.B) { benchmarkValidator(b, measuring()) }

// BenchmarkParseAndValidate_Base is the same without profiles.
func BenchmarkParseAndValidate_Base(b *testing.B) { benchmarkValidator(b, validator()) }

// BenchmarkParseAndValidate_Floor is encoding/json decoding the same bytes into a map.
func BenchmarkParseAndValidate_Floor(b *testing.B) { fhirtest.BenchmarkFloor(b, examplePlan(b)) }

func benchmarkValidator(b *testing.B, v *validation.Validator) {
	b.Helper()
	source := examplePlan(b)
	fhirtest.Benchmark(b, source, func() {
		tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
		if outcome := v.Validate(tree); outcome.Failed() {
			b.Fatal(outcome)
		}
	})
}

func examplePlan(b *testing.B) []byte {
	b.Helper()
	return readFile(b, filepath.Join("examples", "valid", "urgent-care-plan.json"))
}
