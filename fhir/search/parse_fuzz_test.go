package search_test

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/search"
)

// FuzzParse parses what it is given and, if that is a request, what the request says was applied: the two must ask
// for the same. No text may make the parser panic or build more than its limits allow.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/parse/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if line != "" && strings.IndexByte(" #[\n", line[0]) < 0 {
				f.Add(strings.TrimSuffix(line, "\n"), false, false)
			}
		}
	}
	p := parserAt(f)
	f.Fuzz(func(t *testing.T, text string, lenient, criteria bool) {
		path, queryText, _ := strings.Cut(text, "?")
		target := search.Target{Type: fhir.Type(path)}
		if registry().Parameters(target.Type) == nil {
			target.Type = "Patient"
		}
		options := search.Options{Lenient: lenient, Criteria: criteria}
		request, err := p.Parse(target, loosePairs(queryText), options)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		again, err := p.Parse(target, request.Applied, search.Options{Criteria: criteria})
		if err != nil {
			t.Fatalf("Parse(%s) applied %q, which is refused: %v", text, request.Applied, err)
		}
		again.Query.Cursor = request.Query.Cursor
		if a, b := request.Query.String(), again.Query.String(); a != b || again.Summary != request.Summary ||
			!slices.Equal(again.Elements, request.Elements) {
			t.Fatalf("Parse(%s) = %s, and what it applied %s", text, a, b)
		}
	})
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	failure, ok := err.(*fhir.Error)
	if !ok || len(failure.Issues) == 0 {
		t.Fatalf("Parse failed with %v, want a *fhir.Error with issues", err)
	}
	for _, issue := range failure.Issues {
		if issue.Severity != fhir.SeverityError || issue.Diagnostics == "" {
			t.Fatalf("Parse failed with issue %+v, want an error with words", issue)
		}
	}
}

// loosePairs reads a query string and takes what is not escaped properly as it stands.
func loosePairs(text string) []search.Pair {
	var pairs []search.Pair
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if decoded, err := url.QueryUnescape(value); err == nil {
			value = decoded
		}
		pairs = append(pairs, search.Pair{Name: name, Value: value})
	}
	return pairs
}
