package rest_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/rest"
)

// Whatever comes over the wire is either done, with a base that is a URL, or refused with an OperationOutcome: never
// a fault of the server.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/fhir/Patient/1/_history/2", "a:8080", "application/fhir+json; q=0.5, */*", "", "return=minimal; handling=lenient", "for=10.0.0.1;host=b;proto=https", "")
	f.Add("POST", "/fhir/Patient/_search?a=%7C&b", "[::1]:80", "", "application/x-www-form-urlencoded; charset=utf-8", "", `for="[2001:db8::1]:47";host="b:1", for=_x`, "a=b&c=%2B")
	f.Add("PUT", "/fhir/Binary/1?_format=json&_pretty=true", "a", "image/*", "text/plain; charset=iso-8859-1", `return="OperationOutcome"`, ";;,=", "\x00\xff")
	f.Add("GET", "/fhir//Patient?_format=application/fhir%20xml", "a", "application/fhir+xml;q=0.9,application/fhir+json;q=0.8", "", "", "", "")
	f.Add("POST", "/fhir/Patient", "a", "text/xml; fhirVersion=3.0, text/turtle", "application/xml; charset=utf-16", "", "", "<Patient/>")
	f.Add("DELETE", "/fhir//%2f%ff/?%zz", "", ",;q=,", "a/b/c;;", ",,=", "", "{}")
	f.Fuzz(func(t *testing.T, method, target, host, accept, contentType, prefer, forwarded, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" || method == "" {
			t.Skip("net/http answers this itself")
		}
		x := newFixture(func(o *rest.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")} })
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		r.Method, r.URL, r.RequestURI, r.Host = method, u, target, host
		for name, v := range map[string]string{"Accept": accept, "Content-Type": contentType, "Prefer": prefer, "Forwarded": forwarded, "X-Forwarded-Prefix": prefer} {
			if v != "" {
				r.Header.Set(name, v)
			}
		}
		w := httptest.NewRecorder()
		x.handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("%s %s = %d %s", method, target, w.Code, w.Body)
		}
		if x.called > 0 {
			if base, err := url.Parse(x.call.Base); err != nil || base.Host == "" || !strings.HasSuffix(base.Path, "/fhir") {
				t.Fatalf("base = %q (%v), want a URL", x.call.Base, err)
			}
			return
		}
		isHealth := u.Path == "/healthz" || u.Path == "/readyz" || u.Path == "/readyz/writes"
		if !isHealth && method != http.MethodHead && !isOutcome(w) {
			t.Fatalf("%s %s = %d %s, want an OperationOutcome", method, target, w.Code, w.Body)
		}
	})
}

// isOutcome reports whether a response is an OperationOutcome in the format it says.
func isOutcome(w *httptest.ResponseRecorder) bool {
	parse := element.ParseAs
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/fhir+xml") {
		parse = element.ParseXMLAs
	}
	tree, _ := parse(r4.Definitions(), "OperationOutcome", w.Body.Bytes(), element.Limits{})
	return tree != nil
}
