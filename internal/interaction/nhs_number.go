package interaction

import (
	"errors"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/careplan"
)

// checkNHSNumbers refuses identifiers of the NHS number system that are not one: wrong modulus 11, a range
// nobody issues, or written with spaces (whoever searches by the ten digits would not find the plan). With
// syntheticOnly it also refuses every number that a person may have been issued.
//
// The rule holds for every Identifier in the resource, not for Patient.identifier alone: a plan filed under a
// mistyped number in Reference.identifier is lost in just the same way, and a real number there is no less real.
// Identifiers of other systems are never looked at, so that plain R4 is never refused. No number is repeated
// in an issue.
func checkNHSNumbers(root element.Node, syntheticOnly bool) fhir.Outcome {
	var issues fhir.Outcome
	walk(root, func(node element.Node) bool {
		if node.Structure().Name != "Identifier" || node.Child("system").Text() != careplan.NHSNumberSystem {
			return true
		}
		value := node.Child("value")
		if !value.HasValue() {
			return true
		}
		if fault := nhsNumberFault(value.Text(), syntheticOnly); fault != nil {
			line, column := value.LineColumn()
			issues = append(issues, fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeBusinessRule, Detail: "nhs-number",
				Diagnostics: fault.Error(), Expression: []string{value.Location()}, Line: line, Column: column})
		}
		return true
	})
	return issues
}

var (
	errNHSNumberSpaced = errors.New("an NHS number is stored as ten digits without spaces")
	errNHSNumberReal   = errors.New("this server takes only synthetic NHS numbers, which begin with 9")
)

func nhsNumberFault(value string, syntheticOnly bool) error {
	number, err := careplan.ParseNHSNumber(value)
	switch {
	case err != nil:
		return err
	case number.String() != value:
		return errNHSNumberSpaced
	case syntheticOnly && !number.Synthetic():
		return errNHSNumberReal
	}
	return nil
}
