package snapshot

import (
	"slices"

	"hearken/fhir/definition"
)

// changeValues sets fixed, pattern, least and greatest values.
func (m *maker) changeValues(n *node, c *definition.ElementChange) {
	m.checkValueType(n, c.FixedType)
	m.checkValueType(n, c.PatternType)
	if c.Fixed != nil {
		n.row.Fixed, n.row.FixedType = c.Fixed, c.FixedType
	}
	if c.Pattern != nil {
		n.row.Pattern, n.row.PatternType = c.Pattern, c.PatternType
	}
	if c.MinValue != nil {
		n.row.MinValue = c.MinValue
	}
	if c.MaxValue != nil {
		n.row.MaxValue = c.MaxValue
	}
}

// checkValueType checks that a value is of a type the element may have.
func (m *maker) checkValueType(n *node, code string) {
	if code == "" || len(n.row.Types) == 0 {
		return
	}
	if !slices.ContainsFunc(n.row.Types, func(ref definition.TypeRef) bool { return m.isA(ref.Code, code) || m.isA(code, ref.Code) }) {
		m.fail(DetailValueType, "a value of type %s is given for what is none", code)
	}
}
