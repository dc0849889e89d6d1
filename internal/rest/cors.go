package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// What a web page from elsewhere may send and see (https://fetch.spec.whatwg.org/#http-cors-protocol): all
// that FHIR and SMART need. Tokens travel in a header that the page sets itself; cookies mean nothing here,
// and are never asked for.
var (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
	corsHeaders = "Accept, Authorization, Content-Type, DPoP, If-Match, If-Modified-Since, If-None-Exist, If-None-Match, Prefer, " +
		"X-Request-ID, " + securityContextHeader
	corsExposed = "Allow, Content-Location, ETag, Last-Modified, Location, Retry-After, WWW-Authenticate, X-Request-ID, " + securityContextHeader
)

// corsAge is for how many seconds a browser may remember an answer to a preflight.
const corsAge = "600"

// allowOrigin tells the browsers of pages that may call that they may, and answers their preflights.
func (s *server) allowOrigin(c *gin.Context) {
	if s.login == nil {
		return
	}
	h, path := c.Writer.Header(), c.Request.URL.Path
	if path != basePath && !strings.HasPrefix(path, basePath+"/") {
		return
	}
	any := slices.Contains(s.login.Origins, "*")
	if !any {
		h.Add("Vary", "Origin")
	}
	origins := headerValues(c.Request.Header, "Origin")
	if len(origins) != 1 || !any && !slices.Contains(s.login.Origins, strings.ToLower(origins[0])) {
		return
	}
	if any {
		h.Set("Access-Control-Allow-Origin", "*")
	} else {
		h.Set("Access-Control-Allow-Origin", origins[0])
	}
	if c.Request.Method != http.MethodOptions || c.Request.Header.Get("Access-Control-Request-Method") == "" {
		h.Set("Access-Control-Expose-Headers", corsExposed)
		return
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsAge)
	c.AbortWithStatus(http.StatusNoContent)
}
