package interaction_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest"
)

// Every published example that has an end-point is stored by PUT and comes back with the same content,
// decimals to the last digit; only meta.versionId and meta.lastUpdated are the server's. Which of them are
// valid is the validator's business.
func TestUpdate_Examples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d examples (%v), want at least 500", len(files), err)
	}
	s, _ := newServer(t)
	s.Conformance, s.Audit = nil, nil // with an audit log AuditEvents are not to be PUT: see TestApart
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		typ, id := text(t, body, "resourceType"), text(t, body, "id")
		if typ == "Parameters" || id == "" {
			continue
		}
		target := typ + "/" + id
		if a := do(s, "PUT", target, string(body)); a.Status != 201 && a.Status != 200 { // 200: some ids are used by several
			t.Errorf("PUT %s = %d %.600s", target, a.Status, a.Body)
			continue
		}
		c := call("GET", target, "")
		c.Accept = "application/fhir+json"
		a := answer(s, c)
		if diff := cmp.Diff(content(t, body), content(t, a.Body)); a.Status != 200 || diff != "" {
			t.Errorf("%s comes back otherwise (-sent +read):\n%.2000s", target, diff)
		}
	}
}

// content is a resource's JSON as a tree with numbers as written, less what the server sets.
func content(t *testing.T, body []byte) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v map[string]any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if meta, ok := v["meta"].(map[string]any); ok {
		delete(meta, "versionId")
		delete(meta, "lastUpdated")
		if len(meta) == 0 {
			delete(v, "meta")
		}
	}
	return v
}
