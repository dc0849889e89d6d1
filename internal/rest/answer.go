package rest

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hearken/fhir/element"
	"hearken/internal/interaction"
)

// write sends an answer to the client, resources in the form given. Its headers and body are complete before the first
// byte goes out, so that Content-Length is right, for HEAD too, and a slow client holds nothing but bytes.
func (s *server) write(w http.ResponseWriter, r *http.Request, a interaction.Answer, as form) {
	body := a.Body
	if a.MediaType == "" && len(body) > 0 {
		var ok bool
		if body, ok = render(s.definitions, body, as); !ok {
			s.log.LogAttrs(r.Context(), slog.LevelError, "an answer cannot be written", slog.String("format", as.format.String()))
			a = failure(errPanic)
			body, _ = render(s.definitions, a.Body, as)
		}
	}
	h := w.Header()
	describe(h, a, as.format)
	h.Add("Vary", "Accept, Accept-Encoding")
	if !carriesBody(a.Status) {
		h.Del("Content-Type")
		w.WriteHeader(a.Status)
		return
	}
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
func describe(h http.Header, a interaction.Answer, format element.Format) {
	switch {
	case a.MediaType != "":
		h.Set("Content-Type", a.MediaType)
		h.Set("Content-Security-Policy", noScripts) // a client's content: no browser may run it
		if a.SecurityContext != "" {
			h.Set(securityContextHeader, a.SecurityContext)
		}
	case len(a.Body) > 0:
		h.Set("Content-Type", contentTypes[format])
		if format == element.XML {
			h.Set("Content-Security-Policy", noScripts) // browsers show XML, and the XHTML in it as such
		}
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

// noScripts is a Content-Security-Policy that lets nothing in an answer run or load.
const noScripts = "default-src 'none'; sandbox; frame-ancestors 'none'"

// retryAfter is when a client that was turned away for lack of means may come again.
const retryAfter = 2 * time.Second

// carriesBody reports whether a response of this status may have one (RFC 9110).
func carriesBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
