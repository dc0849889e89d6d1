package validation_test

import (
	"encoding/json"
	"os"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// benchmarkFiles are typical resources of about 3 KB.
var benchmarkFiles = []string{"Patient/Patient-example.json", "Observation/Observation-f002.json", "CarePlan/CarePlan-f001.json"}

func readExample(b *testing.B, name string) []byte {
	b.Helper()
	source, err := os.ReadFile(fhirtest.SharedData(b, "examples", name))
	if err != nil {
		b.Fatal(err)
	}
	return source
}

// BenchmarkParseAndValidate reads a resource and checks everything, all invariants included.
func BenchmarkParseAndValidate(b *testing.B) {
	set, validator := r4.Definitions(), validation.New(r4.Definitions())
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

// BenchmarkParseAndValidate_Floor is encoding/json decoding the same bytes into a map.
func BenchmarkParseAndValidate_Floor(b *testing.B) {
	for _, name := range benchmarkFiles {
		source := readExample(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				var decoded map[string]any
				if err := json.Unmarshal(source, &decoded); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkValidate is the validation alone.
func BenchmarkValidate(b *testing.B) {
	validator := validation.New(r4.Definitions())
	for _, name := range benchmarkFiles {
		tree, _ := element.Parse(r4.Definitions(), readExample(b, name), element.Limits{})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				validator.Validate(tree)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	set := r4.Definitions()
	for b.Loop() {
		validation.New(set)
	}
}

// BenchmarkValidate_Synthea validates a transaction Bundle of a whole synthetic patient, beside
// encoding/json decoding the same bytes.
func BenchmarkValidate_Synthea(b *testing.B) {
	validator := validation.New(r4.Definitions())
	var source []byte
	for _, candidate := range jsonFiles(b, "synthea") {
		if len(candidate) > len(source) && len(candidate) < 1_000_000 {
			source = candidate
		}
	}
	tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
	b.Run("validate", func(b *testing.B) {
		b.SetBytes(int64(len(source)))
		b.ReportAllocs()
		for b.Loop() {
			validator.Validate(tree)
		}
	})
	b.Run("floor", func(b *testing.B) {
		b.SetBytes(int64(len(source)))
		b.ReportAllocs()
		for b.Loop() {
			var decoded map[string]any
			if err := json.Unmarshal(source, &decoded); err != nil {
				b.Fatal(err)
			}
		}
	})
}
