package rest

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"hearken/fhir"
	"hearken/fhir/search"
)

// maxForm is the most bytes a form may have: what is read into parameters takes many times its room in memory.
const maxForm = 1 << 20

// parameters reads an application/x-www-form-urlencoded text, a URL's query or a form, keeping order and
// repetition; where names the text in an error. A semicolon is an ordinary character: FHIR has no other
// separator than "&".
func parameters(pairs []search.Pair, encoded, where string) ([]search.Pair, error) {
	for pair := range strings.SplitSeq(encoded, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		if err1 != nil || err2 != nil || !utf8.ValidString(name) || !utf8.ValidString(value) {
			return nil, fhir.Errorf(fhir.CodeInvalid, "the %s is not correctly percent-encoded UTF-8", where)
		}
		pairs = append(pairs, search.Pair{Name: name, Value: value})
	}
	return pairs, nil
}

// valueOf is the first value of a parameter, "" when it is not there.
func valueOf(pairs []search.Pair, name string) string {
	for _, p := range pairs {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}
