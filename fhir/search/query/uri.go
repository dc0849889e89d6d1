package query

import (
	"fmt"
	"strings"
)

// satisfiedBy compares URIs, case, accents and escapes included (https://hl7.org/fhir/R4/search.html#uri).
func (t URITest) satisfiedBy(v URI) bool {
	switch t.Mode {
	case SameURI:
		return v.URI == t.URI
	case BelowURI:
		return isBelowURI(v.URI, t.URI)
	case AboveURI:
		return isBelowURI(t.URI, v.URI)
	case PrefixURI:
		rest, found := strings.CutPrefix(v.URI, t.URI)
		return found && (rest == "" || rest[0] == '|')
	}
	return false
}

// isBelowURI reports whether uri is base or goes on after it at a path boundary. It is for URLs: a URN
// is below nothing but itself.
func isBelowURI(uri, base string) bool {
	rest, found := strings.CutPrefix(uri, base)
	if !found || base == "" {
		return false
	}
	if rest == "" {
		return true
	}
	return !strings.HasPrefix(base, "urn:") && (strings.HasSuffix(base, "/") || strings.IndexByte("/?#|", rest[0]) >= 0)
}

// String is the test as the tree prints it: `uri "…"`, `below "…"`, `above "…"`, `canonical "…"`.
func (t URITest) String() string {
	word := [...]string{SameURI: "uri", BelowURI: "below", AboveURI: "above", PrefixURI: "canonical"}[t.Mode]
	return fmt.Sprintf("%s %q", word, t.URI)
}
