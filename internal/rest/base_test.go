package rest_test

import (
	"crypto/tls"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"hearken/internal/rest"
)

func TestServer_Base(t *testing.T) {
	const proxy, stranger = "10.0.0.7:4711", "192.0.2.9:4711"
	for _, row := range []struct {
		name       string
		configured string
		remote     string
		tls        bool
		headers    []string
		want       string
	}{
		{"from the request", "", stranger, false, nil, "http://fhir.internal:8080/fhir"},
		{"over TLS", "", stranger, true, nil, "https://fhir.internal:8080/fhir"},
		{"configured wins", "https://fhir.example.nhs.uk/r4", proxy, false, []string{"X-Forwarded-Host: other"}, "https://fhir.example.nhs.uk/r4"},
		{"X-Forwarded from a proxy", "", proxy, false, []string{"X-Forwarded-Proto: https", "X-Forwarded-Host: fhir.example"}, "https://fhir.example/fhir"},
		{"X-Forwarded with port and prefix", "", proxy, false, []string{"X-Forwarded-Host: fhir.example", "X-Forwarded-Port: 8443", "X-Forwarded-Proto: https", "X-Forwarded-Prefix: /api/"}, "https://fhir.example:8443/api/fhir"},
		{"X-Forwarded with the usual port", "", proxy, false, []string{"X-Forwarded-Host: fhir.example", "X-Forwarded-Port: 443", "X-Forwarded-Proto: https"}, "https://fhir.example/fhir"},
		{"the nearest proxy's word", "", proxy, false, []string{"X-Forwarded-Host: invented.example, fhir.example"}, "http://fhir.example/fhir"},
		{"X-Forwarded from a stranger", "", stranger, false, []string{"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"}, "http://fhir.internal:8080/fhir"},
		{"Forwarded from a proxy", "", proxy, false, []string{`Forwarded: for=192.0.2.60;proto=https;host="fhir.example:8443"`}, "https://fhir.example:8443/fhir"},
		{"Forwarded wins over X-Forwarded", "", proxy, false, []string{"Forwarded: host=fhir.example", "X-Forwarded-Host: other.example"}, "http://fhir.example/fhir"},
		{"Forwarded through two proxies", "", proxy, false, []string{"Forwarded: for=192.0.2.60;host=fhir.example;proto=https, for=10.0.0.8;host=inner;proto=http"}, "https://fhir.example/fhir"},
		{"Forwarded begun by the client", "", proxy, false, []string{"Forwarded: host=evil.example, for=192.0.2.60;host=fhir.example"}, "http://fhir.example/fhir"},
		{"Forwarded from a stranger", "", stranger, false, []string{"Forwarded: host=evil.example"}, "http://fhir.internal:8080/fhir"},
		{"host that breaks out", "", proxy, false, []string{`X-Forwarded-Host: a/b?c`}, "http://fhir.internal:8080/fhir"},
		{"prefix that breaks out", "", proxy, false, []string{`X-Forwarded-Prefix: //evil.example`}, "http://fhir.internal:8080/fhir"},
		{"scheme that is none", "", proxy, false, []string{`X-Forwarded-Proto: javascript`}, "http://fhir.internal:8080/fhir"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(func(o *rest.Options) {
				o.BaseURL = row.configured
				o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
			})
			r := httptest.NewRequest("GET", "/fhir/Patient", nil)
			r.Host, r.RemoteAddr = "fhir.internal:8080", row.remote
			if row.tls {
				r.TLS = &tls.ConnectionState{}
			}
			for _, header := range row.headers {
				name, value, _ := strings.Cut(header, ": ")
				r.Header.Add(name, value)
			}
			f.handler.ServeHTTP(httptest.NewRecorder(), r)
			if f.call.Base != row.want {
				t.Errorf("base with %q = %q, want %q", row.headers, f.call.Base, row.want)
			}
		})
	}
}

func TestServer_LoopbackOnly(t *testing.T) {
	for _, row := range []struct {
		name    string
		headers []string
		want    int
	}{
		{"127.0.0.1", []string{"Host: 127.0.0.1:8080"}, 200},
		{"localhost", []string{"Host: localhost:8080"}, 200},
		{"localhost with a dot", []string{"Host: LocalHost."}, 200},
		{"IPv6", []string{"Host: [::1]:8080"}, 200},
		{"127.1.2.3", []string{"Host: 127.1.2.3"}, 200},
		{"the configured base", []string{"Host: fhir.example"}, 200},
		{"rebound name", []string{"Host: evil.example:8080"}, 403},
		{"name that begins like ours", []string{"Host: localhost.evil.example"}, 403},
		{"address that begins like ours", []string{"Host: 127.0.0.1.evil.example"}, 403},
		{"address of this machine on the network", []string{"Host: 192.168.1.2:8080"}, 403},
		{"own origin", []string{"Host: localhost:8080", "Origin: http://localhost:8080"}, 200},
		{"page from elsewhere", []string{"Host: localhost:8080", "Origin: https://evil.example"}, 403},
		{"page without an origin of its own", []string{"Host: localhost:8080", "Origin: null"}, 403},
		{"two origins", []string{"Host: localhost:8080", "Origin: http://localhost", "Origin: https://evil.example"}, 403},
	} {
		for _, line := range []string{"GET /fhir/Patient", "POST /fhir", "GET /healthz", "GET /nowhere"} {
			t.Run(row.name+" "+line, func(t *testing.T) {
				f := newFixture(func(o *rest.Options) { o.LoopbackOnly, o.BaseURL = true, "https://fhir.example/fhir" })
				want := row.want
				if want == 200 && line == "GET /nowhere" {
					want = 404
				}
				w := f.send(line, "", row.headers...)
				if w.Code != want || want == 403 && f.called > 0 {
					t.Errorf("%s with %q = %d (done %d times), want %d", line, row.headers, w.Code, f.called, want)
				}
				if want == 403 {
					wantOutcome(t, w)
				}
			})
		}
	}
}

func TestServer_Host(t *testing.T) {
	for _, row := range []struct {
		host string
		want int
	}{
		{"fhir.example", 200}, {"fhir.example:8080", 200}, {"FHIR_1.example", 200}, {"192.0.2.1:1", 200}, {"[::1]", 200}, {"[2001:db8::1]:8080", 200},
		{"", 400}, {":8080", 400}, {"a:", 400}, {"a:b", 400}, {"a:123456", 400}, {"a b", 400}, {"a/b", 400}, {"a@b", 400}, {`a"b`, 400}, {"é", 400},
		{"[::1", 400}, {"::1", 400}, {"[a]", 400}, {"[::1]x", 400}, {strings.Repeat("a", 300), 400},
	} {
		f := newFixture(nil)
		r := httptest.NewRequest("GET", "/fhir/Patient", nil)
		r.Host = row.host
		w := httptest.NewRecorder()
		if f.handler.ServeHTTP(w, r); w.Code != row.want {
			t.Errorf("Host %q = %d, want %d", row.host, w.Code, row.want)
		}
	}
}

func TestServer_NotLoopbackOnly(t *testing.T) {
	f := newFixture(nil)
	if w := f.send("GET /fhir/Patient", "", "Host: fhir.example", "Origin: https://app.example"); w.Code != 200 {
		t.Errorf("a public server asked by a page from elsewhere = %d, want 200", w.Code)
	}
}
