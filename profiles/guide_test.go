package profiles_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/fhir/validation/snapshot"
	"hearken/profiles"
)

// guide is the package as fhir/igpackage reads it; it must do so without a word.
var guide = sync.OnceValues(func() (*igpackage.Package, fhir.Outcome) {
	return igpackage.ReadFolder(r4.Definitions(), profiles.Files, igpackage.DefaultLimits())
})

var validator = sync.OnceValue(func() *validation.Validator { return validation.New(r4.Definitions()) })

func readGuide(t testing.TB) *igpackage.Package {
	t.Helper()
	pack, outcome := guide()
	if pack == nil || len(outcome) > 0 {
		t.Fatalf("ReadFolder(profiles.Files) = %v, %v, want a package and no issues", pack, outcome)
	}
	return pack
}

// parse reads a resource that must be valid R4: every base rule holds but for warnings about codes of value sets.
func parse(t testing.TB, name string, source []byte) *element.Tree {
	t.Helper()
	tree, outcome := element.Parse(r4.Definitions(), source, element.DefaultLimits())
	if tree == nil || len(outcome) > 0 {
		t.Fatalf("%s: Parse = %v", name, outcome)
	}
	for _, issue := range validator().Validate(tree) {
		if issue.Detail != snapshot.DetailUnknownProfile { // the base does not know the guide: TestFiles_ValidR4 asks who does
			t.Errorf("%s: not valid R4: %+v", name, issue)
		}
	}
	return tree
}

// parseDefinition reads a definition of the guide, which refers to others of it.
func parseDefinition(t testing.TB, name string, source []byte) *element.Tree {
	t.Helper()
	tree, outcome := element.Parse(r4.Definitions(), source, element.DefaultLimits())
	if tree == nil || len(outcome) > 0 {
		t.Fatalf("%s: Parse = %v", name, outcome)
	}
	if found := findings(measuring().Validate(tree)); len(found) > 0 {
		t.Errorf("%s: not valid: %q", name, found)
	}
	return tree
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func newEnv() *fhirpath.Env {
	return &fhirpath.Env{Now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
}

func text(n element.Node, name string) string { return n.Child(name).Text() }

func TestFiles_ValidR4(t *testing.T) {
	files, err := fs.Glob(profiles.Files, "package/*.json")
	if err != nil || len(files) < 60 {
		t.Fatalf("Glob = %d files, %v, want all of the guide", len(files), err)
	}
	read := readGuide(t)
	if len(read.Resources) != len(files)-1 { // package.json is none
		t.Errorf("%d definitions in %d files, want one a file", len(read.Resources), len(files)-1)
	}
	for _, name := range files {
		if path.Base(name) == "package.json" {
			continue
		}
		source, err := profiles.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tree := parseDefinition(t, name, source)
		if want := "package/" + tree.Root().Name() + "-" + text(tree.Root(), "id") + ".json"; name != want {
			t.Errorf("%s holds what belongs in %s", name, want)
		}
		if found := findings(measuring().Validate(tree)); len(found) > 0 {
			t.Errorf("%s: %q, want nothing", name, found)
		}
	}
}

func TestResources_Canonicals(t *testing.T) {
	seen := map[string]string{}
	for _, r := range readGuide(t).Resources {
		if want := profiles.Base + "/" + string(r.Type) + "/" + string(r.ID); r.URL != want {
			t.Errorf("%s: url = %q, want %q", r.File, r.URL, want)
		}
		if r.Status != "active" || r.Version != readGuide(t).Version {
			t.Errorf("%s: status %q, version %q, want active, %q", r.File, r.Status, r.Version, readGuide(t).Version)
		}
		if seen[r.URL] != "" {
			t.Errorf("%s has the url of %s", r.File, seen[r.URL])
		}
		seen[r.URL] = r.File
	}
}

func TestManifest(t *testing.T) {
	pack := readGuide(t)
	if pack.Name != "hearken.urgentcareplan" || pack.Canonical != profiles.Base || len(pack.Dependencies) != 1 || pack.Dependencies[0].Name != "hl7.fhir.r4.core" {
		t.Errorf("manifest = %q, %q, %v, want our name and base and FHIR R4 alone", pack.Name, pack.Canonical, pack.Dependencies)
	}
}

// The ImplementationGuide lists every definition and every valid example, once.
func TestImplementationGuide_ListsAll(t *testing.T) {
	want := map[string]int{}
	var listed []string
	for _, r := range readGuide(t).Resources {
		if r.Type != "ImplementationGuide" {
			want[string(r.Type)+"/"+string(r.ID)]++
			continue
		}
		for c := range r.Node.Child("definition").Children() {
			listed = append(listed, c.Child("reference").Child("reference").Text())
		}
	}
	for _, e := range examples(t, "valid") {
		want[e.tree.Root().Name()+"/"+text(e.tree.Root(), "id")]++
	}
	for _, reference := range listed {
		want[reference]--
	}
	for reference, n := range want {
		if n != 0 {
			t.Errorf("%s is listed %d times too few", reference, n)
		}
	}
}

// A guide says what was recorded, never what it amounts to in law; and "shall" is for lawyers too.
func TestWording(t *testing.T) {
	for _, r := range readGuide(t).Resources {
		for i := range r.Node.Tree().Len() {
			n := r.Node.Tree().Node(i)
			if kind := n.Structure(); kind == nil || kind.Name != "string" && kind.Name != "markdown" || !n.HasValue() {
				continue
			}
			for _, word := range []string{"binding", "Binding", "shall", "SHALL"} {
				if n.Name() != "expression" && strings.Contains(n.Text(), word) {
					t.Errorf("%s: %s says %q", r.File, n.Location(), word)
				}
			}
		}
	}
}

func structures(t testing.TB) map[string]*definition.StructureDefinition {
	t.Helper()
	found := map[string]*definition.StructureDefinition{}
	pack := readGuide(t)
	for i := range pack.Structures {
		found[pack.Structures[i].URL] = &pack.Structures[i]
	}
	return found
}
