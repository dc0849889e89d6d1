package element_test

import (
	"os"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// benchmarkFile is a Patient of 3.7 KB with narrative, extensions on primitives and repeats: what
// the budget of the package is said for.
func benchmarkFile(b *testing.B) []byte {
	b.Helper()
	source, err := os.ReadFile(fhirtest.SharedData(b, "examples", "Patient", "Patient-example.json"))
	if err != nil {
		b.Fatal(err)
	}
	return source
}

func BenchmarkParse(b *testing.B) {
	set, source := r4.Definitions(), benchmarkFile(b)
	fhirtest.Benchmark(b, source, func() {
		if tree, _ := element.Parse(set, source, element.Limits{}); tree == nil {
			b.Fatal("the example does not parse")
		}
	})
}

// BenchmarkParse_Floor is encoding/json decoding the same bytes into a map.
func BenchmarkParse_Floor(b *testing.B) {
	fhirtest.BenchmarkFloor(b, benchmarkFile(b))
}
