package rest

import (
	"net/http"
	"strings"

	"hearken/internal/interaction"
)

// request is one request as far as it has been understood.
type request struct {
	call   interaction.Call
	pretty bool // _pretty=true: the answer is indented
}

// understand makes the Call of an HTTP request below the service base. What it returns with an error is
// good for answering it.
func (s *server) understand(r *http.Request) (request, error) {
	var q request
	base, ok := s.base.of(r)
	if !ok {
		return q, errHost
	}
	path, err := splitPath(strings.TrimPrefix(r.URL.EscapedPath(), basePath))
	if err != nil {
		return q, err
	}
	q.call = interaction.Call{Method: r.Method, Path: path, Base: base}
	if q.call.Parameters, err = parameters(nil, r.URL.RawQuery, "query"); err != nil {
		return q, err
	}
	if err = s.addBody(&q.call, r); err != nil {
		return q, err
	}
	addHeaders(&q.call, r.Header)
	q.pretty = valueOf(q.call.Parameters, "_pretty") == "true"
	return q, represent(&q.call, headerValues(r.Header, "Accept"))
}

// represent sees to it that the answer can be in a form the client takes. A read of raw content is left to the
// interaction, which knows what the content is: see represented.
func represent(c *interaction.Call, accept []string) error {
	format := valueOf(c.Parameters, "_format")
	if !readsRaw(c) {
		return negotiate(format, accept)
	}
	switch c.Accept = strings.Join(accept, ","); formatNamed(format) {
	case formatJSON:
		c.Accept = jsonMediaType
	case formatOther:
		return errNotAcceptable
	default:
		if format != "" {
			c.Accept = format
		}
	}
	return nil
}

// represented is represent after the fact: a read that could have been answered with raw content, and was answered
// with a resource.
func represented(c *interaction.Call, a interaction.Answer) error {
	if a.MediaType != "" || !carriesBody(a.Status) || !readsRaw(c) || c.Accept == "" {
		return nil
	}
	return negotiate("", []string{c.Accept})
}

// readsRaw reports whether the call may be answered with something other than a resource: Binary/1,
// Binary/1/_history/2, and operations such as StructureDefinition/1/$json-schema.
func readsRaw(c *interaction.Call) bool {
	if len(c.Path) == 0 || c.Method != http.MethodGet && c.Method != http.MethodHead {
		return false
	}
	return len(c.Path)%2 == 0 && c.Path[0] == rawType || strings.HasPrefix(c.Path[len(c.Path)-1], "$")
}

// addBody receives the body into the call: as further parameters if it is a form. A body where HTTP gives it no
// meaning is ignored.
func (s *server) addBody(c *interaction.Call, r *http.Request) (err error) {
	if r.Method != http.MethodPost && r.Method != http.MethodPut && r.Method != http.MethodPatch {
		return nil
	}
	k, limit := kindOf(c.Method, c.Path), s.maxBody
	if k == bodyForm {
		limit = min(limit, maxForm)
	}
	body, err := receive(r, limit)
	if err != nil || body == nil {
		return err
	}
	if c.MediaType, err = mediaType(r.Header.Get("Content-Type"), k); err != nil {
		return err
	}
	if k == bodyForm {
		c.Parameters, err = parameters(c.Parameters, string(body), "form")
		return err
	}
	c.Body = body
	return nil
}

// addHeaders takes the headers that matter to interactions into the call.
func addHeaders(c *interaction.Call, h http.Header) {
	c.IfMatch = strings.Join(headerValues(h, "If-Match"), ",")
	c.IfNoneMatch = strings.Join(headerValues(h, "If-None-Match"), ",")
	if c.IfNoneExist = h.Get("If-None-Exist"); c.IfNoneExist == "" && len(headerValues(h, "If-None-Exist")) > 0 {
		c.IfNoneExist = "?" // said, and empty: that is refused, not taken for a create without a condition
	}
	if text := h.Get("If-Modified-Since"); text != "" {
		c.IfModifiedSince, _ = http.ParseTime(text) // what is no date is ignored (RFC 9110)
	}
	c.Prefer = prefer(headerValues(h, "Prefer"))
}
