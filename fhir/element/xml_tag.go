package element

import (
	"bytes"
	"unicode/utf8"

	"hearken/fhir"
)

// This file is the markup of XML (https://www.w3.org/TR/xml/): tags, and what is passed over between them.
// It insists on well-formedness as it goes.

// markup is what next found.
type markup uint8

const (
	startTag markup = iota + 1
	endTag
	visibleText
	endOfText // after the document's element
)

// openElement is an element whose end is still to come: where its name lies in the text.
type openElement struct {
	start, end uint32
	renamed    bool // it is copied without its prefix
}

// tag is a start tag that was read.
type tag struct {
	start    int    // of its "<"
	name     []byte // without prefix
	space    namespace
	prefixed bool
	declares bool // it says itself what the default namespace is
	empty    bool // "<x/>"
}

// peek is the next byte, or 0 at the end.
func (r *xmlReader) peek() byte {
	if r.pos < len(r.source) {
		return r.source[r.pos]
	}
	return 0
}

func (r *xmlReader) has(prefix string) bool {
	return len(r.source)-r.pos >= len(prefix) && string(r.source[r.pos:r.pos+len(prefix)]) == prefix
}

func (r *xmlReader) space() bool {
	start := r.pos
	r.pos = skipSpace(r.source, r.pos)
	return r.pos > start
}

// next reads on to the next tag or visible text, of which the tag given has the start alone; comments,
// processing instructions and white space are passed over.
func (r *xmlReader) next() (markup, tag, bool) {
	if r.ended {
		r.ended = false
		r.closeElement(0)
		return endTag, tag{}, true
	}
	for {
		switch {
		case r.pos >= len(r.source):
			if len(r.open) == 0 && len(r.nodes)+len(r.issues) > 0 {
				return endOfText, tag{}, true
			}
			return 0, tag{}, r.malformed("the text ends before its elements do")
		case r.peek() != '<':
			start := skipSpace(r.source, r.pos)
			if visible, ok := r.characterData(); !ok || visible {
				return visibleText, tag{start: start}, ok
			}
		case r.has("</"):
			return endTag, tag{}, r.endTag()
		case r.has("<![CDATA["):
			start := r.pos
			if visible, ok := r.cdata(); !ok || visible {
				return visibleText, tag{start: start}, ok
			}
		case r.has("<!--"), r.has("<?"), r.has("<!"):
			if !r.passOver() {
				return 0, tag{}, false
			}
		default:
			t, ok := r.startTag()
			return startTag, t, ok
		}
	}
}

// passOver reads a comment or a processing instruction; a document type is refused.
func (r *xmlReader) passOver() bool {
	opening, end := 2, "?>"
	switch {
	case r.has("<!--"):
		opening, end = 4, "--"
	case r.has("<!"):
		return r.fatal(fhir.CodeSecurity, DetailDocumentType, r.locate(r.current), r.pos, "a document type or entity declaration is never accepted")
	}
	n := bytes.Index(r.source[r.pos+opening:], []byte(end))
	if n < 0 {
		return r.malformed("a comment or processing instruction has no end")
	}
	if end == "?>" && !isInstruction(r.source[r.pos+opening:r.pos+opening+n]) {
		return r.malformed("a processing instruction has no name, or one that is reserved")
	}
	r.pos += opening + n + len(end)
	if end == "--" {
		if r.peek() != '>' {
			return r.malformed("two hyphens stand in a comment")
		}
		r.pos++
	}
	return true
}

// isInstruction reports whether what stands between "<?" and "?>" has a name, and not the one that XML keeps
// for itself.
func isInstruction(content []byte) bool {
	n := lengthOfName(content)
	return n > 0 && (n == len(content) || isJSONSpace(content[n])) && !bytes.EqualFold(content[:n], []byte("xml"))
}

func (r *xmlReader) cdata() (visible, ok bool) {
	if len(r.open) == 0 {
		return false, r.malformed("text stands outside the resource")
	}
	r.pos += len("<![CDATA[")
	n := bytes.Index(r.source[r.pos:], []byte("]]>"))
	if n < 0 {
		return false, r.malformed("a CDATA section has no end")
	}
	visible = len(bytes.TrimSpace(r.source[r.pos:r.pos+n])) > 0
	r.pos += n + len("]]>")
	return visible, true
}

// name reads a name, prefix included; nil when there is none.
func (r *xmlReader) name() []byte {
	start := r.pos
	r.pos += lengthOfName(r.source[start:])
	return r.source[start:r.pos]
}

