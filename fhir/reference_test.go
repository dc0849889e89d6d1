package fhir_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
)

func isType(name string) bool { return name == "Patient" || name == "CarePlan" }

func TestParseReference(t *testing.T) {
	patient := fhir.Key{Type: "Patient", ID: "1"}
	for _, row := range []struct {
		name, raw string
		want      fhir.Reference
	}{
		{"relative", "Patient/1", fhir.Reference{Key: patient}},
		{"relative, of a version", "Patient/1/_history/2", fhir.Reference{Key: patient, Version: 2}},
		{"relative, with a fragment", "Patient/1#x", fhir.Reference{Key: patient, Fragment: "x"}},
		{"absolute", "https://a.example/fhir/Patient/1", fhir.Reference{Base: "https://a.example/fhir", Key: patient}},
		{"absolute, of a version", "http://a.example/Patient/1/_history/7", fhir.Reference{Base: "http://a.example", Key: patient, Version: 7}},
		{"a fragment alone", "#x", fhir.Reference{Fragment: "x"}},
		{"a urn", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", fhir.Reference{}},
		{"not a type", "Ward/1", fhir.Reference{}},
		{"a URL that ends like two segments", "https://a.example/about/us", fhir.Reference{}},
		{"an id that is none", "Patient/a_b", fhir.Reference{}},
		{"a version that is none", "Patient/1/_history/x", fhir.Reference{}},
		{"a path before it, and no scheme", "fhir/Patient/1", fhir.Reference{}},
		{"conditional", "Patient?identifier=a|b", fhir.Reference{}},
		{"nothing", "", fhir.Reference{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.want.Raw = row.raw
			if diff := cmp.Diff(row.want, fhir.ParseReference(row.raw, isType)); diff != "" {
				t.Errorf("ParseReference(%q) differs (-want +got):\n%s", row.raw, diff)
			}
		})
	}
}

func FuzzParseReference(f *testing.F) {
	for _, seed := range []string{"Patient/1", "https://a/Patient/1/_history/2#x", "#", "/", "urn:oid:1.2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		ref := fhir.ParseReference(raw, isType)
		if ref.Raw != raw {
			t.Errorf("ParseReference(%q).Raw = %q, want it unchanged", raw, ref.Raw)
		}
		if !ref.Key.IsZero() && (!isType(string(ref.Key.Type)) || !ref.Key.ID.Valid()) {
			t.Errorf("ParseReference(%q).Key = %v, which names no resource", raw, ref.Key)
		}
	})
}

func ExampleParseReference() {
	ref := fhir.ParseReference("https://trust.example/fhir/CarePlan/12/_history/3", isType)
	fmt.Println(ref.Base, ref.Key, ref.Version)
	// Output: https://trust.example/fhir CarePlan/12 3
}
