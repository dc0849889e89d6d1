package profiles_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

// BenchmarkParseAndValidate reads the example of a plan and checks everything: the base, its profile, extensions and codes.
func BenchmarkParseAndValidate(b *testing.B) {
	source := readFile(b, filepath.Join("examples", "valid", "urgent-care-plan.json"))
	set, v := r4.Definitions(), measuring()
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		tree, _ := element.Parse(set, source, element.Limits{})
		if outcome := v.Validate(tree); outcome.Failed() {
			b.Fatal(outcome)
		}
	}
}

// BenchmarkParseAndValidate_Base is the same without profiles.
func BenchmarkParseAndValidate_Base(b *testing.B) {
	source := readFile(b, filepath.Join("examples", "valid", "urgent-care-plan.json"))
	set, v := r4.Definitions(), validator()
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		tree, _ := element.Parse(set, source, element.Limits{})
		if outcome := v.Validate(tree); outcome.Failed() {
			b.Fatal(outcome)
		}
	}
}

// BenchmarkParseAndValidate_Floor is encoding/json decoding the same bytes into a map.
func BenchmarkParseAndValidate_Floor(b *testing.B) {
	source := readFile(b, filepath.Join("examples", "valid", "urgent-care-plan.json"))
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		var decoded map[string]any
		if err := json.Unmarshal(source, &decoded); err != nil {
			b.Fatal(err)
		}
	}
}
