package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

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

// Every sample plan is valid by what calls for our profiles, on a server: the extensions of UK Core are not loaded here.
func TestValidate_Plans(t *testing.T) {
	plans, err := filepath.Glob("../../testdata/plans/*.json")
	if err != nil || len(plans) < 15 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	if code, out, errs := hearken(t, "", append([]string{"validate", "--as-server"}, plans...)...); code != exitDone {
		t.Errorf("hearken validate of the plans = %d %s %s, want no error", code, out, errs)
	}
}
