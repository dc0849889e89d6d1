package rest

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// client is the network address a request came from, as far as trusted proxies say: the nearest that is none
// of theirs. It is for the audit log; nothing is decided by it. "" when it cannot be told.
func (b *base) client(r *http.Request) string {
	at := addressOf(r.RemoteAddr)
	if !b.trusted(at) {
		return at
	}
	said := headerValues(r.Header, "X-Forwarded-For")
	if headers := headerValues(r.Header, "Forwarded"); len(headers) > 0 {
		said = nil
		for _, element := range strings.Split(strings.Join(headers, ","), ",") {
			said = append(said, forwardedElement(element)["for"])
		}
	}
	for _, hop := range slices.Backward(strings.Split(strings.Join(said, ","), ",")) {
		next := addressOf(strings.TrimSpace(hop))
		if next == "" {
			break // hidden, or made up: what is further left is nobody's word
		}
		if at = next; !b.trusted(at) {
			break
		}
	}
	return at
}

// addressOf is the IP address of "192.0.2.7:4711", "[2001:db8::1]:4711" or either without a port; "" for anything else.
func addressOf(text string) string {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return ""
	}
	return addr.Unmap().WithZone("").String()
}
