package element

import (
	"unicode/utf16"
	"unicode/utf8"

	"hearken/fhir"
)

// escapeFault is what was wrong with an escape that JSON's grammar allows and FHIR does not.
type escapeFault uint8

const (
	loneSurrogate escapeFault = iota + 1 // \ud800 without its other half names no character
)

// escapedString goes on reading a string from its first backslash, decoding into the side buffer.
func (r *reader) escapedString(start, i int) (token, bool) {
	t := token{start: start, decoded: uint32(len(r.side))}
	src, from := r.source, start+1
	for i < len(src) {
		c := src[i]
		switch {
		case isPlain[c]:
			i++
		case c == '"':
			r.side = append(r.side, src[from:i]...)
			r.pos = i + 1
			t.end, t.length = r.pos, uint32(len(r.side))-t.decoded
			return t, true
		case c == '\\':
			r.side = append(r.side, src[from:i]...)
			n, ok := r.escape(i, &t)
			if !ok {
				return token{}, false
			}
			i += n
			from = i
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

// escape decodes the escape at i into the side buffer and says how many bytes it took.
func (r *reader) escape(i int, t *token) (int, bool) {
	r.pos = i
	if i+1 >= len(r.source) {
		return 0, r.malformed("a string has no closing quote")
	}
	switch c := r.source[i+1]; c {
	case '"', '\\', '/':
		r.side = append(r.side, c)
	case 'b':
		r.side = append(r.side, '\b')
	case 'f':
		r.side = append(r.side, '\f')
	case 'n':
		r.side = append(r.side, '\n')
	case 'r':
		r.side = append(r.side, '\r')
	case 't':
		r.side = append(r.side, '\t')
	case 'u':
		return r.unicodeEscape(i, t)
	default:
		return 0, r.malformed("a string has an escape that JSON does not know")
	}
	return 2, true
}

// unicodeEscape decodes \uXXXX, or the pair of them that makes one character beyond U+FFFF.
func (r *reader) unicodeEscape(i int, t *token) (int, bool) {
	c, ok := hex4(r.source, i+2)
	if !ok {
		return 0, r.malformed("a string has a \\u escape without four hexadecimal digits")
	}
	if !utf16.IsSurrogate(c) {
		r.side = utf8.AppendRune(r.side, c)
		return 6, true
	}
	if i+7 < len(r.source) && r.source[i+6] == '\\' && r.source[i+7] == 'u' {
		if low, ok := hex4(r.source, i+8); ok {
			if pair := utf16.DecodeRune(c, low); pair != utf8.RuneError {
				r.side = utf8.AppendRune(r.side, pair)
				return 12, true
			}
		}
	}
	t.escaped = loneSurrogate
	r.side = utf8.AppendRune(r.side, utf8.RuneError)
	return 6, true
}

func hex4(src []byte, at int) (c rune, ok bool) {
	if at+4 > len(src) {
		return 0, false
	}
	for _, b := range src[at : at+4] {
		switch {
		case b >= '0' && b <= '9':
			b -= '0'
		case b >= 'a' && b <= 'f':
			b -= 'a' - 10
		case b >= 'A' && b <= 'F':
			b -= 'A' - 10
		default:
			return 0, false
		}
		c = c<<4 | rune(b)
	}
	return c, true
}

// reportEscape tells of a lone surrogate at a location.
func (r *reader) reportEscape(t token, location string) {
	r.report(fhir.CodeValue, DetailLoneSurrogate, location, t.start, "a \\u escape is half of a surrogate pair and names no character")
}
