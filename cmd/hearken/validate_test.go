package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/profiles"
)

const trustProfile = `{"resourceType":"StructureDefinition","id":"named-patient","url":"https://a.example/StructureDefinition/named-patient",
	"name":"NamedPatient","status":"active","kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",
	"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[{"path":"Patient.name","min":1}]}}`

func TestValidate(t *testing.T) {
	const named = "https://a.example/StructureDefinition/named-patient"
	pack := write(t, "profile.json", trustProfile)
	asXML := write(t, "profile.xml", `<StructureDefinition xmlns="http://hl7.org/fhir"><url value="https://a.example/StructureDefinition/born"/><name value="Born"/><status value="active"/>`+
		`<kind value="resource"/><abstract value="false"/><type value="Patient"/><baseDefinition value="http://hl7.org/fhir/StructureDefinition/Patient"/><derivation value="constraint"/>`+
		`<differential><element><path value="Patient.birthDate"/><min value="1"/></element></differential></StructureDefinition>`)
	good := write(t, "good.json", `{"resourceType":"Patient","active":true}`)
	bad := write(t, "bad.json", "{\"resourceType\":\"Patient\",\n \"gender\":\"x\",\n \"famly\":1}")
	xml := write(t, "good.xml", "\uFEFF"+`<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>`)
	for _, row := range []struct {
		name string
		args []string
		code int
		want []string // lines' beginnings or ends, in the output or on the standard error
	}{
		{"a good one", []string{good}, exitDone, []string{good + ": valid"}},
		{"a bad one, in the order of the file", []string{bad}, exitFaults, []string{
			bad + ":2:11: error: Patient.gender: ", bad + ":3:2: error: Patient.famly: ", "[unknown-element]"}},
		{"XML with a byte order mark", []string{xml}, exitDone, []string{xml + ": valid"}},
		{"several", []string{good, bad, xml}, exitFaults, []string{"3 files: 2 valid, 1 not; 2 errors, 0 warnings"}},
		{"the standard input", []string{"-"}, exitDone, []string{"-: valid"}},
		{"by a profile of a package", []string{"--package", pack, "--profile", named, good}, exitFaults, []string{good + ":1:1: error: Patient: Patient.name "}},
		{"by two packages and profiles", []string{"--package", pack, "--package", asXML, "--profile", named, "--profile", "https://a.example/StructureDefinition/born", xml}, exitFaults,
			[]string{"error: Patient: Patient.name ", "error: Patient: Patient.birthDate "}},
		{"by a profile of ours", []string{"--profile", profiles.UrgentCarePatient, good}, exitFaults, []string{"[constraint-nhs-2]"}},
		{"by a profile nobody has", []string{"--profile", named, good}, exitFaults, []string{"[unknown-profile]"}},
		{"a file that is not there", []string{good + "x"}, exitFaults, []string{good + "x: fatal: "}},
		{"no JSON", []string{write(t, "cut.json", `{"resourceType":`)}, exitFaults, []string{"cut.json:1:17: fatal: "}},
		{"a package that is not there", []string{"--package", pack + "x", good}, exitFaults, []string{good + ": valid", "package: fatal: "}},
		{"a definition that cannot work", []string{write(t, "sd.json", strings.Replace(trustProfile, "Patient.name", "Patient.nonsense", 1))}, exitFaults, []string{"element[0]", "[unknown-path]"}},
		{"no file", nil, exitUsage, []string{"no files"}},
		{"an unknown flag", []string{"--pakcage", pack, good}, exitUsage, []string{"pakcage"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, out, errs := hearken(t, `{"resourceType":"Patient"}`, append([]string{"validate"}, row.args...)...)
			if code != row.code {
				t.Errorf("hearken validate %q = %d %s %s, want %d", row.args, code, out, errs, row.code)
			}
			at := 0
			all := out + errs
			for _, want := range row.want {
				i := strings.Index(all[at:], want)
				if i < 0 {
					t.Errorf("hearken validate %q printed %q, want %q in it, in this order", row.args, all, row.want)
					break
				}
				at += i
			}
		})
	}
}

// What --json prints is read by other tools: an object for each file, in the order they were named.
func TestValidate_JSON(t *testing.T) {
	good, bad := write(t, "good.json", `{"resourceType":"Patient"}`), write(t, "bad.json", `{"resourceType":"Patient","gender":"x"}`)
	code, out, _ := hearken(t, "", "validate", "--json", good, bad)
	var files []struct {
		Name       string
		Valid      *bool
		ErrorCount *int `json:"error_count"`
		Errors     []struct{ Expression, Code string }
	}
	if err := json.Unmarshal([]byte(out), &files); err != nil || len(files) != 2 || code != exitFaults {
		t.Fatalf("hearken validate --json = %d %s (%v), want two objects and %d", code, out, err, exitFaults)
	}
	if f := files[0]; f.Name != good || f.Valid == nil || !*f.Valid || f.ErrorCount == nil || *f.ErrorCount != 0 || f.Errors == nil {
		t.Errorf("of the good one: %+v", f)
	}
	if f := files[1]; f.Name != bad || *f.Valid || *f.ErrorCount != 1 || f.Errors[0].Expression != "Patient.gender" || f.Errors[0].Code != "code-invalid" {
		t.Errorf("of the bad one: %+v", f)
	}
}

