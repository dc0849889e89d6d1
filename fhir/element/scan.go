package element

import (
	"unicode/utf8"

	"hearken/fhir"
)

// This file is the JSON lexicon (RFC 8259): white space, strings, numbers, literals, and passing
// over values whose content nobody asked for. All of it is strict.

// space passes over white space.
func (r *reader) space() {
	for r.pos < len(r.source) {
		switch r.source[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// peek is the next byte, or 0 at the end (a NUL is no JSON token either).
func (r *reader) peek() byte {
	if r.pos < len(r.source) {
		return r.source[r.pos]
	}
	return 0
}

// malformed reports that the text is not JSON. Only one such fault can be told of a text.
func (r *reader) malformed(words string) bool {
	return r.fatal(fhir.CodeInvalid, DetailMalformed, r.locate(r.current), r.pos, "%s", words)
}

// literal passes over true, false or null.
func (r *reader) literal(word string) bool {
	if len(r.source)-r.pos < len(word) || string(r.source[r.pos:r.pos+len(word)]) != word {
		return r.malformed("a value is not JSON: only true, false and null may stand without quotes")
	}
	r.pos += len(word)
	return true
}

// isPlain marks the bytes that need no thought inside a string: ASCII but for controls, quote
// and backslash.
var isPlain = func() (table [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// token is a string that was read: its span with the quotes, and where its decoded text is.
type token struct {
	start, end int
	decoded    uint32 // in the side buffer, when it had escapes; else noText
	length     uint32
	escaped    escapeFault
}

// stringToken reads a string; r.pos is at its opening quote. Text with escapes is decoded
// into the side buffer, all other stays where it is.
func (r *reader) stringToken() (token, bool) {
	src, start := r.source, r.pos
	for i := start + 1; i < len(src); {
		c := src[i]
		switch {
		case isPlain[c]:
			i++
		case c == '"':
			r.pos = i + 1
			return token{start: start, end: r.pos, decoded: noText}, true
		case c == '\\':
			return r.escapedString(start, i)
		default:
			n, ok := r.multibyte(i)
			if !ok {
				return token{}, false
			}
			i += n
		}
	}
	r.pos = start
	return token{}, r.malformed("a string has no closing quote")
}

// multibyte measures the rune at i, which is not plain ASCII.
func (r *reader) multibyte(i int) (int, bool) {
	if r.source[i] < 0x20 {
		r.pos = i
		return 0, r.malformed("a control character stands in a string; JSON wants it escaped")
	}
	if c, n := utf8.DecodeRune(r.source[i:]); c != utf8.RuneError || n > 1 {
		return n, true
	}
	r.pos = i
	return 0, r.fatal(fhir.CodeInvalid, DetailInvalidUTF8, r.locate(r.current), i, "the text is not valid UTF-8")
}

// textOf is the decoded text of a token.
func (b *builder) textOf(t token) []byte {
	if t.decoded != noText {
		return b.side[t.decoded : t.decoded+t.length]
	}
	return b.source[t.start+1 : t.end-1]
}

// numberToken reads a number by RFC 8259's grammar, which is that of FHIR's decimal; whole reports
// that it has neither fraction nor exponent.
func (r *reader) numberToken() (t token, whole, ok bool) {
	t = token{start: r.pos, decoded: noText}
	if r.peek() == '-' {
		r.pos++
	}
	switch c := r.peek(); {
	case c == '0':
		r.pos++
	case !r.digits():
		return t, false, r.malformed("a number has no digits")
	}
	whole = true
	if r.peek() == '.' {
		r.pos++
		if whole = false; !r.digits() {
			return t, false, r.malformed("a number has no digits after the decimal point")
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.pos++
		if c := r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		if whole = false; !r.digits() {
			return t, false, r.malformed("a number has no digits in its exponent")
		}
	}
	t.end = r.pos
	return t, whole, true
}

// digits passes over at least one digit.
func (r *reader) digits() bool {
	start := r.pos
	for r.pos < len(r.source) && r.source[r.pos]-'0' <= 9 {
		r.pos++
	}
	return r.pos > start
}
