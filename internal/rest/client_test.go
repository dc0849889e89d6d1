package rest

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestBase_Client(t *testing.T) {
	b := base{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, row := range []struct{ name, remote, forwarded, xForwardedFor, want string }{
		{"directly", "192.0.2.7:4711", "", "", "192.0.2.7"},
		{"over IPv6", "[2001:db8::1%eth0]:4711", "", "", "2001:db8::1"},
		{"somebody who says he passes on", "192.0.2.7:4711", "for=203.0.113.9", "203.0.113.9", "192.0.2.7"},
		{"a proxy that says nothing", "10.0.0.1:1", "", "", "10.0.0.1"},
		{"through a proxy", "10.0.0.1:1", "", "198.51.100.3, 203.0.113.9", "203.0.113.9"},
		{"through two", "10.0.0.1:1", "", "198.51.100.3, 10.0.0.2", "198.51.100.3"},
		{"Forwarded wins", "10.0.0.1:1", `for="[2001:db8::2]:99";proto=https`, "203.0.113.9", "2001:db8::2"},
		{"a hidden client", "10.0.0.1:1", "for=_secret", "", "10.0.0.1"},
		{"nonsense", "10.0.0.1:1", "", "x\x00y", "10.0.0.1"},
		{"no address", "@", "", "", ""},
	} {
		r := &http.Request{RemoteAddr: row.remote, Header: http.Header{}}
		if row.forwarded != "" {
			r.Header.Set("Forwarded", row.forwarded)
		}
		if row.xForwardedFor != "" {
			r.Header.Set("X-Forwarded-For", row.xForwardedFor)
		}
		if got := b.client(r); got != row.want {
			t.Errorf("%s: client() = %q, want %q", row.name, got, row.want)
		}
	}
}
