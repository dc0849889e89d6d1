package interaction

import "hearken/fhir/element"

// walk visits n and all below it, parents first; visit answers whether to go below a node. Depth is bounded
// by the reader's limits.
func walk(n element.Node, visit func(element.Node) bool) {
	if !visit(n) {
		return
	}
	for child := n.FirstChild(); !child.IsZero(); child = child.NextSibling() {
		walk(child, visit)
	}
}
