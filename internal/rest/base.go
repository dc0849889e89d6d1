package rest

import (
	"net"
	"net/http"
	"net/netip"
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

// validHost reports whether a Host header is a name or an IP address, with or without a port, and nothing that could
// break out of a link.
func validHost(host string) bool {
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
		if port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
			return false
		}
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		_, err := netip.ParseAddr(inner)
		return ok && err == nil
	}
	return name != "" && len(name) < 256 && !strings.ContainsFunc(name, notInHostName)
}

func notInHostName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
}
