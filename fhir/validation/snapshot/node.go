package snapshot

import (
	"slices"
	"strings"

	"hearken/fhir/definition"
)

// node is an element of the tree. A slice hangs below the element it is a slice of and has children of its
// own; slices of a slice ("a/b") stand behind it in the same list.
type node struct {
	row      definition.ElementDefinition
	name     string // the last part of its path
	parent   *node
	main     *node // of a slice: the element it is a slice of
	children []*node
	slices   []*node
	base     *node  // the same element before the differential was applied; nobody changes that
	content  *node  // what its children are those of, once it has been expanded
	at       int    // the last row of the differential that was about it
	changed  string // and the path of that row; "" when there was none
}

// grow makes a tree of rows as published; nil of none.
func grow(rows []definition.ElementDefinition) *node {
	if len(rows) == 0 {
		return nil
	}
	nodes := make([]node, len(rows))
	open := make([]*node, 0, 8) // the last node at each depth
	for i := range rows {
		n := &nodes[i]
		n.row = rows[i]
		depth := strings.Count(n.row.Path, ".")
		if depth > len(open) {
			depth = len(open)
		}
		n.name = n.row.Path[strings.LastIndexByte(n.row.Path, '.')+1:]
		if depth > 0 {
			open[depth-1].adopt(n)
		}
		open = append(open[:depth], n)
	}
	return &nodes[0]
}

// adopt puts a node below its parent: as a slice of the sibling it shares its name with, or as a child.
func (n *node) adopt(child *node) {
	child.parent = n
	if child.row.SliceName != "" {
		if main := n.child(child.name); main != nil {
			child.main = main
			main.slices = append(main.slices, child)
			return
		}
	}
	n.children = append(n.children, child)
}

func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (n *node) slice(name string) *node {
	for _, s := range n.slices {
		if s.row.SliceName == name {
			return s
		}
	}
	return nil
}

// copyTo gives a copy of a node that nobody changes, with all below it, to be changed.
func (n *node) copyTo(parent, main *node) *node {
	c := &node{row: n.row, name: n.name, parent: parent, main: main, base: n}
	for _, child := range n.children {
		c.children = append(c.children, child.copyTo(c, nil))
	}
	for _, s := range n.slices {
		c.slices = append(c.slices, s.copyTo(parent, c))
	}
	return c
}

// size is the number of elements from the node down.
func (n *node) size() int {
	size := 1
	for _, c := range n.children {
		size += c.size()
	}
	for _, s := range n.slices {
		size += s.size()
	}
	return size
}

// addSlice makes a slice that begins as a row says. It comes last, but slices of a slice stand behind that, and new
// slices of a choice before those of the base.
func (n *node) addSlice(name string, row definition.ElementDefinition) *node {
	s := &node{row: row, name: n.name, parent: n.parent, main: n, base: n.base, content: n.content}
	s.row.SliceName, s.row.Slicing = name, nil
	at := len(n.slices)
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		for j, other := range n.slices {
			if other.row.SliceName == name[:i] || strings.HasPrefix(other.row.SliceName, name[:i+1]) {
				at = j + 1
			}
		}
	}
	if strings.HasSuffix(n.name, "[x]") {
		at = 0
		for at < len(n.slices) && n.slices[at].isNewSlice() {
			at++
		}
	}
	n.slices = slices.Insert(n.slices, at, s)
	return s
}

// rows writes the tree down, depth first, with paths and ids made anew.
func (n *node) rows(capacity int) []definition.ElementDefinition {
	rows := make([]definition.ElementDefinition, 0, capacity)
	return n.appendRows(rows, "", "")
}

// appendRows writes the node, what is below it and its slices.
func (n *node) appendRows(rows []definition.ElementDefinition, parentPath, parentID string) []definition.ElementDefinition {
	path, id := join(parentPath, n.name), join(parentID, n.name)
	if n.row.SliceName != "" {
		id += ":" + n.row.SliceName
	}
	row := n.row
	row.Path, row.ID = path, id
	rows = append(rows, row)
	for _, c := range n.children {
		rows = c.appendRows(rows, path, id)
	}
	for _, s := range n.slices {
		rows = s.appendRows(rows, parentPath, parentID)
	}
	return rows
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
