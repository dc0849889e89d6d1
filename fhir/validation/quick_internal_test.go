package validation

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// TestQuickTests_AgreeWithFHIRPath asks every quick test and every native invariant the same as FHIRPath, over
// all examples and over each example with one member left out at each place: what is told
// quickly must be what the expression says.
func TestQuickTests_AgreeWithFHIRPath(t *testing.T) {
	set, validator := r4.Definitions(), New(r4.Definitions(), WithBestPractice())
	planner := newPlanner(validator) // compiles each expression once, the native ones too
	told := map[string][3]int{}
	root := fhirtest.SharedData(t, "examples")
	paths, err := filepath.Glob(filepath.Join(root, "*", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("Glob(%s) = %d files, %v", root, len(paths), err)
	}
	const maxSource = 40_000 // the large Bundles only repeat what the others have
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(source) > maxSource {
			continue
		}
		for _, variant := range append(withOneMemberLess(t, source), source) {
			if tree, _ := element.Parse(set, variant, element.Limits{}); tree != nil {
				agree(t, planner, tree, told)
			}
		}
	}
	both := 0
	for _, counts := range told {
		if counts[holds] > 0 && counts[fails] > 0 {
			both++
		}
	}
	t.Logf("%d invariants have quick tests; %d of them were seen to hold and to fail", len(told), both)
	if both < 30 {
		t.Errorf("only %d quick tests were seen to hold and to fail, want at least 30", both)
	}
}

func agree(t *testing.T, planner *planner, tree *element.Tree, told map[string][3]int) {
	t.Helper()
	validator := planner.validator
	visit := newVisit()
	visit.begin(validator, tree)
	for i := range tree.Len() {
		n := tree.Node(i)
		plan := &validator.structures[n.Structure().Index]
		present := visit.children(n, plan, n.FirstChild())
		invariants := plan.invariants
		if f := n.Field(); f != nil {
			invariants = append(invariants[:len(invariants):len(invariants)], validator.fields[f.Index].invariants...)
		}
		for _, i := range invariants {
			got := quickly(i, visit, n, present)
			if got == unknown || i.constraint.Expression == htmlChecks {
				continue
			}
			made := planner.compile(i.constraint.Key, i.constraint.Expression)
			if made.err != nil {
				t.Fatal(made.err)
			}
			ok, err := made.expression.Holds(&visit.env, n)
			key := n.Structure().Path + " " + i.constraint.Key
			counts := told[key]
			counts[got]++
			told[key] = counts
			if err != nil || truth(ok) != got {
				t.Errorf("quick test of %s at %s = %t, and FHIRPath says %t, %v", i.constraint.Key, n.Location(), got == holds, ok, err)
			}
		}
	}
}

func quickly(i *invariant, visit *Visit, n element.Node, present presence) verdict {
	switch {
	case i.native != nil && n.Child("reference").Text() != "#": // where R4's expression is wrong
		return truth(i.native(visit, n))
	case i.test != nil:
		return i.test(present, n)
	}
	return unknown
}

// withOneMemberLess gives the document once for each member of each object in it, without that member.
func withOneMemberLess(t *testing.T, source []byte) (variants [][]byte) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	const maxVariants = 80
	var visit func(value any)
	visit = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(value)) {
				member := value[name]
				if len(variants) == maxVariants {
					return
				}
				delete(value, name)
				without, err := json.Marshal(document)
				value[name] = member
				if err != nil {
					t.Fatal(err)
				}
				variants = append(variants, without)
				visit(member)
			}
		case []any:
			for _, item := range value {
				visit(item)
			}
		}
	}
	visit(document)
	return variants
}

func TestCompileQuickTest(t *testing.T) {
	patient := r4.Definitions().Structure("Patient")
	with := func(names ...string) (present presence) {
		for _, name := range names {
			present |= bitOf(patient.Element(name))
		}
		return present
	}
	for _, row := range []struct {
		expression string
		present    presence
		want       verdict
	}{
		{"name.exists()", with("name"), holds},
		{"name.exists()", with(), fails},
		{"name.exists().not()", with(), holds},
		{"name.empty() or gender.exists()", with("name"), fails},
		{"name.empty() or gender.exists()", with("name", "gender"), holds},
		{"name.exists() xor gender.exists()", with("name", "gender"), fails},
		{"name.exists() = gender.exists()", with("name"), fails},
		{"name.exists() != gender.exists()", with("name"), holds},
		{"name.exists() implies gender.exists()", with(), holds},
		{"name.exists() implies gender.exists()", with("name"), fails},
		{"(name.exists() and gender.exists()) or name.empty()", with("name"), fails},
		{"name.where(use = 'usual' or (text.exists())).empty()", with(), holds},
		{"name.where(use = 'usual').empty()", with("name"), unknown},
		{"name.exists(use = 'usual')", with("name"), unknown},
		{"name.given.exists()", with("name"), unknown},
		{"name.given.exists()", with(), fails},
		{"name.empty() or (gender = 'male')", with(), holds},
		{"name.empty() or gender = 'male'", with("name"), unknown},
		{"gender = 'male' or name.empty()", with(), holds},
		{"name.count() > 1 or name.empty()", with(), holds},
		{"name.count() > 1 or name.empty()", with("name"), unknown},
		{"active and name.empty()", with("name"), fails},
		{"name.combine(contact).empty() or gender.exists()", with(), unknown},
		{"hasValue() or (children().count() > id.count())", with("id"), fails},
		{"hasValue() or (children().count() > id.count())", with("id", "name"), holds},
	} {
		test := compileQuickTest(row.expression, patient)
		if test == nil {
			t.Errorf("compileQuickTest(%s) = nil, want a test", row.expression)
			continue
		}
		if got := test(row.present, element.Node{}); got != row.want {
			t.Errorf("quick test %s of %b = %d, want %d", row.expression, row.present, got, row.want)
		}
	}
	for _, expression := range []string{"", "name.where(", "nonsense", "gender = 'male'", "(name.exists()", "name.exists())", "name.exists() // a", "'open"} {
		if compileQuickTest(expression, patient) != nil && !strings.HasPrefix(expression, "gender") {
			t.Errorf("compileQuickTest(%s) is a test, want nil", expression)
		}
	}
}

// TestNativeInvariants holds the texts of the invariants that are code to those of the definitions: a
// changed expression would silently go back to FHIRPath.
func TestNativeInvariants(t *testing.T) {
	set, validator := r4.Definitions(), New(r4.Definitions())
	native := map[string]bool{}
	for _, plan := range validator.structures {
		for _, i := range plan.invariants {
			native[i.constraint.Key] = i.native != nil
		}
	}
	for _, plan := range validator.fields {
		for _, i := range plan.invariants {
			native[i.constraint.Key] = i.native != nil
		}
	}
	for _, key := range []string{"dom-3", "ref-1", "txt-1", "txt-2"} {
		if !native[key] {
			t.Errorf("%s is evaluated by FHIRPath, want code", key)
		}
	}
	for _, name := range set.Resources() {
		for _, i := range validator.structures[set.Structure(name).Index].invariants {
			if strings.HasPrefix(i.constraint.Key, "dom-") && i.native == nil && i.test == nil {
				t.Errorf("%s of %s has no quick test, want one", i.constraint.Key, name)
			}
		}
	}
}
