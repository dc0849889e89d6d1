package rest

import (
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
)

// basePath is where the service base stands on this server.
const basePath = "/fhir"

// base makes the service base URL that links of an answer begin with.
type base struct {
	configured string         // wins when not ""
	proxies    []netip.Prefix // whose word on scheme, host and prefix counts
}

// of gives the service base of a request without trailing slash: "http://127.0.0.1:8080/fhir"; false when the request
// names no host that could be put into a URL.
func (b *base) of(r *http.Request) (string, bool) {
	if b.configured != "" {
		return b.configured, true
	}
	at := origin{scheme: "http", host: r.Host}
	if r.TLS != nil {
		at.scheme = "https"
	}
	if b.trusted(r.RemoteAddr) {
		at = b.forwarded(at, r.Header)
	}
	if !validHost(at.host) {
		return "", false
	}
	return at.scheme + "://" + at.host + at.prefix + basePath, true
}

// trusted reports whether an address ("10.0.0.7:4711" or without port) is one of the trusted proxies.
func (b *base) trusted(address string) bool {
	if len(b.proxies) == 0 {
		return false
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	addr, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		return false
	}
	for _, prefix := range b.proxies {
		if prefix.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// hostForm is what a host with an optional port may be made of; a name that could break out of a link is none.
var hostForm = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

func validHost(host string) bool { return hostForm.MatchString(host) }
