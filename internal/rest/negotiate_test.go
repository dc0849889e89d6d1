package rest_test

import (
	"strings"
	"testing"
)

// chrome, firefox and safari are what browsers send for a page; safari5 is an old one's, which wants XML most of all.
const (
	chrome  = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
	firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
	safari  = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	safari5 = "application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5"
)

func TestServer_Negotiation(t *testing.T) {
	const json, xml = 200, 201 // 406 is neither, told in JSON
	for _, row := range []struct {
		name   string
		query  string
		accept string
		want   int
	}{
		{"nothing said", "", "", json},
		{"FHIR JSON", "", "application/fhir+json", json},
		{"JSON", "", "application/json", json},
		{"text/json", "", "text/json", json},
		{"JSON as it was called before R3", "", "application/json+fhir", json},
		{"FHIR XML", "", "application/fhir+xml", xml},
		{"XML", "", "application/xml", xml},
		{"text/xml", "", "text/xml", xml},
		{"XML as it was called before R3", "", "application/xml+fhir", xml},
		{"anything", "", "*/*", json},
		{"anything, as old Java says it", "", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", json},
		{"any application", "", "application/*", json},
		{"any text", "", "text/*", json},
		// Weights.
		{"XML at a higher weight", "", "application/fhir+json;q=0.5, application/fhir+xml;q=0.9", xml},
		{"XML at full weight by default", "", "application/fhir+json;q=0.9, application/fhir+xml", xml},
		{"JSON at a higher weight", "", "application/fhir+xml;q=0.5, application/fhir+json;q=0.9", json},
		{"XML first, JSON hardly", "", "application/fhir+xml, application/fhir+json;q=0.1", xml},
		{"equal weights, XML first", "", "application/fhir+xml, application/fhir+json", json},
		{"equal weights, JSON first", "", "application/fhir+json, application/fhir+xml", json},
		{"equal low weights", "", "application/xml;q=0.3, application/json;q=0.3", json},
		{"XML or else anything", "", "application/fhir+xml, */*;q=0.1", xml},
		{"XML by name, and anything as much", "", "application/fhir+xml, */*", xml},
		{"XML by name, and any application as much", "", "application/*, application/fhir+xml", xml},
		{"anything, and XML less", "", "application/fhir+xml;q=0.5, */*", json},
		{"XML under a generic name, more than anything", "", "application/xml;q=0.9, */*;q=0.8", xml},
		{"jQuery asking for XML", "", "application/xml, text/xml, */*; q=0.01", xml},
		{"axios", "", "application/json, text/plain, */*", json},
		{"text, and more so applications", "", "text/*;q=0.5, application/fhir+xml;q=0.6", xml},
		{"two headers' worth", "", "application/fhir+xml;q=0.1, image/png, application/fhir+json;q=0.2", json},
		{"JSON at no price", "", "application/fhir+json;q=0", 406},
		{"JSON at no price, else anything", "", "application/fhir+json;q=0, */*", xml},
		{"XML at no price, else anything", "", "application/fhir+xml;q=0, */*", json},
		{"neither at any price", "", "application/fhir+json;q=0, application/fhir+xml;q=0.000, */*", 406},
		{"no application at any price", "", "application/*;q=0, text/json;q=0.0, text/xml;q=0, */*", 406},
		{"a weight that is no number", "", "application/json;q=high", 406},
		{"a weight above one", "", "application/fhir+xml;q=7, application/json", json},
		{"a weight below zero", "", "application/json;q=-1", 406},
		{"a weight that is no number by name", "", "application/json;q=NaN", 406},
		// Browsers.
		{"Chrome", "", chrome, json},
		{"Firefox", "", firefox, json},
		{"Safari", "", safari, json},
		{"an old Safari", "", safari5, json},
		{"a browser that takes nothing but pages and XML", "", "text/html, application/xml;q=0.9", xml},
		{"a browser that asks for FHIR's XML", "", "text/html, application/fhir+xml, */*;q=0.8", xml},
		{"pages at no price are no browser's", "", "text/html;q=0, application/xml;q=0.9, */*;q=0.8", xml},
		{"a browser, and _format", "_format=xml", chrome, xml},
		// Versions.
		{"fhirVersion 4.0", "", "application/fhir+json; fhirVersion=4.0", json},
		{"fhirVersion 4.0 in XML", "", "application/fhir+xml; fhirVersion=4.0", xml},
		{"fhirVersion in quotes", "", `application/fhir+xml; fhirVersion="4.0"`, xml},
		{"fhirVersion 3.0", "", "application/fhir+json; fhirVersion=3.0", 406},
		{"fhirVersion 5.0 in XML", "", "application/fhir+xml; fhirVersion=5.0", 406},
		{"fhirVersion 3.0 or else ours", "", "application/fhir+json; fhirVersion=3.0, application/fhir+json; fhirVersion=4.0; q=0.5", json},
		{"XML in 3.0 or JSON in ours", "", "application/fhir+xml; fhirVersion=3.0, application/fhir+json; fhirVersion=4.0; q=0.5", json},
		{"JSON in 3.0 or XML in ours", "", "application/fhir+json; fhirVersion=3.0, application/fhir+xml; fhirVersion=4.0; q=0.5", xml},
		{"version=1.0.0", "", "application/json; version=1.0.0", json},
		{"charset", "", "application/fhir+xml; charset=utf-8", xml},
		{"upper case", "", "Application/FHIR+XML", xml},
		// What there is not.
		{"turtle", "", "text/turtle", 406},
		{"turtle or else XML", "", "application/fhir+turtle, application/fhir+xml;q=0.5", xml},
		{"pictures", "", "image/png", 406},
		{"web page only", "", "text/html", 406},
		{"plain text", "", "text/plain", 406},
		{"nonsense", "", "((,;q", 406},
		// _format.
		{"_format json", "_format=json", "application/fhir+xml", json},
		{"_format xml", "_format=xml", "application/fhir+json", xml},
		{"_format in upper case", "_format=XML", "", xml},
		{"_format media type", "_format=application/fhir%2Bjson", "image/png", json},
		{"_format media type of XML", "_format=application/fhir%2Bxml", "image/png", xml},
		{"_format with a plus not encoded", "_format=application/fhir+json", "", json},
		{"_format of XML with a plus not encoded", "_format=application/fhir+xml", "", xml},
		{"_format generic", "_format=application/json", "", json},
		{"_format application/xml", "_format=application/xml", "*/*", xml},
		{"_format text/json", "_format=text/json", "", json},
		{"_format text/xml", "_format=text/xml", "", xml},
		{"_format with parameters", "_format=application/fhir%2Bxml;fhirVersion=4.0", "", xml},
		{"_format of another version", "_format=application/fhir%2Bjson;%20fhirVersion=3.0", "", 406},
		{"_format twice", "_format=xml&_format=json", "", xml},
		{"_format ttl", "_format=ttl", "", 406},
		{"_format turtle's media type", "_format=text/turtle", "", 406},
		{"_format unknown", "_format=yaml", "application/fhir+json", 406},
		{"_format html", "_format=text/html", "", 406},
		{"_format empty says nothing", "_format=", "application/fhir+xml", xml},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			var headers []string
			if row.accept != "" {
				headers = append(headers, "Accept: "+row.accept)
			}
			w := f.send("GET /fhir/Patient/1?"+row.query, "", headers...)
			status, contentType := 200, "application/fhir+json; charset=utf-8"
			switch row.want {
			case xml:
				contentType = "application/fhir+xml; charset=utf-8"
			case 406:
				status = 406
			}
			if got := w.Header().Get("Content-Type"); w.Code != status || got != contentType {
				t.Errorf("GET ?%s with Accept %q = %d %s, want %d %s", row.query, row.accept, w.Code, got, status, contentType)
			}
			if done := f.called == 1; done != (status == 200) {
				t.Errorf("the interaction was done: %t, want %t", done, status == 200)
			}
			if status != 406 {
				return
			}
			if _, told := wantOutcome(t, w); !strings.Contains(told, "application/fhir+json or application/fhir+xml of FHIR 4.0") {
				t.Errorf("diagnostics = %q, want what is offered", told)
			}
		})
	}
}

