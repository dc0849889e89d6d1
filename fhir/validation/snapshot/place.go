package snapshot

import (
	"fmt"
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// The expressions of issues: a row of the differential, and the base.
const (
	rowExpression  = "StructureDefinition.differential.element["
	baseExpression = "StructureDefinition.baseDefinition"
)

// Places tells of an issue of a StructureDefinition's snapshot which element of it that is about: a row of
// the differential or the base, the whole where it is neither. The rows are looked up once, for all issues.
func Places(structure element.Node) func(fhir.Issue) element.Node {
	base := structure.Child("baseDefinition")
	var rows []element.Node
	if differential := structure.Child("differential"); !differential.IsZero() {
		for n := range differential.Children() {
			if n.Name() == "element" {
				rows = append(rows, n)
			}
		}
	}
	return func(issue fhir.Issue) element.Node {
		for _, expression := range issue.Expression {
			if expression == baseExpression && !base.IsZero() {
				return base
			}
			digits, ok := strings.CutPrefix(expression, rowExpression)
			if i, err := strconv.Atoi(strings.TrimSuffix(digits, "]")); ok && err == nil && i < len(rows) {
				return rows[i]
			}
		}
		return structure
	}
}

// ofRow is an issue about a row of the differential.
func ofRow(i int, severity fhir.Severity, detail, format string, args ...any) fhir.Issue {
	return fhir.Issue{Severity: severity, Code: fhir.CodeInvalid, Detail: detail, Diagnostics: fmt.Sprintf(format, args...),
		Expression: []string{rowExpression + strconv.Itoa(i) + "]"}}
}

// ofBase is an error about what a structure derives from.
func ofBase(detail, format string, args ...any) fhir.Issue {
	return fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeInvalid, Detail: detail, Diagnostics: fmt.Sprintf(format, args...),
		Expression: []string{baseExpression}}
}
