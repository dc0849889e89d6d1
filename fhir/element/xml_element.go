package element

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// object reads the attributes and content of a resource, complex element or primitive into node self
// and its children; t is its start tag, just read.
func (r *xmlReader) object(self int32, structure *definition.Structure, t tag) bool {
	// A primitive with no more than a value is no level: JSON would write no object.
	level := structure.Kind != definition.Primitive || !t.empty || len(r.attributes) > 1
	if level && !r.enterAt(self, t.start) {
		return false
	}
	outer := r.current
	r.current = self
	f := r.builder.open(self, structure)
	if !r.attributesOf(&f) || !r.content(&f) {
		return false
	}
	if n := &r.nodes[self]; n.first == none && n.flags&(hasValue|isResource|isFaulty|hasContent) == 0 {
		n.flags |= isFaulty
		r.report(fhir.CodeStructure, DetailEmptyObject, r.locate(self), t.start, "an element has nothing in it")
	}
	r.close(&f)
	r.current = outer
	if level {
		r.depth--
	}
	return true
}

// attributesOf reads the attributes of the tag just read: ids, urls of extensions, the value of a
// primitive.
func (r *xmlReader) attributesOf(f *frame) bool {
	for i := range r.attributes {
		a := &r.attributes[i]
		space, known := r.spaceOf(a.prefix)
		switch {
		case a.isDeclaration():
			continue
		case !known:
			r.pos = a.start
			return r.malformed("the prefix of an attribute is declared nowhere")
		case a.prefix != nil && space == schemaSpace && string(a.name) == "schemaLocation":
			continue
		case a.prefix == nil && string(a.name) == "value" && f.structure.Kind == definition.Primitive:
			r.value(f.self, r.field(f), a)
			continue
		}
		if field := f.structure.Field(a.name); a.prefix == nil && field != nil && field.Element.XMLAttr {
			if !r.attributeNode(f, field, a) {
				return false
			}
			continue
		}
		r.nodes[f.self].flags |= hasContent
		r.report(fhir.CodeStructure, DetailUnknownAttribute, r.locateMember(f.self, a.whole), a.start, "%s has no attribute of this name", f.structure.Path)
	}
	return true
}

// field is the one by which the frame's own node is reached.
func (r *xmlReader) field(f *frame) *definition.Field { return r.set.Fields()[r.nodes[f.self].field] }

// attributeNode makes a child of what JSON writes as a member and XML as an attribute.
func (r *xmlReader) attributeNode(f *frame, field *definition.Field, a *attribute) bool {
	node, ok := r.append(f, field, field.Type, a.start)
	if ok {
		r.value(node, field, a)
	}
	return ok
}

// append adds a node whose tag or attribute begins at an offset.
func (r *xmlReader) append(f *frame, field *definition.Field, structure *definition.Structure, at int) (int32, bool) {
	node, ok := r.appendAt(f, field, structure, at)
	if ok {
		r.starts = append(r.starts, uint32(at))
	}
	return node, ok
}

// value puts an attribute's value into a primitive's node, and checks its form.
func (r *xmlReader) value(node int32, field *definition.Field, a *attribute) {
	want, value := formOf(field.Type.Name), r.textOf(a.value)
	r.fill(node, a.value, hasValue|isString)
	switch {
	case len(value) == 0:
		r.nodes[node].flags |= isFaulty
		r.report(fhir.CodeValue, DetailEmptyString, r.locate(node), a.start, "%s is an empty string; leave out what has no value", field.JSONName)
	case want == formXHTML || !want.holds(value):
		r.badForm(node, field, want, value, a.start)
	}
}

// content reads what stands between the tags of an element: its children, in the order of their
// definition.
func (r *xmlReader) content(f *frame) bool {
	silent := false
	for !r.stopped {
		switch what, t, ok := r.next(); {
		case !ok:
			return false
		case what == endTag:
			return true
		case what == startTag:
			if !r.child(f, t) {
				return false
			}
		case !silent:
			silent = true
			r.nodes[f.self].flags |= hasContent
			r.report(fhir.CodeStructure, DetailUnexpectedText, r.locate(f.self), t.start, "text stands where only elements may")
		}
	}
	return false
}

