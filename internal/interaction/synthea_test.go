package interaction_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
	"hearken/internal/interaction"
)

// syntheaBundles is some of the published synthetic patients: transactions of hundreds of entries each. (All
// of them are imported by the tests of the whole server.)
func syntheaBundles(t testing.TB) map[string][]byte {
	t.Helper()
	folder := fhirtest.SharedData(t, "synthea")
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bundles in %s (%v)", folder, err)
	}
	bundles := map[string][]byte{}
	for _, name := range files[:min(12, len(files))] {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		bundles[filepath.Base(name)] = body
	}
	return bundles
}

type syntheaBundle struct {
	ResourceType string
	Type         string
	Entry        []struct {
		Resource struct{ ResourceType string }
	}
}

// Synthea's bundles go in without a fault; what is stored is what they hold, type by type; imported again all
// of it is there twice, and no reference to a urn is left anywhere.
func TestTransaction_Synthea(t *testing.T) {
	s, _ := newServer(t)
	want := map[string]int{}
	bundles := syntheaBundles(t)
	for range 2 {
		for name, body := range bundles {
			var b syntheaBundle
			if err := json.Unmarshal(body, &b); err != nil || b.ResourceType != "Bundle" {
				t.Fatalf("%s: %v", name, err)
			}
			for _, e := range b.Entry {
				want[e.Resource.ResourceType]++
			}
			if a := do(s, "POST", "", string(body)); a.Status != 200 {
				t.Fatalf("%s = %d %.2000s", name, a.Status, a.Body)
			}
		}
	}
	for typ, n := range want {
		if got := at(t, mustDo(t, s, 200, "GET", typ+"?_summary=count", "").Body, "total"); got != float64(n) {
			t.Errorf("%s: %v stored, want %d", typ, got, n)
		}
	}
	checkNoURNs(t, s)
}

// checkNoURNs walks the whole history.
func checkNoURNs(t *testing.T, s *interaction.Server) {
	t.Helper()
	next := "_history?_count=1000"
	for next != "" {
		a := mustDo(t, s, 200, "GET", next, "")
		if i := strings.Index(string(a.Body), `"reference":"urn:`); i >= 0 {
			t.Fatalf("a urn is left: %s", a.Body[i:i+80])
		}
		next = ""
		for _, i := range []string{"link.0", "link.1"} {
			if text(t, a.Body, i+".relation") == "next" {
				next = strings.TrimPrefix(text(t, a.Body, i+".url"), base+"/")
			}
		}
	}
}
