package opinion_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// classes are the differences found, by class: who refuses what the other takes, and the fault that is seen
// by them alone.
type classes struct {
	examples map[string][]string // names of samples
	judged   int
	refused  [4]int // by nobody, us alone, them alone, both
}

// add takes the verdicts on a sample: the faults each has seen, as they are to be classed.
func (c *classes) add(name string, ours, theirs []string) {
	if c.examples == nil {
		c.examples = map[string][]string{}
	}
	c.judged++
	who, faults := "", []string(nil)
	switch {
	case len(ours) > 0 && len(theirs) > 0:
		c.refused[3]++
	case len(ours) > 0:
		c.refused[1]++
		who, faults = "ours", ours
	case len(theirs) > 0:
		c.refused[2]++
		who, faults = "theirs", theirs
	default:
		c.refused[0]++
	}
	for _, fault := range faults {
		if class := who + "\t" + fault; !slices.Contains(c.examples[class], name) {
			c.examples[class] = append(c.examples[class], name)
		}
	}
}

// explained fails the test for each class that the table does not list, and each that it lists and that was
// not found. A row is who refuses, the fault, and the reason.
func (c *classes) explained(t *testing.T, table string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", table))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSpace(line), "\t")
		if len(columns) != 3 {
			t.Fatalf("%s: %q, want who refuses, a fault and a reason", table, line)
		}
		known[columns[0]+"\t"+columns[1]] = true
	}
	for _, class := range slices.Sorted(maps.Keys(c.examples)) {
		names := c.examples[class]
		if !known[class] {
			t.Errorf("%s: %q is not explained: %d samples, such as %q", table, class, len(names), names[:min(3, len(names))])
		}
		t.Logf("%5d %s", len(names), class)
	}
	for class := range known {
		if c.examples[class] == nil {
			t.Errorf("%s explains %q, which does not occur", table, class)
		}
	}
	t.Logf("%d judged: %d taken and %d refused by both, %d refused by ours alone, %d by theirs alone", c.judged, c.refused[0], c.refused[3], c.refused[1], c.refused[2])
}
