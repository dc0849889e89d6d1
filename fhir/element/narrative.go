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
	for _, one := range findings {
		if f&one.flag != 0 {
			found |= one.finding
		}
	}
	return found
}

// findings is what a node keeps of the finding on its XHTML.
var findings = [...]struct {
	flag    flags
	finding xhtml.Finding
}{{isAllowed, xhtml.IsAllowed}, {isVisible, xhtml.IsVisible}, {isNested, xhtml.IsNested}, {isPlainXHTML, xhtml.IsPlain}}
