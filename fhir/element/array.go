package element

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// complexArray reads the array of a repeating complex element.
func (r *reader) complexArray(f *frame, field *definition.Field) bool {
	if r.peek() != '[' {
		r.expectedArray(f, field)
		if r.peek() != '{' {
			return r.skip()
		}
		return r.complex(f, field, 0)
	}
	more, ok := r.openArray(f, field)
	for item := 0; more && ok; item++ {
		if !r.complex(f, field, item) || r.stopped {
			return false
		}
		more, ok = r.separator(']')
	}
	return ok
}

// primitiveArray reads one of the two arrays of a repeating primitive: the values, or the
// objects with ids and extensions. They have one length, and null fills the place of what one of
// them lacks (https://hl7.org/fhir/R4/json.html#primitive). Whichever comes first makes the nodes.
func (r *reader) primitiveArray(f *frame, field *definition.Field, which given) bool {
	if r.peek() != '[' {
		r.expectedArray(f, field)
		return r.skip()
	}
	own := r.slotOf(f, field.Element)
	second, node, count := own.seen != which && own.count > 0, own.first, own.count
	start, item := r.pos, int32(0)
	more, ok := r.openArray(f, field)
	for ; more && ok; item++ {
		if !second {
			if node, ok = r.append(f, field, field.Type); !ok {
				return false
			}
		}
		if item >= count && second {
			ok = r.skip()
		} else {
			ok = r.primitiveItem(f, field, which, node)
			if second {
				node = r.nodes[node].next
			}
		}
		if !ok || r.stopped {
			return false
		}
		more, ok = r.separator(']')
	}
	if ok && second && item != count {
		r.report(fhir.CodeStructure, DetailMisaligned, r.locateField(f.self, field.Element, -1), start,
			"the arrays %s and _%s have %d and %d items", field.JSONName, field.JSONName, pick(which, item, count), pick(which, count, item))
	}
	return ok
}

func pick(which given, value, sibling int32) int32 {
	if which == givenValue {
		return value
	}
	return sibling
}

// primitiveItem reads one item of either array into its node.
func (r *reader) primitiveItem(f *frame, field *definition.Field, which given, node int32) bool {
	if r.peek() == 'n' {
		f.padded = true
		r.nodes[node].flags |= isPadded
		return r.literal("null")
	}
	if which == givenValue {
		return r.value(node, field)
	}
	return r.sibling(node, field)
}

// checkPadding reports the items that have null for a value and nothing in the "_x" array.
func (r *reader) checkPadding(f *frame) {
	for i := r.nodes[f.self].first; i != none; i = r.nodes[i].next {
		n := &r.nodes[i]
		if n.flags&isPadded != 0 && n.flags&(hasValue|isFaulty) == 0 && n.first == none {
			r.reportNull(r.locate(i), int(n.start))
		}
	}
}

// openArray passes over the opening bracket, and reports an array without items.
func (r *reader) openArray(f *frame, field *definition.Field) (more, ok bool) {
	start := r.pos
	r.pos++
	r.space()
	if r.peek() != ']' {
		return true, true
	}
	r.pos++
	r.report(fhir.CodeStructure, DetailEmptyArray, r.locateField(f.self, field.Element, -1), start, "an array has nothing in it")
	return false, true
}

func (r *reader) expectedArray(f *frame, field *definition.Field) {
	location := r.locateField(f.self, field.Element, -1)
	if r.peek() == 'n' {
		r.reportNull(location, r.pos)
		return
	}
	r.report(fhir.CodeStructure, DetailExpectedArray, location, r.pos, "%s repeats: an array is wanted", field.JSONName)
}