func TestServer_Negotiation_FormBody(t *testing.T) {
	for _, row := range []struct {
		body, accept string
		status       int
		want         string
	}{
		{"_format=ttl", "", 406, "application/fhir+json; charset=utf-8"},
		{"_format=xml", "", 200, "application/fhir+xml; charset=utf-8"},
		{"_format=xml", "application/json", 200, "application/fhir+xml; charset=utf-8"},
		{"_format=json", "image/png", 200, "application/fhir+json; charset=utf-8"},
		{"name=a", "text/xml", 200, "application/fhir+xml; charset=utf-8"},
	} {
		f := newFixture(nil)
		w := f.send("POST /fhir/Patient/_search", row.body, "Content-Type: application/x-www-form-urlencoded", "Accept: "+row.accept)
		if got := w.Header().Get("Content-Type"); w.Code != row.status || got != row.want || (f.called == 1) != (row.status == 200) {
			t.Errorf("a form of %s with Accept %q = %d %s, want %d %s", row.body, row.accept, w.Code, got, row.status, row.want)
		}
	}
}

// A Binary comes as what it is, or as a resource; whoever takes neither is told.
func TestServer_Negotiation_Binary(t *testing.T) {
	for _, row := range []struct {
		name, query, accept string
		raw                 bool   // what the interaction decides on
		passed              string // the Accept it decides by
		want                string // the media type of the answer, or 406
	}{
		{"raw", "", "image/png", true, "image/png", "image/png"},
		{"raw for whoever takes anything", "", "*/*", true, "*/*", "image/png"},
		{"raw, nothing said", "", "", true, "", "image/png"},
		{"resource", "", "application/fhir+json", false, "application/fhir+json", "application/fhir+json; charset=utf-8"},
		{"resource in XML", "", "application/fhir+xml", false, "application/fhir+xml", "application/fhir+xml; charset=utf-8"},
		{"resource for a browser", "", chrome, false, chrome, "application/fhir+json; charset=utf-8"},
		{"resource by _format", "_format=json", "image/png", false, "application/fhir+json", "application/fhir+json; charset=utf-8"},
		{"resource in XML by _format", "_format=text/xml", "image/png", false, "application/fhir+xml", "application/fhir+xml; charset=utf-8"},
		{"resource, nothing said", "", "", false, "", "application/fhir+json; charset=utf-8"},
		{"resource without content, and a picture wanted", "", "image/png", false, "image/png", "406"},
		{"resource in another version", "", "application/fhir+json; fhirVersion=3.0", false, "application/fhir+json; fhirVersion=3.0", "406"},
		{"_format=ttl", "_format=ttl", "", true, "", "406"},
		{"_format of another version", "_format=application/fhir%2Bxml;fhirVersion=5.0", "", true, "", "406"},
		{"raw by _format", "_format=image/png", "", true, "image/png", "image/png"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			if row.raw {
				f.answer.MediaType = "image/png"
			}
			w := f.send("GET /fhir/Binary/1?"+row.query, "", "Accept: "+row.accept)
			if f.called == 1 && f.call.Accept != row.passed {
				t.Errorf("the interaction decides by %q, want %q", f.call.Accept, row.passed)
			}
			if row.want == "406" {
				if wantOutcome(t, w); w.Code != 406 {
					t.Errorf("GET Binary?%s with Accept %q = %d, want 406", row.query, row.accept, w.Code)
				}
				return
			}
			if got := w.Header().Get("Content-Type"); w.Code != 200 || got != row.want {
				t.Errorf("GET Binary?%s with Accept %q = %d %s, want 200 %s", row.query, row.accept, w.Code, got, row.want)
			}
		})
	}
}

