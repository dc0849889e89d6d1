package snapshot

import (
	"strconv"

	"hearken/fhir/definition"
)

// changeCardinality narrows how often an element stands.
func (m *maker) changeCardinality(n *node, c *definition.ElementChange) {
	if c.Given.Has(definition.GivenMin) {
		if c.Min < n.row.Min && !n.isNewSlice() {
			m.tooWide("min %d is less than the %d of the base", c.Min, n.row.Min)
		} else {
			n.row.Min = c.Min
		}
	}
	if c.Given.Has(definition.GivenMax) {
		if most := n.most(); isMore(c.Max, most) {
			m.tooWide("max %s is more than the %s of the base", shown(c.Max), shown(most))
		} else {
			n.row.Max = c.Max
		}
	}
	if isMore(n.row.Min, n.row.Max) {
		m.fail(DetailCardinality, "min %d is more than max %s", n.row.Min, shown(n.row.Max))
	}
}

// tooWide reports a cardinality that is not within the base's, which stays.
func (m *maker) tooWide(format string, args ...any) {
	if m.generator.options.Strict {
		m.fail(DetailCardinality, format, args...)
	} else {
		m.warn(DetailCardinality, format, args...)
	}
}

// most is how often an element may stand by the base. A new slice is bound by what it is a slice of, as the
// base has that: how far this differential narrows the whole is checked when all is known.
func (n *node) most() int {
	if n.isNewSlice() && n.main.base != nil {
		return n.main.base.row.Max
	}
	return n.row.Max
}

// isNewSlice reports whether the base has no such slice.
func (n *node) isNewSlice() bool {
	return n.main != nil && (n.base == nil || n.base.row.SliceName != n.row.SliceName)
}

// isMore compares numbers of times, Unbounded the most.
func isMore(a, b int) bool {
	return b != definition.Unbounded && (a == definition.Unbounded || a > b)
}

func shown(max int) string {
	if max == definition.Unbounded {
		return "*"
	}
	return strconv.Itoa(max)
}
