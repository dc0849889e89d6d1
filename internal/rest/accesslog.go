package rest

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// logAccess is the outermost step of every request: it gives it its id, and writes one line when it is done.
// The line has no id, query, name or address in it: it says what was done, never about whom.
func (s *server) logAccess(c *gin.Context) {
	began := s.now()
	id, logged := s.requestID(c.Request)
	c.Set(requestIDKey, logged)
	h := c.Writer.Header()
	h[requestIDHeader] = []string{id}
	s.protect(h, c.Request)
	if c.Request.ProtoMajor == 1 && len(c.Request.TransferEncoding) > 0 {
		// It may have had a Content-Length besides, which net/http takes away: a proxy that went by that has
		// another idea of where the next request begins (https://www.rfc-editor.org/rfc/rfc9112#section-6.1), and
		// there must be none.
		h.Set("Connection", "close")
	}
	c.Next()
	if !s.log.Enabled(c.Request.Context(), slog.LevelInfo) {
		return
	}
	s.log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request",
		slog.String("method", methodName(c.Request.Method)),
		slog.String("route", s.route(c.Request.URL.Path)),
		slog.Int("status", statusLogged(c)),
		slog.Int("bytes", max(c.Writer.Size(), 0)),
		slog.Duration("duration", s.now().Sub(began).Round(time.Microsecond)),
		slog.String("request_id", logged))
}

// requestIDKey is where a gin context keeps the request id as it may be logged.
const requestIDKey = "request-id"

func statusLogged(c *gin.Context) int {
	if c.Request.Context().Err() != nil && !c.Writer.Written() {
		return statusClientGone
	}
	return c.Writer.Status()
}

// methodName is the method, if it is one that HTTP knows.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// route is the shape of a path: resource types and the words of the FHIR interface as they are, everything else
// by what it stands for. /fhir/Patient/123/_history/2 is /fhir/Patient/{id}/_history/{version}.
func (s *server) route(path string) string {
	below, isFHIR := strings.CutPrefix(path, basePath)
	if !isFHIR || below != "" && below[0] != '/' {
		if path == healthPath || path == readyPath {
			return path
		}
		return "other"
	}
	if path == smartPath && s.login != nil {
		return path
	}
	shape := basePath
	previous := ""
	for i, segment := range strings.Split(strings.Trim(below, "/"), "/") {
		if segment == "" {
			continue
		}
		if i > 5 {
			return shape + "/…"
		}
		shape += "/" + s.segmentShape(segment, previous, i)
		previous = segment
	}
	return shape
}

func (s *server) segmentShape(segment, previous string, i int) string {
	switch {
	case segment == "_history" || segment == "_search" || segment == "metadata" && i == 0 || segment == "*":
		return segment
	case i != 1 && s.isType(segment):
		return segment
	case strings.HasPrefix(segment, "$"):
		return "{operation}"
	case previous == "_history":
		return "{version}"
	case i == 1:
		return "{id}"
	}
	return "{other}"
}