// lengthOfName measures the name that b begins with.
func lengthOfName(b []byte) int {
	n := 0
	for n < len(b) && (isNameStart(b[n]) || n > 0 && (isDigit(b[n]) || b[n] == '-' || b[n] == '.')) {
		n++
	}
	return n
}

// isNameStart takes every byte of a rune beyond ASCII for a letter: no element of FHIR or
// XHTML has one.
func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= utf8.RuneSelf
}

// startTag reads a start tag with its attributes, and opens its element.
func (r *xmlReader) startTag() (tag, bool) {
	t := tag{start: r.pos}
	r.pos++
	name := r.name()
	if len(name) == 0 {
		return t, r.malformed("a tag has no name")
	}
	if len(r.open) == 0 && len(r.nodes) > 0 {
		r.pos = t.start
		return t, r.fatal(fhir.CodeInvalid, DetailTrailing, "", r.pos, "something follows the resource")
	}
	r.open = append(r.open, openElement{start: uint32(t.start + 1), end: uint32(r.pos)})
	r.attributes = r.attributes[:0]
	for {
		spaced := r.space()
		switch {
		case r.has("/>"):
			r.pos += 2
			t.empty, r.ended = true, true
			return t, r.nameTag(&t, name)
		case r.peek() == '>':
			r.pos++
			return t, r.nameTag(&t, name)
		case !spaced:
			return t, r.malformed("a tag is not closed")
		case !r.attribute():
			return t, false
		}
	}
}

// endTag reads an end tag, which must be that of the last element opened.
func (r *xmlReader) endTag() bool {
	start := r.pos
	r.pos += len("</")
	name := r.name()
	r.space()
	if r.peek() != '>' || len(r.open) == 0 {
		r.pos = start
		return r.malformed("an end tag closes nothing")
	}
	if last := r.open[len(r.open)-1]; !bytes.Equal(name, r.source[last.start:last.end]) {
		r.pos = start
		return r.malformed("an end tag has another name than its start tag")
	}
	r.pos++
	r.closeElement(start + len("</"))
	return true
}

// closeElement forgets the last element opened, and the namespaces it declared; at is where its end
// tag has its name, 0 when it has none.
func (r *xmlReader) closeElement(at int) {
	for n := len(r.prefixes); n > 0 && r.prefixes[n-1].level == len(r.open); n-- {
		r.prefixes = r.prefixes[:n-1]
	}
	r.closed, r.closedAt = r.open[len(r.open)-1], at
	r.open = r.open[:len(r.open)-1]
}

// declaration reads the XML declaration, if there is one, and a byte order mark before it.
func (r *xmlReader) declaration() bool {
	if bytes.HasPrefix(r.source, byteOrderMark) {
		r.pos = len(byteOrderMark)
	}
	if !r.has("<?xml") || lengthOfName(r.source[r.pos+2:]) != len("xml") {
		return true
	}
	n := bytes.Index(r.source[r.pos:], []byte("?>"))
	if n < 0 {
		return r.malformed("the XML declaration has no end")
	}
	end := r.pos + n
	r.pos += len("<?xml")
	r.open = append(r.open, openElement{}) // level 1: what it declares are no namespaces
	for r.space() && r.pos < end {
		if !r.attribute() {
			return false
		}
	}
	r.space()
	if r.pos != end {
		return r.malformed("the XML declaration is not one")
	}
	r.open = r.open[:0]
	r.pos = end + len("?>")
	return r.declared()
}

// declared checks version and encoding.
func (r *xmlReader) declared() bool {
	for i, a := range r.attributes {
		value := r.textOf(a.value)
		switch name := string(a.whole); {
		case name == "version" && i == 0 && string(value) == "1.0":
		case name == "encoding" && i > 0 && (bytes.EqualFold(value, []byte("utf-8")) || bytes.EqualFold(value, []byte("us-ascii"))):
		case name == "encoding" && i > 0:
			return r.fatal(fhir.CodeNotSupported, DetailEncoding, "", a.start, "the encoding is not UTF-8")
		case name == "standalone" && i > 0 && (string(value) == "yes" || string(value) == "no"):
		default:
			r.pos = a.start
			return r.malformed("the XML declaration is not one")
		}
	}
	if len(r.attributes) == 0 {
		return r.malformed("the XML declaration has no version")
	}
	return true
}
