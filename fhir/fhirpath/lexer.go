package fhirpath

import (
	"strings"
	"unicode/utf8"
)

// lexer cuts an expression into tokens (http://hl7.org/fhirpath/N1/#lexical-elements).
type lexer struct {
	text string
	at   int
}

// next gives the next token, skipping white space and comments.
func (l *lexer) next() (token, *Error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	if l.at == len(l.text) {
		return token{kind: tokenEnd, at: l.at}, nil
	}
	start := l.at
	switch c := l.text[l.at]; {
	case isLetter(c):
		return token{tokenName, start, l.while(isWord)}, nil
	case isDigit(c):
		return l.number(), nil
	case c == '\'':
		text, err := l.quoted('\'')
		return token{tokenString, start, text}, err
	case c == '`':
		text, err := l.quoted('`')
		return token{tokenQuoted, start, text}, err
	case c == '"': // how STU1 delimited identifiers; R4's expressions do not use it
		text, err := l.quoted('"')
		return token{tokenQuoted, start, text}, err
	case c == '@':
		return l.temporal()
	case c == '$':
		l.at++
		return token{tokenThis, start, "$" + l.while(isWord)}, nil
	case c == '%':
		return l.variable()
	}
	return l.symbol()
}

// skip passes white space and comments.
func (l *lexer) skip() *Error {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			l.at++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return invalid(l.at, "a comment is not closed")
			}
			l.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

// number reads an integer, decimal or long. A "." belongs to it only when a digit follows.
func (l *lexer) number() token {
	start := l.at
	l.while(isDigit)
	if l.at+1 < len(l.text) && l.text[l.at] == '.' && isDigit(l.text[l.at+1]) {
		l.at++
		l.while(isDigit)
		return token{tokenNumber, start, l.text[start:l.at]}
	}
	if l.at < len(l.text) && l.text[l.at] == 'L' && (l.at+1 == len(l.text) || !isWord(l.text[l.at+1])) {
		l.at++
		return token{tokenLong, start, l.text[start : l.at-1]}
	}
	return token{tokenNumber, start, l.text[start:l.at]}
}

// variable reads %name, %`any name` or %'any name'.
func (l *lexer) variable() (token, *Error) {
	start := l.at
	l.at++
	if l.at < len(l.text) && (l.text[l.at] == '`' || l.text[l.at] == '\'' || l.text[l.at] == '"') {
		text, err := l.quoted(l.text[l.at])
		return token{tokenVariable, start, text}, err
	}
	name := l.while(isWord)
	if name == "" {
		return token{}, invalid(start, "a variable without a name")
	}
	return token{tokenVariable, start, name}, nil
}

// temporal reads a date, dateTime or time. Its form is checked by the parser.
func (l *lexer) temporal() (token, *Error) {
	start := l.at
	l.at++
	l.while(func(c byte) bool { return isDigit(c) || c == '-' })
	if l.at < len(l.text) && l.text[l.at] == 'T' {
		l.at++
		l.while(func(c byte) bool { return isDigit(c) || c == ':' })
		if l.at+1 < len(l.text) && l.text[l.at] == '.' && isDigit(l.text[l.at+1]) {
			l.at++
			l.while(isDigit)
		}
		l.zone()
	}
	return token{tokenTemporal, start, l.text[start+1 : l.at]}, nil
}

// zone passes "Z" or "+hh:mm".
func (l *lexer) zone() {
	rest := l.text[l.at:]
	switch {
	case strings.HasPrefix(rest, "Z"):
		l.at++
	case len(rest) >= 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':' &&
		isDigit(rest[1]) && isDigit(rest[2]) && isDigit(rest[4]) && isDigit(rest[5]):
		l.at += 6
	}
}

// symbol reads an operator or a bracket, the longest first.
func (l *lexer) symbol() (token, *Error) {
	rest := l.text[l.at:]
	for _, s := range [...]string{"!=", "!~", "<=", ">=", "{}"} {
		if strings.HasPrefix(rest, s) {
			l.at += len(s)
			return token{tokenSymbol, l.at - len(s), s}, nil
		}
	}
	if strings.IndexByte("+-*/&|=~<>.,()[]{}", rest[0]) < 0 {
		r, _ := utf8.DecodeRuneInString(rest)
		return token{}, invalid(l.at, "unexpected character %q", r)
	}
	l.at++
	return token{tokenSymbol, l.at - 1, rest[:1]}, nil
}

func (l *lexer) while(is func(byte) bool) string {
	start := l.at
	for l.at < len(l.text) && is(l.text[l.at]) {
		l.at++
	}
	return l.text[start:l.at]
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) }
