package rest

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"hearken/fhir"
)

// loopback guards a server that has no login because only this machine reaches it: a web page from elsewhere
// reaches it too, through the browser of someone on this machine. Its requests carry the page's own host name (DNS
// rebinding) or its Origin; both are refused.
type loopback struct {
	alsoHost string // host of the configured base URL, "" for none
}

// check refuses a request that was not made to this machine by name, or that a page from elsewhere sent.
func (l *loopback) check(r *http.Request) error {
	if !l.own(r.Host) {
		return fhir.Errorf(fhir.CodeForbidden,
			"this server is for its own machine only: call it by localhost or 127.0.0.1, or set its base URL").At("http.Host")
	}
	for _, origin := range headerValues(r.Header, "Origin") {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !l.own(u.Host) {
			return fhir.Errorf(fhir.CodeForbidden, "this server is for its own machine only: requests of web pages from elsewhere are refused").
				At("http.Origin")
		}
	}
	return nil
}

// own reports whether host, with or without port, is this machine.
func (l *loopback) own(host string) bool {
	if l.alsoHost != "" && strings.EqualFold(host, l.alsoHost) {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
