package element

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Edit puts another string in the place of a primitive's value. The node must have a value that
// is written as a string.
type Edit struct {
	Node Node
	Text string
}

// Apply gives the bytes of node n with the edits made inside it, and everything else byte for byte
// as it was sent. Edits may come in any order; n may be a resource inside a Bundle.
func Apply(n Node, edits []Edit) []byte {
	s := newSplices(n, len(edits))
	s.addEdits(edits)
	return s.result()
}

// splice puts text in the place of the source bytes from start to end.
type splice struct {
	start, end int
	text       []byte
}

// splices is a set of changes to the bytes of one node.
type splices struct {
	node    Node
	changes []splice
}

func newSplices(n Node, capacity int) *splices {
	return &splices{node: n, changes: make([]splice, 0, capacity)}
}

func (s *splices) add(start, end int, text []byte) {
	s.changes = append(s.changes, splice{start, end, text})
}

func (s *splices) addEdits(edits []Edit) {
	for _, edit := range edits {
		start, end := edit.Node.Span()
		s.add(start, end, AppendString(nil, edit.Text))
	}
}

// result copies the node's bytes with the changes made. At one place what is
// inserted comes before what is replaced or removed.
func (s *splices) result() []byte {
	slices.SortStableFunc(s.changes, func(a, b splice) int { return cmp.Or(a.start-b.start, a.end-b.end) })
	at, end := s.node.Span()
	size := end - at
	for _, change := range s.changes {
		size += len(change.text)
	}
	source, out := s.node.tree.source, make([]byte, 0, size)
	for _, change := range s.changes {
		out = append(out, source[at:change.start]...)
		out = append(out, change.text...)
		at = change.end
	}
	return append(out, source[at:end]...)
}

// AppendString appends a JSON string in quotes, escaping no more than JSON asks for. Bytes that are not
// UTF-8 become U+FFFD.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, text[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		if !isPlain[c] {
			dst = appendEscape(append(dst, text[from:i]...), c)
			from = i + 1
		}
		i++
	}
	return append(append(dst, text[from:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