// What is wrong with a definition is told once, though it is judged as a resource and as what is to take effect.
func TestValidate_BrokenDefinition(t *testing.T) {
	row := func(path, more string) string { return `{"id":"` + path + `","path":"` + path + `"` + more + `}` }
	with := func(old, new string) string { return strings.Replace(trustProfile, old, new, 1) }
	rows := func(rows ...string) string {
		return with(`{"path":"Patient.name","min":1}`, strings.Join(rows, ","))
	}
	const base = `"http://hl7.org/fhir/StructureDefinition/Patient"`
	first := "StructureDefinition.differential.element[0]"
	for _, tt := range []struct {
		name, text string
		want       []string // SEVERITY EXPRESSION DETAIL
	}{
		{"a path that is not there", rows(row("Patient.nome", "")), []string{"error " + first + " unknown-path"}},
		{"two faults in one row and one in the next", rows(row("Patient.gender", `,"max":"*","fixedInteger":1`), row("Patient.nome", "")), []string{
			"error " + first + " incompatible-cardinality", "error " + first + " value-type", "error StructureDefinition.differential.element[1] unknown-path"}},
		{"a maximum that is none", rows(row("Patient.name", `,"max":"many"`)), []string{"error " + first + ".max constraint-eld-3"}},
		{"an unknown base", with(base, `"https://nobody.example/x"`), []string{"error StructureDefinition.baseDefinition unknown-base"}},
		{"an unknown base of a draft", strings.Replace(with(base, `"https://nobody.example/x"`), `"active"`, `"draft"`, 1), []string{"warning StructureDefinition.baseDefinition unknown-base"}},
		{"its own base", with(base, `"https://a.example/StructureDefinition/named-patient"`), []string{"error StructureDefinition.baseDefinition recursive-definition"}},
		{"the base of another type", with(`"type":"Patient"`, `"type":"Observation"`), []string{"error StructureDefinition derivation", "error StructureDefinition.differential constraint-sdf-8a"}},
		{"no type", with(`"type":"Patient",`, ""), []string{"error StructureDefinition missing-element", "error StructureDefinition constraint-sdf-5", "error StructureDefinition.differential constraint-sdf-8a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(tt.text, `{"path"`, `{"id":"Patient.name","path"`, 1)
			_, out, _ := hearken(t, "", "validate", "--json", write(t, "broken.json", text))
			var files []judgedFile
			if err := json.Unmarshal([]byte(out), &files); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range files[0].Errors {
				got = append(got, "error "+e.Expression+" "+e.Detail)
			}
			for _, e := range files[0].Warnings {
				got = append(got, "warning "+e.Expression+" "+e.Detail)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("hearken validate = %s (-want +got):\n%s", out, diff)
			}
		})
	}
}

// A file of resources one a line is judged line by line: what is wrong with one hides nothing of the others,
// and all is said of the file.
func TestValidate_NDJSON(t *testing.T) {
	const good, bad = `{"resourceType":"Patient","active":true}`, `{"resourceType":"Patient","gender":"x"}`
	for _, row := range []struct {
		name, text string
		args       []string
		errors     []string // LINE:COLUMN EXPRESSION DETAIL
		warnings   int
	}{
		{"good ones", good + "\n" + good + "\n", nil, nil, 0},
		{"without an end of the last line", good + "\n" + good, nil, nil, 0},
		{"mixed endings and empty lines", "\uFEFF" + good + "\r\n\n \t\r\n" + bad + "\n\r\n" + bad, nil, []string{"4:36 Patient.gender not-in-value-set", "6:36 Patient.gender not-in-value-set"}, 0},
		{"a broken line", good + "\n{\"resourceType\":\r\n" + bad, nil, []string{"2:17 resourceType wrong-json-type", "2:17  malformed-json", "3:36 Patient.gender not-in-value-set"}, 0},
		{"two on a line", good + good + "\n" + bad, nil, []string{"1:41  trailing-content", "2:36 Patient.gender not-in-value-set"}, 0},
		{"one over two lines", "{\n\"resourceType\":\"Patient\"}\n", nil, []string{"1:2  malformed-json", "2:1  wrong-json-type", "2:15  trailing-content"}, 0},
		{"no resource at all", "\r\n\n", nil, nil, 1},
		{"nothing", "", nil, nil, 1},
		{"comments", good + "// a\n// b\n" + bad, []string{"--allow-comments"}, []string{"3:36 Patient.gender not-in-value-set"}, 0},
		{"a profile that each is held to", good + "\n" + good, []string{"--profile", profiles.UrgentCarePatient}, []string{
			"1:1 Patient constraint-nhs-2", "2:1 Patient constraint-nhs-2"}, 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := write(t, "all.NDJSON", row.text)
			code, out, _ := hearken(t, "", append([]string{"validate", "--json", file}, row.args...)...)
			var files []judgedFile
			if err := json.Unmarshal([]byte(out), &files); err != nil || len(files) != 1 || files[0].Name != file {
				t.Fatalf("hearken validate --json = %d %s (%v), want one object", code, out, err)
			}
			var got []string
			for _, e := range files[0].Errors {
				if got = append(got, fmt.Sprintf("%d:%d %s %s", e.Line, e.Column, e.Expression, e.Detail)); e.Line == 0 {
					t.Errorf("%+v has no line", e)
				}
			}
			if diff := cmp.Diff(row.errors, got); diff != "" || len(files[0].Warnings) != row.warnings || files[0].Valid != (len(row.errors) == 0) || (code == exitDone) != files[0].Valid {
				t.Errorf("hearken validate --json = %d %s, errors (-want +got):\n%s", code, out, diff)
			}
		})
	}
}

// Every sample plan is valid by what calls for our profiles, on a server: the extensions of UK Core are not
// loaded here.
func TestValidate_Plans(t *testing.T) {
	plans, err := filepath.Glob("../../testdata/plans/*.json")
	if err != nil || len(plans) < 15 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	if code, out, errs := hearken(t, "", append([]string{"validate", "--as-server"}, plans...)...); code != exitDone {
		t.Errorf("hearken validate of the plans = %d %s %s, want no error", code, out, errs)
	}
}
