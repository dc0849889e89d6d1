package xhtml

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// Namespace is what the div of a narrative is in.
const Namespace = "http://www.w3.org/1999/xhtml"

// examination is the memory that reading a fragment takes.
type examination struct {
	scanner Scanner
	levels  []level
}

var readers = sync.Pool{New: func() any { return new(examination) }}

// Finding is what Examine finds, as a set of bits.
type Finding uint8

// What a fragment may be found to be.
const (
	IsWellFormed Finding = 1 << iota // one XML element called div, with no names of other namespaces in it: it can stand in a document
	IsAllowed                        // nothing that a narrative may not have: see Check
	IsVisible                        // text that is not white space, or an image
	IsNested                         // elements that stand in one another as HTML lets them
	IsPlain                          // nothing that refers, is referred to or says its language: see Inspect
)

// Has reports whether all the bits of other are found.
func (f Finding) Has(other Finding) bool { return f&other == other }

// Examine reads a fragment once for everything there is to ask of it. It allocates nothing when nothing
// is wrong.
func Examine(text []byte) Finding {
	found, _ := examine(text)
	return found
}

func examine(text []byte) (found Finding, faults []string) {
	r := readers.Get().(*examination)
	r.scanner.Reset(text)
	c := checker{nesting: nesting{open: r.levels[:0]}}
	for t := r.scanner.Next(); ; t = r.scanner.Next() {
		c.token(t)
		if t.Kind == Done || t.Kind == Bad {
			break
		}
	}
	r.scanner = Scanner{open: r.scanner.open[:0], attrs: r.scanner.attrs[:0]}
	r.levels = c.nesting.open[:0]
	readers.Put(r)
	return c.found()
}

// WellFormed reports whether the text is one well-formed XML element called div.
func WellFormed(text []byte) bool { return Examine(text).Has(IsWellFormed) }

// HasContent reports whether a fragment shows anything: text that is not white space, or an
// image (invariant txt-2, https://hl7.org/fhir/R4/narrative.html#Narrative).
func HasContent(text []byte) bool { return Examine(text).Has(IsVisible) }

// Allowed reports whether Check finds nothing.
func Allowed(text []byte) bool { return Examine(text).Has(IsAllowed) }

// maxFaults is how many faults of one fragment are worth telling.
const maxFaults = 10

// Check says in words what a fragment has that a narrative may not (invariant txt-1): elements and
// attributes that are more than formatting, scripts, links that run one, styles that fetch something, a div
// without its namespace. Nil means nothing is wrong. The words name elements and attributes only when HTML knows them.
func Check(text []byte) []string {
	_, faults := examine(text)
	return faults
}

type checker struct {
	faults    []string
	element   []byte
	depth     int
	namespace bool // the div has its own
	div       bool // it is one
	visible   bool
	bad       bool
	nesting   nesting
	misplaced bool
	referring bool
}

// found sums up, after the last token.
func (c *checker) found() (found Finding, faults []string) {
	if !c.bad && !c.namespace {
		c.add("the div is not in the namespace %s", Namespace)
	}
	if !c.bad && c.div {
		found |= IsWellFormed
	}
	if len(c.faults) == 0 {
		found |= IsAllowed
	}
	if c.visible {
		found |= IsVisible
	}
	if !c.bad && !c.misplaced {
		found |= IsNested
	}
	if !c.bad && !c.referring {
		found |= IsPlain
	}
	return found, c.faults
}

func (c *checker) add(format string, args ...any) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, fmt.Sprintf(format, args...))
	}
}

func (c *checker) token(t Token) {
	switch t.Kind {
	case Bad:
		c.bad = true
		c.add("the XHTML is not well-formed")
	case Start:
		c.start(t.Name)
	case Attribute:
		c.attribute(t.Name, t.Value)
	case Text:
		if !isBlank(t.Value) {
			c.visible = true
			c.misplaced = c.misplaced || !c.nesting.text()
		}
	case End:
		c.depth--
		c.nesting.end()
	}
}

func (c *checker) start(name []byte) {
	c.depth++
	c.element = name
	k := kindOf(name)
	if !c.nesting.start(k) {
		c.misplaced = true
	}
	switch {
	case k == 0 && bytes.IndexByte(name, ':') >= 0:
		c.foreign()
	case k == elImg:
		c.visible = true
	case c.depth == 1 && k == elDiv:
		c.div = true
	case c.depth == 1:
		c.add("the outermost element is not div")
	case k == 0:
		c.add("the element %s may not stand in a narrative", shown(name))
	}
}

func (c *checker) attribute(name, value []byte) {
	if string(name) == "xmlns" {
		c.namespace = c.namespace || c.depth == 1 && string(value) == Namespace
		if string(value) != Namespace {
			c.add("an element is not in the namespace %s", Namespace)
			c.bad = c.bad || c.depth == 1
		}
		return
	}
	if prefix, local, has := bytes.Cut(name, colon); has && !isKnownPrefix(prefix, local) {
		c.foreign()
		return
	}
	if !isAttribute(name) && !c.attributeOfElement(name) {
		c.add("the attribute %s of %s may not stand in a narrative", shown(name), shown(c.element))
		return
	}
	c.referring = c.referring || isReferring(name)
	switch {
	case string(name) == "style" && !isQuietStyle(value):
		c.add("a style fetches or runs something")
	case isLink(name) && !isQuietLink(value):
		c.add("the attribute %s of %s runs a script", shown(name), shown(c.element))
	}
}

// foreign notes a name of another namespace, or of one that nobody declared: no document could take the div as it is.
func (c *checker) foreign() {
	c.bad = true
	c.add("a name in the XHTML has a prefix")
}

var colon = []byte(":")

// isKnownPrefix reports whether an attribute may have a prefix: XML's own, and declarations.
func isKnownPrefix(prefix, local []byte) bool {
	return (string(prefix) == "xml" || string(prefix) == "xmlns") && len(local) > 0 && bytes.IndexByte(local, ':') < 0
}

func (c *checker) attributeOfElement(name []byte) bool {
	for _, allowed := range elementAttributes[string(c.element)] {
		if allowed == string(name) {
			return true
		}
	}
	return false
}

func isBlank(text []byte) bool {
	for _, c := range text {
		if !isSpace(c) {
			return false
		}
	}
	return true
}

// shown keeps a name that could be anything out of messages.
func shown(name []byte) string {
	if len(name) > 20 {
		return "(a long name)"
	}
	return strings.ToValidUTF8(string(name), "?")
}
