package fhirpath_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// suiteCase is one case of HL7's FHIRPath suite, as in fhirpath_cases.json.
type suiteCase struct {
	Name        string
	Group       string
	InputFile   string
	Expression  string
	Expected    []struct{ Type, Value string }
	Invalid     bool
	InvalidKind string `json:"invalid_kind"`
	Predicate   bool
	Mode        string
	Ordered     string
}

// TestSuite runs HL7's official FHIRPath suite. A case that fails must be listed in
// testdata/known-failures.txt, and one that is listed must fail.
func TestSuite(t *testing.T) {
	known := knownFailures(t)
	cases := suiteCases(t)
	var failed int
	index := map[string]int{}
	for _, c := range cases {
		id := fmt.Sprintf("%s %d %s", c.Group, index[c.Group], c.Name)
		index[c.Group]++
		fault := runSuiteCase(t, c)
		reason, listed := known[id]
		delete(known, id)
		switch {
		case fault != "" && !listed:
			t.Errorf("%s: %q: %s", id, c.Expression, fault)
			failed++
		case fault == "" && listed:
			t.Errorf("%s: %q passes, and is listed as failing: %s", id, c.Expression, reason)
		case fault != "":
			failed++
		}
	}
	for id := range known {
		t.Errorf("testdata/known-failures.txt lists %q, which is no case of the suite", id)
	}
	t.Logf("%d of %d cases pass", len(cases)-failed, len(cases))
}

// runSuiteCase gives what is wrong with the outcome of a case, or "".
func runSuiteCase(t *testing.T, c suiteCase) string {
	opts := []fhirpath.Option{fhirpath.Normative()}
	if c.Mode == "strict" || c.InvalidKind == "semantic" {
		opts = append(opts, fhirpath.Strict())
	}
	var focus []fhirpath.Item
	if c.InputFile != "" {
		root := suiteInput(t, c.InputFile).Root()
		opts = append(opts, fhirpath.On(root.Name()))
		focus = []fhirpath.Item{fhirpath.Of(root)}
	}
	var result fhirpath.Collection
	e, err := fhirpath.Compile(r4.Definitions(), c.Expression, opts...)
	if err == nil {
		result, err = e.Evaluate(&fhirpath.Env{Now: suiteNow}, focus...)
	}
	switch {
	case c.Invalid && err == nil:
		return fmt.Sprintf("got %v, want an error (%s)", result, c.InvalidKind)
	case c.Invalid:
		return ""
	case err != nil:
		return fmt.Sprintf("got error %v", err)
	}
	if c.Predicate {
		result = fhirpath.Collection{fhirpath.OfBoolean(len(result) > 0)}
	}
	return compareSuiteResult(c, result)
}

var suiteNow = time.Date(2026, 3, 1, 3, 4, 5, 6e6, time.FixedZone("", 3600))

func compareSuiteResult(c suiteCase, result fhirpath.Collection) string {
	var got, want []string
	for i, item := range result {
		kind := ""
		if i < len(c.Expected) {
			kind = c.Expected[i].Type
		}
		got = append(got, suiteText(item, kind))
	}
	for _, e := range c.Expected {
		value := strings.TrimPrefix(e.Value, "@")
		if e.Type != "" {
			value = e.Type + " " + value
		}
		value = strings.TrimPrefix(value, "T") // of a time
		want = append(want, value)
	}
	if c.Ordered == "false" {
		return sameElements(got, want)
	}
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		return fmt.Sprintf("got %q, want %q", got, want)
	}
	return ""
}

func sameElements(got, want []string) string {
	count := map[string]int{}
	for _, s := range want {
		count[s]++
	}
	for _, s := range got {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return fmt.Sprintf("got %q, want %q in any order", got, want)
		}
	}
	return ""
}

// suiteText is an item as the suite writes it: type and value, without a type where it gives none.
func suiteText(i fhirpath.Item, kind string) string {
	if kind == "" {
		return i.String()
	}
	_, name, _ := strings.Cut(i.Type(), ".")
	if strings.HasPrefix(i.Type(), "System.") && name != "Quantity" {
		name = strings.ToLower(name[:1]) + name[1:]
	}
	return name + " " + i.String()
}

var suiteTrees = map[string]*element.Tree{}

func suiteInput(t *testing.T, name string) *element.Tree {
	t.Helper()
	name = strings.TrimSuffix(name, filepath.Ext(name)) + ".json"
	if suiteTrees[name] == nil {
		suiteTrees[name] = parseFile(t, fhirtest.SharedData(t, "fhir-test-cases", "fhirpath", "input-json", name))
	}
	return suiteTrees[name]
}

func parseFile(t testing.TB, path string) *element.Tree {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text = repaired(t, filepath.Base(path), text)
	tree, outcome := element.Parse(r4.Definitions(), text, element.DefaultLimits())
	if tree == nil {
		t.Fatalf("Parse(%s) = %v", filepath.Base(path), outcome)
	}
	return tree
}

// repairs mend what the conversion of the suite's inputs from XML to JSON broke: what may not stand in
// R4's JSON as it does.
var repairs = map[string][]string{
	"observation-example.json": {`"value": "41"`, `"value": 41`, `"value": "185"`, `"value": 185`},
	"parameters-example-types.json": {`"valueDecimal": "1.0"`, `"valueDecimal": 1.0`, `{
    "value": "urn:uuid:79a14950-442c-11ed-b878-0242ac120002"
   }`, `"urn:uuid:79a14950-442c-11ed-b878-0242ac120002"`},
	"patient-name-extensions.json": {`      }
     ]
    }
   ],
   "period"`, `      }
     ]
    },
    null
   ],
   "period"`},
}

func repaired(t testing.TB, name string, text []byte) []byte {
	if changes := repairs[name]; changes != nil {
		text = []byte(strings.NewReplacer(changes...).Replace(string(text)))
	}
	if bytes.Contains(text, []byte(`"fhir_comments"`)) {
		return withoutComments(t, text)
	}
	return text
}

// withoutComments takes out the members fhir_comments, which DSTU2 allowed and R4 does not.
func withoutComments(t testing.TB, text []byte) []byte {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(prune(value))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func prune(value any) any {
	switch v := value.(type) {
	case map[string]any:
		delete(v, "fhir_comments")
		for key, member := range v {
			if member = prune(member); member == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		empty := true
		for i := range v {
			v[i] = prune(v[i])
			empty = empty && v[i] == nil
		}
		if empty {
			return nil
		}
	}
	return value
}

func suiteCases(t *testing.T) []suiteCase {
	text, err := os.ReadFile(fhirtest.SharedData(t, "fhir-test-cases", "fhirpath_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []suiteCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// knownFailures reads "group index name: reason" lines.
func knownFailures(t *testing.T) map[string]string {
	text, err := os.ReadFile(filepath.Join("testdata", "known-failures.txt"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, reason, ok := strings.Cut(line, ": ")
		if !ok || reason == "" {
			t.Fatalf("known-failures.txt: %q has no reason", line)
		}
		known[id] = reason
	}
	return known
}
