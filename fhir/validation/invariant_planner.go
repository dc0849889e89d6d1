package validation

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// bindings adds the value sets that the base does not hold the element to.
func (p *rowPlanner) bindings(plan *rowPlan, row *definition.ElementDefinition, s *definition.Structure, e *definition.Element, whole *definition.Outline) {
	b := row.Binding
	if b == nil || e != nil && sameBinding(b, e.Binding) || whole != nil && sameBinding(b, whole.Row.Binding) {
		return
	}
	v := p.library.validator
	for _, s := range bindable(p.library.set, row, s) {
		if severity, known := strengths[b.Strength]; known {
			plan.bindings = v.appendBinding(plan.bindings, s, b.ValueSet, severity)
		}
		if b.MaxValueSet != "" && (e == nil || e.Binding == nil || e.Binding.MaxValueSet != b.MaxValueSet) {
			plan.bindings = v.appendBinding(plan.bindings, s, b.MaxValueSet, fhir.SeverityError)
		}
		for _, more := range b.Additional {
			if severity, known := purposes[more.Purpose]; known {
				plan.bindings = v.appendBinding(plan.bindings, s, more.ValueSet, severity)
			}
		}
	}
}

// purposes are those of additional bindings that say something of codes
// (http://hl7.org/fhir/R5/valueset-additional-binding-purpose.html).
var purposes = map[string]fhir.Severity{"maximum": fhir.SeverityError, "required": fhir.SeverityError, "extensible": fhir.Warning, "preferred": fhir.Information}

// bindable are the types of a row that may have codes: one of each shape, since a binding says the same of all types.
func bindable(set *definition.Set, row *definition.ElementDefinition, s *definition.Structure) []*definition.Structure {
	if shapeOf(s) != 0 || len(row.Types) < 2 {
		return []*definition.Structure{s}
	}
	var found []*definition.Structure
	for i := range row.Types {
		if of := set.Structure(row.Types[i].Code); shapeOf(of) != 0 {
			found = append(found, of)
		}
	}
	return found
}

func sameBinding(a, b *definition.Binding) bool {
	return b != nil && a.Strength == b.Strength && a.ValueSet == b.ValueSet && a.MaxValueSet == b.MaxValueSet && len(a.Additional) == len(b.Additional)
}

// invariants adds those that neither the base nor the whole has.
func (p *rowPlanner) invariants(plan *rowPlan, row *definition.ElementDefinition, s *definition.Structure, e *definition.Element, whole *definition.Outline) {
	for i := range row.Constraints {
		c := &row.Constraints[i]
		if c.Expression == "" || e != nil && has(e.Constraints, c) || p.ofTypes(row, s, c) || whole != nil && hasRow(whole.Row, c) {
			continue
		}
		made := p.invariant(c, s)
		plan.invariants = append(plan.invariants, made)
		plan.quick = plan.quick || made.test != nil
	}
}

// ofTypes reports whether an invariant is one of the type that stands there, or of every type that may.
func (p *rowPlanner) ofTypes(row *definition.ElementDefinition, s *definition.Structure, c *definition.Constraint) bool {
	if s != nil {
		return has(s.Constraints, c)
	}
	for i := range row.Types {
		if of := p.library.set.Structure(row.Types[i].Code); of == nil || !has(of.Constraints, c) {
			return false
		}
	}
	return len(row.Types) > 0
}

func has(list []*definition.Constraint, c *definition.Constraint) bool {
	for _, one := range list {
		if one.Key == c.Key {
			return true
		}
	}
	return false
}

func hasRow(row *definition.ElementDefinition, c *definition.Constraint) bool {
	for i := range row.Constraints {
		if row.Constraints[i].Key == c.Key {
			return true
		}
	}
	return false
}

// invariant compiles one. What is only good practice is a warning, whatever its severity.
func (p *rowPlanner) invariant(c *definition.Constraint, s *definition.Structure) *invariant {
	i := &invariant{constraint: c, severity: fhir.Warning}
	if c.Error && !c.BestPractice {
		i.severity = fhir.SeverityError
	}
	if s != nil && !s.Abstract {
		i.test = compileQuickTest(c.Expression, s)
	}
	made := p.planner.compileText(c.Expression)
	i.expression, i.err = made.expression, made.err
	return i
}
