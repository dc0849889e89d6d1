package snapshot

import (
	"slices"

	"hearken/fhir/definition"
)

// change lets a node say what a row says, and reports where that is not possible.
func (m *maker) change(n *node, c *definition.ElementChange) {
	if n.isNew() {
		n.begin(c)
	}
	m.changeCardinality(n, c)
	m.changeTypes(n, c)
	m.changeSlicing(n, c)
	m.changeBinding(n, c)
	m.changeValues(n, c)
	for i := range c.Constraints {
		n.row.Constraints = addConstraint(n.row.Constraints, &c.Constraints[i])
	}
	if c.MaxLength > 0 {
		n.row.MaxLength = c.MaxLength
	}
	n.row.MustHaveValue = n.row.MustHaveValue || c.MustHaveValue
	if c.MinLength > 0 {
		n.row.MinLength = c.MinLength
	}
	if c.Regex != "" {
		n.row.Regex = c.Regex
	}
	m.changeFlags(n, c)
}

func (m *maker) changeFlags(n *node, c *definition.ElementChange) {
	if c.Given.Has(definition.GivenMustSupport) {
		if n.row.MustSupport && !c.MustSupport && n.main == nil {
			m.fail(DetailMustSupport, "mustSupport is true in the base and cannot be taken back")
		}
		n.row.MustSupport = c.MustSupport
	}
	if c.Given.Has(definition.GivenIsModifier) {
		n.row.IsModifier = c.IsModifier
	}
	if c.Given.Has(definition.GivenIsSummary) {
		n.row.IsSummary = c.IsSummary
	}
}

// addConstraint adds an invariant that is not there yet. The list is copied: the base's is the base's.
func addConstraint(list []definition.Constraint, one *definition.Constraint) []definition.Constraint {
	for i := range list {
		if list[i].Key == one.Key {
			return list
		}
	}
	return append(slices.Clip(list), *one)
}
