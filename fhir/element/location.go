package element

import (
	"bytes"
	"sort"
	"strconv"
	"sync"

	"hearken/fhir/definition"
)

// Location is the FHIRPath that selects just this node: "Patient.name[0].family",
// "Observation.value.ofType(Quantity).code", "Bundle.entry[2].resource/*Patient*/.name[0]". Items of a
// repeating element have their index, others none. The type of a resource within another is a comment, which
// is where HL7's validator and what is built on it write it
// (https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression).
func (n Node) Location() string {
	if n.tree == nil {
		return ""
	}
	return string(appendLocation(nil, n.tree.set, n.tree.nodes, n.index))
}

func appendLocation(dst []byte, set *definition.Set, nodes []node, index int32) []byte {
	n := &nodes[index]
	structure := set.Structures()[n.structure]
	if n.field == noField {
		return append(dst, structure.Name...)
	}
	dst = appendLocation(dst, set, nodes, n.parent)
	field := set.Fields()[n.field]
	dst = appendStep(dst, field.Element, int(n.position))
	switch {
	case n.flags&isResource != 0:
		dst = append(append(append(dst, "/*"...), structure.Name...), "*/"...)
	case field.Element.Choice:
		dst = append(append(append(dst, ".ofType("...), structure.Name...), ')')
	}
	return dst
}

// appendStep writes ".name" or ".name[3]".
func appendStep(dst []byte, e *definition.Element, position int) []byte {
	dst = append(dst, '.')
	dst = append(dst, e.Name...)
	if e.Array {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(position), 10)
		dst = append(dst, ']')
	}
	return dst
}

// LineColumn is where the node's value begins in what was parsed (in XML, where its tag begins): line and
// byte column, both from 1; zeros for the zero Node.
func (n Node) LineColumn() (line, column int) {
	if n.tree == nil {
		return 0, 0
	}
	if x := n.tree.xml; x != nil {
		return n.tree.lines.find(x.source, int(x.starts[n.index]))
	}
	return n.tree.lines.find(n.tree.source, int(n.at().start))
}

// lineIndex finds line numbers. It is made at the first question, because a valid
// resource never asks, and one with many faults asks often.
type lineIndex struct {
	once   sync.Once
	starts []int // offset of the first byte of each line but the first
	before int   // lines before the text, when it is part of a longer one
}

func (l *lineIndex) find(source []byte, offset int) (line, column int) {
	l.once.Do(func() { l.starts = lineStarts(source) })
	line = sort.SearchInts(l.starts, offset+1)
	if line == 0 {
		return l.before + 1, offset + 1
	}
	return l.before + line + 1, offset - l.starts[line-1] + 1
}

func lineStarts(source []byte) []int {
	var starts []int
	for at := 0; ; {
		i := bytes.IndexByte(source[at:], '\n')
		if i < 0 {
			return starts
		}
		at += i + 1
		starts = append(starts, at)
	}
}
