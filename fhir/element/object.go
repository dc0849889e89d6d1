package element

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// object reads the members of the object at r.pos as the children of node self: of a resource or
// complex element its elements, of a primitive (its "_x" sibling) its id and extensions.
func (r *reader) object(self int32, structure *definition.Structure) bool {
	if !r.enter() {
		return false
	}
	outer := r.current
	r.current = self
	f := r.open(self, structure)
	start := r.pos
	r.pos++
	r.space()
	if r.peek() == '}' {
		r.pos++
		r.nodes[self].flags |= isFaulty
		r.report(fhir.CodeStructure, DetailEmptyObject, r.locate(self), start, "an object has nothing in it")
	} else if !r.members(&f) {
		return false
	}
	if f.padded {
		r.checkPadding(&f)
	}
	r.close(&f)
	r.current = outer
	r.depth--
	return true
}

func (r *reader) members(f *frame) bool {
	for {
		start := r.pos
		key, ok := r.key()
		if !ok || !r.member(f, key, start) || r.stopped {
			return false
		}
		if more, ok := r.separator('}'); !ok || !more {
			return ok
		}
	}
}

// key reads a member's name and the colon after it. The bytes are good until something more
// is read.
func (r *reader) key() ([]byte, bool) {
	if r.peek() != '"' {
		return nil, r.malformed("an object's member has no name in quotes")
	}
	t, ok := r.stringToken()
	if !ok {
		return nil, false
	}
	r.space()
	if r.peek() != ':' {
		return nil, r.malformed("a colon is missing after a member's name")
	}
	r.pos++
	r.space()
	return r.textOf(t), true
}

// member reads one member's value, whatever its name.
func (r *reader) member(f *frame, key []byte, start int) bool {
	if string(key) == resourceTypeKey && r.nodes[f.self].flags&isResource != 0 {
		if f.typed {
			r.report(fhir.CodeStructure, DetailDuplicate, r.locateMember(f.self, key), start, "resourceType is given twice")
		}
		f.typed = true
		return r.skip()
	}
	name, which := key, givenValue
	if len(key) > 0 && key[0] == '_' {
		name, which = key[1:], givenSibling
	}
	field := f.structure.Field(name)
	if field == nil || which == givenSibling && !mayHaveSibling(field) {
		r.unknownElement(f, key, start)
		return r.skip()
	}
	if !r.firstTime(f, field, which, start) {
		return r.skip()
	}
	return r.fieldValue(f, field, which)
}

// mayHaveSibling reports whether "_x" may stand beside "x": it holds the id and extensions of
// a primitive. What XML writes as an attribute (Extension.url, Element.id) can have neither.
func mayHaveSibling(field *definition.Field) bool {
	return field.Type.Kind == definition.Primitive && !field.Element.XMLAttr
}

func (b *builder) unknownElement(f *frame, key []byte, start int) {
	b.report(fhir.CodeStructure, DetailUnknownElement, b.locateMember(f.self, key), start,
		"%s has no element of this name", f.structure.Path)
}

// firstTime notes that a member was given, and reports one that was given before or that is
// another type of a choice given before (https://hl7.org/fhir/R4/formats.html#choice).
func (b *builder) firstTime(f *frame, field *definition.Field, which given, start int) bool {
	own := b.slotOf(f, field.Element)
	switch {
	case own.seen == 0:
		own.field = field.Index
	case own.field != field.Index:
		b.report(fhir.CodeStructure, DetailChoiceTwice, b.locateField(f.self, field.Element, -1), start,
			"%s may be of one type only, and is given as %s and %s", field.Element.Path, b.set.Fields()[own.field].JSONName, field.JSONName)
		return false
	case own.seen&which != 0:
		b.report(fhir.CodeStructure, DetailDuplicate, b.locateField(f.self, field.Element, -1), start, "%s is given twice", field.JSONName)
		return false
	}
	own.seen |= which
	return true
}

// fieldValue reads the value of a member that may stand here.
func (r *reader) fieldValue(f *frame, field *definition.Field, which given) bool {
	primitive := field.Type.Kind == definition.Primitive
	switch {
	case field.Element.Array && primitive:
		return r.primitiveArray(f, field, which)
	case field.Element.Array:
		return r.complexArray(f, field)
	case primitive:
		return r.single(f, field, which)
	}
	return r.complex(f, field, -1)
}

// complex reads an object that is a complex element, or one item of an array of them.
func (r *reader) complex(f *frame, field *definition.Field, item int) bool {
	if r.peek() != '{' {
		return r.notAnObject(f, field, item)
	}
	structure := field.Type
	if structure.Kind == definition.Resource {
		var ok bool
		if structure, ok = r.resourceType(r.locateField(f.self, field.Element, item)); structure == nil {
			return ok && r.skip()
		}
	}
	start := r.pos
	self, ok := r.append(f, field, structure)
	if !ok {
		return false
	}
	r.nodes[self].position = int32(max(item, 0)) // items that were refused count too
	if !r.object(self, structure) {
		return false
	}
	n := &r.nodes[self]
	n.start, n.end = uint32(start), uint32(r.pos)
	return true
}

// notAnObject reports why a value cannot be a complex element, and passes over it.
func (r *reader) notAnObject(f *frame, field *definition.Field, item int) bool {
	location, start := r.locateField(f.self, field.Element, item), r.pos
	c := r.peek()
	if !r.skip() {
		return false
	}
	switch c {
	case 'n':
		r.reportNull(location, start)
	case '[':
		r.report(fhir.CodeStructure, DetailUnexpectedArray, location, start, "%s does not repeat here: an array may not stand", field.JSONName)
	default:
		r.report(fhir.CodeStructure, DetailWrongKind, location, start, "%s is an object (%s)", field.JSONName, field.Type.Name)
	}
	return true
}

func (r *reader) reportNull(location string, offset int) {
	r.report(fhir.CodeStructure, DetailNull, location, offset, "null may only pad the arrays of a repeating primitive")
}

// append adds a node at r.pos, within the limit.
func (r *reader) append(f *frame, field *definition.Field, structure *definition.Structure) (int32, bool) {
	return r.appendAt(f, field, structure, r.pos)
}
