package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hearken/internal/interaction"
)

// write sends an answer to the client. Its headers and body are complete before the first byte goes out, so
// that Content-Length is right, for HEAD too, and a slow client holds nothing but bytes.
func (s *server) write(w http.ResponseWriter, r *http.Request, a interaction.Answer, pretty bool) {
	h := w.Header()
	describe(h, a)
	body := a.Body
	if pretty && a.MediaType == "" {
		body = indent(body)
	}
	if !carriesBody(a.Status) {
		h.Del("Content-Type")
		w.WriteHeader(a.Status)
		return
	}
	h.Add("Vary", "Accept, Accept-Encoding")
	if len(body) >= compressFrom && compressible(a.MediaType) && acceptsGzip(r.Header) {
		body = compress(body)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // an error means that the client has gone, and there is nobody to tell
	}
}

// describe sets the headers that say what an answer is (https://hl7.org/fhir/R4/http.html#read).
func describe(h http.Header, a interaction.Answer) {
	switch {
	case a.MediaType != "":
		h.Set("Content-Type", a.MediaType)
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox") // a client's content: no browser may run it
	case len(a.Body) > 0:
		h.Set("Content-Type", jsonMediaType+"; charset=utf-8")
	}
	if a.Version != 0 {
		h.Set("ETag", a.Version.ETag())
	}
	if !a.LastModified.IsZero() {
		h.Set("Last-Modified", a.LastModified.UTC().Format(http.TimeFormat))
	}
	if a.Location != "" {
		h.Set("Location", a.Location)
	}
	if len(a.Allow) > 0 {
		h.Set("Allow", strings.Join(a.Allow, ", "))
	}
	if a.Status == http.StatusServiceUnavailable || a.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	}
}

// retryAfter is when a client that was turned away for lack of means may come again.
const retryAfter = 2 * time.Second

// carriesBody reports whether a response of this status may have one (RFC 9110).
func carriesBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// indent is a resource's JSON for people. What is not JSON, which would be a fault of ours, stays as it is.
func indent(body []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return body
	}
	out.WriteByte('\n')
	return out.Bytes()
}
