package element_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
)

var stampTime = time.Date(2024, 3, 31, 2, 30, 0, 123456789, time.FixedZone("BST", 3600))

func TestStamp(t *testing.T) {
	const meta = `"meta":{"versionId":"3","lastUpdated":"2024-03-31T01:30:00.123Z"}`
	for _, row := range []struct {
		name, source string
		id           fhir.ID
		want         string
	}{
		{"nothing there", `{"resourceType":"Patient"}`, "x", `{"resourceType":"Patient","id":"x",` + meta + `}`},
		{"nothing there and no id", `{"resourceType":"Patient","active":true}`, "", `{"resourceType":"Patient",` + meta + `,"active":true}`},
		{"an id to replace", `{"resourceType":"Patient","id":"abc"}`, "x", `{"resourceType":"Patient",` + meta + `,"id":"x"}`},
		{"an id to remove", `{"resourceType":"Patient","id":"abc","active":true}`, "", `{"resourceType":"Patient",` + meta + `,"active":true}`},
		{"an id to remove at the front", `{ "id" : "abc" , "resourceType":"Patient"}`, "", `{` + meta + `, "resourceType":"Patient"}`},
		{"an id written with escapes", `{"resourceType":"Patient","\u0069\u0064":"\u0061","active":true}`, "", `{"resourceType":"Patient",` + meta + `,"active":true}`},
		{"an id that has only an extension", `{"resourceType":"Patient","_id":{"id":"e"}}`, "x", `{"resourceType":"Patient","id":"x",` + meta + `,"_id":{"id":"e"}}`},
		{"resourceType late", `{"active":true,"resourceType":"Patient"}`, "x", `{"id":"x",` + meta + `,"active":true,"resourceType":"Patient"}`},
		{"resourceType late, id in front", `{"id":"abc","resourceType":"Patient"}`, "x", `{` + meta + `,"id":"x","resourceType":"Patient"}`},
		{"resourceType with escapes", `{"resourceType" : "Pati\u0065nt"}`, "x", `{"resourceType" : "Pati\u0065nt","id":"x",` + meta + `}`},
		{"a meta to add to", `{"resourceType":"Patient","meta":{ "profile":["http://a"] }}`, "x",
			`{"resourceType":"Patient","id":"x","meta":{"versionId":"3","lastUpdated":"2024-03-31T01:30:00.123Z", "profile":["http://a"] }}`},
		{"a meta to change", `{"resourceType":"Patient","meta":{"lastUpdated":"2000-01-01T00:00:00Z","versionId":"old"}}`, "x",
			`{"resourceType":"Patient","id":"x","meta":{"lastUpdated":"2024-03-31T01:30:00.123Z","versionId":"3"}}`},
		{"a meta with one of the two", `{"resourceType":"Patient","meta":{"versionId":"old"}}`, "x",
			`{"resourceType":"Patient","id":"x","meta":{"lastUpdated":"2024-03-31T01:30:00.123Z","versionId":"3"}}`},
		{"white space, order and numbers stay", "\n{\n \"resourceType\": \"Observation\",\n \"valueQuantity\": {\"value\": 1.00},\n \"id\": \"a\"\n}\n", "x",
			"{\n \"resourceType\": \"Observation\"," + meta + ",\n \"valueQuantity\": {\"value\": 1.00},\n \"id\": \"x\"\n}"},
		{"a contained id is not the resource's", `{"resourceType":"Patient","contained":[{"resourceType":"Group","id":"g"}]}`, "x",
			`{"resourceType":"Patient","id":"x",` + meta + `,"contained":[{"resourceType":"Group","id":"g"}]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := string(element.Stamp(parse(t, row.source).Root(), row.id, 3, stampTime))
			if got != row.want {
				t.Errorf("Stamp(%s, %q)\n got %s\nwant %s", row.source, row.id, got, row.want)
			}
			parse(t, got)
		})
	}
}

func TestStamp_Entry(t *testing.T) {
	bundle := parse(t, `{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","id":"a"}},{"resource":{"resourceType":"Group"}}]}`)
	entry := bundle.Root().Child("entry").NextSibling().Child("resource")
	want := `{"resourceType":"Group","id":"g","meta":{"versionId":"1","lastUpdated":"2024-03-31T01:30:00.123Z"}}`
	if got := string(element.Stamp(entry, "g", 1, stampTime)); got != want {
		t.Errorf("Stamp(entry[1]) = %s, want %s", got, want)
	}
}

// TestStamp_Examples stamps every example and finds it unchanged but for what was stamped.
func TestStamp_Examples(t *testing.T) {
	for name, source := range exampleFiles(t) {
		tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
		if tree == nil {
			continue // TestParse_Examples tells of it
		}
		for _, id := range []fhir.ID{"", "stamped"} {
			stamped := element.Stamp(tree.Root(), id, 7, stampTime)
			want := decoded(t, source).(map[string]any)
			if want["id"] = string(id); id == "" {
				delete(want, "id")
			}
			meta, _ := want["meta"].(map[string]any)
			if meta == nil {
				meta = map[string]any{}
			}
			meta["versionId"], meta["lastUpdated"] = "7", "2024-03-31T01:30:00.123Z"
			want["meta"] = meta
			if diff := cmp.Diff(any(want), decoded(t, stamped)); diff != "" {
				t.Errorf("Stamp(%s, %q) (-want +got):\n%s", name, id, diff)
			}
		}
	}
}

func TestApply(t *testing.T) {
	source := `{"resourceType":"Bundle","entry":[{"fullUrl":"urn:a","resource":{"resourceType":"Observation","subject": {"reference":"urn:uuid:\u0061"},"valueQuantity":{"value":0.10},"focus":[{"reference":"urn:b"}]}}]}`
	resource := parse(t, source).Root().Child("entry").Child("resource")
	edits := []element.Edit{
		{Node: resource.Child("focus").Child("reference"), Text: "Patient/\"2\""},
		{Node: resource.Child("subject").Child("reference"), Text: "Patient/1"},
	}
	want := `{"resourceType":"Observation","subject": {"reference":"Patient/1"},"valueQuantity":{"value":0.10},"focus":[{"reference":"Patient/\"2\""}]}`
	if got := string(element.Apply(resource, edits)); got != want {
		t.Errorf("Apply(entry)\n got %s\nwant %s", got, want)
	}
	want = `{"resourceType":"Observation","id":"o","meta":{"versionId":"1","lastUpdated":"2024-03-31T01:30:00.123Z"},` + want[len(`{"resourceType":"Observation",`):]
	if got := string(element.StampEdited(resource, edits, "o", 1, stampTime)); got != want {
		t.Errorf("StampEdited(entry)\n got %s\nwant %s", got, want)
	}
	if got := string(element.Apply(resource, nil)); got != string(resource.Source()) {
		t.Errorf("Apply(entry, nothing) = %s, want its own bytes", got)
	}
}
