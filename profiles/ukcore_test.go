package profiles_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
	"hearken/testdata/plans"
)

const ukCore = "https://fhir.hl7.org.uk/StructureDefinition/"

// ukCoreStructures are UK Core's definitions, by canonical.
func ukCoreStructures(t testing.TB) map[string]*definition.StructureDefinition {
	t.Helper()
	pack, outcome := igpackage.ReadFolder(r4.Definitions(), os.DirFS(fhirtest.SharedData(t, "ukcore", "structuredefinitions")), igpackage.DefaultLimits())
	if pack == nil || len(pack.Structures) < 150 {
		t.Fatalf("UK Core is not read: %v", outcome)
	}
	found := map[string]*definition.StructureDefinition{}
	for i := range pack.Structures {
		found[pack.Structures[i].URL] = &pack.Structures[i]
	}
	return found
}

// What is valid here has the structure UK Core asks for.
func TestUKCore_Structure(t *testing.T) {
	structures := ukCoreStructures(t)
	checked := map[string]int{}
	check := func(file string, tree *element.Tree) {
		for i := range tree.Len() {
			n := tree.Node(i)
			if !n.IsResource() || structures[ukCore+"UKCore-"+n.Structure().Name] == nil {
				continue
			}
			checked[n.Structure().Name]++
			if faults := structureFaults(t, structures, n, ukCore+"UKCore-"+n.Structure().Name); len(faults) > 0 {
				t.Errorf("%s: %s has faults against UK Core: %q", file, n.Location(), faults)
			}
		}
	}
	for _, e := range examples(t, "valid") {
		check(e.file, e.tree)
	}
	files, err := fs.Glob(plans.Files, "*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob = %q, %v, want the plans", files, err)
	}
	for _, file := range files {
		source, err := plans.Files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		check(file, parse(t, file, source))
	}
	for _, name := range []string{"Patient", "CarePlan", "Consent", "Organization", "Practitioner", "PractitionerRole", "RelatedPerson", "Observation", "Flag"} {
		if checked[name] == 0 {
			t.Errorf("no %s was held against UK Core", name)
		}
	}
}

// The second opinion bites: a Patient whose NHS number has no value is not UK Core's.
func TestUKCore_StructureBites(t *testing.T) {
	structures := ukCoreStructures(t)
	e := readExample(t, filepath.Join("examples", "invalid", "patient-number-without-value.json"))
	if faults := structureFaults(t, structures, e.tree.Root(), ukCore+"UKCore-Patient"); len(faults) != 1 || faults[0] != "minimum Patient.identifier[0]" {
		t.Errorf("faults = %q, want the missing value", faults)
	}
}

// No example that HL7 published calls for a profile of ours: what is not a plan is left alone.
func TestCalls_PublishedExamples(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(paths) < 500 {
		t.Fatalf("%d examples found (%v), want 513", len(paths), err)
	}
	env, seen := newEnv(), 0
	for _, path := range paths {
		tree, _ := element.Parse(r4.Definitions(), readFile(t, path), element.DefaultLimits())
		if tree == nil {
			continue
		}
		for i := range tree.Len() {
			if n := tree.Node(i); n.IsResource() {
				seen++
				if urls := called(t, env, n); len(urls) > 0 {
					t.Errorf("%s: %s calls for %q", filepath.Base(path), n.Location(), urls)
				}
			}
		}
		env.Reset()
	}
	if seen < 500 {
		t.Errorf("%d resources seen, want all", seen)
	}
}
