package rest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/search"
	"hearken/internal/interaction"
)

func TestServer_Call(t *testing.T) {
	const base = "http://127.0.0.1:8080/fhir"
	const json = "Content-Type: application/fhir+json"
	for _, row := range []struct {
		name    string
		line    string
		body    string
		headers []string
		want    interaction.Call
	}{
		{"base", "GET /fhir", "", nil, interaction.Call{Method: "GET"}},
		{"base with slash", "GET /fhir/", "", nil, interaction.Call{Method: "GET"}},
		{"read", "GET /fhir/Patient/123", "", nil, interaction.Call{Method: "GET", Path: []string{"Patient", "123"}}},
		{"metadata and what only looks like it", "GET /fhir/metadataX", "", nil, interaction.Call{Method: "GET", Path: []string{"metadataX"}}},
		{"operation", "GET /fhir/$graphql", "", nil, interaction.Call{Method: "GET", Path: []string{"$graphql"}}},
		{"escaped segment", "GET /fhir/Patient/a%2Fb%20c", "", nil, interaction.Call{Method: "GET", Path: []string{"Patient", "a/b c"}}},
		{"plus in a path is a plus", "GET /fhir/Patient/a+b", "", nil, interaction.Call{Method: "GET", Path: []string{"Patient", "a+b"}}},
		{"query in order, repeated, escaped", "GET /fhir/Patient?b=1%7C2&a=x+y&b=%2B&c", "", nil, interaction.Call{Method: "GET", Path: []string{"Patient"},
			Parameters: []search.Pair{{Name: "b", Value: "1|2"}, {Name: "a", Value: "x y"}, {Name: "b", Value: "+"}, {Name: "c"}}}},
		{"semicolon is no separator", "GET /fhir/Patient?a=1;b=2", "", nil, interaction.Call{Method: "GET", Path: []string{"Patient"},
			Parameters: []search.Pair{{Name: "a", Value: "1;b=2"}}}},
		{"form after query", "POST /fhir/Patient/_search?a=1", "b=2%7C3&a=4", []string{"Content-Type: application/x-www-form-urlencoded; charset=UTF-8"},
			interaction.Call{Method: "POST", Path: []string{"Patient", "_search"}, MediaType: "application/x-www-form-urlencoded",
				Parameters: []search.Pair{{Name: "a", Value: "1"}, {Name: "b", Value: "2|3"}, {Name: "a", Value: "4"}}}},
		{"search by POST without a body", "POST /fhir/Patient/_search?a=1", "", nil,
			interaction.Call{Method: "POST", Path: []string{"Patient", "_search"}, Parameters: []search.Pair{{Name: "a", Value: "1"}}}},
		{"create", "POST /fhir/Patient", "{}", []string{json, "If-None-Exist: identifier=a|1&active=true"},
			interaction.Call{Method: "POST", Path: []string{"Patient"}, Body: []byte("{}"), MediaType: "application/fhir+json", IfNoneExist: "identifier=a|1&active=true"}},
		{"If-None-Exist that is empty, which is not the same as none", "POST /fhir/Patient", "{}", []string{json, "If-None-Exist: "},
			interaction.Call{Method: "POST", Path: []string{"Patient"}, Body: []byte("{}"), MediaType: "application/fhir+json", IfNoneExist: "?"}},
		{"If-None-Exist with a question mark", "POST /fhir/Patient", "{}", []string{json, "If-None-Exist: ?active=true"},
			interaction.Call{Method: "POST", Path: []string{"Patient"}, Body: []byte("{}"), MediaType: "application/fhir+json", IfNoneExist: "?active=true"}},
		{"update if match", "PUT /fhir/Patient/1", "{}", []string{json, `If-Match: W/"3"`},
			interaction.Call{Method: "PUT", Path: []string{"Patient", "1"}, Body: []byte("{}"), MediaType: "application/fhir+json", IfMatch: `W/"3"`}},
		{"conditional read", "GET /fhir/Patient/1", "", []string{`If-None-Match: W/"3"`, `If-None-Match: W/"4"`, "If-Modified-Since: Tue, 24 Nov 2026 03:00:00 GMT"},
			interaction.Call{Method: "GET", Path: []string{"Patient", "1"}, IfNoneMatch: `W/"3",W/"4"`, IfModifiedSince: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}},
		{"a date nobody can read is ignored", "GET /fhir/Patient/1", "", []string{"If-Modified-Since: yesterday"},
			interaction.Call{Method: "GET", Path: []string{"Patient", "1"}}},
		{"prefer", "GET /fhir/Patient", "", []string{"Prefer: return=minimal; handling=lenient"},
			interaction.Call{Method: "GET", Path: []string{"Patient"}, Prefer: interaction.Prefer{Return: "minimal", Lenient: true}}},
		{"prefer in two headers, first said counts", "GET /fhir/Patient", "", []string{`Prefer: return="OperationOutcome"`, "Prefer: respond-async, handling=strict, return=minimal, handling=lenient"},
			interaction.Call{Method: "GET", Path: []string{"Patient"}, Prefer: interaction.Prefer{Return: "OperationOutcome"}}},
		{"prefer what FHIR does not know", "GET /fhir/Patient", "", []string{"Prefer: return=everything"},
			interaction.Call{Method: "GET", Path: []string{"Patient"}}},
		{"body of a GET is ignored", "GET /fhir/Patient/1", "hello", []string{"Content-Type: text/plain"},
			interaction.Call{Method: "GET", Path: []string{"Patient", "1"}}},
		{"raw Binary", "POST /fhir/Binary", "hello", []string{"Content-Type: text/plain; charset=iso-8859-1"},
			interaction.Call{Method: "POST", Path: []string{"Binary"}, Body: []byte("hello"), MediaType: "text/plain; charset=iso-8859-1"}},
		{"raw Binary with a security context", "POST /fhir/Binary", "hello", []string{"Content-Type: text/plain", "X-Security-Context: Patient/1"},
			interaction.Call{Method: "POST", Path: []string{"Binary"}, Body: []byte("hello"), MediaType: "text/plain", SecurityContext: "Patient/1"}},
		{"Binary as a resource", "PUT /fhir/Binary/1", "{}", []string{"Content-Type: application/fhir+json; charset=utf-8"},
			interaction.Call{Method: "PUT", Path: []string{"Binary", "1"}, Body: []byte("{}"), MediaType: "application/fhir+json"}},
		{"Binary in generic JSON", "PUT /fhir/Binary/1", "{}", []string{"Content-Type: application/json; charset=utf-8"},
			interaction.Call{Method: "PUT", Path: []string{"Binary", "1"}, Body: []byte("{}"), MediaType: "application/json"}},
		{"read of a Binary: the interaction negotiates", "GET /fhir/Binary/1", "", []string{"Accept: image/png", "Accept: */*;q=0.5"},
			interaction.Call{Method: "GET", Path: []string{"Binary", "1"}, Accept: "image/png,*/*;q=0.5"}},
		{"read of a Binary: _format wins", "GET /fhir/Binary/1?_format=json", "", []string{"Accept: image/png"},
			interaction.Call{Method: "GET", Path: []string{"Binary", "1"}, Accept: "application/fhir+json", Parameters: []search.Pair{{Name: "_format", Value: "json"}}}},
		{"patch: the interaction knows its forms", "PATCH /fhir/Patient/1", "[]", []string{"Content-Type: application/json-patch+json"},
			interaction.Call{Method: "PATCH", Path: []string{"Patient", "1"}, Body: []byte("[]"), MediaType: "application/json-patch+json"}},
		{"OPTIONS", "OPTIONS /fhir/Patient", "", nil, interaction.Call{Method: "OPTIONS", Path: []string{"Patient"}}},
		{"a method gin does not know", "FROB /fhir/Patient", "", nil, interaction.Call{Method: "FROB", Path: []string{"Patient"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			w := f.send(row.line, row.body, row.headers...)
			if w.Code != 200 {
				t.Fatalf("%s = %d %s, want 200", row.line, w.Code, w.Body)
			}
			row.want.Base = base
			row.want.RequestID, row.want.Address = "made-here", "192.0.2.1" // httptest's
			if diff := cmp.Diff(row.want, f.call); diff != "" {
				t.Errorf("Call of %s (-want +got):\n%s", row.line, diff)
			}
		})
	}
}

// What HTTP refuses never reaches an interaction, and is told in an OperationOutcome.
func TestServer_Refused(t *testing.T) {
	for _, row := range []struct {
		name    string
		line    string
		body    string
		headers []string
		status  int
	}{
		{"unknown route", "GET /", "", nil, 404},
		{"route that only begins like the base", "GET /fhirX/Patient", "", nil, 404},
		{"unknown method elsewhere", "DELETE /healthz", "", nil, 404},
		{"doubled slash", "GET /fhir//Patient", "", nil, 404},
		{"doubled slash inside", "GET /fhir/Patient//_history", "", nil, 404},
		{"lost id", "GET /fhir/Patient/", "", nil, 404},
		{"lost id of a deletion", "DELETE /fhir/Patient/", "", nil, 404},
		{"percent in query", "GET /fhir/Patient?name=%zz", "", nil, 400},
		{"cut percent in query", "GET /fhir/Patient?name=%4", "", nil, 400},
		{"not UTF-8 in query", "GET /fhir/Patient?name=%ff", "", nil, 400},
		{"not UTF-8 in path", "GET /fhir/Patient/%ff", "", nil, 400},
		{"percent in form", "POST /fhir/Patient/_search", "name=%zz", []string{"Content-Type: application/x-www-form-urlencoded"}, 400},
		{"form too large", "POST /fhir/Patient/_search", strings.Repeat("a=b&", 300_000), []string{"Content-Type: application/x-www-form-urlencoded"}, 413},
		{"JSON to _search", "POST /fhir/Patient/_search", "{}", []string{"Content-Type: application/fhir+json"}, 415},
		{"form to create", "POST /fhir/Patient", "a=b", []string{"Content-Type: application/x-www-form-urlencoded"}, 415},
		{"XML in another charset", "POST /fhir/Patient", "<Patient/>", []string{"Content-Type: application/fhir+xml; charset=iso-8859-1"}, 415},
		{"XML of another FHIR version", "POST /fhir/Patient", "<Patient/>", []string{"Content-Type: application/fhir+xml; fhirVersion=5.0"}, 415},
		{"turtle to create", "POST /fhir/Patient", "[]", []string{"Content-Type: application/fhir+turtle"}, 415},
		{"web page to create", "POST /fhir/Patient", "<html/>", []string{"Content-Type: text/html"}, 415},
		{"XML of something else", "POST /fhir/Patient", "<svg/>", []string{"Content-Type: image/svg+xml"}, 415},
		{"XML's short word is no media type", "POST /fhir/Patient", "<Patient/>", []string{"Content-Type: xml"}, 415},
		{"a Binary resource in another charset", "POST /fhir/Binary", "{}", []string{"Content-Type: application/fhir+json; charset=utf-16"}, 415},
		{"a Binary resource of another version", "PUT /fhir/Binary/1", "<Binary/>", []string{"Content-Type: application/fhir+xml; fhirVersion=3.0"}, 415},
		{"XML to _search", "POST /fhir/Patient/_search", "<a/>", []string{"Content-Type: application/fhir+xml"}, 415},
		{"plain text to create", "POST /fhir/Patient", "{}", []string{"Content-Type: text/plain"}, 415},
		{"no media type at all", "POST /fhir/Patient", "{}", []string{"Content-Type: ;;;"}, 415},
		{"another charset", "POST /fhir/Patient", "{}", []string{"Content-Type: application/fhir+json; charset=utf-16"}, 415},
		{"another FHIR version", "POST /fhir/Patient", "{}", []string{"Content-Type: application/fhir+json; fhirVersion=3.0"}, 415},
		{"_format's short word is no media type", "POST /fhir/Patient", "{}", []string{"Content-Type: json"}, 415},
		{"compressed otherwise", "POST /fhir/Patient", "{}", []string{"Content-Type: application/fhir+json", "Content-Encoding: br"}, 415},
		{"said to be compressed", "POST /fhir/Patient", "{}", []string{"Content-Type: application/fhir+json", "Content-Encoding: gzip"}, 400},
		{"host that would break a link", "GET /fhir/Patient", "", []string{`Host: a"b`}, 400},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			w := f.send(row.line, row.body, row.headers...)
			if w.Code != row.status {
				t.Errorf("%s = %d, want %d", row.line, w.Code, row.status)
			}
			if _, diagnostics := wantOutcome(t, w); diagnostics == "" {
				t.Errorf("%s: an OperationOutcome without words", row.line)
			}
			if f.called != 0 {
				t.Errorf("%s reached the interaction", row.line)
			}
		})
	}
}

