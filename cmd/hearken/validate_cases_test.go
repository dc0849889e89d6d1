package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// TestValidate_Cases runs HL7's validator cases as somebody at a terminal would: each with its own options as
// flags. The verdicts are HL7's, but for those that are listed with the reasons, and that is the same list as
// the validator's own.
func TestValidate_Cases(t *testing.T) {
	began := time.Now()
	cases, verdicts := fhirtest.ValidatorCases(t), fhirtest.KnownVerdicts(t)
	for i := range cases {
		c := &cases[i]
		code, out, errs := hearken(t, "", caseArguments(t, c)...)
		var files []judgedFile
		if err := json.Unmarshal([]byte(out), &files); err != nil || len(files) != 1 {
			t.Errorf("%s: hearken validate --json = %d %s %s (%v), want one object", c.Name, code, out, errs, err)
			continue
		}
		if file := files[0]; file.Valid != (file.ErrorCount == 0) || file.ErrorCount != len(file.Errors) || file.Valid && code != exitDone && errs == "" || !file.Valid && code != exitFaults {
			t.Errorf("%s: hearken validate = %d, of %+v", c.Name, code, file)
		}
		if !verdicts.Hold(t, c, files[0].Valid) {
			t.Logf("  %s%s", out, errs)
		}
	}
	verdicts.Done(t)
	t.Logf("%d runs in %s", len(cases), time.Since(began).Round(time.Millisecond))
}

// caseArguments are the command line of a case.
func caseArguments(t *testing.T, c *fhirtest.ValidatorCase) []string {
	t.Helper()
	args := []string{"validate", "--json"}
	for _, name := range c.Supporting {
		args = append(args, "--package", c.Path(name))
	}
	if c.Profile != "" {
		args = append(args, "--package", c.Path(c.Profile), "--profile", canonicalOf(t, c))
	}
	if c.Options.Examples != nil && !*c.Options.Examples {
		args = append(args, "--examples=false")
	}
	if c.Options.Comments {
		args = append(args, "--allow-comments")
	}
	return append(args, c.Path(c.File))
}

// canonicalOf is the url of the profile of a case, which may have faults.
func canonicalOf(t *testing.T, c *fhirtest.ValidatorCase) string {
	t.Helper()
	format := element.JSON
	if strings.HasSuffix(c.Profile, ".xml") {
		format = element.XML
	}
	tree := format.Salvage(r4.Definitions(), "StructureDefinition", c.Read(t, c.Profile), element.DefaultLimits())
	if tree == nil {
		t.Fatalf("%s: %s is not read", c.Name, c.Profile)
	}
	return tree.Root().Child("url").Text()
}
