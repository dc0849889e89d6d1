package schema_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/schema"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// compile writes the schema of a profile and compiles it.
func compile(t testing.TB, source schema.Source, profile *definition.StructureDefinition) *jsonschema.Schema {
	t.Helper()
	text, err := schema.Of(source, profile)
	if err != nil {
		t.Fatalf("Of(%s) = %v", profile.URL, err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schema.ID(profile), bytes.NewReader(text)); err != nil {
		t.Fatalf("%s: %v", profile.URL, err)
	}
	compiled, err := compiler.Compile(schema.ID(profile))
	if err != nil {
		t.Fatalf("%s: its schema does not compile: %v", profile.URL, err)
	}
	return compiled
}

func base() schema.Source {
	library, _ := igpackage.NewLibrary()
	return schema.FromLibrary(r4.Definitions(), library)
}

func decode(t testing.TB, text []byte) any {
	t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// Every type of FHIR has a schema, and it refuses of HL7's published examples just those that lack what they must have.
func TestOf_PublishedExamples(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(paths) < 500 {
		t.Fatalf("%d examples found (%v), want 513", len(paths), err)
	}
	source := base()
	schemas := map[string]*jsonschema.Schema{}
	for _, name := range r4.Definitions().Resources() {
		schemas[name] = compile(t, source, source.Structure(r4.Definitions().Structure(name).URL))
	}
	validator := validation.New(r4.Definitions())
	judged := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tree, outcome := element.Parse(r4.Definitions(), text, element.DefaultLimits())
		if outcome.Failed() {
			continue
		}
		judged++
		refused, wrong := schemas[tree.Root().Name()].Validate(decode(t, text)), lacksElements(validator.Validate(tree))
		if (refused != nil) != wrong {
			t.Errorf("%s: refused by its schema: %v; by the validator: %t", filepath.Base(path), shortened(refused), wrong)
		}
	}
	if judged < 500 {
		t.Errorf("%d examples judged, want all that can be read", judged)
	}
}

// UK Core's profiles have schemas, and none refuses its own examples.
func TestOf_UKCore(t *testing.T) {
	t.Parallel()
	pack, outcome := igpackage.ReadFolder(r4.Definitions(), os.DirFS(fhirtest.SharedData(t, "ukcore")), igpackage.DefaultLimits())
	if pack == nil || len(pack.Structures) < 150 {
		t.Fatalf("UK Core is not read: %v", outcome)
	}
	library, _ := igpackage.NewLibrary(pack)
	source := schema.FromLibrary(r4.Definitions(), library)
	schemas := map[string]*jsonschema.Schema{}
	for i := range pack.Structures {
		profile := source.Structure(pack.Structures[i].URL)
		if profile == nil {
			t.Errorf("%s has no snapshot", pack.Structures[i].URL)
			continue
		}
		schemas[profile.URL[strings.LastIndexByte(profile.URL, '/')+1:]] = compile(t, source, profile)
	}
	paths, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "ukcore"), "examples", "*.xml"))
	if err != nil || len(paths) < 200 {
		t.Fatalf("%d examples found (%v), want 215", len(paths), err)
	}
	judged := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tree, outcome := element.ParseXML(r4.Definitions(), text, element.DefaultLimits())
		if outcome.Failed() {
			continue
		}
		name := profileOf(filepath.Base(path), schemas)
		if strings.HasPrefix(name, "Extension-") { // it shows the extension in a resource
			name = "UKCore-" + tree.Root().Name()
		}
		compiled := schemas[name]
		if compiled == nil {
			continue
		}
		judged++
		if err := compiled.Validate(decode(t, element.AppendJSON(nil, tree.Root(), element.WriteOptions{}))); err != nil {
			t.Errorf("%s is refused: %s", filepath.Base(path), shortened(err))
		}
	}
	if t.Logf("%d profiles, %d examples judged", len(schemas), judged); judged < 100 {
		t.Errorf("%d examples judged, want those of resources", judged)
	}
}

// profileOf finds the profile that an example is named after: UKCore-Patient-BabyPatient-Example.xml.
func profileOf(file string, schemas map[string]*jsonschema.Schema) string {
	for name := file; name != ""; name = name[:max(strings.LastIndexByte(name, '-'), 0)] {
		if schemas[name] != nil {
			return name
		}
	}
	return ""
}

// lacksElements reports whether a validator found something missing.
func lacksElements(outcome fhir.Outcome) bool {
	return slices.ContainsFunc(outcome, func(issue fhir.Issue) bool { return issue.Detail == validation.DetailMissing })
}

// shortened is the gist of a refusal: a choice of fifty types has fifty reasons.
func shortened(err error) string {
	if err == nil {
		return "no"
	}
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	return text[:min(len(text), 600)]
}
