package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest"
)

// refusedExamples are the official examples that a server must refuse, with the reason.
var refusedExamples = map[string]string{
	"Questionnaire/qs1":        "nested items lack linkId",
	"ImplementationGuide/fhir": "name and status are missing",
}

// Every official example of R4 is stored under default settings and comes back as it was, number by number and
// character by character.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d examples (%v), want some 513", len(files), err)
	}
	s := start(t, nil)
	refused := map[string]bool{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sent := value(t, src)
		typ, id := text(sent, "resourceType"), text(sent, "id")
		if typ == "Parameters" {
			continue // it has no end-point
		}
		key := typ + "/" + id
		r := s.send("PUT /"+key, string(src))
		if refusedExamples[key] != "" {
			refused[key] = true
			if r.status != 422 {
				t.Errorf("%s = %d, want 422: %s", key, r.status, refusedExamples[key])
			}
			continue
		}
		if r.status != 200 && r.status != 201 {
			t.Errorf("PUT %s (%s) = %d %s", key, filepath.Base(file), r.status, shorten(r.body))
			continue
		}
		got := s.must(200, "GET /"+key, "", "Accept: application/fhir+json").body
		if diff := cmp.Diff(withoutServerMeta(sent), withoutServerMeta(value(t, got))); diff != "" {
			t.Errorf("%s came back changed (-sent +got):\n%s", key, diff)
		}
	}
	t.Logf("%d examples, %d of them refused as they should be", len(files), len(refused))
}

// withoutServerMeta takes away what is the server's to set.
func withoutServerMeta(v any) any {
	resource, _ := v.(map[string]any)
	meta, _ := resource["meta"].(map[string]any)
	delete(meta, "versionId")
	delete(meta, "lastUpdated")
	if len(meta) == 0 {
		delete(resource, "meta")
	}
	return resource
}

// What the client sent comes back to the last digit and to the precision it had.
func TestCreate_KeepsWhatWasWritten(t *testing.T) {
	s := start(t, nil)
	const sent = `{"resourceType":"Observation","status":"final","code":{"text":"caffè \u00e9 \/ \ud83d\ude00"},"effectiveDateTime":"2026-03",
		"valueQuantity":{"value":1.00,"unit":"mg"},"component":[{"code":{"text":"c"},"valueQuantity":{"value":0.1000000000000000000001}},
		{"code":{"text":"d"},"valueQuantity":{"value":1e2}}]}`
	got := string(s.must(201, "POST /Observation", sent).body)
	for _, want := range []string{`"value":1.00,`, `"value":0.1000000000000000000001`, `"value":1e2`, `"2026-03"`, `caffè \u00e9 \/ \ud83d\ude00`} {
		if !strings.Contains(got, want) {
			t.Errorf("created = %s, want %s in it as written", got, want)
		}
	}
}
