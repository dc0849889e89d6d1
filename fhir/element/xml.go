package element

import (
	"bytes"
	"sync"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// The stable details of the faults that only XML can have; all others are those of Parse.
const (
	DetailMalformedXML     = "malformed-xml"
	DetailDocumentType     = "document-type"
	DetailEncoding         = "unsupported-encoding"
	DetailNamespace        = "wrong-namespace"
	DetailUnknownAttribute = "unknown-attribute"
	DetailUnexpectedText   = "unexpected-text"
	DetailOrder            = "element-order"
	DetailSecondResource   = "second-resource"
	DetailTooManyNames     = "namespace-limit"
)

// ParseXML reads exactly one resource in XML (https://hl7.org/fhir/R4/xml.html) onto the tape that
// Parse makes. What is kept is JSON: Tree.Source, Node.Source and Node.Span, and so Stamp, Apply and
// AppendJSON, work on the compact JSON of the resource, made once while reading; only LineColumn speaks of src, which
// must not be changed afterwards.
//
// Faults are told as Parse tells them. XML has rules of its own: elements stand in the order of their
// definition, nothing but white space stands between them, everything is in FHIR's namespace and the
// div of a narrative in XHTML's. Comments and processing instructions are passed over; a document type is refused
// unread, so no entity can be declared. In attributes a tab or line end that is not written as a character
// reference is a space, as XML has it; the div is kept byte for byte.
func ParseXML(set *definition.Set, src []byte, limits Limits) (*Tree, fhir.Outcome) {
	return ParseXMLAs(set, "", src, limits)
}

// ParseXMLAs is ParseXML for a place where only one type of resource may stand; "" allows any.
func ParseXMLAs(set *definition.Set, wanted fhir.Type, src []byte, limits Limits) (*Tree, fhir.Outcome) {
	r := newXMLReader(set, src, limits)
	defer r.release()
	return r.tree(wanted)
}

// ParseXMLBundle is ParseXMLAs for a Bundle whose entries are read each for itself: the resources of those
// that skip names, by position from 0, are passed over. They may have any fault but that they are no XML.
func ParseXMLBundle(set *definition.Set, src []byte, limits Limits, skip func(entry int) bool) (*Tree, fhir.Outcome) {
	r := newXMLReader(set, src, limits)
	defer r.release()
	r.skipEntry = skip
	return r.tree("Bundle")
}

// XMLResource is the name of the element that an XML text has as its root, if that is in FHIR's namespace:
// the type of the resource, for a resource; "" for anything else. No more is read than that.
func XMLResource(src []byte) string {
	r := newXMLReader(nil, src, Limits{})
	defer r.release()
	if !r.declaration() {
		return ""
	}
	if what, t, ok := r.next(); ok && what == startTag && t.space == fhirSpace {
		return string(t.name)
	}
	return ""
}

// tree reads the document. What is kept of it must not be longer than the text might be, whatever writing it
// as JSON adds.
func (r *xmlReader) tree(wanted fhir.Type) (*Tree, fhir.Outcome) {
	r.document(wanted)
	tree := r.finish()
	if tree == nil {
		return nil, r.issues
	}
	r.settle(tree)
	if len(tree.source) > r.limits.Bytes {
		r.fatal(fhir.CodeTooLong, DetailTooLarge, "", 0, "the resource is longer in JSON than the %d bytes accepted", r.limits.Bytes)
		return nil, r.issues
	}
	return tree, r.issues
}

// ToJSON is the resource as compact JSON: for a tree that ParseXML made a copy of what it keeps, for
// one that Parse made its members in the order they were sent, without white space between them.
func ToJSON(t *Tree) []byte {
	if t.xml != nil {
		return bytes.Clone(t.source)
	}
	return AppendJSON(make([]byte, 0, len(t.source)), t.Root(), WriteOptions{})
}

// xmlReader reads XML onto a tape.
type xmlReader struct {
	builder
	pos        int
	current    int32 // the element being read, for the location of malformed text
	open       []openElement
	closed     openElement    // the last one whose end was read
	closedAt   int            // where its end tag has its name, 0 for "<x/>"
	ended      bool           // the last start tag was "<x/>": its end is still to be given
	prefixes   []prefix       // the namespaces in scope
	attributes []attribute    // of the last start tag
	starts     []uint32       // by node: where its tag or attribute begins
	spans      []span         // by node: where its value lies in the JSON; see settle
	skipEntry  func(int) bool // which entries' resources are passed over; nil for none
}

// span is where something lies in a text.
type span struct{ start, end uint32 }

var xmlReaders = sync.Pool{New: func() any { return new(xmlReader) }}

func newXMLReader(set *definition.Set, src []byte, limits Limits) *xmlReader {
	r := xmlReaders.Get().(*xmlReader)
	r.set, r.source, r.limits, r.current = set, src, limits.orDefault(), none
	return r
}

// release gives the reader back, with nothing in it that points at a request.
func (r *xmlReader) release() {
	nodes, side, slots := r.nodes[:0], r.side[:0], r.slots[:0]
	open, starts, spans := r.open[:0], r.starts[:0], r.spans[:0]
	prefixes, attributes := r.prefixes[:cap(r.prefixes)], r.attributes[:cap(r.attributes)]
	clear(prefixes)
	clear(attributes)
	*r = xmlReader{prefixes: prefixes[:0], attributes: attributes[:0]}
	if cap(nodes) <= retainedNodes && cap(side) <= retainedNodes*16 && cap(open) <= retainedNodes {
		r.nodes, r.side, r.slots, r.open, r.starts, r.spans = nodes, side, slots, open, starts, spans
	}
	xmlReaders.Put(r)
}

// document reads the whole text.
func (r *xmlReader) document(wanted fhir.Type) {
	if len(r.source) > r.limits.Bytes {
		r.fatal(fhir.CodeTooLong, DetailTooLarge, "", 0, "the text is longer than the %d bytes accepted", r.limits.Bytes)
		return
	}
	if !r.characters() || !r.declaration() {
		return
	}
	what, t, ok := r.next()
	switch {
	case !ok:
		return
	case what != startTag:
		r.malformed("a resource is an XML element")
		return
	case !r.rootResource(t, wanted):
		return
	}
	if what, _, ok := r.next(); ok && what != endOfText {
		r.fatal(fhir.CodeInvalid, DetailTrailing, "", r.pos, "something follows the resource")
	}
}

// rootResource reads the resource that is the document; t is its start tag.
func (r *xmlReader) rootResource(t tag, wanted fhir.Type) bool {
	if t.space != fhirSpace {
		return r.fatal(fhir.CodeStructure, DetailNamespace, "", t.start, "the resource is not in the namespace %s", FHIRNamespace)
	}
	structure := r.resourceNamed(t.name)
	if structure == nil {
		r.report(fhir.CodeStructure, DetailUnknownType, "", t.start, "the element names no resource of FHIR %s", r.set.Version())
		return r.skip()
	}
	if wanted != "" && string(wanted) != structure.Name {
		r.report(fhir.CodeStructure, DetailWrongType, "", t.start, "a %s stands where a %s is wanted", structure.Name, wanted)
	}
	self := r.root(structure)
	r.starts = append(r.starts, uint32(t.start))
	return r.object(self, structure, t)
}

// malformed reports that the text is not XML. Only one such fault can be told of a text.
func (r *xmlReader) malformed(words string) bool {
	return r.fatal(fhir.CodeInvalid, DetailMalformedXML, r.locate(r.current), r.pos, "%s", words)
}
