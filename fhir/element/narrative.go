package element

import (
	"unsafe"

	"hearken/fhir/xhtml"
)

// Narrative is what there is to say of a node whose value is XHTML (Narrative.div): whether it is
// well-formed, allowed in a narrative, and shows anything. The JSON reader has looked already; it costs
// nothing to ask again. For other nodes and for no value it is nothing.
func (n Node) Narrative() xhtml.Finding {
	if !n.HasValue() || formOf(n.Structure().Name) != formXHTML {
		return 0
	}
	f := n.at().flags
	if f&isExamined == 0 {
		text := n.Text()
		return xhtml.Examine(unsafe.Slice(unsafe.StringData(text), len(text))) // which only reads
	}
	found := xhtml.IsWellFormed
	if f&isAllowed != 0 {
		found |= xhtml.IsAllowed
	}
	if f&isVisible != 0 {
		found |= xhtml.IsVisible
	}
	return found
}
