package snapshot_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/validation/snapshot"
	"hearken/internal/fhirtest"
)

// snapshotCase is one of HL7's cases, as shared/data has them.
type snapshotCase struct {
	ID, Dir, Input, Register, Include string
	Expected                          string
	Fail, Sort, Version               string
}

func readFile(t testing.TB, path string) *igpackage.Package {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, outcome := igpackage.ReadFile(r4.Definitions(), filepath.Base(path), data, igpackage.Limits{})
	if p == nil || len(p.Structures) == 0 {
		t.Fatalf("ReadFile(%s) = %+v", path, outcome)
	}
	return p
}

// readStructure reads the one structure of a case's file.
func readStructure(path string) (*definition.StructureDefinition, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, outcome := igpackage.ReadFile(r4.Definitions(), filepath.Base(path), data, igpackage.Limits{})
	if p != nil && len(p.Structures) == 0 {
		p, outcome = igpackage.ReadFile(r4.Definitions(), filepath.Base(path), older(data), igpackage.Limits{})
	}
	if p == nil || len(p.Structures) == 0 {
		return nil, fmt.Errorf("no R4: %s", outcome[0].Diagnostics)
	}
	return &p.Structures[0], nil
}

// source finds the structures given, then R4's, in whatever version they are asked for.
func source(given ...*definition.StructureDefinition) snapshot.Source {
	core := snapshot.First(r4.Definitions().StructureDefinition, r4.Guide)
	return func(canonical string) *definition.StructureDefinition {
		url, _, _ := strings.Cut(canonical, "|")
		for _, s := range given {
			if s.URL == url {
				return s
			}
		}
		return core(url)
	}
}

// lines is what is compared of a snapshot.
func lines(rows []definition.ElementDefinition) []string {
	var out []string
	for _, row := range rows {
		var types []string
		if len(row.Types) > 20 {
			row.Types = []definition.TypeRef{{Code: "any"}} // there are more types in R4B
		}
		for _, ref := range row.Types {
			text := fmt.Sprint(ref.Code, ref.Profiles, ref.TargetProfiles)
			types = append(types, strings.ReplaceAll(text, "|4.0.1", "")) // some cases were made with canonicals pinned
		}
		if strings.HasSuffix(row.Path, ".id") {
			types = nil // the type of Element.id differs between the releases the cases were made with
		}
		id := row.ID
		if id == "" {
			id = row.Path
			if row.SliceName != "" {
				id += ":" + row.SliceName
			}
		}
		out = append(out, fmt.Sprintf("%s %s %d..%d %s%s", id, row.Path, row.Min, row.Max, strings.Join(types, " "), row.ContentReference))
	}
	return out
}

