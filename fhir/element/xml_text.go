package element

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"hearken/fhir"
)

// This file is what XML says of characters (https://www.w3.org/TR/xml/#charsets): which may stand in a
// text, and how references name them.

// characters checks once that the text is UTF-8 and has no character XML forbids, so that nothing after
// it needs to.
func (r *xmlReader) characters() bool {
	if !utf8.Valid(r.source) {
		return r.fatal(fhir.CodeInvalid, DetailInvalidUTF8, "", invalidUTF8At(r.source), "the text is not valid UTF-8")
	}
	for i, c := range r.source {
		if c < 0x20 && !isJSONSpace(c) || c == 0xEF && isNoncharacter(r.source[i:]) {
			r.pos = i
			return r.malformed("the text has a character that XML forbids")
		}
	}
	return true
}

func invalidUTF8At(text []byte) int {
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

// isNoncharacter reports whether the text begins with U+FFFE or U+FFFF.
func isNoncharacter(text []byte) bool {
	return len(text) >= 3 && text[1] == 0xBF && text[2] >= 0xBE
}

// maxReference is longer than any reference to a character.
const maxReference = 12

// reference decodes the reference that b begins with and measures it; 0 when it names no character,
// or one that only a document type could have declared.
func reference(b []byte) (c rune, n int) {
	end := bytes.IndexByte(b[:min(len(b), maxReference)], ';')
	if end < 2 {
		return 0, 0
	}
	switch name := string(b[1:end]); {
	case name == "amp":
		c = '&'
	case name == "lt":
		c = '<'
	case name == "gt":
		c = '>'
	case name == "quot":
		c = '"'
	case name == "apos":
		c = '\''
	case name[0] == '#':
		c = numbered(name[1:])
	}
	if c == 0 {
		return 0, 0
	}
	return c, end + 1
}

// numbered is the character the digits after "&#" name; 0 for one XML forbids.
func numbered(digits string) rune {
	base := 10
	if len(digits) > 0 && digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	value, err := strconv.ParseUint(digits, base, 32)
	c := rune(min(value, utf8.MaxRune+1))
	if err != nil || !utf8.ValidRune(c) || c == 0xFFFE || c == 0xFFFF || c < 0x20 && !isJSONSpace(byte(c)) {
		return 0
	}
	return c
}

// characterData passes over text up to the next "<", and says whether there was more than white
// space.
func (r *xmlReader) characterData() (visible, ok bool) {
	n := bytes.IndexByte(r.source[r.pos:], '<')
	if n < 0 {
		n = len(r.source) - r.pos
	}
	text := r.source[r.pos : r.pos+n]
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case isJSONSpace(c):
			continue
		case c == '&':
			_, size := reference(text[i:])
			if size == 0 {
				r.pos += i
				return false, r.malformed("a reference names no character; only those XML itself knows may stand")
			}
			i += size - 1
		case c == ']' && bytes.HasPrefix(text[i:], []byte("]]>")):
			r.pos += i
			return false, r.malformed("]]> stands in text")
		}
		visible = true
	}
	r.pos += n
	return visible, true
}

// attributeValue reads a quoted value. One with references, tabs or line ends is decoded into the side
// buffer, all others stay where they are.
func (r *xmlReader) attributeValue() (token, bool) {
	quote := r.peek()
	if quote != '"' && quote != '\'' {
		return token{}, r.malformed("the value of an attribute has no quotes")
	}
	t := token{start: r.pos, decoded: noText}
	n := bytes.IndexByte(r.source[r.pos+1:], quote)
	if n < 0 {
		return token{}, r.malformed("the value of an attribute has no closing quote")
	}
	text := r.source[r.pos+1 : r.pos+1+n]
	t.end = r.pos + n + 2
	for i, c := range text {
		if c == '<' {
			r.pos += 1 + i
			return token{}, r.malformed("< stands in the value of an attribute")
		}
		if c == '&' || c < ' ' {
			t.decoded = uint32(len(r.side))
		}
	}
	if t.decoded != noText && !r.decodeAttribute(text) {
		return token{}, false
	}
	if t.decoded != noText {
		t.length = uint32(len(r.side)) - t.decoded
	}
	r.pos = t.end
	return t, true
}

// decodeAttribute appends a value to the side buffer, as https://www.w3.org/TR/xml/#AVNormalize says.
func (r *xmlReader) decodeAttribute(text []byte) bool {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '&':
			named, n := reference(text[i:])
			if n == 0 {
				r.pos += 1 + i
				return r.malformed("a reference names no character; only those XML itself knows may stand")
			}
			r.side = utf8.AppendRune(r.side, named)
			i += n - 1
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
		case c < ' ':
			r.side = append(r.side, ' ')
		default:
			r.side = append(r.side, c)
		}
	}
	return true
}
