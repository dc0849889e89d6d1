package element

import (
	"bytes"

	"hearken/fhir"
	"hearken/fhir/xhtml"
)

// FHIRNamespace is what every element of a resource in XML is in (https://hl7.org/fhir/R4/xml.html).
const FHIRNamespace = "http://hl7.org/fhir"

// schemaNamespace is that of xsi:schemaLocation, which may stand anywhere and says nothing.
const schemaNamespace = "http://www.w3.org/2001/XMLSchema-instance"

// namespace is which of the namespaces that matter a name is in.
type namespace uint8

const (
	noSpace namespace = iota
	fhirSpace
	xhtmlSpace
	schemaSpace
	otherSpace
)

func namespaceOf(uri []byte) namespace {
	switch string(uri) {
	case FHIRNamespace:
		return fhirSpace
	case xhtml.Namespace:
		return xhtmlSpace
	case schemaNamespace:
		return schemaSpace
	case "":
		return noSpace
	}
	return otherSpace
}

// prefix is one declaration (https://www.w3.org/TR/xml-names/): in scope while its element is open.
type prefix struct {
	name  []byte // "" for the default
	space namespace
	level int // how many elements were open, its own included
}

// attribute is one attribute of a start tag.
type attribute struct {
	start  int    // of its name
	whole  []byte // its name as written
	prefix []byte
	name   []byte
	value  token
}

// The most of each that a text may have: a search among them is bounded.
const (
	maxAttributes = 64
	maxPrefixes   = 256
)

// attribute reads one attribute of the tag being read, or the declaration of a namespace.
func (r *xmlReader) attribute() bool {
	a := attribute{start: r.pos}
	a.whole = r.name()
	r.space()
	if len(a.whole) == 0 || r.peek() != '=' {
		return r.malformed("a tag has something that is no attribute")
	}
	r.pos++
	r.space()
	var ok bool
	if a.value, ok = r.attributeValue(); !ok {
		return false
	}
	for i := range r.attributes {
		if bytes.Equal(r.attributes[i].whole, a.whole) {
			r.pos = a.start
			return r.malformed("an attribute is given twice")
		}
	}
	if len(r.attributes) == maxAttributes {
		return r.fatal(fhir.CodeTooCostly, DetailTooManyNames, r.locate(r.current), a.start, "more than %d attributes", maxAttributes)
	}
	a.prefix, a.name = splitName(a.whole)
	r.attributes = append(r.attributes, a)
	if declared, is := a.declares(); is {
		return r.declare(declared, a)
	}
	return true
}

func splitName(whole []byte) (before, name []byte) {
	if i := bytes.IndexByte(whole, ':'); i >= 0 {
		return whole[:i], whole[i+1:]
	}
	return nil, whole
}

// declares gives the prefix that an attribute declares, "" for the default.
func (a *attribute) declares() (declared []byte, is bool) {
	if string(a.prefix) == "xmlns" {
		return a.name, true
	}
	return nil, string(a.whole) == "xmlns"
}

func (a *attribute) isDeclaration() bool {
	_, is := a.declares()
	return is
}

func (r *xmlReader) declare(name []byte, a attribute) bool {
	if len(r.prefixes) == maxPrefixes {
		return r.fatal(fhir.CodeTooCostly, DetailTooManyNames, r.locate(r.current), a.start, "more than %d namespaces in scope", maxPrefixes)
	}
	r.prefixes = append(r.prefixes, prefix{name, namespaceOf(r.textOf(a.value)), len(r.open)})
	return true
}

// nameTag finds the namespace of a tag's name, now that its declarations are read.
func (r *xmlReader) nameTag(t *tag, whole []byte) bool {
	before, name := splitName(whole)
	t.name, t.prefixed = name, before != nil
	for i := range r.attributes {
		t.declares = t.declares || string(r.attributes[i].whole) == "xmlns"
	}
	var known bool
	if t.space, known = r.spaceOf(before); !known || len(name) == 0 || bytes.IndexByte(name, ':') >= 0 {
		r.pos = t.start
		return r.malformed("the prefix of an element is declared nowhere")
	}
	return true
}

// spaceOf finds the namespace a prefix stands for.
func (r *xmlReader) spaceOf(name []byte) (namespace, bool) {
	for i := len(r.prefixes) - 1; i >= 0; i-- {
		if bytes.Equal(r.prefixes[i].name, name) {
			return r.prefixes[i].space, true
		}
	}
	if len(name) == 0 {
		return noSpace, true
	}
	return otherSpace, string(name) == "xml"
}
