package element

import (
	"sync"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// builder grows a tape. It knows nodes, links and faults but no syntax, so that readers of other
// formats can drive it as the JSON reader does. Builders are pooled: what is on the tape in the end
// is copied once, at its exact size.
type builder struct {
	set    *definition.Set
	source []byte
	limits Limits
	nodes  []node
	side   []byte
	slots  []slot
	depth  int
	faults
}

// slot is what is known of one element of an object being read: whether it was
// given, by which field, and where its nodes are. An object owns as many as its structure has
// elements, so noticing a name given twice costs the same whatever the object holds.
type slot struct {
	first int32  // the first node, none before
	count int32  // how many nodes
	field uint16 // of a choice: which type was given
	seen  given
}

type given uint8

const (
	givenValue   given = 1 << iota // "birthDate"
	givenSibling                   // "_birthDate"
)

// frame is an object being read. It lives on the stack of the reader.
type frame struct {
	self      int32 // its node
	tail      int32 // the last child so far
	slots     int   // where its slots begin
	structure *definition.Structure
	last      int  // in XML, the order of the last element
	padded    bool // an array in it had null
	typed     bool // resourceType was read
}

// slotOf is the slot of an element of the frame's structure. The pointer is good until the
// next object is opened.
func (b *builder) slotOf(f *frame, e *definition.Element) *slot { return &b.slots[f.slots+e.Order] }

// open makes the frame of an object that stands at node self.
func (b *builder) open(self int32, s *definition.Structure) frame {
	f := frame{self: self, tail: none, slots: len(b.slots), structure: s}
	for range s.Elements {
		b.slots = append(b.slots, slot{first: none})
	}
	return f
}

// close gives the frame's slots back.
func (b *builder) close(f *frame) { b.slots = b.slots[:f.slots] }

// root begins the tape.
func (b *builder) root(s *definition.Structure) int32 {
	b.nodes = append(b.nodes, node{
		structure: s.Index, field: noField, flags: isResource,
		parent: none, first: none, next: none, decoded: noText,
	})
	return 0
}

// add appends a node as the last child of the frame and counts it in its element's slot.
func (b *builder) add(f *frame, field *definition.Field, s *definition.Structure) int32 {
	index := int32(len(b.nodes))
	own := b.slotOf(f, field.Element)
	b.nodes = append(b.nodes, node{
		structure: s.Index, field: field.Index,
		parent: f.self, first: none, next: none, decoded: noText, position: own.count,
	})
	if own.first == none {
		own.first = index
	}
	own.count++
	if f.tail == none {
		b.nodes[f.self].first = index
	} else {
		b.nodes[f.tail].next = index
	}
	f.tail = index
	return index
}

// appendAt is add within the limit, for a value that begins at an offset.
func (b *builder) appendAt(f *frame, field *definition.Field, structure *definition.Structure, at int) (int32, bool) {
	if len(b.nodes) >= b.limits.Nodes {
		return none, b.fatal(fhir.CodeTooCostly, DetailTooManyNodes, b.locate(f.self), at, "more than the %d elements accepted", b.limits.Nodes)
	}
	index := b.add(f, field, structure)
	n := &b.nodes[index]
	n.start, n.end = uint32(at), uint32(at)
	if structure.Kind == definition.Resource {
		n.flags |= isResource
	}
	return index, true
}

// enterAt goes one level deeper into the text; the caller lowers depth again.
func (b *builder) enterAt(self int32, at int) bool {
	if b.depth++; b.depth > b.limits.Depth {
		return b.fatal(fhir.CodeTooCostly, DetailTooDeep, b.locate(self), at, "nested deeper than the %d levels accepted", b.limits.Depth)
	}
	return true
}

// finish gives the tree, or nil when there was a fault.
func (b *builder) finish() *Tree {
	if b.issues.Failed() || len(b.nodes) == 0 {
		return nil
	}
	return b.copied()
}

// copied is the tree of what is on the tape.
func (b *builder) copied() *Tree {
	t := &Tree{set: b.set, source: b.source, lines: lineIndex{before: b.lines.before}}
	if cap(b.nodes) > retainedNodes && len(b.nodes) > cap(b.nodes)/2 {
		t.nodes, b.nodes = b.nodes, nil // too large to keep for another text: no need to copy
	} else {
		t.nodes = make([]node, len(b.nodes))
		copy(t.nodes, b.nodes)
	}
	if len(b.side) > 0 {
		t.side = append(t.side, b.side...)
	}
	return t
}

var readers = sync.Pool{New: func() any { return new(reader) }}

// retainedNodes is the largest tape a pooled builder keeps its memory for, 36 bytes each: one huge
// Bundle must not pin what a thousand small resources never need.
const retainedNodes = 1 << 16

// newReader takes a JSON reader from the pool.
func newReader(set *definition.Set, src []byte, limits Limits) *reader {
	r := readers.Get().(*reader)
	r.set, r.source, r.limits = set, src, limits.orDefault()
	r.reserve()
	return r
}

// bytesPerNode is about how many bytes of JSON make a node: a small estimate for dense text, so that the
// tape of a large Bundle is not copied again and again as it grows.
const bytesPerNode = 24

// reserve makes room for the tape of a large text at once.
func (b *builder) reserve() {
	want := min(len(b.source), b.limits.Bytes) / bytesPerNode
	if want = min(want, b.limits.Nodes); want > retainedNodes && cap(b.nodes) < want {
		b.nodes = make([]node, 0, want)
	}
}

// release gives the reader back, with nothing in it that points at a request.
func (r *reader) release() {
	nodes, side, slots := r.nodes[:0], r.side[:0], r.slots[:0]
	*r = reader{}
	if cap(nodes) <= retainedNodes && cap(side) <= retainedNodes*16 {
		r.nodes, r.side, r.slots = nodes, side, slots
	}
	readers.Put(r)
}
