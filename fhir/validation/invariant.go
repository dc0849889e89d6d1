package validation

import (
	"errors"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/xhtml"
)

// invariant is one constraint at one structure (https://hl7.org/fhir/R4/conformance-rules.html#constraints).
type invariant struct {
	constraint *definition.Constraint
	severity   fhir.Severity
	// test tells from which children are there, when it can; nil when it never can.
	test quickTest
	// native takes the place of an expression that calls code anyway (htmlChecks), or that is
	// asked of most nodes.
	native     func(v *Visit, n element.Node) bool
	expression *fhirpath.Expression
	err        error // why there is no expression
	// trivialOfValues is that it holds of every primitive that has a value.
	trivialOfValues bool
}

// verdict is what a quick test finds.
type verdict uint8

const (
	unknown verdict = iota
	holds
	fails
)

// htmlChecks is the expression of both rules of narratives, txt-1 and txt-2
// (https://hl7.org/fhir/R4/narrative.html#Narrative). It is evaluated once. The first asks for nothing that a
// narrative may not have, the second that it shows something, as both have it in words.
const htmlChecks = "htmlChecks()"

// fragmentInContained is ref-1, which stands on every reference; see fragmentResolves.
const fragmentInContained = "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))"

// appendInvariant adds the invariant of a constraint at a structure, unless it is best practice
// nobody asked for.
func (p *planner) appendInvariant(to []*invariant, c *definition.Constraint, s *definition.Structure) []*invariant {
	if c.BestPractice && !p.validator.options.bestPractice || c.Expression == "" {
		return to
	}
	i := &invariant{constraint: c, severity: fhir.Warning}
	if c.Error && !c.BestPractice {
		i.severity = fhir.SeverityError
	}
	switch {
	case c.Expression == htmlChecks && hasExpression(to, htmlChecks):
		i.native = func(_ *Visit, n element.Node) bool { return !n.HasValue() || n.Narrative().Has(xhtml.IsVisible) }
		i.severity = fhir.Warning // three published examples show nothing, and no plan is turned away for how its narrative looks
	case c.Expression == htmlChecks:
		i.native = func(_ *Visit, n element.Node) bool { return !n.HasValue() || n.Narrative().Has(xhtml.IsAllowed) }
	case c.Expression == fragmentInContained:
		i.native = fragmentResolves
	case c.Expression == containedReferred:
		i.native = allReferred
	default:
		if s.Kind != definition.Resource || !s.Abstract { // else what stands there has other elements
			i.test = compileQuickTest(c.Expression, s)
		}
		made := p.compile(c.Key, c.Expression)
		i.expression, i.err = made.expression, made.err
	}
	i.trivialOfValues = c.Expression == elementHasContent
	return append(to, i)
}

func hasExpression(invariants []*invariant, expression string) bool {
	for _, i := range invariants {
		if i.constraint.Expression == expression {
			return true
		}
	}
	return false
}

// invariant reports the invariant when it does not hold of a node.
func (v *Visit) invariant(i *invariant, n element.Node, present presence) {
	if i.native != nil {
		if !i.native(v, n) {
			v.violated(i, n)
		}
		return
	}
	if i.test != nil {
		switch i.test(present, n) {
		case holds:
			return
		case fails:
			v.violated(i, n)
			return
		}
	}
	v.evaluate(i, n)
}

func (v *Visit) evaluate(i *invariant, n element.Node) {
	if i.err != nil {
		v.Report(n, fhir.Warning, fhir.CodeNotSupported, DetailNotEvaluated, "invariant %s cannot be evaluated", i.constraint.Key)
		return
	}
	var fault *fhirpath.Error
	ok, err := i.expression.Holds(&v.env, n)
	switch {
	case errors.As(err, &fault) && fault.Code == fhir.CodeTooCostly:
		v.Report(n, fhir.SeverityError, fhir.CodeTooCostly, DetailNotEvaluated, "invariant %s takes more work than the server will do", i.constraint.Key)
	case fault != nil && fault.Code == fhir.CodeNotSupported: // a value set or profile that is not loaded, or no clock
		v.Report(n, fhir.Information, fhir.CodeNotSupported, DetailNotEvaluated, "invariant %s cannot be evaluated here", i.constraint.Key)
	case err != nil:
		v.Report(n, i.severity, fhir.CodeInvariant, DetailNotEvaluated, "invariant %s could not be evaluated on this content", i.constraint.Key)
	case !ok:
		v.violated(i, n)
	}
}

func (v *Visit) violated(i *invariant, n element.Node) {
	v.Report(n, i.severity, fhir.CodeInvariant, detailConstraintPrefix+i.constraint.Key, "invariant %s does not hold: %s", i.constraint.Key, i.constraint.Expression)
}
