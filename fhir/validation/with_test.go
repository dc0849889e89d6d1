package validation_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// A validator made from another one says what one made anew would say, and the other one what it said before.
func TestWith(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d examples (%v), want some hundreds", len(files), err)
	}
	library := terminology.NewLibrary(r4.Terminology())
	nothing := func(string) *definition.StructureDefinition { return nil }
	found := []validation.Option{validation.WithProfiles(r4.Guide), validation.WithTerminology(library)}
	none := []validation.Option{validation.WithProfiles(nothing), validation.WithTerminology(terminology.NewLibrary())}
	whole, empty := validation.New(r4.Definitions(), found...), validation.New(r4.Definitions(), none...)
	fromEmpty, fromWhole := empty.With(found...), whole.With(none...)
	differ := 0
	for i := 0; i < len(files); i += 7 {
		text, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		tree, faults := element.Parse(r4.Definitions(), text, element.DefaultLimits())
		if faults.Failed() {
			continue
		}
		full, bare := whole.Validate(tree), empty.Validate(tree)
		if diff := cmp.Diff(full, fromEmpty.Validate(tree)); diff != "" {
			t.Errorf("%s: by all definitions (-New +With):\n%s", files[i], diff)
		}
		if diff := cmp.Diff(bare, fromWhole.Validate(tree)); diff != "" {
			t.Errorf("%s: by none (-New +With):\n%s", files[i], diff)
		}
		if !cmp.Equal(full, bare) {
			differ++
		}
	}
	if differ < 5 {
		t.Errorf("the definitions make a difference to %d examples: nothing is shown", differ)
	}
}

func BenchmarkWith(b *testing.B) {
	library := terminology.NewLibrary(r4.Terminology())
	v := validation.New(r4.Definitions(), validation.WithProfiles(r4.Guide), validation.WithTerminology(library))
	for b.Loop() {
		v.With(validation.WithProfiles(r4.Guide), validation.WithTerminology(library.With()))
	}
}
