package profiles_test

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/fhir/validation"
	"hearken/fhir/validation/snapshot"
	"hearken/profiles"
)

// measuring is a validator that knows the guide, as a server has one.
var measuring = sync.OnceValue(func() *validation.Validator {
	pack, _ := guide()
	library, _ := igpackage.NewLibrary(pack)
	var nodes []element.Node
	for _, r := range pack.Resources {
		nodes = append(nodes, r.Node)
	}
	var calls []validation.Call
	for _, c := range profiles.Calls {
		calls = append(calls, validation.Call(c))
	}
	return validation.New(r4.Definitions(),
		validation.WithProfiles(snapshot.First(library.Structure, r4.Guide)),
		validation.WithTerminology(terminology.NewLibrary(r4.Terminology(), terminology.Read(nodes...))),
		validation.WithCalls(calls...),
	)
})

// findings are what the validator says by the guide, as "severity detail place". Left out are UK Core's
// extensions, which the guide uses and does not define, and what the base says of codes: that one of another
// value set would be better, or one at all beside words.
func findings(outcome fhir.Outcome) []string {
	var found []string
	for _, issue := range outcome {
		switch {
		case issue.Severity == fhir.Information || issue.Detail == validation.DetailUnknownExtension:
		case issue.Severity == fhir.Warning && issue.Detail == validation.DetailNoCode:
		case issue.Severity == fhir.Warning && issue.Detail == validation.DetailNotInValueSet && !strings.Contains(issue.Diagnostics, profiles.Base):
		default:
			found = append(found, string(issue.Severity)+" "+issue.Detail+" "+strings.Join(issue.Elements(), ","))
		}
	}
	return found
}

// TestValidator_Valid: the validator has nothing to say of the valid examples.
func TestValidator_Valid(t *testing.T) {
	for _, e := range examples(t, "valid") {
		if found := findings(measuring().Validate(e.tree)); len(found) > 0 {
			t.Errorf("%s: %q, want nothing", e.file, found)
		}
	}
}

// kinds are the details of the validator for the kinds of fault invalid.json has.
var kinds = map[string][]string{
	"minimum": {validation.DetailMissing, validation.DetailSliceMissing}, "maximum": {validation.DetailTooMany, validation.DetailSliceTooMany},
	"fixed": {validation.DetailFixed}, "pattern": {validation.DetailPattern}, "type": {validation.DetailType},
	"target": {validation.DetailReferenceTarget}, "binding": {validation.DetailNotInValueSet, validation.DetailNoCode}, "context": {validation.DetailExtensionContext, validation.DetailExtensionModifier},
}

// TestValidator_Invalid: each invalid example has the fault it is there for, as severe as it is said to be,
// and no other. A modifier extension that is out of place is so in two ways.
func TestValidator_Invalid(t *testing.T) {
	for _, row := range faults(t) {
		e := readExample(t, filepath.Join("examples", "invalid", row.File))
		found := findings(measuring().Validate(e.tree))
		wanted := kinds[row.Kind]
		if row.Rule != "" {
			wanted = []string{"constraint-" + row.Rule}
		}
		if len(found) == 0 || len(found) > 1 && row.Kind != "context" {
			t.Errorf("%s: %q, want one fault: %+v", row.File, found, row)
		}
		for _, one := range found {
			parts := strings.SplitN(one, " ", 3)
			if parts[0] != row.Severity || !slices.Contains(wanted, parts[1]) || !strings.HasPrefix(parts[2], row.Path) {
				t.Errorf("%s: %q, want %s %q at %s", row.File, one, row.Severity, wanted, row.Path)
			}
		}
	}
}

// unasked are the details of what the second opinion does not look at.
var unasked = []string{validation.DetailExtensionURL, validation.DetailSubExtension, validation.DetailNoCode}

// TestValidator_Mutants changes each valid example at each place and holds the validator to the second
// opinions on what is valid R4 still: which rules are broken, and whether the structure is.
func TestValidator_Mutants(t *testing.T) {
	env, tried, faulty := newEnv(), 0, 0
	for _, e := range examples(t, "valid") {
		mutate(t, readFile(t, filepath.Join("examples", "valid", e.file)), func(how string, source []byte) {
			tree, _ := element.Parse(r4.Definitions(), source, element.DefaultLimits())
			if tree == nil || tree.Root().Child("meta").Child("profile").Text() != e.profile || validator().Validate(tree).Failed() {
				return
			}
			tried++
			env.Reset()
			var keys, structural []string
			for _, issue := range measuring().Validate(tree) {
				key, isRule := strings.CutPrefix(issue.Detail, "constraint-")
				switch {
				case isRule && isGuideRule(t, key) && !strings.Contains(strings.Join(issue.Expression, ""), ".resource."):
					keys = append(keys, key)
				case isRule || issue.Severity == fhir.Information || slices.Contains(unasked, issue.Detail):
				case issue.Severity == fhir.SeverityError, strings.Contains(issue.Diagnostics, profiles.Base+"/ValueSet/"):
					structural = append(structural, issue.Detail+" "+strings.Join(issue.Expression, ""))
				}
			}
			slices.Sort(keys)
			if want := broken(t, env, tree.Root(), e.profile); !slices.Equal(slices.Compact(keys), want) {
				t.Errorf("%s, %s: breaks %q, and by the second opinion %q", e.file, how, keys, want)
			}
			if strings.HasPrefix(how, "object at ") {
				return // an extension may say why there is no code, which the second opinion does not know
			}
			if want := structureFaults(t, structures(t), tree.Root(), e.profile); (len(structural) > 0) != (len(want) > 0) {
				t.Errorf("%s, %s: faults %q, and by the second opinion %q", e.file, how, structural, want)
			} else if len(want) > 0 {
				faulty++
			}
		})
	}
	t.Logf("%d mutants, %d with faults of structure", tried, faulty)
	if tried < 1_000 || faulty < 50 {
		t.Errorf("%d mutants tried, %d with faults of structure: too few to tell anything", tried, faulty)
	}
}

func isGuideRule(t testing.TB, key string) bool {
	return slices.ContainsFunc(allRules(t), func(r rule) bool { return r.Key == key })
}
