package validation

import (
	"fmt"
	"math/bits"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// The stable details of the issues of this package. "constraint-" followed by a key
// ("constraint-dom-2") is the detail of an invariant that does not hold.
const (
	DetailMissing          = "missing-element"
	DetailTooMany          = "too-many-elements"
	DetailNotInValueSet    = "not-in-value-set"
	DetailNoCode           = "no-code"
	DetailUnknownCode      = "unknown-code"
	DetailReferenceTarget  = "reference-target"
	DetailReferenceType    = "reference-type-mismatch"
	DetailCanonical        = "invalid-canonical"
	DetailContainedID      = "contained-without-id"
	DetailContainedTwice   = "duplicate-contained-id"
	DetailFullURL          = "full-url"
	DetailTooManyIssues    = "issue-limit"
	DetailNotEvaluated     = "invariant-not-evaluated"
	detailConstraintPrefix = "constraint-"
)

// children marks which elements a node has, and reports those that must be there and are not
// (https://hl7.org/fhir/R4/conformance-rules.html#cardinality).
func (v *Visit) children(n element.Node, plan *structurePlan, first element.Node) presence {
	var present presence
	for c := first; !c.IsZero(); c = c.NextSibling() {
		field := &v.validator.fields[c.Field().Index]
		present |= field.bit
		if field.never {
			v.tooMany(c, field)
		}
	}
	if missing := plan.required &^ present; missing != 0 {
		for ; missing != 0; missing &= missing - 1 {
			v.missing(n, plan.elements[bits.TrailingZeros64(uint64(missing))])
		}
	}
	for _, e := range plan.lateRequired {
		if countNamed(n, e) < e.Min {
			v.missing(n, e)
		}
	}
	return present
}

func countNamed(n element.Node, e *definition.Element) (count int) {
	for c := range n.Children() {
		if c.Element() == e {
			count++
		}
	}
	return count
}

func (v *Visit) missing(n element.Node, e *definition.Element) {
	v.reportMissing(n, e.Name, DetailMissing, "%s (minimum cardinality)", tooFew(e.Path, e.Min))
}

// tooFew says that of an element there is less than there has to be.
func tooFew(name string, least int) string {
	if least == 1 {
		return name + " is missing"
	}
	return fmt.Sprintf("%s must be there at least %d times", name, least)
}

func (v *Visit) tooMany(n element.Node, plan *fieldPlan) {
	v.reportWithin(n, fhir.SeverityError, fhir.CodeStructure, DetailTooMany, "%s may be there at most %d times (maximum cardinality)", plan.element.Path, plan.element.Max)
}
