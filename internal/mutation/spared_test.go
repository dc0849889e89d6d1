package mutation

import (
	"os"
	"strings"
	"testing"
)

const sparedFile = "testdata/spared.tsv"

// sparedChecks are the reasons for checks that no test misses, by their name.
func sparedChecks(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(sparedFile)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 4 {
			t.Fatalf("a row is file, function, check, reason: %q", line)
		}
		reasons[strings.Join(cells[:3], "\t")] = cells[3]
	}
	return reasons
}

// allThere holds that each row is about a check, where its file is taken.
func allThere(t *testing.T, spared map[string]string, sources []*source) {
	t.Helper()
	files, checks := map[string]bool{}, map[string]bool{}
	for _, s := range sources {
		files[s.name()] = true
		for _, c := range s.checks {
			checks[c.name()] = true
		}
	}
	for name := range spared {
		file, _, _ := strings.Cut(name, "\t")
		if files[file] && !checks[name] {
			t.Errorf("%s has a row for a check that is not there: %s", sparedFile, name)
		}
	}
}
