package validation_test

import (
	"os"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// benchmarkFiles gives typical resources of about 3 KB to a benchmark, one after another.
func benchmarkFiles(b *testing.B, of func(b *testing.B, source []byte)) {
	b.Helper()
	for _, name := range []string{"Patient/Patient-example.json", "Observation/Observation-f002.json", "CarePlan/CarePlan-f001.json"} {
		source, err := os.ReadFile(fhirtest.SharedData(b, "examples", name))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) { of(b, source) })
	}
}

// benchmarkValidator reads a resource and checks everything that a validator does.
func benchmarkValidator(b *testing.B, validator *validation.Validator) {
	b.Helper()
	benchmarkFiles(b, func(b *testing.B, source []byte) {
		fhirtest.Benchmark(b, source, func() {
			tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
			if outcome := validator.Validate(tree); outcome.Failed() {
				b.Fatal(outcome)
			}
		})
	})
}

// BenchmarkParseAndValidate reads a resource and checks everything, all invariants included.
func BenchmarkParseAndValidate(b *testing.B) {
	benchmarkValidator(b, validation.New(r4.Definitions()))
}

// BenchmarkParseAndValidate_Profiles is the same with R4's profiles, extensions and terminology in force.
func BenchmarkParseAndValidate_Profiles(b *testing.B) {
	benchmarkValidator(b, withProfiles())
}

// BenchmarkParseAndValidate_Terminology is with terminology alone.
func BenchmarkParseAndValidate_Terminology(b *testing.B) {
	benchmarkValidator(b, validation.New(r4.Definitions(), validation.WithTerminology(published)))
}

// BenchmarkParseAndValidate_Floor is encoding/json decoding the same bytes into a map.
func BenchmarkParseAndValidate_Floor(b *testing.B) {
	benchmarkFiles(b, fhirtest.BenchmarkFloor)
}

// BenchmarkValidate is the validation alone.
func BenchmarkValidate(b *testing.B) {
	validator := validation.New(r4.Definitions())
	benchmarkFiles(b, func(b *testing.B, source []byte) {
		tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
		fhirtest.Benchmark(b, source, func() { validator.Validate(tree) })
	})
}

func BenchmarkNew(b *testing.B) {
	set := r4.Definitions()
	for b.Loop() {
		validation.New(set)
	}
}

// BenchmarkValidate_Synthea validates a transaction Bundle of a whole synthetic patient, without and with
// R4's profiles, extensions and terminology in force, beside encoding/json decoding the same bytes.
func BenchmarkValidate_Synthea(b *testing.B) {
	var source []byte
	for _, candidate := range jsonFiles(b, "synthea") {
		if len(candidate) > len(source) && len(candidate) < 1_000_000 {
			source = candidate
		}
	}
	tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
	for _, row := range []struct {
		name      string
		validator *validation.Validator
	}{{"validate", validation.New(r4.Definitions())}, {"profiles", withProfiles()}} {
		b.Run(row.name, func(b *testing.B) {
			fhirtest.Benchmark(b, source, func() { row.validator.Validate(tree) })
		})
	}
	b.Run("floor", func(b *testing.B) { fhirtest.BenchmarkFloor(b, source) })
}
