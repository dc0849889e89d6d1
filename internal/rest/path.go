package rest

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"hearken/fhir"
)

// splitPath takes the escaped path below the service base ("/Patient/a%2Fb", "/", "") apart into decoded
// segments. An empty segment (a doubled or trailing slash) is refused, except that the base itself may end in a
// slash: a client that lost an id must be told, not be given every resource of the type.
func splitPath(escaped string) ([]string, error) {
	escaped = strings.TrimPrefix(escaped, "/")
	if escaped == "" {
		return nil, nil
	}
	segments := make([]string, 0, 4)
	for raw := range strings.SplitSeq(escaped, "/") {
		segment, err := url.PathUnescape(raw)
		if err != nil || !utf8.ValidString(segment) {
			return nil, fhir.Errorf(fhir.CodeInvalid, "the path is not correctly percent-encoded UTF-8")
		}
		if segment == "" {
			return nil, fhir.Errorf(fhir.CodeNotFound, "the path has an empty segment: a doubled or trailing slash")
		}
		segments = append(segments, segment)
	}
	return segments, nil
}
