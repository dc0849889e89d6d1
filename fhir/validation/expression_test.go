package validation_test

import (
	"slices"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// Every expression of every issue is FHIRPath that selects one element of the resource, and the line and
// column are where the last of them begins
// (https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression). The
// resources are those of HL7's validator cases that are read, and those that break our rules one by one.
func TestExpressions_SelectOneElement(t *testing.T) {
	checked, plain := 0, validation.New(r4.Definitions())
	for _, row := range slices.Concat(brokenResources(t, brokenFile), brokenResources(t, byHandFile)) {
		if tree, _ := parseAny(row.Resource); tree != nil {
			checked += selectOne(t, row.Key, tree, plain.Validate(tree))
		}
	}
	for _, of := range fhirtest.ValidatorCases(t) {
		c := validatorCase{of}
		trees, _ := c.parse(c.Read(t, c.File))
		validator, profiles := c.validator(t)
		for _, tree := range trees {
			checked += selectOne(t, c.Name, tree, validator.Validate(tree, profiles...))
		}
	}
	if checked < 400 {
		t.Errorf("%d expressions were looked at, want 400 and more", checked)
	}
}

func selectOne(t *testing.T, name string, tree *element.Tree, outcome fhir.Outcome) (checked int) {
	t.Helper()
	for _, issue := range outcome {
		for i, location := range issue.Expression {
			checked++
			compiled, err := fhirpath.Compile(r4.Definitions(), location)
			if err != nil {
				t.Errorf("%s: %s at %q: %v", name, issue.Detail, location, err)
				continue
			}
			found, err := compiled.Evaluate(&fhirpath.Env{}, fhirpath.Of(tree.Root()))
			if err != nil || len(found) != 1 {
				t.Errorf("%s: %s at %q selects %d elements (%v), want one", name, issue.Detail, location, len(found), err)
				continue
			}
			line, column := found[0].Node().LineColumn()
			if i == len(issue.Expression)-1 && (line != issue.Line || column != issue.Column) {
				t.Errorf("%s: %s is said to be at %d:%d, and %s is at %d:%d", name, issue.Detail, issue.Line, issue.Column, location, line, column)
			}
		}
	}
	return checked
}
