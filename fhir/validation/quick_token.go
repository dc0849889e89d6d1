package validation

import "strings"

// quickTokens cuts an expression into names, numbers, quoted strings and signs. It knows no more of
// FHIRPath than where tokens end; comments and what is never closed are refused.
func quickTokens(expression string) (tokens []string, ok bool) {
	for i := 0; i < len(expression); {
		n := 1
		switch c := expression[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '\'' || c == '`' || c == '"':
			if n = quotedLength(expression[i:]); n == 0 {
				return nil, false
			}
		case isWordByte(c):
			for n < len(expression)-i && isWordByte(expression[i+n]) {
				n++
			}
		case strings.HasPrefix(expression[i:], "//") || strings.HasPrefix(expression[i:], "/*"):
			return nil, false
		case i+1 < len(expression) && expression[i+1] == '=' && strings.IndexByte("!<>", c) >= 0:
			n = 2
		}
		tokens = append(tokens, expression[i:i+n])
		i += n
	}
	return tokens, true
}

// quotedLength measures the quoted token s begins with; 0 when it is not closed.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return 0
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '%' || c == '$' || c == '@'
}
