package interaction_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"hearken/internal/fhirtest"
)

// BenchmarkTransaction imports generated plans: one transaction of some twenty resources each.
func BenchmarkTransaction(b *testing.B) {
	s, _ := newServer(b)
	var bodies []string
	for i := range 64 {
		bodies = append(bodies, string(fhirtest.AppendPlan(nil, 1, i)))
	}
	b.SetBytes(int64(len(bodies[0])))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		mustDo(b, s, 200, "POST", "", bodies[i%len(bodies)])
	}
}

// BenchmarkTransactionFloor decodes the same bytes into maps.
func BenchmarkTransactionFloor(b *testing.B) {
	var bodies [][]byte
	for i := range 64 {
		bodies = append(bodies, fhirtest.AppendPlan(nil, 1, i))
	}
	b.SetBytes(int64(len(bodies[0])))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		var v map[string]any
		if err := json.Unmarshal(bodies[i%len(bodies)], &v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads by id, from the call to the answer.
func BenchmarkRead(b *testing.B) {
	s, _ := newServer(b)
	mustDo(b, s, 201, "PUT", "Patient/a", patient("a", "1"))
	c := call("GET", "Patient/a", "")
	b.ReportAllocs()
	for b.Loop() {
		if a := answer(s, c); a.Status != 200 {
			b.Fatal(a.Status)
		}
	}
}

// BenchmarkSearchIdentifier finds one patient of a thousand.
func BenchmarkSearchIdentifier(b *testing.B) {
	s, _ := newServer(b)
	for i := range 1000 {
		mustDo(b, s, 201, "POST", "Patient", patient("", fmt.Sprint(i)))
	}
	c := call("GET", "Patient?identifier=urn:test|500", "")
	b.ReportAllocs()
	for b.Loop() {
		if a := answer(s, c); a.Status != 200 {
			b.Fatal(a.Status)
		}
	}
}

// BenchmarkCreate stores one Patient after another, each with an fsync of its own.
func BenchmarkCreate(b *testing.B) {
	s, _ := newServer(b)
	c := call("POST", "Patient", patient("", "1"))
	b.ReportAllocs()
	for b.Loop() {
		if a := answer(s, c); a.Status != 201 {
			b.Fatal(a.Status)
		}
	}
}

// BenchmarkMetadata is the cached CapabilityStatement.
func BenchmarkMetadata(b *testing.B) {
	s, _ := newServer(b)
	c := call("GET", "metadata", "")
	b.ReportAllocs()
	for b.Loop() {
		answer(s, c)
	}
}
