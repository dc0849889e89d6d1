package search_test

import (
	"encoding/json"
	"os"
	"path/filepath"
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

// BenchmarkIndex_Bundle indexes every entry of the largest Synthea bundle where it stands: the cost of one must not
// depend on how many there are.
func BenchmarkIndex_Bundle(b *testing.B) {
	tree := largestBundle(b)
	x := &search.Extractor{Registry: registry()}
	b.ReportAllocs()
	resources := 0
	for b.Loop() {
		for entry := range tree.Root().Children() {
			if resource := entry.Child("resource"); !resource.IsZero() {
				if _, err := x.Index(resource); err != nil {
					b.Fatal(err)
				}
				resources++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(resources), "ns/resource")
}

func largestBundle(b *testing.B) *element.Tree {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(fhirtest.SharedData(b, "synthea"), "*.json"))
	if err != nil {
		b.Fatal(err)
	}
	var largest []byte
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		if len(src) > len(largest) {
			largest = src
		}
	}
	tree, faults := element.Parse(r4.Definitions(), largest, element.Limits{})
	if tree == nil {
		b.Fatal(faults)
	}
	return tree
}
