package validation_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// jsonFiles reads the JSON files below a folder of the shared material, by path below it.
func jsonFiles(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	root := fhirtest.SharedData(t, folder)
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// knownFailures reads testdata/known-failures.txt: file, details of its errors, reason.
func knownFailures(t testing.TB) map[string][]string { return knownDetails(t, "known-failures.txt") }

func knownDetails(t testing.TB, name string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSpace(line), "\t")
		if len(columns) != 3 {
			t.Fatalf("%s: %q, want a file, details and a reason", name, line)
		}
		known[columns[0]] = strings.Split(columns[1], " ")
	}
	return known
}

func errorDetails(outcome fhir.Outcome) []string {
	var details []string
	for _, issue := range outcome {
		if issue.Severity == fhir.SeverityError || issue.Severity == fhir.Fatal {
			details = append(details, issue.Detail)
		}
	}
	slices.Sort(details)
	return slices.Compact(details)
}

func TestValidate_Examples(t *testing.T) {
	validator, known := validation.New(r4.Definitions()), knownFailures(t)
	files := jsonFiles(t, "examples")
	for name, source := range files {
		tree, outcome := element.Parse(r4.Definitions(), source, element.Limits{})
		if tree == nil {
			t.Errorf("Parse(%s) = %+v, want a tree", name, outcome)
			continue
		}
		outcome = validator.Validate(tree)
		if got := errorDetails(outcome); !slices.Equal(got, known[name]) {
			t.Errorf("Validate(%s) errors = %q, want %q", name, got, known[name])
			for _, issue := range outcome {
				t.Logf("%s: %s %s: %s", name, issue.Severity, issue.Expression, issue.Diagnostics)
			}
		}
	}
	for name := range known {
		if files[name] == nil {
			t.Errorf("known-failures.txt names %s, which is no example", name)
		}
	}
}

func TestValidate_Synthea(t *testing.T) {
	validator := validation.New(r4.Definitions())
	nodes := 0
	for name, source := range jsonFiles(t, "synthea") {
		tree, outcome := element.Parse(r4.Definitions(), source, element.Limits{})
		if tree == nil {
			t.Errorf("Parse(%s) = %+v, want a tree", name, outcome)
			continue
		}
		nodes += tree.Len()
		for _, issue := range validator.Validate(tree) {
			t.Errorf("Validate(%s) = %s %s: %s, want nothing", name, issue.Severity, issue.Expression, issue.Diagnostics)
		}
	}
	t.Logf("%d elements", nodes)
}

func TestNew_EveryInvariantCompiles(t *testing.T) {
	for _, err := range validation.New(r4.Definitions(), validation.WithBestPractice()).Unsupported() {
		t.Errorf("New: invariant %v", err)
	}
}
