package redaction_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
	"hearken/internal/redaction"
)

var validator = sync.OnceValue(func() *validation.Validator { return validation.New(r4.Definitions()) })

func judge(tree *element.Tree) fhir.Outcome { return validator().Validate(tree) }

func parse(t testing.TB, body []byte) *element.Tree {
	t.Helper()
	tree, faults := element.Parse(r4.Definitions(), body, element.Limits{})
	if faults.Failed() {
		t.Fatalf("Parse(%.300s) = %v", body, faults)
	}
	return tree
}

// withheldPaths withholds the elements at FHIRPath locations.
func withheldPaths(places ...string) func(element.Node) bool {
	return func(n element.Node) bool {
		for _, place := range places {
			if n.Location() == place {
				return true
			}
		}
		return false
	}
}

const redacted = `"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"}]`
const dar = `"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]`

func TestResource(t *testing.T) {
	for _, row := range []struct{ name, source, at, want string }{
		{"what may be left out", `"resourceType":"Patient","gender":"male","birthDate":"2000"`, "Patient.gender", `"birthDate":"2000"`},
		{"with its extensions", `"resourceType":"Patient","gender":"male","_birthDate":{"extension":[{"url":"urn:x","valueString":"y"}]}`, "Patient.birthDate", `"gender":"male"`},
		{"a code that must be there", `"resourceType":"Observation","status":"final","code":{"text":"a"}`, "Observation.status", `"_status":{` + dar + `},"code":{"text":"a"}`},
		{"a concept that must be there", `"resourceType":"Observation","status":"final","code":{"text":"a"}`, "Observation.code", `"status":"final","code":{` + dar + `}`},
		{"a choice that must be there", `"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"text":"a"},"subject":{"display":"b"}`, "MedicationStatement.medication.ofType(CodeableConcept)",
			`"status":"active","medicationCodeableConcept":{` + dar + `},"subject":{"display":"b"}`},
		{"inside of what must be there", `"resourceType":"Observation","status":"final","code":{"text":"a"}`, "Observation.code.text", `"status":"final","code":{` + dar + `}`},
		{"one of several", `"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a"},{"code":"b"}]}`, "Observation.code.coding[0]", `"status":"final","code":{"coding":[{"code":"b"}]}`},
		{"a modifier", `"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"display":"a"},"activity":[{"detail":{"status":"scheduled","doNotPerform":true,"description":"b"}}]`, "CarePlan.activity[0].detail.doNotPerform",
			`"status":"active","intent":"plan","subject":{"display":"a"},"activity":[{"detail":{"status":"scheduled","_doNotPerform":{` + dar + `},"description":"b"}}]`},
		{"an extension that modifies", `"resourceType":"Observation","modifierExtension":[{"url":"urn:x","valueString":"y"}],"status":"final","code":{"text":"a"}`, "Observation.modifierExtension[0]",
			`"modifierExtension":[{"url":"urn:x",` + dar + `}],"status":"final","code":{"text":"a"}`},
		{"the value of an extension", `"resourceType":"Patient","extension":[{"url":"urn:x","valueString":"y"}],"gender":"male"`, "Patient.extension[0].value.ofType(string)", `"gender":"male"`},
		{"the last of a list", `"resourceType":"Patient","name":[{"given":["a"]},{"family":"b"}]`, "Patient.name[0].given[0]", `"name":[{"family":"b"}]`},
		{"what must be there of what must be there", `"resourceType":"Provenance","target":[{"display":"a"}],"recorded":"2020-01-01T00:00:00Z","agent":[{"type":{"text":"b"},"who":{"display":"c"}}]`, "Provenance.agent[0]",
			`"target":[{"display":"a"}],"recorded":"2020-01-01T00:00:00Z","agent":[{"who":{` + dar + `}}]`},
		{"a narrative without its words", `"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"},"gender":"male"`, "Patient.text.div", `"gender":"male"`},
		{"what cannot do without", `"resourceType":"Patient","contact":[{"gender":"male","name":{"text":"a"}}],"gender":"male"`, "Patient.contact[0].name", `"gender":"male"`},
		{"a contained resource and what names it", `"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],"status":"final","code":{"text":"a"},"subject":{"reference":"#p"}`, "Observation.contained[0]/*Patient*/",
			`"status":"final","code":{"text":"a"}`},
		{"the whole", `"resourceType":"Observation","id":"a","status":"final","code":{"text":"a"},"valueString":"x"`, "Observation", `"id":"a","_status":{` + dar + `},"code":{` + dar + `}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			root := parse(t, []byte("{"+row.source+"}")).Root()
			got := string(redaction.Resource(root, element.Limits{}, judge, false, withheldPaths(row.at)))
			want := `{"resourceType":"` + root.Structure().Name + `","meta":{` + redacted + `},` + row.want + `}`
			if got != want {
				t.Errorf("without %s\n got %s\nwant %s", row.at, got, want)
			}
		})
	}
}

func errorsOf(tree *element.Tree) (errors []string) {
	for _, issue := range judge(tree) {
		if issue.Severity == fhir.SeverityError || issue.Severity == fhir.Fatal {
			errors = append(errors, fmt.Sprint(issue.Detail, issue.Expression, issue.Diagnostics))
		}
	}
	return errors
}

// eachExample visits the published examples that are valid.
func eachExample(t *testing.T, visit func(name string, tree *element.Tree)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if tree := parse(t, source); len(source) < 60_000 && len(errorsOf(tree)) == 0 {
			visit(filepath.Base(file), tree)
		}
	}
}

// Whatever is withheld of whichever example, what is shown is valid, is tagged, and has none of it; and it is
// the same whatever was withheld.
func TestResource_AnySubsetIsValid(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 9))
	cases, rounds := 0, 20
	if testing.Short() {
		rounds = 2
	}
	eachExample(t, func(name string, tree *element.Tree) {
		for range rounds {
			chosen := map[int]bool{}
			for range 1 + random.IntN(4) {
				chosen[random.IntN(tree.Len())] = true
			}
			cases++
			checkSubset(t, name, tree, chosen)
		}
	})
	t.Logf("%d cases", cases)
}

func checkSubset(t *testing.T, name string, tree *element.Tree, chosen map[int]bool) {
	t.Helper()
	withheld := func(n element.Node) bool { return chosen[n.Index()] }
	var places []string
	for i := range chosen {
		places = append(places, tree.Node(i).Location())
	}
	got := redaction.Resource(tree.Root(), element.Limits{}, judge, false, withheld)
	shown := parse(t, got)
	if errors := errorsOf(shown); len(errors) > 0 && !strings.Contains(errors[0], "msq-3") { // coordinateSystem is 0 or 1, and nothing else is valid
		t.Errorf("%s without %v: %v\n%.600s", name, places, errors, got)
	}
	if !bytes.Contains(got, []byte(`"SUBSETTED"`)) || !bytes.Contains(got, []byte(`"REDACTED"`)) {
		t.Errorf("%s without %v is not tagged", name, places)
	}
	text := string(got)
	var edits []element.Edit
	for i := range tree.Len() {
		n := tree.Node(i)
		if !n.HasValue() || !below(n, chosen) {
			continue
		}
		if value := string(n.Source()); len(value) > 8 && bytes.Count(tree.Source(), n.Source()) == 1 && strings.Contains(text, value) && !kept(n) {
			t.Errorf("%s without %v shows %s", name, places, n.Location())
		}
		if n.Structure().Name == "string" && n.Name() != "id" && n.Name() != "reference" {
			edits = append(edits, element.Edit{Node: n, Text: "another value"})
		}
	}
	if len(edits) == 0 {
		return
	}
	other := parse(t, element.Apply(tree.Root(), edits))
	if len(errorsOf(other)) > 0 {
		return // such a resource is not stored
	}
	if again := redaction.Resource(other.Root(), element.Limits{}, judge, false, withheld); string(again) != text {
		t.Errorf("%s without %v depends on what is withheld:\n%s\n%s", name, places, got, again)
	}
}

// kept tells what stays of a resource that is withheld: which it is.
func kept(n element.Node) bool {
	return n.Name() == "id" || n.Name() == "versionId" || n.Name() == "lastUpdated" || n.Name() == "url"
}

func below(n element.Node, chosen map[int]bool) bool {
	for ; !n.IsZero(); n = n.Parent() {
		if chosen[n.Index()] {
			return true
		}
	}
	return false
}