// What goes wrong is told in the format the client takes.
func TestServer_Errors_XML(t *testing.T) {
	for _, row := range []struct {
		name, line, body string
		headers          []string
		status           int
	}{
		{"of an interaction", "GET /fhir/Patient/1", "", []string{"Accept: application/fhir+xml"}, 500},
		{"no route", "GET /nothing", "", []string{"Accept: application/fhir+xml"}, 404},
		{"no path", "GET /fhir//Patient", "", []string{"Accept: application/fhir+xml"}, 404},
		{"no query", "GET /fhir/Patient?a=%zz", "", []string{"Accept: text/xml"}, 400},
		{"no host", "GET /fhir/Patient", "", []string{"Accept: application/xml", `Host: a"b`}, 400},
		{"a body in another format", "POST /fhir/Patient?_format=xml", "a", []string{"Content-Type: text/plain"}, 415},
		{"a body too large", "POST /fhir/Patient", strings.Repeat(" ", 3<<20), []string{"Accept: application/fhir+xml"}, 413},
		{"a form that is none", "POST /fhir/Patient/_search", "a=%z", []string{"Accept: application/fhir+xml", "Content-Type: application/x-www-form-urlencoded"}, 400},
		{"of a Binary", "GET /fhir/Binary/1", "", []string{"Accept: application/fhir+xml"}, 500},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			f.err = errInTest
			w := f.send(row.line, row.body, row.headers...)
			if got := w.Header().Get("Content-Type"); w.Code != row.status || got != "application/fhir+xml; charset=utf-8" {
				t.Errorf("%s = %d %s, want %d in XML", row.line, w.Code, got, row.status)
			}
			if got := w.Body.String(); !strings.HasPrefix(got, `<?xml version="1.0" encoding="UTF-8"?><OperationOutcome xmlns="http://hl7.org/fhir"><issue>`) {
				t.Errorf("%s = %s, want an OperationOutcome", row.line, got)
			}
		})
	}
}
