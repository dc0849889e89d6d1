package snapshot

import (
	"strings"

	"hearken/fhir/definition"
)

// checkOrder reports a row that stands after what it should stand before, when that is asked for.
func (m *maker) checkOrder(n *node) {
	if !m.generator.options.Strict || n.parent == nil {
		return
	}
	main := n
	if n.main != nil {
		main = n.main
	}
	after := false
	for _, sibling := range n.parent.children {
		if after && sibling.touched() {
			m.fail(DetailOrder, "it stands too late: the order is that of the base")
			return
		}
		after = after || sibling == main
	}
}

// lastRow is the last row of the differential about the node or one of its slices.
func (n *node) lastRow() int {
	last := n.at
	for _, s := range n.slices {
		last = max(last, s.at)
	}
	return last
}

// touched reports whether a row was about the node or one of its slices.
func (n *node) touched() bool {
	if n.changed != "" {
		return true
	}
	for _, s := range n.slices {
		if s.changed != "" {
			return true
		}
	}
	return false
}

// settle makes sliced elements agree with their slices, all over the tree, once all rows are applied.
func (m *maker) settle(n *node) {
	if len(n.slices) > 0 && n.touched() {
		if strings.HasSuffix(n.name, "[x]") {
			m.settleChoice(n)
		}
		m.checkSum(n)
	}
	for _, c := range n.children {
		m.settle(c)
	}
	for _, s := range n.slices {
		m.settle(s)
	}
}

// checkSum warns of slices that must stand more often together than the whole may: then the whole can only stand in no
// instance, which is odd and not impossible (R4 publishes one such: codesystem-history).
func (m *maker) checkSum(n *node) {
	sum := 0
	for _, s := range n.slices {
		if !strings.Contains(s.row.SliceName, "/") { // what must stand of a slice of a slice stands in that
			sum += s.row.Min
		}
	}
	if isMore(sum, n.row.Max) {
		m.row = n.lastRow()
		m.warn(DetailCardinality, "the slices of %s must stand %d times together, and it may only %s", n.name, sum, shown(n.row.Max))
	}
}

// settleChoice makes a choice with a slice that must be there have no other type, and one that has no other type
// have no other slices.
func (m *maker) settleChoice(choice *node) {
	for _, s := range choice.slices {
		if s.row.Min == 0 || len(s.row.Types) != 1 {
			continue
		}
		for _, other := range choice.slices {
			if other.changed != "" && len(other.row.Types) == 1 && other.row.Types[0].Code != s.row.Types[0].Code && other.row.Max != 0 {
				m.row = other.at
				m.fail(DetailSlicing, "%s must be there, so %s cannot", s.row.SliceName, other.row.SliceName)
				return
			}
		}
		choice.row.Min = max(choice.row.Min, s.row.Min)
		choice.row.Types = narrowed(choice.row.Types, s.row.Types[0].Code)
	}
	if len(choice.row.Types) == 1 && choice.row.Slicing != nil {
		closed := *choice.row.Slicing
		closed.Rules = "closed"
		choice.row.Slicing = &closed
	}
}

// narrowed is those of the types that have a code.
func narrowed(types []definition.TypeRef, code string) []definition.TypeRef {
	for i := range types {
		if types[i].Code == code {
			return types[i : i+1 : i+1]
		}
	}
	return types
}
