package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest"
)

// refusedExamples are the official examples that are not valid R4, by file below the folder, with the reason: the
// validator's own list.
func refusedExamples(t *testing.T) map[string]string {
	t.Helper()
	list, err := os.ReadFile(filepath.Join(fhirtest.ModuleRoot(t), "fhir", "validation", "testdata", "known-failures.txt"))
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]string{}
	for line := range strings.Lines(string(list)) {
		if columns := strings.Split(strings.TrimSpace(line), "\t"); len(columns) == 3 && !strings.HasPrefix(line, "#") {
			refused[columns[0]] = columns[2]
		}
	}
	return refused
}

// Every official example of R4 is stored under default settings and comes back as it was, number by number and
// character by character.
func TestExamples_ReadBackTokenByToken(t *testing.T) {
	folder := fhirtest.SharedData(t, "examples")
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.json"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d examples (%v), want some 513", len(files), err)
	}
	s, refused := start(t, nil), refusedExamples(t)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(folder, file)
		sent := value(t, src)
		key := text(sent, "resourceType") + "/" + text(sent, "id")
		switch r := s.send("PUT /"+key, string(src)); {
		case strings.HasPrefix(key, "Parameters/"): // it has no end-point
		case refused[filepath.ToSlash(name)] != "":
			if r.status != 422 {
				t.Errorf("PUT %s = %d, want 422: %s", name, r.status, refused[name])
			}
		case r.status != 200 && r.status != 201:
			t.Errorf("PUT %s = %d %s", name, r.status, shorten(r.body))
		default:
			got := s.must(200, "GET /"+key, "", "Accept: application/fhir+json").body // Binary comes raw otherwise
			if diff := cmp.Diff(withoutServerMeta(sent), withoutServerMeta(value(t, got))); diff != "" {
				t.Errorf("%s came back changed (-sent +got):\n%s", key, diff)
			}
		}
	}
	t.Logf("%d examples, %d of them not valid", len(files), len(refused))
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
