package rest

import (
	"net/http"
	"strings"
)

// The headers of every answer: patient data is not for caches, its type is not for guessing, its address not
// for telling others, and no page may frame it. They are shared, never changed.
var (
	noStore    = []string{"private, no-store"}
	revalidate = []string{"no-cache"} // what is public and may change
	noSniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	noFrame    = []string{"DENY"}
	onlyTLS    = []string{"max-age=31536000"} // HSTS, a year (RFC 6797); which other names of its domain have TLS is not ours to say
)

// protect sets them. Only by TLS is HSTS heard: the connection's own, or that of the base URL clients are told.
func (s *server) protect(h http.Header, r *http.Request) {
	h["Cache-Control"], h["X-Content-Type-Options"], h["Referrer-Policy"], h["X-Frame-Options"] = noStore, noSniff, noReferrer, noFrame
	if r.TLS != nil || strings.HasPrefix(s.base.configured, "https://") {
		h["Strict-Transport-Security"] = onlyTLS
	}
}
