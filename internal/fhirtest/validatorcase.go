package fhirtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ValidatorCase is one step of HL7's validator cases: a file, what it may look up, and HL7's verdict.
type ValidatorCase struct {
	Name, Module string
	File         string   // these are in Folder
	Profile      string   // what the file is held to; may be empty
	Supporting   []string // definitions it may look up
	Valid        bool     `json:"expected_valid"`
	Options      struct {
		Examples    *bool // nil is true
		Aggregation *bool `json:"enforceAggregationOutsideBundles"` // nil is true
		Comments    bool  `json:"allow-comments"`
	}
	Folder string `json:"-"`
}

// Path is where a file of the case is.
func (c *ValidatorCase) Path(name string) string {
	return filepath.Join(c.Folder, filepath.FromSlash(name))
}

// Read reads a file of the case.
func (c *ValidatorCase) Read(t testing.TB, name string) []byte {
	t.Helper()
	source, err := os.ReadFile(c.Path(name))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// ValidatorCases reads HL7's validator cases; without the shared material the test is skipped, or fails in CI.
func ValidatorCases(t testing.TB) []ValidatorCase {
	t.Helper()
	source, err := os.ReadFile(SharedData(t, "fhir-test-cases", "validator_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []ValidatorCase
	if err := json.Unmarshal(source, &cases); err != nil {
		t.Fatal(err)
	}
	folder := SharedData(t, "fhir-test-cases", "validator")
	for i := range cases {
		cases[i].Folder = folder
	}
	return cases
}

// Verdicts compares verdicts with HL7's, and with those that are known to differ
// (fhir/validation/testdata/known-verdicts.tsv: name, and why). A difference that is not listed is an error,
// and so is a line of the list that is no difference.
type Verdicts struct {
	known       map[string]string
	asked, like int
}

// KnownVerdicts reads what is known to differ.
func KnownVerdicts(t testing.TB) *Verdicts {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(ModuleRoot(t), "fhir", "validation", "testdata", "known-verdicts.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	v := Verdicts{known: map[string]string{}}
	for line := range strings.Lines(string(text)) {
		columns := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(columns) != 2 || slices.Contains(columns, "") {
			t.Fatalf("known-verdicts.tsv: %q, want a name and a reason", line)
		}
		v.known[columns[0]] = columns[1]
	}
	return &v
}

// Hold reports whether a verdict on a case is as it should be: HL7's, or another where that is listed. It
// fails the test where not.
func (v *Verdicts) Hold(t testing.TB, c *ValidatorCase, valid bool) bool {
	t.Helper()
	v.asked++
	agrees := valid == c.Valid
	if agrees {
		v.like++
	}
	asListed := agrees == (v.known[c.Name] == "")
	delete(v.known, c.Name)
	if !asListed {
		t.Errorf("%s (%s): valid = %t, and HL7 says %t", c.Name, c.Module, valid, c.Valid)
	}
	return asListed
}

// Done fails the test for what is listed and is no case, and when fewer than 95 in 100 verdicts are HL7's.
func (v *Verdicts) Done(t testing.TB) {
	t.Helper()
	for name := range v.known {
		t.Errorf("known-verdicts.tsv names %s, which is no case", name)
	}
	t.Logf("%d of %d verdicts agree", v.like, v.asked)
	if v.like*100 < v.asked*95 {
		t.Errorf("%d of %d verdicts agree, want 95 in 100", v.like, v.asked)
	}
}
