package rest

import (
	"net/http"
	"strings"

	"hearken/internal/interaction"
)

// request is one request as far as it has been understood.
type request struct {
	call  interaction.Call
	form  form
	unfit error // why no resource would do as an answer, of a request that may be answered with other content
}

// understand makes the Call of an HTTP request below the service base. What it returns with an error is
// good for answering it.
func (s *server) understand(r *http.Request) (request, error) {
	q := request{call: interaction.Call{Method: r.Method}}
	accept := headerValues(r.Header, "Accept")
	var badQuery error
	q.call.Parameters, badQuery = parameters(nil, r.URL.RawQuery, "query")
	unacceptable := q.represent(accept)
	base, ok := s.base.of(r)
	if !ok {
		return q, errHost
	}
	path, err := splitPath(strings.TrimPrefix(r.URL.EscapedPath(), basePath))
	if err != nil {
		return q, err
	}
	q.call.Path, q.call.Base = path, base
	if badQuery != nil {
		return q, badQuery
	}
	asked := len(q.call.Parameters)
	if err = s.addBody(&q.call, r); err != nil {
		return q, err
	}
	addHeaders(&q.call, r.Header)
	if len(q.call.Parameters) > asked || readsRaw(&q.call) {
		unacceptable = q.represent(accept)
	}
	return q, unacceptable
}

// represent chooses the form of the answer by what the client takes. What a read of raw content is answered
// with is left to the interaction, which knows what the content is: see represented.
func (q *request) represent(accept []string) (err error) {
	format := valueOf(q.call.Parameters, "_format")
	q.form.pretty = valueOf(q.call.Parameters, "_pretty") == "true"
	if !readsRaw(&q.call) {
		q.form.format, err = negotiate(format, accept)
		return err
	}
	q.call.Accept = strings.Join(accept, ",")
	if format != "" {
		name, _ := formatName(format)
		q.form.format, err = named(format)
		switch {
		case err == nil:
			q.call.Accept = q.form.format.MediaType()
			return nil
		case formatNamed(name) != 0 || turtle[name]:
			return err
		}
		q.call.Accept = format
	}
	if q.call.Accept != "" {
		accept = []string{q.call.Accept}
	}
	q.form.format, q.unfit = negotiate("", accept)
	return nil
}

// formOf is the form to answer a request in that was not understood.
func formOf(r *http.Request) form {
	var q request
	q.call.Parameters, _ = parameters(nil, r.URL.RawQuery, "query")
	_ = q.represent(headerValues(r.Header, "Accept")) // whether the client takes an error or not, it is told
	return q.form
}

// represented is represent after the fact: a read that could have been answered with raw content, and was answered
// with a resource.
func (q *request) represented(a interaction.Answer) error {
	if a.MediaType != "" || !carriesBody(a.Status) {
		return nil
	}
	return q.unfit
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
	if c.MediaType, err = mediaType(r.Header.Get("Content-Type"), k, body); err != nil {
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
	c.SecurityContext = h.Get(securityContextHeader)
}

// securityContextHeader carries Binary.securityContext beside content that is sent as it is
// (https://hl7.org/fhir/R4/binary.html#security).
const securityContextHeader = "X-Security-Context"
