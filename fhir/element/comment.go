package element

import "bytes"

// WithoutComments gives a copy of JSON in which comments ("// to the end of the line", "/* and so on */") are
// spaces, as long as the source and with the same lines, so that what is told of it holds of the source.
// FHIR's JSON has no comments: this is for those who keep theirs in examples and configuration. A comment
// that does not end is left.
func WithoutComments(src []byte) []byte {
	dst := bytes.Clone(src)
	for i := 0; i < len(dst); i++ {
		switch {
		case dst[i] == '"':
			i = stringEnd(dst, i)
		case bytes.HasPrefix(dst[i:], []byte("//")):
			n := bytes.IndexByte(dst[i:], '\n')
			if n < 0 {
				n = len(dst) - i
			}
			i += blank(dst[i:i+n]) - 1
		case bytes.HasPrefix(dst[i:], []byte("/*")):
			n := bytes.Index(dst[i+2:], []byte("*/"))
			if n < 0 {
				return dst
			}
			i += blank(dst[i:i+n+4]) - 1
		}
	}
	return dst
}

// stringEnd is where the string that begins at i has its closing quote.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}

// blank makes spaces of everything but line ends.
func blank(text []byte) int {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
	return len(text)
}
