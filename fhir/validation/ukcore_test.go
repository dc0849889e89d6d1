package validation_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/fhir/validation"
	"hearken/fhir/validation/snapshot"
	"hearken/internal/fhirtest"
)

func ukCoreValidator(t testing.TB) *validation.Validator {
	t.Helper()
	pack, outcome := igpackage.ReadFolder(r4.Definitions(), os.DirFS(fhirtest.SharedData(t, "ukcore")), igpackage.Limits{})
	if pack == nil || len(pack.Structures) != 153 {
		t.Fatalf("ReadFolder(ukcore) = %v", outcome)
	}
	library, _ := igpackage.NewLibrary(pack)
	var nodes []element.Node
	for _, r := range pack.Resources {
		nodes = append(nodes, r.Node)
	}
	return withProfiles(
		validation.WithProfiles(snapshot.First(library.Structure, r4.Guide)),
		validation.WithTerminology(published.With(terminology.Read(nodes...))),
	)
}

// TestProfiles_UKCore holds UK Core's examples to the profiles they declare. testdata/known-ukcore.tsv lists
// those that are not even valid R4; no other has an error.
func TestProfiles_UKCore(t *testing.T) {
	validator, known := ukCoreValidator(t), knownDetails(t, "known-ukcore.tsv")
	files, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "ukcore", "examples"), "*.xml"))
	if err != nil || len(files) < 200 {
		t.Fatalf("%d examples, %v, want them all", len(files), err)
	}
	measured := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree, outcome := parseAny(source)
		if tree != nil {
			outcome = validator.Validate(tree)
		}
		name := filepath.Base(file)
		if got := errorDetails(outcome); !slices.Equal(got, known[name]) {
			t.Errorf("%s: errors %q, want %q: %+v", name, got, known[name], outcome)
		}
		if tree != nil && !slices.ContainsFunc(outcome, func(i fhir.Issue) bool { return i.Detail == validation.DetailUnknownProfile }) {
			measured++
		}
	}
	if measured < 205 {
		t.Errorf("%d of %d examples declare only profiles that are known, want 205 or more", measured, len(files))
	}
}
