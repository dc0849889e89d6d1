package searchtest

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
)

// Server is what scripts are run against. It stores under the ids it is given, reads zone-less dates as in
// Europe/London, and knows nothing before its first Load.
type Server interface {
	// Load stores resources one after the other; it ends the test when it cannot.
	Load(t *testing.T, resources []Resource)
	// Search answers a request, all pages of it.
	Search(t *testing.T, request string, lenient bool) Result
}

// Result is a searchset, all its pages together.
type Result struct {
	Refused  bool // with a client error
	Matches  []fhir.Key
	Included []fhir.Key
	Total    int // -1 when the answer has none
}

// Run runs every script (*.txt) of a folder, each as a test with a Server of its own, and reports how many searches
// there were.
func Run(t *testing.T, scripts fs.FS, open func(t *testing.T) Server) (searches int) {
	t.Helper()
	files, err := fs.Glob(scripts, "*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(scripts, file)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := Parse(string(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		t.Run(strings.TrimSuffix(file, ".txt"), func(t *testing.T) { searches += runSteps(t, file, steps, open(t)) })
	}
	return searches
}

func runSteps(t *testing.T, file string, steps []Step, server Server) (searches int) {
	for _, step := range steps {
		if len(step.Load) > 0 {
			server.Load(t, step.Load)
			continue
		}
		searches++
		got := server.Search(t, step.Request, step.Lenient)
		if problem := step.Want.compare(got); problem != "" {
			t.Errorf("%s:%d: search %s: %s\n got %s\nwant %s", file, step.Line, step.Request, problem, got, step.Want)
		}
	}
	return searches
}

// compare says what of a result is not as wanted; "" when all is.
func (w Want) compare(got Result) string {
	if w.Refused || got.Refused {
		if w.Refused == got.Refused {
			return ""
		}
		return "refused or not"
	}
	matches, included := got.Matches, sorted(got.Included)
	wanted := w.Matches
	if !w.Ordered {
		matches, wanted = sorted(matches), sorted(wanted)
	}
	total := w.Total
	if total < 0 {
		total = len(w.Matches)
	}
	switch {
	case !slices.Equal(matches, wanted):
		return "other matches"
	case !slices.Equal(included, sorted(w.Included)):
		return "other includes"
	case got.Total >= 0 && got.Total != total:
		return "another total"
	}
	return ""
}

// String is the result as a script would have it.
func (r Result) String() string {
	return Want{Refused: r.Refused, Matches: r.Matches, Included: r.Included, Total: r.Total}.String()
}

// String is the expectation as a script has it.
func (w Want) String() string {
	if w.Refused {
		return "refused"
	}
	var words []string
	if w.Ordered {
		words = append(words, "=")
	}
	for _, key := range w.Matches {
		words = append(words, key.String())
	}
	if len(w.Included) > 0 {
		words = append(words, "+")
	}
	for _, key := range w.Included {
		words = append(words, key.String())
	}
	if w.Total >= 0 {
		words = append(words, fmt.Sprintf("(total %d)", w.Total))
	}
	return strings.Join(words, " ")
}

func sorted(keys []fhir.Key) []fhir.Key {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b fhir.Key) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}
