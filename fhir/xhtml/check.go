package xhtml

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// Namespace is what the div of a narrative is in.
const Namespace = "http://www.w3.org/1999/xhtml"

var scanners = sync.Pool{New: func() any { return new(Scanner) }}

// scan gives every token of a fragment to visit, up to and including Done or Bad.
func scan(text []byte, visit func(Token)) {
	s := scanners.Get().(*Scanner)
	defer func() {
		*s = Scanner{open: s.open[:0], attrs: s.attrs[:0]}
		scanners.Put(s)
	}()
	s.Reset(text)
	for {
		t := s.Next()
		visit(t)
		if t.Kind == Done || t.Kind == Bad {
			return
		}
	}
}

// WellFormed reports whether the text is one well-formed XML element called div.
func WellFormed(text []byte) bool {
	first, ok := true, false
	scan(text, func(t Token) {
		if first {
			first, ok = false, string(t.Name) == "div"
		}
		ok = ok && t.Kind != Bad
	})
	return ok
}

// HasContent reports whether a fragment shows anything: text that is not white space, or an
// image (invariant txt-2, https://hl7.org/fhir/R4/narrative.html#Narrative).
func HasContent(text []byte) (has bool) {
	scan(text, func(t Token) {
		switch t.Kind {
		case Text:
			has = has || len(bytes.TrimSpace(t.Value)) > 0
		case Start:
			has = has || string(t.Name) == "img"
		}
	})
	return has
}

// maxFaults is how many faults of one fragment are worth telling.
const maxFaults = 10

// Check says in words what a fragment has that a narrative may not (invariant txt-1): elements and
// attributes that are more than formatting, scripts, links that run one, styles that fetch something, a div
// without its namespace. Nil means nothing is wrong. The words name elements and attributes only when HTML knows them.
func Check(text []byte) []string {
	var c checker
	scan(text, c.token)
	if c.depth == 0 && !c.bad && !c.namespace {
		c.add("the div is not in the namespace %s", Namespace)
	}
	return c.faults
}

// Allowed reports whether Check finds nothing; it allocates nothing when so.
func Allowed(text []byte) bool { return len(Check(text)) == 0 }

type checker struct {
	faults    []string
	element   []byte
	depth     int
	namespace bool
	bad       bool
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
	case End:
		c.depth--
	}
}

func (c *checker) start(name []byte) {
	c.depth++
	c.element = name
	switch {
	case c.depth == 1 && string(name) != "div":
		c.add("the outermost element is not div")
	case !elements[string(name)]:
		c.add("the element %s may not stand in a narrative", shown(name))
	}
}

func (c *checker) attribute(name, value []byte) {
	if string(name) == "xmlns" {
		c.namespace = c.namespace || c.depth == 1 && string(value) == Namespace
		if string(value) != Namespace {
			c.add("an element is not in the namespace %s", Namespace)
		}
		return
	}
	if !attributes[string(name)] && !c.attributeOfElement(name) {
		c.add("the attribute %s of %s may not stand in a narrative", shown(name), shown(c.element))
		return
	}
	switch {
	case string(name) == "style" && !isQuietStyle(value):
		c.add("a style fetches or runs something")
	case links[string(name)] && !isQuietLink(value):
		c.add("the attribute %s of %s runs a script", shown(name), shown(c.element))
	}
}

func (c *checker) attributeOfElement(name []byte) bool {
	for _, allowed := range elementAttributes[string(c.element)] {
		if allowed == string(name) {
			return true
		}
	}
	return false
}

// shown keeps a name that could be anything out of messages.
func shown(name []byte) string {
	if len(name) > 20 {
		return "(a long name)"
	}
	return strings.ToValidUTF8(string(name), "?")
}
