package validation_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

const (
	brokenFile   = "testdata/broken.ndjson"         // found by TestBreakages
	byHandFile   = "testdata/broken-by-hand.ndjson" // written, where chance does not find one
	unbrokenFile = "testdata/unbroken.tsv"
)

// broken is a resource that breaks one invariant and nothing else.
type broken struct {
	Key      string          `json:"key"`
	Resource json.RawMessage `json:"resource"`
}

// TestInvariants_BrokenAlone holds a resource for every invariant of R4 that is an error: that one is
// reported, and no other fault. Those that no resource can break alone are listed with the reason, and no
// invariant is in neither list.
func TestInvariants_BrokenAlone(t *testing.T) {
	all := errorInvariants(r4.Definitions())
	validator := validation.New(r4.Definitions())
	told := map[string]bool{}
	for _, row := range slices.Concat(brokenResources(t, brokenFile), brokenResources(t, byHandFile)) {
		if all[row.Key] == nil || told[row.Key] {
			t.Errorf("%s is no invariant, or is here twice", row.Key)
		}
		told[row.Key] = true
		if got := faultsOf(validator, row.Resource); len(got) != 1 || got[0] != row.Key {
			t.Errorf("%s: %.300s breaks %v", row.Key, row.Resource, got)
		}
	}
	for key, reason := range unbroken(t) {
		if all[key] == nil || told[key] || reason == "" {
			t.Errorf("%s: is no invariant, is broken alone, or has no reason", key)
		}
		told[key] = true
	}
	for key := range all {
		if !told[key] {
			t.Errorf("%s: no resource breaks it, and no reason is said", key)
		}
	}
	t.Logf("%d invariants, %d of them not to be broken alone", len(all), len(unbroken(t)))
}

// context is a place where an invariant holds: the root of a structure, or an element of one.
type context struct {
	of      *definition.Structure
	element *definition.Element // nil for the root
	rule    *definition.Constraint
}

// errorInvariants are the places of every invariant whose breach is an error, by key.
func errorInvariants(set *definition.Set) map[string][]context {
	all := map[string][]context{}
	add := func(c context) {
		if c.rule.Error && !c.rule.BestPractice {
			all[c.rule.Key] = append(all[c.rule.Key], c)
		}
	}
	for _, s := range set.Structures() {
		for _, rule := range s.Constraints {
			add(context{s, nil, rule})
		}
		for _, e := range s.Elements {
			for _, rule := range e.Constraints {
				add(context{s, e, rule})
			}
		}
	}
	return all
}

// faultsOf are the faults of a resource, each once: the keys of invariants, the details of others.
func faultsOf(validator *validation.Validator, source []byte) []string {
	tree, outcome := element.Parse(r4.Definitions(), source, element.Limits{})
	if tree != nil && !outcome.Failed() {
		outcome = validator.Validate(tree)
	}
	found := map[string]bool{}
	for _, issue := range outcome {
		if issue.Severity == fhir.SeverityError || issue.Severity == fhir.Fatal {
			found[strings.TrimPrefix(issue.Detail, "constraint-")] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func brokenResources(t *testing.T, file string) []broken {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []broken
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var row broken
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// unbroken are the invariants that cannot be broken alone, with the reasons.
func unbroken(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(unbrokenFile)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if key, reason, found := strings.Cut(lines.Text(), "\t"); found {
			reasons[key] = reason
		}
	}
	return reasons
}
