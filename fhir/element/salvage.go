package element

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// Salvage is what can be read of a resource in JSON that Parse refuses: a tree without the elements and
// values that are at fault, so that what else is wrong can be looked for and told with the faults of Parse.
// What it says is missing may have been there. It is nil where there is nothing to go on from: text that is
// not JSON, that goes past a limit, or another resource than the one wanted. The tree is for looking at only:
// it is no resource anybody sent, and must never be stored.
func Salvage(set *definition.Set, wanted fhir.Type, src []byte, limits Limits) *Tree {
	r := newReader(set, src, limits)
	defer r.release()
	r.document(wanted)
	return r.salvaged(wanted)
}

// SalvageXML is Salvage for ParseXML.
func SalvageXML(set *definition.Set, wanted fhir.Type, src []byte, limits Limits) *Tree {
	r := newXMLReader(set, src, limits)
	defer r.release()
	r.document(wanted)
	tree := r.salvaged(wanted)
	if tree != nil {
		r.settle(tree)
	}
	return tree
}

// salvaged is the tree of what is on the tape, without the values that are at fault.
func (b *builder) salvaged(wanted fhir.Type) *Tree {
	if b.stopped || len(b.nodes) == 0 {
		return nil
	}
	if root := b.set.Structures()[b.nodes[0].structure]; wanted != "" && root.Name != string(wanted) {
		return nil
	}
	for i := range b.nodes {
		if n := &b.nodes[i]; n.flags&isFaulty != 0 {
			n.flags &^= hasValue | isString | isExamined | isAllowed | isVisible
		}
	}
	return b.copied()
}
