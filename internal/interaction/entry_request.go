package interaction

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// entryRequest is Bundle.entry.request (https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request).
type entryRequest struct {
	Method          string `json:"method"`
	URL             string `json:"url"`
	IfNoneMatch     string `json:"ifNoneMatch"`
	IfModifiedSince string `json:"ifModifiedSince"`
	IfMatch         string `json:"ifMatch"`
	IfNoneExist     string `json:"ifNoneExist"`
}

// requestOf reads Bundle.entry.request from a tree.
func requestOf(entry element.Node) entryRequest {
	n := entry.Child("request")
	text := func(name string) string { return n.Child(name).Text() }
	return entryRequest{Method: text("method"), URL: text("url"), IfNoneMatch: text("ifNoneMatch"),
		IfModifiedSince: text("ifModifiedSince"), IfMatch: text("ifMatch"), IfNoneExist: text("ifNoneExist")}
}

// call is the Call an entry stands for; what it does not say itself is as in outer, the request that
// brought the Bundle. The body is left to the caller.
func (e *entryRequest) call(outer *Call) (Call, error) {
	c := Call{Method: e.Method, IfMatch: e.IfMatch, IfNoneMatch: e.IfNoneMatch, IfNoneExist: e.IfNoneExist,
		Prefer: outer.Prefer, Base: outer.Base, Accept: "application/fhir+json",
		Principal: outer.Principal, Ground: outer.Ground, Address: outer.Address, RequestID: outer.RequestID}
	switch {
	case e.Method == "" || e.URL == "" && e.Method != http.MethodGet:
		return c, fhir.Errorf(fhir.CodeRequired, "an entry must have a request with method and url").Detailed("entry-request")
	case !slices.Contains(entryMethods, e.Method):
		return c, fhir.Errorf(fhir.CodeValue, "the method is not GET, HEAD, POST, PUT, DELETE or PATCH").Detailed("entry-method")
	}
	if e.IfModifiedSince != "" {
		since, ok := parseInstant(e.IfModifiedSince)
		if !ok {
			return c, fhir.Errorf(fhir.CodeValue, "ifModifiedSince is not an instant")
		}
		c.IfModifiedSince = since
	}
	return c, e.readURL(&c)
}

var entryMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch}

// readURL sets the path and parameters of c. The URL is relative to the base, or absolute below this very base.
func (e *entryRequest) readURL(c *Call) error {
	text := strings.TrimPrefix(strings.TrimPrefix(e.URL, c.Base), "/")
	if strings.Contains(strings.SplitN(text, "?", 2)[0], "://") {
		return fhir.Errorf(fhir.CodeValue, "the url of an entry is relative to the base of this server").Detailed("entry-url")
	}
	path, query, _ := strings.Cut(text, "?")
	for segment := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return fhir.Errorf(fhir.CodeValue, "the url of an entry has a malformed percent escape").Detailed("entry-url")
		}
		c.Path = append(c.Path, decoded)
	}
	var err error
	c.Parameters, err = pairs(query)
	return err
}

// atEntry says of an error that it is that of one entry: locations are made to lead from the Bundle.
func atEntry(err error, position int, typ fhir.Type) error {
	e, ok := err.(*fhir.Error)
	if !ok {
		return err
	}
	out := *e
	out.Issues = slices.Clone(e.Issues)
	for i := range out.Issues {
		issue := &out.Issues[i]
		issue.Expression = entryExpressions(issue.Expression, position, typ)
		if issue.Element != "" {
			issue.Element = entryExpressions([]string{issue.Element}, position, typ)[0]
		}
	}
	return &out
}