// child reads one element, whatever its name.
func (r *xmlReader) child(f *frame, t tag) bool {
	r.nodes[f.self].flags |= hasContent // no second fault says it has none
	field := f.structure.Field(t.name)
	want := fhirSpace
	if field != nil && formOf(field.Type.Name) == formXHTML {
		want = xhtmlSpace
	}
	switch {
	case t.space != want:
		r.report(fhir.CodeStructure, DetailNamespace, r.locateMember(f.self, t.name), t.start, "an element is not in the namespace it should be in")
		return r.skip()
	case field == nil || field.Element.XMLAttr:
		r.unknownElement(f, t.name, t.start)
		return r.skip()
	case !r.inOrder(f, field, t):
		return r.skip()
	}
	switch {
	case want == xhtmlSpace:
		return r.narrative(f, field, t)
	case field.Type.Kind == definition.Resource:
		return r.container(f, field)
	}
	self, ok := r.append(f, field, field.Type, t.start)
	return ok && r.object(self, field.Type, t)
}

// inOrder notes that an element was given, and reports one that stands after what it should stand
// before, or that is given more often than it may.
func (r *xmlReader) inOrder(f *frame, field *definition.Field, t tag) bool {
	if order := field.Element.Order; order < f.last {
		r.report(fhir.CodeStructure, DetailOrder, r.locateField(f.self, field.Element, -1), t.start, "%s stands too late: the order of elements is that of their definition", field.JSONName)
	} else {
		f.last = order
	}
	own := r.slotOf(f, field.Element)
	if field.Element.Array && own.seen != 0 {
		return true
	}
	return r.firstTime(f, field, givenValue, t.start)
}

// container reads an element that has one resource in it: contained, Bundle.entry.resource. Only
// the resource is a node.
func (r *xmlReader) container(f *frame, field *definition.Field) bool {
	if r.skipEntry != nil && field.Element.Path == "Bundle.entry.resource" && r.nodes[f.self].parent == 0 && r.skipEntry(int(r.nodes[f.self].position)) {
		return r.skip()
	}
	own := r.slotOf(f, field.Element)
	location := r.locateField(f.self, field.Element, int(own.count))
	for i := range r.attributes {
		if a := &r.attributes[i]; !a.isDeclaration() {
			r.report(fhir.CodeStructure, DetailUnknownAttribute, location, a.start, "%s has no attributes", field.JSONName)
		}
	}
	for found := false; !r.stopped; {
		what, t, ok := r.next()
		switch {
		case !ok:
			return false
		case what == endTag:
			if !found {
				r.report(fhir.CodeStructure, DetailMissingType, location, r.pos, "no resource stands in %s", field.JSONName)
			}
			return true
		case what == visibleText:
			r.report(fhir.CodeStructure, DetailUnexpectedText, location, t.start, "text stands where only a resource may")
			continue
		case found:
			r.report(fhir.CodeStructure, DetailSecondResource, location, t.start, "more than one resource stands in %s", field.JSONName)
			ok = r.skip()
		default:
			ok = r.contained(f, field, t, location)
		}
		if found = true; !ok {
			return false
		}
	}
	return false
}

// contained reads the resource in a container.
func (r *xmlReader) contained(f *frame, field *definition.Field, t tag, location string) bool {
	structure := r.resourceNamed(t.name)
	switch {
	case t.space != fhirSpace:
		r.report(fhir.CodeStructure, DetailNamespace, location, t.start, "a resource is not in the namespace %s", FHIRNamespace)
		return r.skip()
	case structure == nil:
		r.report(fhir.CodeStructure, DetailUnknownType, location, t.start, "the element names no resource of FHIR %s", r.set.Version())
		return r.skip()
	}
	self, ok := r.append(f, field, structure, t.start)
	return ok && r.object(self, structure, t)
}

// skip passes over the rest of an element whose start tag was read.
func (r *xmlReader) skip() bool {
	for depth := 1; depth > 0; {
		switch what, t, ok := r.next(); {
		case !ok:
			return false
		case what == endTag:
			depth--
		case what == startTag:
			if depth++; r.depth+depth > r.limits.Depth {
				return r.fatal(fhir.CodeTooCostly, DetailTooDeep, r.locate(r.current), t.start, "nested deeper than the %d levels accepted", r.limits.Depth)
			}
		}
	}
	return !r.stopped
}
