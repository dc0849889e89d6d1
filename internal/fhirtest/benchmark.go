package fhirtest

import (
	"encoding/json"
	"testing"
)

// Benchmark is the frame of benchmarks over a resource: its bytes a second, and what is allocated for it.
func Benchmark(b *testing.B, source []byte, work func()) {
	b.Helper()
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		work()
	}
}

// BenchmarkFloor is what others are measured by: encoding/json decoding the same bytes into a map.
func BenchmarkFloor(b *testing.B, source []byte) {
	b.Helper()
	Benchmark(b, source, func() {
		var decoded map[string]any
		if err := json.Unmarshal(source, &decoded); err != nil {
			b.Fatal(err)
		}
	})
}
