package snapshot_test

import (
	"strings"
	"testing"

	"hearken/fhir/validation/snapshot"
	"hearken/internal/fhirtest"
)

// TestGenerate_Core makes the snapshots of R4's own extensions and profiles again and compares them with
// those published.
func TestGenerate_Core(t *testing.T) {
	known, same, total := knownFailures(t, "known-core.tsv"), 0, 0
	for _, name := range []string{"extension-definitions.json", "profiles-others.json"} {
		p := readFile(t, fhirtest.SharedData(t, "r4core", name))
		for i := range p.Structures {
			s := &p.Structures[i]
			published := s.Elements
			if len(s.Differential) == 0 || len(published) == 0 {
				continue
			}
			total++
			s.Elements = nil
			rows, outcome := snapshot.New(source(s), snapshot.Options{}).Generate(s)
			id := s.URL[strings.LastIndexByte(s.URL, '/')+1:]
			switch diff := difference(lines(published), lines(rows)); {
			case (outcome.Failed() || diff != "") && known[id] == "":
				t.Errorf("%s: %+v%s", s.URL, outcome, diff)
			case !outcome.Failed() && diff == "" && known[id] != "":
				t.Errorf("%s is as published, and is known not to be: %s", s.URL, known[id])
			case diff == "":
				same++
			}
		}
	}
	t.Logf("%d of %d are as published", same, total)
}
