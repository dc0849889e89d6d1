package element

import (
	"math"
	"unsafe"

	"hearken/fhir/definition"
)

// Tree is one parsed resource: a tape of nodes over its own bytes. It is immutable and safe for
// concurrent reads, on the one condition that nobody changes the bytes that were parsed.
type Tree struct {
	set    *definition.Set
	source []byte
	nodes  []node
	side   []byte // values that had escapes, decoded; see node.decoded
	lines  lineIndex
	xml    *xmlText // what the tree was read from, when that was XML; nil for JSON
}

// node is one record of the tape. Positions are int32 and offsets uint32 (Limits.Bytes keeps
// sources below 2 GiB), so that a node is 36 bytes and eight of them share a few cache lines.
type node struct {
	structure uint16 // in Set.Structures: what stands here
	field     uint16 // in Set.Fields: by which name; noField for the root
	flags     flags
	parent    int32 // tape positions; none where there is none
	first     int32
	next      int32
	start     uint32 // the value's bytes in the source
	end       uint32
	decoded   uint32 // where in Tree.side the decoded text begins; noText when the source has it as it is
	length    uint32 // of that text
	position  int32  // among siblings of the same element, from 0
}

type flags uint16

const (
	hasValue   flags = 1 << iota // a primitive that has a value
	isString                     // the value's span has quotes round it
	isResource                   // what stands here is a resource
	isPadded                     // null stands for it in one of its two arrays
	isFaulty                     // a fault was reported that leaves it without a value that counts
	hasContent                   // in XML, something was given in it, be it at fault
	isExamined                   // an XHTML fragment of which those below were asked
	isAllowed
	isVisible
	isNested
	isPlainXHTML
)

const (
	none    int32  = -1
	noField uint16 = math.MaxUint16
	noText  uint32 = math.MaxUint32
)

// Root is the resource itself.
func (t *Tree) Root() Node { return Node{tree: t, index: 0} }

// Set is the definitions the tree was parsed with.
func (t *Tree) Set() *definition.Set { return t.set }

// Source is the bytes that were parsed, not copied, or the JSON that ParseXML made: do not change them.
func (t *Tree) Source() []byte { return t.source }

// Len is the number of nodes.
func (t *Tree) Len() int { return len(t.nodes) }

// Node is the node at a tape position from 0 to Len-1. Every node comes after its parent.
func (t *Tree) Node(i int) Node { return Node{tree: t, index: int32(i)} }

// text is the value of a primitive node, without a copy: the source and the side buffer
// do not change while the tree lives.
func (t *Tree) text(n *node) string {
	switch {
	case n.flags&hasValue == 0:
		return ""
	case n.decoded != noText:
		return view(t.side[n.decoded : n.decoded+n.length])
	case n.flags&isString != 0:
		return view(t.source[n.start+1 : n.end-1])
	}
	return view(t.source[n.start:n.end])
}

// view reads bytes as a string without copying them.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
