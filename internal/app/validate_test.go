package app_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/config"
	"hearken/internal/fhirtest"
	"hearken/profiles"
)

// issuesIn is the issues of an OperationOutcome, without the one that says that the write was done or that
// there is nothing to say.
func issuesIn(t *testing.T, body []byte) []any {
	t.Helper()
	outcome := value(t, body)
	if text(outcome, "resourceType") != "OperationOutcome" {
		t.Fatalf("not an OperationOutcome: %s", shorten(body))
	}
	all, _ := at(outcome, "issue").([]any)
	if len(all) == 0 {
		t.Fatalf("no issue: %s", shorten(body))
	}
	switch last := text(all[len(all)-1], "diagnostics"); last {
	case "created", "done", "no issues":
		all = all[:len(all)-1]
	}
	return all
}

// corpus is resources right and wrong: R4's examples, our profiles' own, valid and with one fault each, and
// what is no FHIR.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{
		"unknown element":  `{"resourceType":"Patient","famly":"x","birthDate":"1990"}`,
		"every sort":       `{"resourceType":"Patient","active":"yes","gender":"x","contact":[{}],"name":null}`,
		"duplicate member": `{"resourceType":"Patient","active":true,"active":false}`,
		"no required":      `{"resourceType":"Observation","code":{"text":"x"}}`,
		"an unknown profile": `{"resourceType":"Patient","meta":{"profile":["http://example.org/StructureDefinition/absent"]},
			"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000780"}]}`,
	}
	for _, folder := range []string{filepath.Join(fhirtest.ModuleRoot(t), "profiles", "examples"), fhirtest.SharedData(t, "examples")} {
		err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(name) != ".json" {
				return err
			}
			content, err := os.ReadFile(name)
			if typ := text(value(t, content), "resourceType"); typ != "" && typ != "Parameters" && len(content) < 400_000 {
				all[strings.TrimPrefix(name, folder)] = string(content)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// $validate gives exactly the verdict that a write gets, issue by issue, and stores nothing: a resource that
// is sent as it is, and one in Parameters.
func TestValidate_AsAWrite(t *testing.T) {
	s := start(t, nil)
	all := corpus(t)
	if len(all) < 500 {
		t.Fatalf("%d resources, want some hundreds", len(all))
	}
	refused, remarked := 0, 0
	for name, resource := range all {
		typ := text(value(t, []byte(resource)), "resourceType")
		asked := s.send("POST /"+typ+"/$validate?mode=create", resource)
		inParameters := s.send("POST /"+typ+"/$validate", `{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"create"},{"resource":`+resource+`,"name":"resource"}]}`)
		written := s.send("POST /"+typ, resource, "Prefer: return=OperationOutcome")
		if asked.status != 200 || inParameters.status != 200 {
			t.Errorf("%s: $validate = %d, in Parameters %d %s, want 200", name, asked.status, inParameters.status, shorten(inParameters.body))
			continue
		}
		want, got := issuesIn(t, written.body), issuesIn(t, asked.body)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the verdict (-written +asked):\n%s", name, diff)
		}
		if diff := cmp.Diff(withoutPlaces(want), withoutPlaces(issuesIn(t, inParameters.body))); diff != "" {
			t.Errorf("%s: the verdict in Parameters (-written +asked):\n%s", name, diff)
		}
		if written.status >= 400 {
			refused++
		} else if len(want) > 0 {
			remarked++
		}
	}
	if refused < 30 || remarked < 50 {
		t.Errorf("%d were refused and %d remarked on, want some of both", refused, remarked)
	}
	t.Logf("%d resources: %d refused, %d remarked on", len(all), refused, remarked)
}

// withoutPlaces is issues without the extensions that say line and column.
func withoutPlaces(issues []any) []any {
	var out []any
	for _, issue := range issues {
		copied := map[string]any{}
		for name, v := range issue.(map[string]any) {
			if name != "extension" {
				copied[name] = v
			}
		}
		out = append(out, copied)
	}
	return out
}

const (
	goodPatient = `{"resourceType":"Patient","id":"p","name":[{"text":"X"}],"gender":"female"}`
	badPatient  = `{"resourceType":"Patient","id":"p","gender":"x"}`
)

func asParameters(parts ...string) string {
	return `{"resourceType":"Parameters","parameter":[` + strings.Join(parts, ",") + `]}`
}

func TestValidate_Forms(t *testing.T) {
	s := start(t, func(c *config.Config) { c.ReferentialIntegrity = true })
	s.must(201, "PUT /Patient/p", goodPatient)
	s.must(201, "PUT /Patient/other", `{"resourceType":"Patient","id":"other"}`)
	s.must(201, "PUT /Observation/o", `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}`)
	s.must(201, "PUT /Patient/gone", `{"resourceType":"Patient","id":"gone"}`)
	s.must(204, "DELETE /Patient/gone", "")
	before := s.versions()
	resource := func(r string) string { return `{"name":"resource","resource":` + r + `}` }
	const (
		mode    = `{"name":"mode","valueCode":"%s"}`
		profile = `{"name":"profile","valueUri":"%s"}`
		lost    = `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/nobody"}}`
	)
	for _, row := range []struct {
		name, line, body string
		status           int
		want             []string // details of the issues, or their codes where there are none
	}{
		{"valid", "POST /Patient/$validate", goodPatient, 200, []string{"informational"}},
		{"not valid", "POST /Patient/$validate", badPatient, 200, []string{"not-in-value-set"}},
		{"of another type", "POST /Patient/$validate", `{"resourceType":"Basic","code":{"text":"x"}}`, 200, []string{"wrong-resource-type"}},
		{"no type at all", "POST /Patient/$validate", `{"active":true}`, 200, []string{"missing-resource-type"}},
		{"no JSON", "POST /Patient/$validate", `{"resourceType":`, 400, []string{"*"}},
		{"nothing", "POST /Patient/$validate", ``, 400, []string{"no-body"}},
		{"Parameters without a resource", "POST /Patient/$validate", asParameters(fmt.Sprintf(mode, "create")), 400, []string{"no-body"}},
		{"a resource twice", "POST /Patient/$validate", asParameters(resource(goodPatient), resource(goodPatient)), 400, []string{"repeated-parameter"}},
		{"an unknown parameter", "POST /Patient/$validate", asParameters(resource(goodPatient), `{"name":"x","valueCode":"y"}`), 400, []string{"unknown-parameter"}},
		{"an unknown mode", "POST /Patient/$validate?mode=merge", goodPatient, 400, []string{"parameter-value"}},
		{"no FHIR in Parameters", "POST /Patient/$validate", asParameters(resource(`{"resourceType":"Patient","x":1}`)), 200, []string{"unknown-element"}},
		{"Parameters that are no FHIR", "POST /Patient/$validate", `{"resourceType":"Parameters","x":1,"parameter":[` + resource(goodPatient) + `]}`, 400, []string{"unknown-element"}},

		{"create what refers to nobody", "POST /Observation/$validate?mode=create", lost, 200, []string{"dangling-reference"}},
		{"content alone", "POST /Observation/$validate", lost, 200, []string{"informational"}},
		{"create of an instance", "POST /Patient/p/$validate?mode=create", goodPatient, 400, []string{"parameter-value"}},
		{"create what the server brings", "POST /ValueSet/$validate?mode=create", `{"resourceType":"ValueSet","url":"` + profiles.Base + `/ValueSet/place-of-care","name":"X","status":"draft"}`, 200, []string{"server-definition"}},

		{"the stored version", "GET /Patient/p/$validate", ``, 200, []string{"informational"}},
		{"the stored version by POST", "POST /Patient/p/$validate", asParameters(fmt.Sprintf(mode, "update")), 200, []string{"informational"}},
		{"nobody's stored version", "GET /Patient/nobody/$validate", ``, 404, []string{"unknown-resource"}},
		{"a deleted one's", "GET /Patient/gone/$validate", ``, 410, []string{"deleted"}},
		{"update", "POST /Patient/p/$validate?mode=update", goodPatient, 200, []string{"informational"}},
		{"update with another id", "POST /Patient/other/$validate?mode=update", goodPatient, 200, []string{"id-mismatch"}},
		{"update without an id", "POST /Patient/p/$validate?mode=update", `{"resourceType":"Patient"}`, 200, []string{"id-missing"}},
		{"update of a type", "POST /Patient/$validate?mode=update", goodPatient, 400, []string{"parameter-value"}},
		{"update what the server brings", "POST /ValueSet/place-of-care/$validate?mode=update", `{"resourceType":"ValueSet","id":"place-of-care","url":"http://x.example/y","name":"X","status":"draft"}`, 200, []string{"server-definition"}},
		{"delete", "POST /Patient/other/$validate?mode=delete", ``, 200, []string{"informational"}},
		{"delete by GET", "GET /Patient/other/$validate?mode=delete", ``, 200, []string{"informational"}},
		{"delete what is referred to", "GET /Patient/p/$validate?mode=delete", ``, 200, []string{"referenced"}},
		{"delete what is not there", "GET /Patient/nobody/$validate?mode=delete", ``, 200, []string{"unknown-resource"}},
		{"delete what the server brings", "GET /ValueSet/place-of-care/$validate?mode=delete", ``, 200, []string{"server-definition"}},

		{"by a profile", "POST /Patient/$validate?profile=" + profiles.UrgentCarePatient, goodPatient, 200, []string{"constraint-nhs-2", "constraint-person-2"}},
		{"by a profile in Parameters", "POST /Patient/$validate", asParameters(resource(goodPatient), fmt.Sprintf(mode, "profile"), fmt.Sprintf(profile, profiles.UrgentCarePatient)), 200, []string{"constraint-nhs-2", "constraint-person-2"}},
		{"by two profiles", "POST /Patient/$validate", asParameters(resource(goodPatient), fmt.Sprintf(profile, "http://hl7.org/fhir/StructureDefinition/Patient"), fmt.Sprintf(profile, "http://x.example/absent")), 200, []string{"unknown-profile"}},
		{"by a profile of another type", "POST /Patient/$validate?profile=" + profiles.CprDecision, goodPatient, 200, []string{"profile-type"}},
		{"mode profile without one", "POST /Patient/$validate?mode=profile", goodPatient, 400, []string{"parameter-value"}},
		{"of what has no end-point", "POST /Parameters/$validate", asParameters(), 404, []string{"*"}},
		{"at the base", "POST /$validate", goodPatient, 404, []string{"*"}},
		{"DELETE", "DELETE /Patient/$validate", ``, 405, []string{"*"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send(row.line, row.body)
			if r.status != row.status {
				t.Fatalf("%s %s = %d %s, want %d", row.line, row.body, r.status, shorten(r.body), row.status)
			}
			var got []string
			issues, _ := at(value(t, r.body), "issue").([]any)
			for _, issue := range issues {
				detail := text(issue, "details", "coding", 0, "code")
				if detail == "" {
					detail = text(issue, "code")
				}
				got = append(got, detail)
			}
			if row.want[0] != "*" && cmp.Diff(row.want, got) != "" {
				t.Errorf("%s %s = %q, want %q: %s", row.line, row.body, got, row.want, shorten(r.body))
			}
		})
	}
	if after := s.versions(); after != before {
		t.Errorf("%d versions are stored, want the %d there were", after, before)
	}
}

// What is wrong in a resource in Parameters is told with its place in what was sent.
func TestValidate_Places(t *testing.T) {
	s := start(t, nil)
	body := "{\"resourceType\":\"Parameters\",\n \"parameter\":[\n  {\"name\":\"resource\", \"resource\":{\"resourceType\":\"Patient\",\"gender\":\"x\",\n   \"famly\":1}}]}"
	r := s.must(200, "POST /Patient/$validate", body)
	places := map[string]string{}
	for _, issue := range issuesIn(t, r.body) {
		line, _ := at(issue, "extension", 0, "valueInteger").(json.Number)
		column, _ := at(issue, "extension", 1, "valueInteger").(json.Number)
		places[text(issue, "expression", 0)] = line.String() + ":" + column.String()
	}
	lines := strings.Split(body, "\n")
	want := map[string]string{
		"Patient.gender": fmt.Sprintf("3:%d", strings.Index(lines[2], `"x"`)+1),
		"Patient.famly":  fmt.Sprintf("4:%d", strings.Index(lines[3], `"famly"`)+1),
	}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("places (-want +got):\n%s\n%s", diff, r.body)
	}
}

