package snapshot

import (
	"strings"

	"hearken/fhir/definition"
)

// A structure that is no constraint (a resource, a datatype, a logical model) has its own name in all paths and
// may add elements.

// specialise makes the tree of the base that of a new type.
func (m *maker) specialise() {
	if len(m.structure.Differential) > 0 {
		m.root.name, _, _ = strings.Cut(m.structure.Differential[0].Path, ".")
	}
}

// add makes a new element, which may stand any number of times until its row says how often.
func (m *maker) add(at *node, name string) *node {
	n := &node{name: name, parent: at, row: definition.ElementDefinition{Max: definition.Unbounded, BaseMax: definition.Unbounded}}
	at.children = append(at.children, n)
	return n
}

// isNew reports whether the base has no such element.
func (n *node) isNew() bool { return n.base == nil && n.main == nil }

// begin gives a new element what only the row that makes it can say.
func (n *node) begin(c *definition.ElementChange) {
	n.row.XMLAttr, n.row.ContentReference = c.XMLAttr, c.ContentReference
	if n.row.BaseMax = c.BaseMax; !c.Given.Has(definition.GivenMax) {
		return
	}
	n.row.BaseMax = c.Max
}
