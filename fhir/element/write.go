package element

// WriteOptions says how AppendJSON writes.
type WriteOptions struct {
	Pretty bool            // two spaces per level, for people
	Keep   func(Node) bool // which elements are written, each with what is below it only when itself is kept; nil = all
	Mask   func(Node) bool // which of those that are kept are written as being there and not told; nil = none
}

// masked is the extension of an element that is there and not told
// (https://hl7.org/fhir/R4/extension-data-absent-reason.html).
const masked = `"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]`

// AppendJSON appends a resource or element as JSON (https://hl7.org/fhir/R4/json.html), in the order in
// which it was read. Values are written with the bytes they were read with. What a filter empties
// is left out, unless it is n itself.
func AppendJSON(dst []byte, n Node, o WriteOptions) []byte {
	w := writer{dst: dst, options: o}
	switch {
	case n.IsZero():
		return append(dst, "null"...)
	case n.IsPrimitive():
		w.value(n)
	default:
		w.object(n)
	}
	return w.dst
}

type writer struct {
	dst     []byte
	options WriteOptions
	level   int
	spans   []span // where each node's value was written; nil when nobody asks (see settle)
}

// object writes the node's type, when it is a resource, and its children.
func (w *writer) object(n Node) {
	start := len(w.dst)
	if w.masks(n) {
		w.mask(n)
		return
	}
	w.open('{')
	empty := true
	if n.IsResource() {
		w.key("", resourceTypeKey, &empty)
		w.dst = AppendString(w.dst, n.Structure().Name)
	}
	w.children(n, &empty)
	w.shut('}', empty)
	if w.spans != nil && !n.HasValue() {
		w.spans[n.index] = span{uint32(start), uint32(len(w.dst))}
	}
}

// children writes runs of siblings of one element: one member, or two for a primitive.
func (w *writer) children(n Node, empty *bool) {
	for first := n.FirstChild(); !first.IsZero(); {
		after := first.NextSibling()
		for !after.IsZero() && after.at().field == first.at().field {
			after = after.NextSibling()
		}
		if first.IsPrimitive() {
			w.primitives(first, after, empty)
		} else {
			w.complexes(first, after, empty)
		}
		first = after
	}
}

func (w *writer) keeps(n Node) bool { return w.options.Keep == nil || w.options.Keep(n) }

func (w *writer) masks(n Node) bool { return w.options.Mask != nil && w.options.Mask(n) }

// tells reports whether the value of a primitive is written.
func (w *writer) tells(n Node) bool { return n.HasValue() && !w.masks(n) }

// mask writes an element of which nothing is told; of an extension it is told which.
func (w *writer) mask(n Node) {
	w.dst = append(w.dst, '{')
	if url := n.Child("url"); n.Structure().Name == "Extension" && !url.IsZero() {
		w.dst = append(append(append(w.dst, `"url":`...), url.Source()...), ',')
	}
	w.dst = append(append(w.dst, masked...), '}')
}

// complexes writes the siblings from first up to after.
func (w *writer) complexes(first, after Node, empty *bool) {
	mark, wasEmpty := len(w.dst), *empty
	array, nothing := first.Element().Array, true
	w.key("", first.Field().JSONName, empty)
	if array {
		w.open('[')
	}
	for n := first; n != after; n = n.NextSibling() {
		if !w.keeps(n) || w.options.Keep != nil && !n.IsResource() && !w.keepsAny(n) {
			continue
		}
		if array {
			w.item(&nothing)
		}
		nothing = false
		w.object(n)
	}
	if array {
		w.shut(']', nothing)
	}
	if nothing {
		w.dst, *empty = w.dst[:mark], wasEmpty
	}
}

// keepsAny reports whether the filter leaves anything inside a complex element.
func (w *writer) keepsAny(n Node) bool {
	if w.masks(n) {
		return true
	}
	for c := range n.Children() {
		if w.keeps(c) && (c.HasValue() || c.IsResource() || w.keepsAny(c)) {
			return true
		}
	}
	return false
}

// primitives writes the siblings from first up to after: their values as one member and their
// ids and extensions as another, whichever of the two there are.
func (w *writer) primitives(first, after Node, empty *bool) {
	var values, siblings bool
	for n := first; n != after; n = n.NextSibling() {
		if w.keeps(n) {
			values = values || w.tells(n)
			siblings = siblings || w.keepsAny(n)
		}
	}
	if values {
		w.member("", first, after, empty, w.tells, w.value)
	}
	if siblings {
		w.member("_", first, after, empty, w.keepsAny, w.object)
	}
}

// member writes one half of a primitive; items that lack it are padded with null.
func (w *writer) member(prefix string, first, after Node, empty *bool, has func(Node) bool, write func(Node)) {
	w.key(prefix, first.Field().JSONName, empty)
	if !first.Element().Array {
		write(first)
		return
	}
	w.open('[')
	nothing := true
	for n := first; n != after; n = n.NextSibling() {
		if !w.keeps(n) || !w.tells(n) && !w.keepsAny(n) {
			continue
		}
		w.item(&nothing)
		if has(n) {
			write(n)
		} else {
			w.dst = append(w.dst, "null"...)
		}
	}
	w.shut(']', nothing)
}

// value writes a primitive's value as it was read.
func (w *writer) value(n Node) {
	if w.spans != nil {
		w.transcribe(n)
		return
	}
	w.dst = append(w.dst, n.Source()...)
}

// key begins a member.
func (w *writer) key(prefix, name string, empty *bool) {
	w.item(empty)
	w.dst = append(w.dst, '"')
	w.dst = append(w.dst, prefix...)
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, '"', ':')
	if w.options.Pretty {
		w.dst = append(w.dst, ' ')
	}
}

// item begins a member or an item: a comma unless it is the first, and a new line.
func (w *writer) item(empty *bool) {
	if !*empty {
		w.dst = append(w.dst, ',')
	}
	*empty = false
	w.newLine()
}

func (w *writer) open(bracket byte) {
	w.dst = append(w.dst, bracket)
	w.level++
}

func (w *writer) shut(bracket byte, empty bool) {
	w.level--
	if !empty {
		w.newLine()
	}
	w.dst = append(w.dst, bracket)
}

func (w *writer) newLine() {
	if !w.options.Pretty {
		return
	}
	w.dst = append(w.dst, '\n')
	for range w.level {
		w.dst = append(w.dst, ' ', ' ')
	}
}
