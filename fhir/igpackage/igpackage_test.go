package igpackage_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

const (
	manifest = `{"name":"example.guide","version":"1.2.0","canonical":"https://a.example","fhirVersions":["4.0.1"],"dependencies":{"hl7.fhir.r4.core":"4.0.1","b.guide":"2.0.x"}}`
	profile  = `{"resourceType":"StructureDefinition","id":"p","url":"https://a.example/StructureDefinition/p","version":"1.2.0","name":"P","status":"active",
		"kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
		"differential":{"element":[
		{"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"},"min":0},
		{"id":"Patient.identifier:a","path":"Patient.identifier","sliceName":"a","max":"1","mustSupport":true,"patternIdentifier":{"system": "https://a.example/id"}},
		{"id":"Patient.gender","path":"Patient.gender","fixedCode":"male","binding":{"strength":"required","valueSet":"https://a.example/ValueSet/v","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"https://a.example/ValueSet/m"}]}},
		{"id":"Patient.managingOrganization","path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":["https://a.example/StructureDefinition/o"],"aggregation":["contained"]}],
			"constraint":[{"key":"a-1","severity":"error","human":"a","expression":"reference.exists()"}]}]}}`
	valueSet = `<ValueSet xmlns="http://hl7.org/fhir"><url value="https://a.example/ValueSet/v"/><version value="1"/><status value="active"/></ValueSet>`
	patient  = `{"resourceType":"Patient","id":"x"}`
)

// archive packs name and content in turn.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	w := tar.NewWriter(zipped)
	for i := 0; i < len(files); i += 2 {
		header := &tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1])), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// told is what a test compares of an outcome.
func told(outcome fhir.Outcome) string {
	var lines []string
	for _, issue := range outcome {
		lines = append(lines, string(issue.Severity)+" "+issue.Detail)
	}
	return strings.Join(lines, "; ")
}

func urls(p *igpackage.Package) string {
	var all []string
	for i := range p.Resources {
		all = append(all, p.Resources[i].URL)
	}
	return strings.Join(all, " ")
}

func TestReadArchive(t *testing.T) {
	packed := archive(t, "package/package.json", manifest, "package/.index.json", `{"files":[]}`, "package/StructureDefinition-p.json", profile,
		"package/b.xml", valueSet, "package/patient.json", patient, "package/example/v.xml", valueSet, "package/../../etc/a.json", profile, "package/readme.md", "a")
	p, outcome := igpackage.ReadArchive(r4.Definitions(), bytes.NewReader(packed), igpackage.Limits{})
	if p == nil || len(outcome) > 0 {
		t.Fatalf("ReadArchive = %v, %+v, want a package and nothing to tell", p, outcome)
	}
	if p.Name != "example.guide" || p.Version != "1.2.0" || p.Canonical != "https://a.example" {
		t.Errorf("the package is %s %s at %s", p.Name, p.Version, p.Canonical)
	}
	if diff := cmp.Diff([]igpackage.Dependency{{Name: "b.guide", Version: "2.0.x"}, {Name: "hl7.fhir.r4.core", Version: "4.0.1"}}, p.Dependencies); diff != "" {
		t.Errorf("dependencies (-want +got):\n%s", diff)
	}
	if got, want := urls(p), "https://a.example/StructureDefinition/p https://a.example/ValueSet/v"; got != want {
		t.Errorf("resources = %s, want %s", got, want)
	}
	if len(p.Structures) != 1 || len(p.Structures[0].Differential) != 4 {
		t.Fatalf("structures = %+v, want one with a differential of 4 rows", p.Structures)
	}
}

