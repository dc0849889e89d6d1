package query

import (
	"fmt"
	"strings"
)

// String joins the parts with " & ", in parentheses; "true" when there are none.
func (e And) String() string { return join(e, " & ", Const(true)) }

// String joins the parts with " | ", in parentheses; "false" when there are none.
func (e Or) String() string { return join(e, " | ", Const(false)) }

func join(parts []Expr, operator string, empty Const) string {
	switch len(parts) {
	case 0:
		return empty.String()
	case 1:
		return parts[0].String()
	}
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = part.String()
	}
	return "(" + strings.Join(texts, operator) + ")"
}

// String is "not(…)".
func (e Not) String() string { return "not(" + e.Expr.String() + ")" }

// String is "true" or "false".
func (e Const) String() string {
	if e {
		return "true"
	}
	return "false"
}

// String is the parameter and the test: `Patient.family starts "alcantar"`.
func (e Match) String() string { return e.Parameter.String() + " " + e.Test.String() }

// String is "missing(Patient.gender)".
func (e Missing) String() string { return "missing(" + e.Parameter.String() + ")" }

// String is `CarePlan.subject -> Patient(…)`.
func (e Chain) String() string {
	return fmt.Sprintf("%s -> %s(%s)", e.Parameter, e.Target, printOrTrue(e.Where))
}

// String is `has(Observation.patient: …)`.
func (e Has) String() string { return fmt.Sprintf("has(%s: %s)", e.Parameter, printOrTrue(e.Where)) }

// String is `in "Patient/123"`.
func (e InCompartment) String() string { return fmt.Sprintf("in %q", e.Focus.String()) }

func printOrTrue(e Expr) string {
	if e == nil {
		return Const(true).String()
	}
	return e.String()
}
