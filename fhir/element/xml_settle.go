package element

import (
	"slices"
)

// xmlText is the XML a tree was read from.
type xmlText struct {
	source []byte
	starts []uint32 // by node: where its tag or attribute begins
}

// settle writes the JSON of a tree just read from XML and lets the tree lie over it: the same nodes, the
// spans of their values in the JSON.
func (r *xmlReader) settle(t *Tree) {
	t.xml = &xmlText{source: r.source, starts: slices.Clone(r.starts)}
	r.spans = slices.Grow(r.spans[:0], len(t.nodes))[:len(t.nodes)]
	w := writer{dst: make([]byte, 0, len(r.source)), spans: r.spans}
	w.object(t.Root())
	for i := range t.nodes {
		t.move(&t.nodes[i], r.spans[i])
	}
	t.source = slices.Clip(w.dst)
}

// move gives a node its place in the JSON. A text that JSON writes with escapes cannot be read there, and is
// kept decoded.
func (t *Tree) move(n *node, to span) {
	if n.flags&hasValue != 0 {
		text, quoted := t.text(n), formOf(t.set.Structures()[n.structure].Name).isString()
		if n.decoded == noText && quoted && len(text) != int(to.end-to.start)-2 {
			n.decoded, n.length = uint32(len(t.side)), uint32(len(text))
			t.side = append(t.side, text...)
		}
		if n.flags &^= isString; quoted {
			n.flags |= isString
		}
	}
	n.start, n.end = to.start, to.end
}

// transcribe writes a value read from XML as JSON has it.
func (w *writer) transcribe(n Node) {
	start, text := len(w.dst), n.Text()
	if formOf(n.Structure().Name).isString() {
		w.dst = AppendString(w.dst, text)
	} else {
		w.dst = append(w.dst, text...)
	}
	w.spans[n.index] = span{uint32(start), uint32(len(w.dst))}
}
