package app_test

import (
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestNegotiation(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /Patient/p", patientP)
	const json, xml = "application/fhir+json; charset=utf-8", "application/fhir+xml; charset=utf-8"
	for _, row := range []struct {
		name, line, accept string
		status             int
		want               string
	}{
		{"anything", "GET /Patient/p", "*/*", 200, json},
		{"FHIR JSON", "GET /Patient/p", "application/fhir+json; fhirVersion=4.0", 200, json},
		{"JSON", "GET /Patient/p", "application/json; version=1.0.0", 200, json},
		{"text/json", "GET /Patient/p", "text/json", 200, json},
		{"a browser", "GET /Patient/p", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200, json},
		{"_format wins", "GET /Patient/p?_format=json", "application/xml", 200, json},
		{"_format in a search", "GET /Patient?_format=application/fhir%2Bjson", "", 200, json},
		{"_format and _pretty on metadata", "GET /metadata?_format=json&_pretty=true", "", 200, json},
		{"XML", "GET /Patient/p", "application/fhir+xml", 200, xml},
		{"_format=xml", "GET /Patient/p?_format=xml", "application/fhir+json", 200, xml},
		{"metadata in XML", "GET /metadata?_format=xml&_pretty=true", "", 200, xml},
		{"an error in XML", "GET /Patient/nobody", "application/fhir+xml", 404, xml},
		{"another version of FHIR", "GET /Patient/p", "application/fhir+json; fhirVersion=5.0", 406, json},
		{"another version of FHIR in XML", "GET /Patient/p", "application/fhir+xml; fhirVersion=5.0", 406, json},
		{"turtle", "GET /Patient/p?_format=ttl", "", 406, json},
		{"a picture", "GET /Patient/p", "image/png", 406, json},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send(row.line, "", "Accept: "+row.accept)
			if got := r.header.Get("Content-Type"); r.status != row.status || got != row.want {
				t.Errorf("%s, Accept %q = %d %s, want %d %s", row.line, row.accept, r.status, got, row.status, row.want)
			}
		})
	}
}

func TestNegotiation_Pretty(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /Patient/p", patientP)
	if body := string(s.must(200, "GET /Patient/p?_pretty=true", "").body); !strings.Contains(body, "\n  \"id\": \"p\"") {
		t.Errorf("_pretty=true = %s, want it indented", body)
	}
}

func TestNegotiation_Gzip(t *testing.T) {
	s := start(t, nil)
	r := s.must(200, "GET /metadata", "", "Accept-Encoding: gzip")
	if r.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("metadata of %d bytes with Accept-Encoding: gzip is not compressed", len(r.body))
	}
	var zipped strings.Builder
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte(patientP))
	_ = w.Close()
	s.must(201, "PUT /Patient/p", zipped.String(), "Content-Encoding: gzip")
}

func TestBinary_RawRoundTrip(t *testing.T) {
	s := start(t, nil)
	const picture = "\x89PNG\r\n\x1a\n not really \x00\xff"
	created := s.must(201, "POST /Binary", picture, "Content-Type: image/png")
	path := strings.TrimPrefix(strings.Split(created.header.Get("Location"), "/_history/")[0], s.base)
	if r := s.must(200, "GET "+path, "", "Accept: image/png"); string(r.body) != picture || r.header.Get("Content-Type") != "image/png" {
		t.Errorf("raw = %q as %s, want the picture", r.body, r.header.Get("Content-Type"))
	}
	if r := s.must(200, "GET "+path, "", "Accept: application/fhir+json"); text(value(t, r.body), "contentType") != "image/png" {
		t.Errorf("as a resource = %s, want contentType image/png", r.body)
	}
}

// DNS rebinding, against the real thing.
func TestLoopbackOnly(t *testing.T) {
	s := start(t, nil)
	u, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	s.must(http.StatusForbidden, "GET /Patient", "", "Host: evil.example:"+u.Port())
	s.must(http.StatusForbidden, "POST /Patient", patientP, "Origin: https://evil.example")
	s.must(http.StatusOK, "GET /Patient", "", "Host: localhost:"+u.Port())
	if n := s.total("/Patient?_summary=count"); n != 0 {
		t.Errorf("%d patients, want none", n)
	}
}

func TestMalformedPath(t *testing.T) {
	s := start(t, nil)
	for _, line := range []string{"GET /Patient?name=%zz", "GET /Patient/%ff", "POST /Patient/_search"} {
		body, headers := "", []string(nil)
		if strings.HasPrefix(line, "POST") {
			body, headers = "name=%", []string{"Content-Type: application/x-www-form-urlencoded"}
		}
		s.must(400, line, body, headers...)
	}
}
