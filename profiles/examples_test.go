package profiles_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hearken/fhir/element"
)

// example is a file of examples/valid or examples/invalid.
type example struct {
	file    string
	tree    *element.Tree
	profile string
}

func examples(t testing.TB, folder string) []example {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("examples", folder, "*.json"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files in examples/%s, %v, want them all", len(files), folder, err)
	}
	var found []example
	for _, file := range files {
		found = append(found, readExample(t, file))
	}
	return found
}

func readExample(t testing.TB, file string) example {
	t.Helper()
	tree := parse(t, file, readFile(t, file))
	profile := tree.Root().Child("meta").Child("profile").Text()
	if structures(t)[profile] == nil {
		t.Errorf("%s declares %q, want a profile of ours", file, profile)
	}
	if id := text(tree.Root(), "id"); id+".json" != filepath.Base(file) {
		t.Errorf("%s has id %q", file, id)
	}
	return example{filepath.Base(file), tree, profile}
}

func TestExamples_Valid(t *testing.T) {
	shown := map[string]bool{}
	env := newEnv()
	for _, e := range examples(t, "valid") {
		shown[e.profile] = true
		for i := range e.tree.Len() {
			n := e.tree.Node(i)
			if !n.IsResource() {
				continue
			}
			profile := n.Child("meta").Child("profile").Text()
			if keys := broken(t, env, n, profile); len(keys) > 0 {
				t.Errorf("%s: %s breaks %q, want nothing", e.file, n.Location(), keys)
			}
			if faults := structureFaults(t, structures(t), n, profile); len(faults) > 0 {
				t.Errorf("%s: faults of structure %q, want none", e.file, faults)
			}
		}
		env.Reset()
	}
	for url, s := range structures(t) {
		if s.Type != "Extension" && !shown[url] {
			t.Errorf("no valid example of %s", url)
		}
	}
}

// fault is a row of examples/invalid.json: what is wrong with a file, and with which one it is to be compared.
type fault struct {
	File, Profile, From, Severity string
	Rule                          string // the key of an invariant, or:
	Kind, Path                    string // minimum, maximum, fixed, pattern, type, target, binding, context, and where
}

func faults(t testing.TB) []fault {
	t.Helper()
	var rows []fault
	decoder := json.NewDecoder(bytes.NewReader(readFile(t, filepath.Join("examples", "invalid.json"))))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// Each invalid example breaks the rule it is there for, and nothing else; those with a fault of structure have that
// one, and break no rule.
func TestExamples_Invalid(t *testing.T) {
	env := newEnv()
	shown := map[string]bool{}
	for _, row := range faults(t) {
		e := readExample(t, filepath.Join("examples", "invalid", row.File))
		if filepath.Base(e.profile) != row.Profile {
			t.Errorf("%s declares %s, want %s", row.File, e.profile, row.Profile)
		}
		var want, wantFaults []string
		if row.Rule != "" {
			want, shown[row.Rule] = []string{row.Rule}, true
		} else {
			wantFaults = []string{row.Kind + " " + row.Path}
		}
		if got := broken(t, env, e.tree.Root(), e.profile); !slices.Equal(got, want) {
			t.Errorf("%s breaks %q, want %q", row.File, got, want)
		}
		if got := structureFaults(t, structures(t), e.tree.Root(), e.profile); !slices.Equal(got, wantFaults) {
			t.Errorf("%s has faults of structure %q, want %q", row.File, got, wantFaults)
		}
		checkSevere(t, row)
		env.Reset()
	}
	for _, r := range allRules(t) {
		if !shown[r.Key] {
			t.Errorf("no example breaks %s", r.Key)
		}
	}
}

func checkSevere(t *testing.T, row fault) {
	t.Helper()
	if _, err := os.Stat(filepath.Join("examples", "valid", row.From)); err != nil {
		t.Errorf("%s is compared with a file that is not there: %v", row.File, err)
	}
	if (row.Rule == "") == (row.Kind == "" || row.Path == "") {
		t.Errorf("%s: want a rule, or a kind and a path", row.File)
	}
	for _, r := range allRules(t) {
		if want := map[bool]string{true: "error", false: "warning"}[r.Error]; r.Key == row.Rule && row.Severity != want {
			t.Errorf("%s: severity %q, want %q", row.File, row.Severity, want)
		}
	}
}

// A mistake can always be marked as one: no error stands in the way of entered-in-error.
func TestExamples_EnteredInError(t *testing.T) {
	env := newEnv()
	tried := 0
	for _, row := range faults(t) {
		source := readFile(t, filepath.Join("examples", "invalid", row.File))
		marked := bytes.Replace(source, []byte("\n  \"status\": \"active\""), []byte("\n  \"status\": \"entered-in-error\""), 1)
		marked = bytes.Replace(marked, []byte("\n  \"status\": \"final\""), []byte("\n  \"status\": \"entered-in-error\""), 1)
		if bytes.Equal(marked, source) {
			continue
		}
		tried++
		tree := parse(t, row.File, marked)
		for _, key := range broken(t, env, tree.Root(), text(tree.Root().Child("meta"), "profile")) {
			if isError(t, key) {
				t.Errorf("%s, entered in error: breaks %s", row.File, key)
			}
		}
		env.Reset()
	}
	if tried < 40 {
		t.Errorf("%d examples tried, want all with a status", tried)
	}
}

func isError(t testing.TB, key string) bool {
	i := slices.IndexFunc(allRules(t), func(r rule) bool { return r.Key == key })
	return i >= 0 && allRules(t)[i].Error
}

func TestExamples_InvalidAllListed(t *testing.T) {
	listed := map[string]int{}
	for _, row := range faults(t) {
		listed[row.File]++
	}
	for _, e := range examples(t, "invalid") {
		if listed[e.file] != 1 {
			t.Errorf("invalid.json lists %s %d times, want once", e.file, listed[e.file])
		}
		delete(listed, e.file)
	}
	for file := range listed {
		t.Errorf("invalid.json lists %s, which is not there", file)
	}
}
