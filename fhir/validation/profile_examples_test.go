package validation_test

import (
	"slices"
	"testing"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/fhir/validation"
)

// withProfiles is a validator as a server has one: R4's own profiles, extensions and terminology, and others.
func withProfiles(more ...validation.Option) *validation.Validator {
	all := []validation.Option{validation.WithProfiles(r4.Guide), validation.WithTerminology(published)}
	return validation.New(r4.Definitions(), append(all, more...)...)
}

// TestProfiles_Examples holds R4's own examples against R4's own profiles and extensions: none has an error
// that it does not have without them.
func TestProfiles_Examples(t *testing.T) {
	validator, known := withProfiles(), knownFailures(t)
	counts := map[string]int{}
	for name, source := range jsonFiles(t, "examples") {
		tree, outcome := parseAny(source)
		if tree == nil {
			t.Errorf("Parse(%s) = %+v, want a tree", name, outcome)
			continue
		}
		outcome = validator.Validate(tree)
		for _, issue := range outcome {
			counts[string(issue.Severity)+" "+issue.Detail]++
		}
		if got := errorDetails(outcome); !slices.Equal(got, known[name]) {
			t.Errorf("Validate(%s) errors = %q, want %q", name, got, known[name])
			for _, issue := range outcome {
				if issue.Severity == fhir.SeverityError {
					t.Logf("%s: %s %s: %s", name, issue.Detail, issue.Expression, issue.Diagnostics)
				}
			}
		}
	}
	t.Log(counts)
}

// fhirDefinitions and withTerminology are what tests of profiles work with.
func fhirDefinitions() *definition.Set { return r4.Definitions() }

func withTerminology(nodes []element.Node) validation.Option {
	return validation.WithTerminology(published.With(terminology.Read(nodes...)))
}