func TestReadFile_Rows(t *testing.T) {
	p, outcome := igpackage.ReadFile(r4.Definitions(), "p.json", []byte(profile), igpackage.Limits{})
	if p == nil || len(outcome) > 0 {
		t.Fatalf("ReadFile = %v, %+v", p, outcome)
	}
	got := p.Structures[0]
	want := definition.StructureDefinition{
		URL: "https://a.example/StructureDefinition/p", Version: "1.2.0", Name: "P", Type: "Patient", Kind: definition.Resource,
		BaseDefinition: "http://hl7.org/fhir/StructureDefinition/Patient", Constraint: true, Status: "active",
		Differential: []definition.ElementChange{
			{Given: definition.GivenMin, ElementDefinition: definition.ElementDefinition{ID: "Patient.identifier", Path: "Patient.identifier",
				Slicing: &definition.Slicing{Rules: "open", Discriminators: []definition.Discriminator{{Type: "value", Path: "system"}}}}},
			{Given: definition.GivenMax | definition.GivenMustSupport, ElementDefinition: definition.ElementDefinition{ID: "Patient.identifier:a", Path: "Patient.identifier", SliceName: "a", Max: 1, MustSupport: true,
				Pattern: []byte(`{"system":"https://a.example/id"}`), PatternType: "Identifier"}},
			{ElementDefinition: definition.ElementDefinition{ID: "Patient.gender", Path: "Patient.gender", Fixed: []byte(`"male"`), FixedType: "code",
				Binding: &definition.Binding{Strength: "required", ValueSet: "https://a.example/ValueSet/v", MaxValueSet: "https://a.example/ValueSet/m"}}},
			{ElementDefinition: definition.ElementDefinition{ID: "Patient.managingOrganization", Path: "Patient.managingOrganization",
				Types:       []definition.TypeRef{{Code: "Reference", TargetProfiles: []string{"https://a.example/StructureDefinition/o"}, Aggregation: []string{"contained"}}},
				Constraints: []definition.Constraint{{Key: "a-1", Error: true, Expression: "reference.exists()", Source: "https://a.example/StructureDefinition/p"}}}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the row (-want +got):\n%s", diff)
	}
}

func TestReadArchive_Refused(t *testing.T) {
	good := archive(t, "package/package.json", manifest, "package/p.json", profile)
	zeros := strings.Repeat("\x00", 10<<20)
	for _, row := range []struct {
		name   string
		packed []byte
		limits igpackage.Limits
		want   string
	}{
		{"nothing", nil, igpackage.Limits{}, "fatal not-an-archive"},
		{"no gzip", []byte("PK\x03\x04"), igpackage.Limits{}, "fatal not-an-archive"},
		{"cut short", good[:len(good)/2], igpackage.Limits{}, "fatal not-an-archive"},
		{"a bomb", archive(t, "package/a.json", zeros), igpackage.Limits{Bytes: 1 << 20}, "fatal package-size-limit"},
		{"a bomb outside the folder", archive(t, "other/a.json", zeros), igpackage.Limits{Bytes: 1 << 20}, "fatal package-size-limit"},
		{"a large file", archive(t, "package/a.json", zeros), igpackage.Limits{FileBytes: 1 << 20}, "fatal package-size-limit"},
		{"many files", archive(t, "a", "", "b", "", "c", ""), igpackage.Limits{Files: 2}, "fatal package-file-limit"},
		{"a manifest that is none", archive(t, "package/package.json", "{"), igpackage.Limits{}, "fatal invalid-manifest"},
		{"another FHIR version", archive(t, "package/package.json", `{"fhirVersions":["5.0.0"]}`), igpackage.Limits{}, "fatal fhir-version"},
	} {
		p, outcome := igpackage.ReadArchive(r4.Definitions(), bytes.NewReader(row.packed), row.limits)
		if p != nil || told(outcome) != row.want {
			t.Errorf("%s: ReadArchive = package %t, %q, want none and %q", row.name, p != nil, told(outcome), row.want)
		}
	}
}

func TestReadFolder(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	unpacked := fstest.MapFS{"package/package.json": file(manifest), "package/p.json": file(profile), "package/example/v.xml": file(valueSet), "other/v.xml": file(valueSet)}
	sources := fstest.MapFS{"package.json": file(manifest), "a/package.json": file("{"), "a/v.xml": file(valueSet), "examples/p.json": file(profile), ".git/p.json": file(profile),
		"b.xml": file("<html/>"), "c.json": file("{}"), "e.json": file("[]"), "d.json": file(`{"resourceType":"ValueSet","url":""}`), "f.json": file(`{"resourceType":"ValueSet","contained":[{"id":"a"}]}`)}
	for _, row := range []struct {
		name       string
		folder     fstest.MapFS
		urls, want string
	}{
		{"unpacked", unpacked, "https://a.example/StructureDefinition/p", ""},
		{"sources", sources, "https://a.example/ValueSet/v", "error empty-string; error missing-resource-type"},
		{"nothing", fstest.MapFS{}, "", "warning no-definitions"},
	} {
		p, outcome := igpackage.ReadFolder(r4.Definitions(), row.folder, igpackage.Limits{})
		if p == nil || urls(p) != row.urls || told(outcome) != row.want {
			t.Errorf("%s: ReadFolder = %+v, %q, want %s and %q", row.name, p, told(outcome), row.urls, row.want)
		}
	}
}

func TestReadFile_Bundle(t *testing.T) {
	bundle := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + profile + `},{"resource":` + patient + `},{"resource":` + profile + `}]}`
	p, outcome := igpackage.ReadFile(r4.Definitions(), "b.json", []byte(bundle), igpackage.Limits{})
	if p == nil || len(p.Structures) != 2 || told(outcome) != "warning duplicate-canonical" {
		t.Errorf("ReadFile(a Bundle) = %+v, %q, want two structures and a warning", p, told(outcome))
	}
}

// TestReadFile_BadEntry reads a Bundle with one bad entry, and a byte order mark before it.
func TestReadFile_BadEntry(t *testing.T) {
	bundle := "\uFEFF" + `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + profile + `},{"resource":{"resourceType":"ValueSet","url":1}},{"fullUrl":"urn:a"}]}`
	p, outcome := igpackage.ReadFile(r4.Definitions(), "b.json", []byte(bundle), igpackage.Limits{})
	if p == nil || len(p.Structures) != 1 || told(outcome) != "error wrong-json-type" {
		t.Errorf("ReadFile(a Bundle) = %+v, %q, want one structure and one fault", p, told(outcome))
	}
	if !strings.Contains(outcome[0].Diagnostics, "b.json, entry 1") {
		t.Errorf("the fault says %q, want the entry", outcome[0].Diagnostics)
	}
}

func TestReadFile_BadRow(t *testing.T) {
	bad := strings.Replace(profile, `"max":"1"`, `"max":"one"`, 1)
	p, outcome := igpackage.ReadFile(r4.Definitions(), "b.json", []byte(bad), igpackage.Limits{})
	if p == nil || len(p.Structures) != 0 || told(outcome) != "error invalid-definition" {
		t.Errorf("ReadFile(max one) = %+v, %q, want no structure and an error", p, told(outcome))
	}
}

func TestReadFolder_UKCore(t *testing.T) {
	p, outcome := igpackage.ReadFolder(r4.Definitions(), os.DirFS(fhirtest.SharedData(t, "ukcore")), igpackage.Limits{})
	if p == nil {
		t.Fatalf("ReadFolder(ukcore) = %+v", outcome)
	}
	// One CodeSystem has stray text between its elements: see fhir/element.
	if got, want := told(outcome), "error unexpected-text"; got != want {
		t.Errorf("ReadFolder(ukcore) tells %q, want %q", got, want)
	}
	count := map[fhir.Type]int{}
	for i := range p.Resources {
		count[p.Resources[i].Type]++
	}
	want := map[fhir.Type]int{"StructureDefinition": 153, "ValueSet": 134, "CodeSystem": 87, "ConceptMap": 3, "CapabilityStatement": 1}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("UK Core (-want +got):\n%s", diff)
	}
	if len(p.Structures) != 153 {
		t.Errorf("%d structures, want 153", len(p.Structures))
	}
}

// TestReadFile_Core reads HL7's own bundles and compares the rows with the tables generated from the same.
func TestReadFile_Core(t *testing.T) {
	compared := 0
	for _, name := range []string{"profiles-types.json", "profiles-resources.json"} {
		data, err := os.ReadFile(fhirtest.SharedData(t, "r4core", name))
		if err != nil {
			t.Fatal(err)
		}
		p, outcome := igpackage.ReadFile(r4.Definitions(), name, data, igpackage.Limits{FileBytes: 256 << 20})
		if p == nil {
			t.Fatalf("ReadFile(%s) = %+v", name, outcome)
		}
		for i := range p.Structures {
			if compareRows(t, &p.Structures[i]) {
				compared++
			}
		}
	}
	if compared < 200 {
		t.Errorf("%d structures compared, want at least 200", compared)
	}
}

// compareRows compares what a structure's snapshot says with the table of fhir/r4; invariants by key, as
// their expressions have errata there.
func compareRows(t *testing.T, got *definition.StructureDefinition) bool {
	t.Helper()
	want := r4.Definitions().StructureDefinition(got.URL)
	if want == nil || len(want.Elements) == 0 {
		return false
	}
	plain := func(rows []definition.ElementDefinition) []definition.ElementDefinition {
		var out []definition.ElementDefinition
		for _, row := range rows {
			keys := make([]definition.Constraint, len(row.Constraints))
			for i := range row.Constraints {
				keys[i] = definition.Constraint{Key: row.Constraints[i].Key, Error: row.Constraints[i].Error}
			}
			row.Constraints = keys
			out = append(out, row)
		}
		return out
	}
	if diff := cmp.Diff(plain(want.Elements), plain(got.Elements)); diff != "" {
		t.Errorf("%s (-table +package):\n%s", got.URL, diff)
	}
	return true
}

func FuzzReadArchive(f *testing.F) {
	f.Add(archive(f, "package/package.json", manifest, "package/p.json", profile))
	f.Add(archive(f, "package/b.xml", valueSet, "package/c.json", "{"))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		p, outcome := igpackage.ReadArchive(r4.Definitions(), bytes.NewReader(packed), igpackage.Limits{Bytes: 1 << 20, FileBytes: 1 << 20, Files: 100})
		if p == nil && !outcome.Failed() {
			t.Errorf("ReadArchive = no package and %+v, want a reason", outcome)
		}
	})
}
