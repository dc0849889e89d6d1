package search_test

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search"
)

var update = flag.Bool("update", false, "write what the parser makes of testdata/parse/*.txt into these files, for review")

// parserAt is a parser whose clock stands still, in London.
func parserAt(t testing.TB) *search.Parser {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return &search.Parser{
		Registry: registry(), Zone: london, Base: "https://hearken.example/fhir",
		Now: func() time.Time { return time.Date(2024, 1, 11, 0, 0, 0, 0, time.UTC) },
	}
}

// Each file is rows of a request, and below it, indented, what the parser makes of it: the expression, what else
// is asked if it is not the default, "!" and each fault, "~" and each warning. A row may begin with options in
// brackets: [lenient], [criteria], [compartment Patient/1].
func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/parse/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/parse/*.txt: %v", err)
	}
	rows := 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { rows += runParseFile(t, file) })
	}
	if rows < 150 && !t.Failed() {
		t.Errorf("testdata/parse has %d rows, want 150 at least", rows)
	}
}

func runParseFile(t *testing.T, file string) (rows int) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parser := parserAt(t)
	if filepath.Base(file) == "terminology.txt" {
		parser.Terminology = smallTerminology
	}
	var out strings.Builder
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i := 0; i < len(lines); {
		row := lines[i]
		fmt.Fprintln(&out, row)
		if i++; row == "" || strings.HasPrefix(row, "#") {
			continue
		}
		var want []string
		for ; i < len(lines) && strings.HasPrefix(lines[i], "  "); i++ {
			want = append(want, lines[i][2:])
		}
		got := describeParse(t, parser, row)
		rows++
		if diff := cmp.Diff(want, got); diff != "" && !*update {
			t.Errorf("Parse(%s): (-want +got)\n%s", row, diff)
		}
		for _, line := range got {
			fmt.Fprintln(&out, "  "+line)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// describeParse parses a row and says what came of it, a line for each thing.
func describeParse(t *testing.T, parser *search.Parser, row string) []string {
	target, pairs, options := readRow(t, row)
	request, err := parser.Parse(target, pairs, options)
	var failure *fhir.Error
	switch {
	case errors.As(err, &failure):
		lines := []string{"refused: " + string(failure.Code)}
		for _, issue := range failure.Issues {
			lines = append(lines, "! "+describeIssue(issue))
		}
		return lines
	case err != nil:
		t.Fatalf("Parse(%s) = %v, want a *fhir.Error", row, err)
	}
	return describeRequest(request, target)
}

func describeIssue(issue fhir.Issue) string {
	text, _, _ := strings.Cut(issue.Diagnostics, "; valid")
	return fmt.Sprintf("%s %s: %s", issue.Expression, issue.Detail, text)
}

func describeRequest(r *search.Request, target search.Target) []string {
	q := r.Query
	var lines []string
	if q.Where != nil {
		lines = append(lines, q.Where.String())
	} else {
		lines = append(lines, "everything")
	}
	if target.Type == "" {
		lines = append(lines, fmt.Sprintf("types %d: %s…", len(q.Types), strings.Join(typeNames(q.Types[:min(2, len(q.Types))]), " ")))
	}
	for _, key := range q.Sort {
		lines = append(lines, "sort "+key.String())
	}
	if q.Count != 50 {
		lines = append(lines, fmt.Sprintf("count %d", q.Count))
	}
	if q.Total != 0 {
		lines = append(lines, "total "+q.Total.String())
	}
	for _, include := range q.Includes[:min(len(q.Includes), 4)] {
		lines = append(lines, include.String())
	}
	if r.Summary != 0 {
		lines = append(lines, fmt.Sprintf("summary %d", r.Summary))
	}
	if len(r.Elements) > 0 {
		lines = append(lines, "elements "+strings.Join(r.Elements, " "))
	}
	if q.Cursor != "" {
		lines = append(lines, "cursor "+q.Cursor)
	}
	for _, issue := range r.Issues {
		lines = append(lines, "~ "+describeIssue(issue))
	}
	return lines
}

func typeNames(types []fhir.Type) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return names
}

// readRow reads "[options] Type?a=b&c=d"; + and % are as in a URL.
func readRow(t testing.TB, row string) (target search.Target, pairs []search.Pair, o search.Options) {
	t.Helper()
	for strings.HasPrefix(row, "[") {
		option, rest, _ := strings.Cut(row[1:], "] ")
		switch word, argument, _ := strings.Cut(option, " "); word {
		case "lenient":
			o.Lenient = true
		case "criteria":
			o.Criteria = true
		case "compartment":
			typ, id, _ := strings.Cut(argument, "/")
			target.Compartment = fhir.Key{Type: fhir.Type(typ), ID: fhir.ID(id)}
		default:
			t.Fatalf("%s: unknown option", row)
		}
		row = rest
	}
	path, queryText, _ := strings.Cut(row, "?")
	if target.AllTypes = path == "*"; !target.AllTypes {
		target.Type = fhir.Type(path)
	}
	for text := range strings.SplitSeq(queryText, "&") {
		name, value, _ := strings.Cut(text, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if err := errors.Join(errName, errValue); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		if text != "" {
			pairs = append(pairs, search.Pair{Name: name, Value: value})
		}
	}
	return target, pairs, o
}
