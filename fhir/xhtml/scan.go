package xhtml

import (
	"bytes"
	"unicode/utf8"
)

// Kind says what a Token is.
type Kind uint8

// The tokens of a fragment. Comments are passed over. An empty element (<br/>) gives Start and End.
const (
	Done Kind = iota // after the last end tag: the fragment is well-formed
	Bad              // not well-formed, from here on
	Start
	Attribute // of the Start before it
	Text      // character data, entities not resolved
	End
)

// Token is one piece of a fragment. Name and Value share the scanned bytes.
type Token struct {
	Kind  Kind
	Name  []byte // of a Start, Attribute or End
	Value []byte // of an Attribute (without quotes) or Text; entities not resolved
}

// Scanner reads one XML element: the zero value with Reset. It checks what XML calls
// well-formedness (https://www.w3.org/TR/xml/#sec-well-formed) as it goes, and refuses what a narrative can
// never have: processing instructions and document types.
type Scanner struct {
	text  []byte
	pos   int
	open  [][]byte // names of the open elements
	inTag bool
	attrs [][]byte // names of the attributes of the tag being read
	begun bool
	ended Token // the End of an empty element, still to be given
}

// maxAttributes bounds the search for an attribute given twice.
const maxAttributes = 64

// Reset begins another fragment and keeps the memory of the last.
func (s *Scanner) Reset(text []byte) {
	*s = Scanner{text: text, open: s.open[:0], attrs: s.attrs[:0]}
}

var (
	bad      = Token{Kind: Bad}
	cdataEnd = []byte("]]>")
)

// Next gives the next token. After Done or Bad it must not be called again.
func (s *Scanner) Next() Token {
	if s.ended.Kind == End {
		t := s.ended
		s.ended = Token{}
		return t
	}
	if s.inTag {
		return s.insideTag()
	}
	for {
		if len(s.open) == 0 {
			s.space()
			if s.begun && s.pos == len(s.text) {
				return Token{Kind: Done}
			}
		}
		switch {
		case s.pos >= len(s.text):
			return bad
		case s.text[s.pos] != '<':
			return s.characters()
		case s.has("</"):
			return s.endTag()
		case !s.has("<!"):
			return s.startTag()
		case s.has("<![CDATA["):
			return s.cdata()
		case !s.comment():
			return bad
		}
	}
}

// at reports whether the next byte is c.
func (s *Scanner) at(c byte) bool { return s.pos < len(s.text) && s.text[s.pos] == c }

func (s *Scanner) has(prefix string) bool {
	return len(s.text)-s.pos >= len(prefix) && string(s.text[s.pos:s.pos+len(prefix)]) == prefix
}

func (s *Scanner) space() bool {
	start := s.pos
	for s.pos < len(s.text) && isSpace(s.text[s.pos]) {
		s.pos++
	}
	return s.pos > start
}

// name reads an XML name; nil when there is none. Prefixed names are read whole.
func (s *Scanner) name() []byte {
	start := s.pos
	for s.pos < len(s.text) && isNameByte[s.text[s.pos]] {
		s.pos++
	}
	if s.pos > start && !isNameStart(s.text[start]) {
		s.pos = start
	}
	return s.text[start:s.pos]
}

func (s *Scanner) startTag() Token {
	s.pos++
	name := s.name()
	if len(name) == 0 || s.begun && len(s.open) == 0 {
		return bad
	}
	s.begun, s.inTag, s.attrs = true, true, s.attrs[:0]
	s.open = append(s.open, name)
	return Token{Kind: Start, Name: name}
}

// insideTag reads an attribute, or the end of a start tag and what follows it.
func (s *Scanner) insideTag() Token {
	spaced := s.space()
	switch {
	case s.at('>'):
		s.pos++
		s.inTag = false
		return s.Next()
	case s.has("/>"):
		s.pos += 2
		s.inTag = false
		return s.closeElement()
	case !spaced:
		return bad
	}
	return s.attribute()
}

func (s *Scanner) attribute() Token {
	name := s.name()
	s.space()
	if len(name) == 0 || !s.at('=') || s.given(name) {
		return bad
	}
	s.pos++
	s.space()
	if !s.at('"') && !s.at('\'') {
		return bad
	}
	quote := s.text[s.pos]
	s.pos++
	n := bytes.IndexByte(s.text[s.pos:], quote)
	if n < 0 {
		return bad
	}
	value := s.text[s.pos : s.pos+n]
	s.pos += n + 1
	if bytes.IndexByte(value, '<') >= 0 || !validCharacters(value) {
		return bad
	}
	return Token{Kind: Attribute, Name: name, Value: value}
}

// given notes an attribute and reports one that the tag has already, or too many of them.
func (s *Scanner) given(name []byte) bool {
	for _, other := range s.attrs {
		if bytes.Equal(other, name) {
			return true
		}
	}
	s.attrs = append(s.attrs, name)
	return len(s.attrs) > maxAttributes
}

func (s *Scanner) endTag() Token {
	s.pos += len("</")
	name := s.name()
	s.space()
	if !s.at('>') || len(s.open) == 0 || !bytes.Equal(name, s.open[len(s.open)-1]) {
		return bad
	}
	s.pos++
	return s.closeElement()
}

func (s *Scanner) closeElement() Token {
	last := len(s.open) - 1
	name := s.open[last]
	s.open = s.open[:last]
	return Token{Kind: End, Name: name}
}

func (s *Scanner) characters() Token {
	if len(s.open) == 0 {
		return bad
	}
	n := bytes.IndexByte(s.text[s.pos:], '<')
	if n < 0 {
		return bad
	}
	value := s.text[s.pos : s.pos+n]
	s.pos += n
	if !validCharacters(value) || bytes.Contains(value, cdataEnd) {
		return bad
	}
	return Token{Kind: Text, Value: value}
}

func (s *Scanner) cdata() Token {
	s.pos += len("<![CDATA[")
	n := bytes.Index(s.text[s.pos:], cdataEnd)
	if n < 0 || len(s.open) == 0 {
		return bad
	}
	value := s.text[s.pos : s.pos+n]
	s.pos += n + len("]]>")
	return Token{Kind: Text, Value: value}
}

// comment passes over a comment; false is that something else begins with "<!", or that it is not one.
func (s *Scanner) comment() bool {
	if !s.has("<!--") {
		return false
	}
	s.pos += len("<!--")
	n := bytes.Index(s.text[s.pos:], []byte("--"))
	if n < 0 {
		return false
	}
	s.pos += n + len("--")
	if !s.at('>') {
		return false
	}
	s.pos++
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// isNameStart takes every byte of a rune beyond ASCII for a letter: what XML forbids
// among them no element or attribute of XHTML has in its name either.
func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= utf8.RuneSelf
}

var isNameByte = func() (table [256]bool) {
	for c := range table {
		b := byte(c)
		table[c] = isNameStart(b) || b >= '0' && b <= '9' || b == '-' || b == '.'
	}
	return table
}()
