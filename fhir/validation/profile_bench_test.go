package validation_test

import (
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

// BenchmarkParseAndValidate_Profiles is BenchmarkParseAndValidate with R4's profiles, extensions and terminology in force.
func BenchmarkParseAndValidate_Profiles(b *testing.B) {
	benchmarkValidator(b, withProfiles())
}

// BenchmarkParseAndValidate_Terminology is with terminology alone.
func BenchmarkParseAndValidate_Terminology(b *testing.B) {
	benchmarkValidator(b, validation.New(r4.Definitions(), validation.WithTerminology(published)))
}

func benchmarkValidator(b *testing.B, validator *validation.Validator) {
	b.Helper()
	set := r4.Definitions()
	for _, name := range benchmarkFiles {
		source := readExample(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				tree, _ := element.Parse(set, source, element.Limits{})
				if outcome := validator.Validate(tree); outcome.Failed() {
					b.Fatal(outcome)
				}
			}
		})
	}
}

// BenchmarkValidate_SyntheaProfiles is BenchmarkValidate_Synthea with R4's profiles, extensions and terminology in force.
func BenchmarkValidate_SyntheaProfiles(b *testing.B) {
	validator := withProfiles()
	var source []byte
	for _, candidate := range jsonFiles(b, "synthea") {
		if len(candidate) > len(source) && len(candidate) < 1_000_000 {
			source = candidate
		}
	}
	tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		validator.Validate(tree)
	}
}
