package search_test

import (
	"encoding/json"
	"os"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/search"
	"hearken/internal/fhirtest"
)

// benchmarkResources are official examples of about 3 KB.
var benchmarkResources = []string{"Patient/Patient-example.json", "Observation/Observation-blood-pressure.json", "CarePlan/CarePlan-example.json"}

func BenchmarkIndex(b *testing.B) {
	x := &search.Extractor{Registry: registry()}
	for _, name := range benchmarkResources {
		src, err := os.ReadFile(fhirtest.SharedData(b, "examples", name))
		if err != nil {
			b.Fatal(err)
		}
		tree, faults := element.Parse(r4.Definitions(), src, element.Limits{})
		if tree == nil {
			b.Fatal(faults)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				if _, err := x.Index(tree.Root()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/floor-encoding-json", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				var m map[string]any
				if err := json.Unmarshal(src, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