func readCases(t *testing.T) []snapshotCase {
	t.Helper()
	data, err := os.ReadFile(fhirtest.SharedData(t, "fhir-test-cases", "snapshot_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []snapshotCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func caseFile(t *testing.T, c *snapshotCase, name string) string {
	t.Helper()
	folder := fhirtest.SharedData(t, "fhir-test-cases", "snapshot-generation", c.Dir)
	if filepath.Ext(name) != "" {
		return filepath.Join(folder, name)
	}
	for _, extension := range []string{".xml", ".json"} {
		if path := filepath.Join(folder, name+extension); fileExists(path) {
			return path
		}
	}
	t.Fatalf("%s: there is no %s", c.ID, name)
	return ""
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// runCase gives what is wrong with our answer to a case, "" for nothing.
func runCase(t *testing.T, c *snapshotCase) string {
	t.Helper()
	var given []*definition.StructureDefinition
	for name := range strings.SplitSeq(c.Register+","+c.Include, ",") {
		if name != "" {
			s, err := readStructure(caseFile(t, c, name))
			if err != nil {
				return err.Error()
			}
			given = append(given, s)
		}
	}
	input, err := readStructure(caseFile(t, c, c.Input))
	switch {
	case err != nil && c.Fail == "true":
		return "" // refused already by the reader
	case err != nil:
		return err.Error()
	}
	for _, one := range append(given, input) {
		if len(one.Differential) > 0 && source(given...)(one.BaseDefinition) != nil {
			one.Elements = nil // made afresh
		}
	}
	given = append(given, input)
	for _, one := range inputs(t, c.Dir) { // the cases build on each other
		given = append(given, one)
	}
	g := snapshot.New(source(given...), snapshot.Options{Strict: c.Sort != "true"})
	rows, outcome := g.Generate(input)
	if c.Fail == "true" {
		if !outcome.Failed() {
			return "it is accepted, and should not be"
		}
		return ""
	}
	if outcome.Failed() {
		return fmt.Sprintf("it is refused: %+v", outcome)
	}
	want, err := readStructure(caseFile(t, c, c.Expected))
	if err != nil {
		return err.Error()
	}
	sameRelease(want.Elements, rows)
	return difference(lines(want.Elements), lines(rows))
}

// sameRelease takes the types of rows away that no profile changed and that have more in the expected snapshot: it was
// made over R4B, where some elements have types and targets that R4 has not.
func sameRelease(want, got []definition.ElementDefinition) {
	byID := map[string]*definition.ElementDefinition{}
	for i := range want {
		byID[want[i].ID] = &want[i]
	}
	for i := range got {
		expected := byID[got[i].ID]
		if expected == nil || !isPublished(&got[i]) || !covers(expected.Types, got[i].Types) {
			continue
		}
		expected.Types, got[i].Types = nil, nil
	}
}

// isPublished reports whether the types of a row are those R4 gives an element of the same name in the same resource.
func isPublished(row *definition.ElementDefinition) bool {
	name, _, _ := strings.Cut(row.Path, ".")
	s := r4.Definitions().StructureDefinition("http://hl7.org/fhir/StructureDefinition/" + name)
	if s == nil {
		return false
	}
	last := row.Path[strings.LastIndexByte(row.Path, '.')+1:]
	return slices.ContainsFunc(s.Elements, func(e definition.ElementDefinition) bool {
		return strings.HasSuffix(e.Path, "."+last) && cmp.Equal(e.Types, row.Types)
	})
}

// covers reports whether a list of types has all that another has, targets included.
func covers(list, other []definition.TypeRef) bool {
	for _, ref := range other {
		if !slices.ContainsFunc(list, func(l definition.TypeRef) bool {
			return l.Code == ref.Code && !slices.ContainsFunc(ref.TargetProfiles, func(target string) bool { return !slices.Contains(l.TargetProfiles, target) })
		}) {
			return false
		}
	}
	return true
}

// difference lists the lines that only one of two lists has.
func difference(want, got []string) string {
	if slices.Equal(want, got) {
		return ""
	}
	var out strings.Builder
	for _, line := range want {
		if !slices.Contains(got, line) {
			out.WriteString("\n- " + line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			out.WriteString("\n+ " + line)
		}
	}
	if out.Len() == 0 {
		return "\nthe order differs:\n" + cmp.Diff(want, got)
	}
	return out.String()
}

var allInputs = map[string][]*definition.StructureDefinition{}

// inputs reads the inputs of all cases of a folder.
func inputs(t *testing.T, dir string) []*definition.StructureDefinition {
	t.Helper()
	if all, ok := allInputs[dir]; ok {
		return all
	}
	for _, c := range readCases(t) {
		data, err := os.ReadFile(caseFile(t, &c, c.Input))
		if err != nil {
			t.Fatal(err)
		}
		if p, _ := igpackage.ReadFile(r4.Definitions(), c.Input, data, igpackage.Limits{}); c.Dir == dir && p != nil && len(p.Structures) > 0 {
			p.Structures[0].Elements = nil
			allInputs[dir] = append(allInputs[dir], &p.Structures[0])
		}
	}
	return allInputs[dir]
}

// knownFailures reads a list of testdata: the reason by case.
func knownFailures(t *testing.T, name string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if id, reason, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(id, "#") {
			known[id] = reason
		}
	}
	return known
}

// TestGenerate_HL7 runs HL7's cases: what is to be refused is, and of the others ids, paths, cardinalities
// and types are HL7's.
func TestGenerate_HL7(t *testing.T) {
	known, passed := knownFailures(t, "known-failures.tsv"), 0
	cases := readCases(t)
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			wrong, reason := runCase(t, &c), known[c.ID]
			delete(known, c.ID)
			switch {
			case wrong != "" && reason == "":
				t.Error(wrong)
			case wrong == "" && reason != "":
				t.Errorf("it passes, and is known to fail: %s", reason)
			case wrong == "":
				passed++
			}
		})
	}
	for id := range known {
		t.Errorf("known-failures.tsv names %s, which is no case", id)
	}
	t.Logf("%d of %d cases pass", passed, len(cases))
}