// XML is validated as JSON is.
func TestValidate_XML(t *testing.T) {
	s := start(t, nil)
	const bad = `<Patient%s><famly value="x"/><gender value="x"/></Patient>`
	const ns = ` xmlns="http://hl7.org/fhir"`
	for name, body := range map[string]string{
		"alone":                          fmt.Sprintf(bad, ns),
		"in Parameters":                  `<Parameters` + ns + `><parameter><name value="resource"/><resource>` + fmt.Sprintf(bad, "") + `</resource></parameter></Parameters>`,
		"in Parameters with a namespace": `<Parameters` + ns + `><parameter><name value="resource"/><resource>` + fmt.Sprintf(bad, ns) + `</resource></parameter></Parameters>`,
	} {
		r := s.must(200, "POST /Patient/$validate", body, "Content-Type: application/fhir+xml", "Accept: application/fhir+json")
		if got := text(value(t, r.body), "issue", 0, "expression", 0); got != "Patient.famly" {
			t.Errorf("%s: %s, want the fault at Patient.famly", name, r.body)
		}
	}
	r := s.must(200, "POST /Patient/$validate", `<Patient`+ns+`><active value="true"/></Patient>`, "Content-Type: application/fhir+xml", "Accept: application/fhir+xml")
	if !strings.Contains(string(r.body), `<OperationOutcome`) || !strings.Contains(string(r.body), "no issues") {
		t.Errorf("a valid one = %s, want an OperationOutcome in XML", r.body)
	}
}
