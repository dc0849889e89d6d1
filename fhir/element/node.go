package element

import (
	"iter"

	"hearken/fhir/definition"
)

// Node is a position on a tree's tape: two words, cheap to copy and to compare. The zero Node is
// "nothing"; its methods answer empty, so that paths may be walked without asking at each step.
type Node struct {
	tree  *Tree
	index int32
}

// at gives the record of a node that is not zero.
func (n Node) at() *node { return &n.tree.nodes[n.index] }

// to gives the node at another position of the same tape, or the zero Node.
func (n Node) to(index int32) Node {
	if index == none {
		return Node{}
	}
	return Node{tree: n.tree, index: index}
}

// IsZero reports whether this is no node at all.
func (n Node) IsZero() bool { return n.tree == nil }

// Tree is the tree the node is part of.
func (n Node) Tree() *Tree { return n.tree }

// Index is the node's tape position.
func (n Node) Index() int { return int(n.index) }

// Structure is what stands here: the type of a primitive, datatype or backbone element; for a
// resource inside another one (contained, Bundle.entry.resource) the actual resource type.
func (n Node) Structure() *definition.Structure {
	if n.tree == nil {
		return nil
	}
	return n.tree.set.Structures()[n.at().structure]
}

// Field is the JSON name and type by which the node is reached; nil for the root.
func (n Node) Field() *definition.Field {
	if n.tree == nil || n.at().field == noField {
		return nil
	}
	return n.tree.set.Fields()[n.at().field]
}

// Element is the definition row of the node; nil for the root.
func (n Node) Element() *definition.Element {
	if f := n.Field(); f != nil {
		return f.Element
	}
	return nil
}

// Name is the element's name as FHIRPath says it ("value" for valueQuantity), and the name of
// the type for the root.
func (n Node) Name() string {
	if e := n.Element(); e != nil {
		return e.Name
	}
	if n.tree == nil {
		return ""
	}
	return n.Structure().Name
}

// NameID is the number of the name in the set; zero for the root.
func (n Node) NameID() definition.NameID {
	if e := n.Element(); e != nil {
		return e.NameID
	}
	return 0
}

// Parent is the node this one is a child of.
func (n Node) Parent() Node {
	if n.tree == nil {
		return Node{}
	}
	return n.to(n.at().parent)
}

// FirstChild is the first child in document order. The children of a primitive are its id and
// extensions.
func (n Node) FirstChild() Node {
	if n.tree == nil {
		return Node{}
	}
	return n.to(n.at().first)
}

// NextSibling is the next child of the same parent, in document order. The items of an array
// are adjacent siblings.
func (n Node) NextSibling() Node {
	if n.tree == nil {
		return Node{}
	}
	return n.to(n.at().next)
}

// Children walks all children in document order.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
			if !yield(c) {
				return
			}
		}
	}
}

// Child is the first child of that FHIRPath name, or the zero Node.
func (n Node) Child(name string) Node {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.Element().Name == name {
			return c
		}
	}
	return Node{}
}

// ChildrenNamed walks the children of one name.
func (n Node) ChildrenNamed(id definition.NameID) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
			if c.NameID() == id && !yield(c) {
				return
			}
		}
	}
}

// Position is the 0-based place among the siblings of the same element.
func (n Node) Position() int {
	if n.tree == nil {
		return 0
	}
	return int(n.at().position)
}

// IsPrimitive reports whether a primitive datatype stands here.
func (n Node) IsPrimitive() bool {
	return n.tree != nil && n.Structure().Kind == definition.Primitive
}

// HasValue reports whether the node is a primitive with a value, not only extensions.
func (n Node) HasValue() bool { return n.tree != nil && n.at().flags&hasValue != 0 }

// Text is the value of a primitive: a string decoded, a number exactly as written, "true" or
// "false"; "" when there is none. It does not allocate: the string shares the tree's bytes.
func (n Node) Text() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.text(n.at())
}

// IsResource reports whether a resource stands here: the root, a contained one, or one
// in a Bundle or Parameters.
func (n Node) IsResource() bool { return n.tree != nil && n.at().flags&isResource != 0 }

// Resource is the nearest resource round the node, itself included.
func (n Node) Resource() Node {
	for !n.IsZero() && !n.IsResource() {
		n = n.Parent()
	}
	return n
}

// Container is the resource that directly contains this resource, as `contained`; the zero Node
// for anything else (https://hl7.org/fhir/R4/references.html#contained).
func (n Node) Container() Node {
	// Only `contained` puts a resource right below a resource: in Bundle and Parameters a
	// backbone element stands between them.
	if parent := n.Parent(); n.IsResource() && parent.IsResource() {
		return parent
	}
	return Node{}
}

// Source is the bytes of the node's value, without its "_x" sibling; nil for a primitive that has
// only extensions.
func (n Node) Source() []byte {
	if n.tree == nil || n.IsPrimitive() && !n.HasValue() {
		return nil
	}
	start, end := n.Span()
	return n.tree.source[start:end:end]
}

// Span is where the node's value lies in Tree.Source, as byte offsets. For a primitive that has
// only extensions it is the "_x" object instead.
func (n Node) Span() (start, end int) {
	if n.tree == nil {
		return 0, 0
	}
	return int(n.at().start), int(n.at().end)
}
