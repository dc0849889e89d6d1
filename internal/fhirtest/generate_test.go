package fhirtest_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/careplan"
	"hearken/internal/fhirtest"
)

func TestGenerate_SameSeedSameBytes(t *testing.T) {
	var first [][]byte
	for bundle := range fhirtest.Generate(7, 200) {
		first = append(first, bundle)
	}
	if len(first) != 200 {
		t.Fatalf("Generate(7, 200) yields %d Bundles, want 200", len(first))
	}
	i := 0
	for bundle := range fhirtest.Generate(7, 200) {
		if !bytes.Equal(bundle, first[i]) {
			t.Fatalf("Generate(7, 200) yields another Bundle %d the second time", i)
		}
		if alone := fhirtest.AppendPlan(nil, 7, i); !bytes.Equal(alone, bundle) {
			t.Fatalf("AppendPlan(nil, 7, %d) differs from what Generate yields", i)
		}
		i++
	}
}

func TestGenerate_OtherSeedOtherBytes(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(50) {
		for bundle := range fhirtest.Generate(seed, 20) {
			if seen[string(bundle)] {
				t.Fatalf("Generate(%d, 20) yields a Bundle that came before", seed)
			}
			seen[string(bundle)] = true
		}
	}
}

func TestGenerate_StopsWhenTold(t *testing.T) {
	n := 0
	for range fhirtest.Generate(1, 100) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("Generate(1, 100) ran %d times, want it to stop at 3", n)
	}
}

func TestAppendPlan_Appends(t *testing.T) {
	got := fhirtest.AppendPlan([]byte("before "), 1, 2)
	if want := append([]byte("before "), fhirtest.AppendPlan(nil, 1, 2)...); !bytes.Equal(got, want) {
		t.Errorf("AppendPlan(before, 1, 2) = %.40s, want %.40s", got, want)
	}
}

func TestGenerate_Bundles(t *testing.T) {
	types := map[string]int{}
	for bundle := range fhirtest.Generate(42, 600) {
		b := readBundle(t, bundle)
		if faults := b.faults(); faults != nil {
			t.Fatalf("Generate(42, ...) yields a Bundle with faults: %v\n%s", faults, bundle)
		}
		for _, e := range b.Entry {
			types[e.resourceType()]++
		}
	}
	for _, want := range planResourceTypes {
		if types[want] == 0 {
			t.Errorf("Generate(42, 600) yields no %s", want)
		}
	}
}

func TestGenerate_NHSNumbersUnique(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	seen := make(map[string]bool, n)
	i := 0
	for bundle := range fhirtest.Generate(3, n) {
		number := between(bundle, `"system":"https://fhir.nhs.uk/Id/nhs-number","value":"`, `"`)
		if number != fhirtest.NHSNumber(i) {
			t.Fatalf("Bundle %d is about %q, want NHSNumber(%d) = %q", i, number, i, fhirtest.NHSNumber(i))
		}
		parsed, err := careplan.ParseNHSNumber(number)
		if err != nil || !parsed.Synthetic() {
			t.Fatalf("Bundle %d is about %q: %v, want a valid number of the test range", i, number, err)
		}
		if seen[number] {
			t.Fatalf("Bundle %d is about %q, as an earlier one is", i, number)
		}
		seen[number] = true
		i++
	}
}

// One directory entry has one body, whatever the plan and the seed: otherwise
// If-None-Exist would hide a difference.
func TestGenerate_DirectoryIsOne(t *testing.T) {
	bodies := map[string]any{}
	for seed := range uint64(3) {
		for bundle := range fhirtest.Generate(seed, 1_000) {
			for _, e := range readBundle(t, bundle).Entry {
				if kind := e.resourceType(); kind != "Organization" && kind != "Practitioner" {
					continue
				}
				key := e.resourceType() + "?" + e.Request.IfNoneExist
				if known, ok := bodies[key]; !ok {
					bodies[key] = e.Resource
				} else if diff := cmp.Diff(known, any(e.Resource)); diff != "" {
					t.Fatalf("%s has two bodies (-first +now):\n%s", key, diff)
				}
			}
		}
	}
}

// between returns what lies between two strings in b, empty when they are not there.
func between(b []byte, from, to string) string {
	_, rest, _ := bytes.Cut(b, []byte(from))
	value, _, _ := bytes.Cut(rest, []byte(to))
	return string(value)
}

func BenchmarkAppendPlan(b *testing.B) {
	b.ReportAllocs()
	var buffer []byte
	i := 0
	for b.Loop() {
		buffer = fhirtest.AppendPlan(buffer[:0], 1, i)
		i++
	}
	b.SetBytes(int64(len(buffer)))
}

// The floor is copying the bytes.
func BenchmarkAppendPlanFloor(b *testing.B) {
	b.ReportAllocs()
	bundle := fhirtest.AppendPlan(nil, 1, 1)
	var buffer []byte
	for b.Loop() {
		buffer = append(buffer[:0], bundle...)
	}
	b.SetBytes(int64(len(buffer)))
}

// For scale: what a reader with encoding/json pays for the same bytes.
func BenchmarkAppendPlanDecode(b *testing.B) {
	b.ReportAllocs()
	bundle := fhirtest.AppendPlan(nil, 1, 1)
	for b.Loop() {
		var into map[string]any
		if err := json.Unmarshal(bundle, &into); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(bundle)))
}
