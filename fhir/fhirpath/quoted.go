package fhirpath

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted reads a string or a delimited identifier with its escapes
// (http://hl7.org/fhirpath/N1/#string).
func (l *lexer) quoted(mark byte) (string, *Error) {
	start := l.at
	l.at++
	var out strings.Builder
	for l.at < len(l.text) {
		switch c := l.text[l.at]; c {
		case mark:
			l.at++
			return out.String(), validText(out.String(), start)
		case '\\':
			if err := l.escape(&out); err != nil {
				return "", err
			}
		default:
			out.WriteByte(c)
			l.at++
		}
	}
	return "", invalid(start, "a string is not closed")
}

func validText(s string, at int) *Error {
	if !utf8.ValidString(s) {
		return invalid(at, "a string is not valid UTF-8")
	}
	return nil
}

// escape reads one escape. What is escaped without need stands for itself, as R4's regular
// expressions have it.
func (l *lexer) escape(out *strings.Builder) *Error {
	l.at++
	if l.at == len(l.text) {
		return invalid(l.at-1, "a string is not closed")
	}
	c := l.text[l.at]
	l.at++
	switch c {
	case 'n':
		out.WriteByte('\n')
	case 'r':
		out.WriteByte('\r')
	case 't':
		out.WriteByte('\t')
	case 'f':
		out.WriteByte('\f')
	case 'u':
		return l.unicode(out)
	default:
		out.WriteByte(c)
	}
	return nil
}

// unicode reads the four digits of \uXXXX, and a second escape after a high surrogate.
func (l *lexer) unicode(out *strings.Builder) *Error {
	r, ok := l.hex()
	if ok && utf16.IsSurrogate(r) && strings.HasPrefix(l.text[l.at:], `\u`) {
		l.at += 2
		var low rune
		if low, ok = l.hex(); ok {
			r = utf16.DecodeRune(r, low)
		}
	}
	if !ok {
		return invalid(l.at, `\u needs four hexadecimal digits`)
	}
	out.WriteRune(r)
	return nil
}

func (l *lexer) hex() (rune, bool) {
	if l.at+4 > len(l.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(l.text[l.at:l.at+4], 16, 16)
	l.at += 4
	return rune(n), err == nil
}

// quote writes a string literal, or with '`' a delimited identifier, that reads back the same.
func quote(s string, mark byte) string {
	var out strings.Builder
	out.WriteByte(mark)
	for _, r := range s {
		switch {
		case r == rune(mark) || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r < ' ':
			out.WriteString(`\u00`)
			out.WriteByte("01"[r>>4])
			out.WriteByte("0123456789abcdef"[r&15])
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte(mark)
	return out.String()
}
