package element

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/xhtml"
)

// single reads one half of a primitive that does not repeat: its value, or the object with its
// id and extensions. Either may come first; both are one node.
func (r *reader) single(f *frame, field *definition.Field, which given) bool {
	node := r.slotOf(f, field.Element).first
	if node == none {
		var ok bool
		if node, ok = r.append(f, field, field.Type); !ok {
			return false
		}
	}
	if which == givenValue {
		return r.value(node, field)
	}
	return r.sibling(node, field)
}

// sibling reads the "_x" object of a primitive.
func (r *reader) sibling(node int32, field *definition.Field) bool {
	start := r.pos
	if r.peek() != '{' {
		r.nodes[node].flags |= isFaulty
		return r.notASibling(node, field)
	}
	if !r.object(node, field.Type) {
		return false
	}
	if n := &r.nodes[node]; n.flags&hasValue == 0 {
		n.start, n.end = uint32(start), uint32(r.pos)
	}
	return true
}

func (r *reader) notASibling(node int32, field *definition.Field) bool {
	start, c := r.pos, r.peek()
	if !r.skip() {
		return false
	}
	if c == 'n' {
		r.reportNull(r.locate(node), start)
		return true
	}
	r.report(fhir.CodeStructure, DetailWrongKind, r.locate(node), start, "_%s is an object with id or extensions", field.JSONName)
	return true
}

// value reads the value of a primitive into its node, and checks its form.
func (r *reader) value(node int32, field *definition.Field) bool {
	want := formOf(field.Type.Name)
	switch c := r.peek(); {
	case c == '"':
		return r.stringValue(node, field, want)
	case c == '-' || c >= '0' && c <= '9':
		return r.numberValue(node, field, want)
	case c == 't':
		return r.booleanValue(node, field, want, "true")
	case c == 'f':
		return r.booleanValue(node, field, want, "false")
	}
	return r.notAPrimitive(node, field, want)
}

func (r *reader) stringValue(node int32, field *definition.Field, want form) bool {
	t, ok := r.stringToken()
	if !ok {
		return false
	}
	r.fill(node, t, hasValue|isString)
	if !want.isString() {
		return r.wrongKind(node, field, want, t.start)
	}
	text := r.textOf(t)
	if t.escaped != 0 {
		r.nodes[node].flags |= isFaulty
		r.reportEscape(t, r.locate(node))
		return true
	}
	if len(text) == 0 {
		r.nodes[node].flags |= isFaulty
		r.report(fhir.CodeValue, DetailEmptyString, r.locate(node), t.start, "%s is an empty string; leave out what has no value", field.JSONName)
		return true
	}
	ok = true
	if want == formXHTML {
		ok = r.examine(node, text)
	} else {
		ok = want.holds(text)
	}
	if !ok {
		r.badForm(node, field, want, text, t.start)
	}
	return true
}

func (r *reader) numberValue(node int32, field *definition.Field, want form) bool {
	t, whole, ok := r.numberToken()
	if !ok {
		return false
	}
	r.fill(node, t, hasValue)
	if !want.isNumber() {
		return r.wrongKind(node, field, want, t.start)
	}
	if want != formDecimal && (!whole || !want.holds(r.source[t.start:t.end])) {
		r.badForm(node, field, want, nil, t.start)
	}
	return true
}

func (r *reader) booleanValue(node int32, field *definition.Field, want form, word string) bool {
	t := token{start: r.pos, decoded: noText}
	if !r.literal(word) {
		return false
	}
	t.end = r.pos
	r.fill(node, t, hasValue)
	if want != formBoolean {
		return r.wrongKind(node, field, want, t.start)
	}
	return true
}

// fill puts a value into a node.
func (b *builder) fill(node int32, t token, f flags) {
	n := &b.nodes[node]
	n.start, n.end, n.decoded, n.length = uint32(t.start), uint32(t.end), t.decoded, t.length
	n.flags |= f
}

// notAPrimitive reports null, an object or an array where a value is wanted.
func (r *reader) notAPrimitive(node int32, field *definition.Field, want form) bool {
	start, c := r.pos, r.peek()
	r.nodes[node].flags |= isFaulty
	if !r.skip() {
		return false
	}
	switch {
	case c == 'n':
		r.reportNull(r.locate(node), start)
	case c == '[' && !field.Element.Array:
		r.report(fhir.CodeStructure, DetailUnexpectedArray, r.locate(node), start, "%s does not repeat here: an array may not stand", field.JSONName)
	default:
		r.wrongKind(node, field, want, start)
	}
	return true
}

// wrongKind reports that JSON has another kind of value than the type is written as.
func (r *reader) wrongKind(node int32, field *definition.Field, want form, offset int) bool {
	r.nodes[node].flags |= isFaulty
	r.report(fhir.CodeStructure, DetailWrongKind, r.locate(node), offset, "%s (%s) is written as %s", field.JSONName, field.Type.Name, want.kind())
	return true
}

// badForm reports a value that is not one of its type. The value itself is not shown.
func (b *builder) badForm(node int32, field *definition.Field, want form, text []byte, offset int) {
	b.nodes[node].flags |= isFaulty
	detail := detailInvalidValuePrefix + field.Type.Name
	if want == formString {
		detail = whyString(text)
	}
	b.report(fhir.CodeValue, detail, b.locate(node), offset, "the value of %s is not a valid %s", field.JSONName, field.Type.Name)
}

// examine reads the XHTML of a narrative once, and keeps on the node what validation will ask.
func (r *reader) examine(node int32, text []byte) (wellFormed bool) {
	found := xhtml.Examine(text)
	flags := &r.nodes[node].flags
	*flags |= isExamined
	for _, one := range findings {
		if found.Has(one.finding) {
			*flags |= one.flag
		}
	}
	return found.Has(xhtml.IsWellFormed)
}
