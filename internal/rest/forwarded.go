package rest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// origin is where a client thinks it is talking to.
type origin struct{ scheme, host, prefix string }

// forwarded applies what a trusted proxy says of the request it passed on: Forwarded (RFC 7239) when there is
// one, otherwise X-Forwarded-Proto, -Host, -Port and -Prefix. What is not well-formed is ignored.
func (b *base) forwarded(at origin, h http.Header) origin {
	if headers := headerValues(h, "Forwarded"); len(headers) > 0 {
		at = b.hops(at, strings.Join(headers, ","))
	} else {
		at = at.with(last(h, "X-Forwarded-Proto"), withPort(last(h, "X-Forwarded-Host"), last(h, "X-Forwarded-Port")))
	}
	if prefix := strings.TrimRight(last(h, "X-Forwarded-Prefix"), "/"); prefixForm.MatchString(prefix) {
		at.prefix = prefix
	}
	return at
}

// hops walks the elements of Forwarded from the nearest proxy outwards, for as long as each was itself sent by a
// trusted one: what stands further left may be the client's own invention.
func (b *base) hops(at origin, header string) origin {
	for _, element := range slices.Backward(strings.Split(header, ",")) {
		said := forwardedElement(element)
		at = at.with(said["proto"], said["host"])
		if !b.trusted(said["for"]) {
			break
		}
	}
	return at
}

// forwardedElement reads `for=192.0.2.60;proto=http;host="a:1"`.
func forwardedElement(element string) map[string]string {
	said := map[string]string{}
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(pair, "=")
		said[strings.ToLower(strings.TrimSpace(name))] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return said
}

// with takes over a scheme and a host that are well-formed.
func (at origin) with(scheme, host string) origin {
	if scheme = strings.ToLower(scheme); scheme == "http" || scheme == "https" {
		at.scheme = scheme
	}
	if validHost(host) {
		at.host = host
	}
	return at
}

// last is the value the nearest proxy appended to a list header; "" without one.
func last(h http.Header, name string) string {
	values := headerValues(h, name)
	if len(values) == 0 {
		return ""
	}
	list := values[len(values)-1]
	return strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
}

// withPort adds a port to a host that has none.
func withPort(host, port string) string {
	if host == "" || port == "" || port == "80" || port == "443" || !validHost(host+":0") {
		return host
	}
	return host + ":" + port
}

// prefixForm is a path that a proxy took off before passing a request on.
var prefixForm = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*$`)