func TestServer_ContentTypes(t *testing.T) {
	const json, xml = "application/fhir+json", "application/fhir+xml"
	for _, row := range []struct{ contentType, body, want string }{
		{"application/fhir+json", "{}", json},
		{"application/json", "{}", json},
		{"text/json", "{}", json},
		{"application/json+fhir", "{}", json},
		{"application/fhir+json; charset=utf-8", "{}", json},
		{"application/json;charset=UTF-8", "{}", json},
		{"application/fhir+json; fhirVersion=4.0", "{}", json},
		{"Application/FHIR+JSON", "{}", json},
		{"application/fhir+xml", "<Patient/>", xml},
		{"application/xml", "<Patient/>", xml},
		{"text/xml", "<Patient/>", xml},
		{"application/xml+fhir", "<Patient/>", xml},
		{"application/fhir+xml; charset=utf-8", "<Patient/>", xml},
		{`text/xml;charset="UTF-8"`, "<Patient/>", xml},
		{"application/fhir+xml; fhirVersion=4.0", "<Patient/>", xml},
		{"Application/FHIR+XML", "<Patient/>", xml},
		{"application/fhir+json", "<Patient/>", json}, // what is said counts: it is a fault in JSON
		{"application/fhir+xml", "{}", xml},
		{"", "{}", json},
		{"", "<Patient/>", xml},
		{"", " \r\n\t<Patient/>", xml},
		{"", "\uFEFF<?xml version='1.0'?><Patient/>", xml},
		{"", "nothing of the sort", json},
	} {
		t.Run(row.contentType+" "+row.body, func(t *testing.T) {
			f := newFixture(nil)
			if w := f.send("POST /fhir/Patient", row.body, "Content-Type: "+row.contentType); w.Code != 200 || f.call.MediaType != row.want || string(f.call.Body) != row.body {
				t.Errorf("POST as %q = %d with media type %q, want 200 with %s", row.contentType, w.Code, f.call.MediaType, row.want)
			}
		})
	}
}

// XML sent to Binary may be its content or the resource; the interaction is told what it was called.
func TestServer_ContentTypes_Binary(t *testing.T) {
	for _, row := range []struct{ contentType, body, want string }{
		{"application/fhir+xml", "<Binary/>", "application/fhir+xml"},
		{"application/xml+fhir; charset=utf-8", "<Binary/>", "application/fhir+xml"},
		{"application/json+fhir", "{}", "application/fhir+json"},
		{"application/xml", "<Binary/>", "application/xml"},
		{"text/xml; charset=iso-8859-1", "<a/>", "text/xml; charset=iso-8859-1"},
		{"text/turtle", "a", "text/turtle"},
		{";;", "a", ";;"},
		{"", "<Binary/>", "application/fhir+xml"},
		{"", "{}", "application/fhir+json"},
	} {
		f := newFixture(nil)
		if w := f.send("POST /fhir/Binary", row.body, "Content-Type: "+row.contentType); w.Code != 200 || f.call.MediaType != row.want {
			t.Errorf("POST Binary as %q = %d with media type %q, want 200 with %q", row.contentType, w.Code, f.call.MediaType, row.want)
		}
	}
}
