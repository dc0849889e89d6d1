package rest_test

import "testing"

func TestServer_Negotiation(t *testing.T) {
	for _, row := range []struct {
		name   string
		query  string
		accept string
		want   int
	}{
		{"nothing said", "", "", 200},
		{"FHIR JSON", "", "application/fhir+json", 200},
		{"JSON", "", "application/json", 200},
		{"text/json", "", "text/json", 200},
		{"as it was called before R3", "", "application/json+fhir", 200},
		{"anything", "", "*/*", 200},
		{"any application", "", "application/*", 200},
		{"any text", "", "text/*", 200},
		{"a browser", "", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", 200},
		{"fhirVersion 4.0", "", "application/fhir+json; fhirVersion=4.0", 200},
		{"fhirVersion 3.0", "", "application/fhir+json; fhirVersion=3.0", 406},
		{"fhirVersion 3.0 or else ours", "", "application/fhir+json; fhirVersion=3.0, application/fhir+json; fhirVersion=4.0; q=0.5", 200},
		{"version=1.0.0", "", "application/json; version=1.0.0", 200},
		{"charset", "", "application/fhir+json; charset=utf-8", 200},
		{"upper case", "", "Application/FHIR+JSON", 200},
		{"XML", "", "application/fhir+xml", 406},
		{"XML first, JSON too", "", "application/fhir+xml, application/fhir+json;q=0.1", 200},
		{"turtle", "", "text/turtle", 406},
		{"pictures", "", "image/png", 406},
		{"web page only", "", "text/html", 406},
		{"JSON at no price", "", "application/fhir+json;q=0", 406},
		{"JSON at no price under one name", "", "application/fhir+json;q=0, */*", 200},
		{"JSON at no price under any name", "", "application/*;q=0, text/json;q=0.0, */*", 406},
		{"nonsense", "", "((,;q", 406},
		{"a weight that is no number", "", "application/json;q=high", 406},
		{"_format json", "_format=json", "application/fhir+xml", 200},
		{"_format media type", "_format=application/fhir%2Bjson", "image/png", 200},
		{"_format with a plus not encoded", "_format=application/fhir+json", "", 200},
		{"_format generic", "_format=application/json", "", 200},
		{"_format text/json", "_format=text/json", "", 200},
		{"_format with parameters", "_format=application/fhir%2Bjson;fhirVersion=4.0", "", 200},
		{"_format xml", "_format=xml", "application/fhir+json", 406},
		{"_format application/xml", "_format=application/xml", "*/*", 406},
		{"_format text/xml", "_format=text/xml", "", 406},
		{"_format ttl", "_format=ttl", "", 406},
		{"_format unknown", "_format=yaml", "", 406},
		{"_format empty says nothing", "_format=", "", 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			var headers []string
			if row.accept != "" {
				headers = append(headers, "Accept: "+row.accept)
			}
			w := f.send("GET /fhir/Patient/1?"+row.query, "", headers...)
			if w.Code != row.want {
				t.Errorf("GET ?%s with Accept %q = %d, want %d", row.query, row.accept, w.Code, row.want)
			}
			if got := w.Header().Get("Content-Type"); got != "application/fhir+json; charset=utf-8" {
				t.Errorf("Content-Type = %q, want application/fhir+json; charset=utf-8", got)
			}
			if done := f.called == 1; done != (row.want == 200) {
				t.Errorf("the interaction was done: %t, want %t", done, row.want == 200)
			}
		})
	}
}

func TestServer_Negotiation_FormBody(t *testing.T) {
	f := newFixture(nil)
	w := f.send("POST /fhir/Patient/_search", "_format=xml", "Content-Type: application/x-www-form-urlencoded")
	if w.Code != 406 || f.called != 0 {
		t.Errorf("_format=xml in a form = %d, want 406", w.Code)
	}
}

// A Binary comes as what it is, or as a resource in JSON; whoever takes neither is told.
func TestServer_Negotiation_Binary(t *testing.T) {
	for _, row := range []struct {
		name, query, accept string
		raw                 bool // what the interaction decides on
		want                int
	}{
		{"raw", "", "image/png", true, 200},
		{"raw for whoever takes anything", "", "*/*", true, 200},
		{"raw, nothing said", "", "", true, 200},
		{"resource", "", "application/fhir+json", false, 200},
		{"resource by _format", "_format=json", "image/png", false, 200},
		{"resource, nothing said", "", "", false, 200},
		{"resource, and XML wanted", "", "application/fhir+xml", false, 406},
		{"resource without content, and a picture wanted", "", "image/png", false, 406},
		{"_format=xml", "_format=xml", "", true, 406},
		{"raw by _format", "_format=image/png", "", true, 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			if row.raw {
				f.answer.MediaType = "image/png"
			}
			if w := f.send("GET /fhir/Binary/1?"+row.query, "", "Accept: "+row.accept); w.Code != row.want {
				t.Errorf("GET Binary?%s with Accept %q = %d, want %d", row.query, row.accept, w.Code, row.want)
			}
		})
	}
}
