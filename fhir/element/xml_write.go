package element

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"hearken/fhir/xhtml"
)

// AppendXML appends a resource or element as XML (https://hl7.org/fhir/R4/xml.html): elements in the order of
// their definition whatever order they were read in, ids of elements and urls of extensions as attributes. A
// resource says its namespace; an element that is none is named as its parent names it. Pretty and Keep are
// as for AppendJSON; nothing is added to the div of a narrative but the namespace, when it lacks one.
//
// What XML cannot hold is replaced by U+FFFD: control characters, which only codes may have, U+FFFE and U+FFFF. An
// id beside the div (JSON's "_div") is left out: in XML it is the div's own.
func AppendXML(dst []byte, n Node, o WriteOptions) []byte {
	if n.IsZero() {
		return dst
	}
	w := xmlWriter{dst: dst, options: o}
	switch {
	case n.IsResource():
		w.resource(n, true)
	default:
		w.element(n)
	}
	return w.dst
}

// XMLDeclaration is what a document begins with, before what AppendXML writes.
const XMLDeclaration = `<?xml version="1.0" encoding="UTF-8"?>`

type xmlWriter struct {
	dst     []byte
	options WriteOptions
	level   int
	order   []Node // the children of the open elements, in definition order: a stack
}

// resource writes the element of a resource; only the outermost says the namespace.
func (w *xmlWriter) resource(n Node, outermost bool) {
	name := n.Structure().Name
	w.dst = append(append(w.dst, '<'), name...)
	if outermost {
		w.dst = append(append(append(w.dst, ` xmlns="`...), FHIRNamespace...), '"')
	}
	w.children(n, name)
}

// element writes any other node.
func (w *xmlWriter) element(n Node) {
	if n.HasValue() && formOf(n.Structure().Name) == formXHTML {
		w.narrative(n.Text())
		return
	}
	name := n.Field().JSONName
	w.dst = append(append(w.dst, '<'), name...)
	if n.IsResource() {
		w.dst = append(w.dst, '>')
		w.level++
		w.newLine()
		w.resource(n, false)
		w.level--
		w.newLine()
		w.close(name)
		return
	}
	w.children(n, name)
}

// children writes the rest of a start tag, what is in the element and its end tag.
func (w *xmlWriter) children(n Node, name string) {
	from := w.sortChildren(n)
	for _, c := range w.order[from:] {
		if c.Element().XMLAttr {
			w.attribute(c.Element().Name, c.Text())
		}
	}
	if n.HasValue() {
		w.attribute("value", n.Text())
	}
	empty := true
	w.level++
	for i := from; i < len(w.order); i++ {
		if c := w.order[i]; !c.Element().XMLAttr {
			if empty {
				w.dst, empty = append(w.dst, '>'), false
			}
			w.newLine()
			w.element(c)
		}
	}
	w.level--
	w.order = w.order[:from]
	if empty {
		w.dst = append(w.dst, '/', '>')
		return
	}
	w.newLine()
	w.close(name)
}

// sortChildren puts the children that are to be written on the stack, in definition order, and
// says where they begin.
func (w *xmlWriter) sortChildren(n Node) int {
	from, sorted := len(w.order), true
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if !w.keeps(c) {
			continue
		}
		sorted = sorted && (len(w.order) == from || w.order[len(w.order)-1].Element().Order <= c.Element().Order)
		w.order = append(w.order, c)
	}
	if !sorted {
		slices.SortStableFunc(w.order[from:], func(a, b Node) int { return a.Element().Order - b.Element().Order })
	}
	return from
}

// keeps reports whether the filter leaves anything of an element.
func (w *xmlWriter) keeps(n Node) bool {
	if w.options.Keep == nil {
		return true
	}
	filter := writer{options: w.options}
	return filter.keeps(n) && (n.HasValue() || n.IsResource() || filter.keepsAny(n))
}

func (w *xmlWriter) close(name string) {
	w.dst = append(append(append(w.dst, '<', '/'), name...), '>')
}

func (w *xmlWriter) attribute(name, value string) {
	w.dst = append(append(append(w.dst, ' '), name...), '=', '"')
	w.dst = append(appendXMLText(w.dst, value), '"')
}

// appendXMLText appends the text of an attribute in double quotes.
func appendXMLText(dst []byte, text string) []byte {
	from := 0
	for i := 0; i < len(text); {
		if isPlainXML[text[i]] {
			i++
			continue
		}
		c, n := utf8.DecodeRuneInString(text[i:])
		replacement := ""
		switch {
		case c == '&':
			replacement = "&amp;"
		case c == '<':
			replacement = "&lt;"
		case c == '>':
			replacement = "&gt;"
		case c == '"':
			replacement = "&quot;"
		case c == '\t':
			replacement = "&#9;"
		case c == '\n':
			replacement = "&#10;"
		case c == '\r':
			replacement = "&#13;"
		case c < 0x20 || c == 0xFFFE || c == 0xFFFF || c == utf8.RuneError:
			replacement = "\uFFFD"
		}
		if replacement != "" {
			dst = append(append(dst, text[from:i]...), replacement...)
			from = i + n
		}
		i += n
	}
	return append(dst, text[from:]...)
}

// isPlainXML marks the ASCII that stands for itself in an attribute.
var isPlainXML = func() (table [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '&' && c != '<' && c != '>'
	}
	return table
}()

// narrative writes the div, without what stands round it and with its namespace.
func (w *xmlWriter) narrative(div string) {
	markup := []byte(div)
	for {
		markup = bytes.TrimSpace(markup)
		comment, ok := bytes.CutPrefix(markup, []byte("<!--"))
		if !ok {
			break
		}
		_, markup, _ = bytes.Cut(comment, []byte("-->"))
	}
	after := len("<div")
	if len(markup) <= after {
		return // no div: no reader lets it pass
	}
	w.dst = append(w.dst, markup[:after]...)
	if !declaresDefault(markup) {
		w.dst = append(append(append(w.dst, ` xmlns="`...), xhtml.Namespace...), '"')
	}
	w.dst = appendMarkup(w.dst, markup[after:])
}

// appendMarkup appends what may stand in a document, and U+FFFD for what may not: the markup was checked, but
// for noncharacters.
func appendMarkup(dst, markup []byte) []byte {
	for i := 0; ; {
		n := bytes.IndexByte(markup[i:], 0xEF)
		if n < 0 {
			return append(dst, markup...)
		}
		if i += n; isNoncharacter(markup[i:]) {
			dst = append(append(dst, markup[:i]...), "\uFFFD"...)
			markup, i = markup[i+3:], 0
			continue
		}
		i++
	}
}

// declaresDefault reports whether the first tag says what the default namespace is.
func declaresDefault(markup []byte) bool {
	var s xhtml.Scanner
	s.Reset(markup)
	for t := s.Next(); ; {
		switch t = s.Next(); {
		case t.Kind != xhtml.Attribute:
			return false
		case string(t.Name) == "xmlns":
			return true
		}
	}
}

func (w *xmlWriter) newLine() {
	if !w.options.Pretty {
		return
	}
	w.dst = append(w.dst, '\n')
	for range w.level {
		w.dst = append(w.dst, ' ', ' ')
	}
}
