package rest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hearken/internal/interaction"
	"hearken/internal/rest"
)

var errInTest = errors.New("what a test made go wrong")

const asXML = "Accept: application/fhir+xml"

// A resource in XML has the same headers as in JSON but for its type, and nothing a browser shows of it may run.
func TestServer_XML_Headers(t *testing.T) {
	f := newFixture(nil)
	f.answer = interaction.Answer{Status: 200, Version: 3, Body: []byte(`{"gender":"male","resourceType":"Patient","active":true}`)}
	json, w := f.send("GET /fhir/Patient/1", ""), f.send("GET /fhir/Patient/1", "", asXML)
	want := `<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><active value="true"/><gender value="male"/></Patient>`
	if got := w.Body.String(); got != want {
		t.Errorf("XML = %s, want %s", got, want)
	}
	for _, name := range []string{"ETag", "Last-Modified", "Vary", "Cache-Control", "X-Content-Type-Options"} {
		if got, want := w.Header().Get(name), json.Header().Get(name); got != want {
			t.Errorf("%s = %q in XML, %q in JSON", name, got, want)
		}
	}
	if got := w.Header().Get("Vary"); !strings.Contains(got, "Accept,") {
		t.Errorf("Vary = %q, want Accept in it", got)
	}
	if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, "sandbox") {
		t.Errorf("Content-Security-Policy = %q, want sandbox", got)
	}
}

func TestServer_XML_NotModified(t *testing.T) {
	f := newFixture(nil)
	f.answer = interaction.Answer{Status: 304, Version: 3}
	w := f.send("GET /fhir/Patient/1", "", asXML)
	if w.Code != 304 || w.Header().Get("Vary") == "" || w.Header().Get("ETag") != `W/"3"` || w.Header().Get("Content-Type") != "" {
		t.Errorf("304 with %v, want ETag and Vary and no type", w.Header())
	}
}

func TestServer_XML_Pretty(t *testing.T) {
	f := newFixture(nil)
	f.answer.Body = []byte(`{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</p> b</div>"}}`)
	want := `<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir">
  <text>
    <status value="generated"/>
    <div xmlns="http://www.w3.org/1999/xhtml"><p>a</p> b</div>
  </text>
</Patient>
`
	if got := f.send("GET /fhir/Patient/1?_pretty=true&_format=xml", "").Body.String(); got != want {
		t.Errorf("_pretty=true = %s, want %s", got, want)
	}
}

// HEAD says how long the XML is.
func TestServer_XML_Head(t *testing.T) {
	f := newFixture(nil)
	get, head := f.send("GET /fhir/Patient/1", "", asXML), f.send("HEAD /fhir/Patient/1", "", asXML)
	if got, want := head.Header().Get("Content-Length"), get.Header().Get("Content-Length"); got != want || head.Body.Len() != 0 {
		t.Errorf("HEAD = %d bytes and Content-Length %s, want none and %s", head.Body.Len(), got, want)
	}
}

// Raw content stays what it is, whatever is accepted.
func TestServer_XML_Raw(t *testing.T) {
	f := newFixture(nil)
	f.answer.Body, f.answer.MediaType = []byte("{ }"), "image/png"
	if w := f.send("GET /fhir/Binary/1", "", asXML); w.Body.String() != "{ }" || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("raw content = %q %s", w.Body, w.Header().Get("Content-Type"))
	}
}

// What an interaction gives that is no resource is a fault of ours: told in XML, logged, and nothing of it shown.
func TestServer_XML_Unwritable(t *testing.T) {
	f := newFixture(nil)
	f.answer.Body = []byte(`{"resourceType":"Patient","name":"Mrs Alcántar"}`)
	w := f.send("GET /fhir/Patient/1", "", asXML)
	if got := w.Body.String(); w.Code != 500 || !strings.Contains(got, `<code value="exception"/>`) || strings.Contains(got, "Alc") {
		t.Errorf("an answer that cannot be written = %d %s, want 500", w.Code, got)
	}
	if log := f.log.String(); !strings.Contains(log, "cannot be written") || strings.Contains(log, "Alc") {
		t.Errorf("log = %s, want the fault and nothing of the answer", log)
	}
}

// A page of resources as deep as may be is a level or three deeper, and is written.
func TestServer_XML_DeepestInBundle(t *testing.T) {
	f := newFixture(nil)
	deepest := `{"resourceType":"Questionnaire","item":` + strings.Repeat(`[{"item":`, 62) + `[{"linkId":"a"}]` + strings.Repeat(`}]`, 62) + `}`
	f.answer.Body = []byte(`{"resourceType":"Bundle","entry":[{"resource":` + deepest + `}]}`)
	if w := f.send("GET /fhir/Questionnaire", "", asXML); w.Code != 200 || strings.Count(w.Body.String(), "<item>") != 63 {
		t.Errorf("the deepest resource in a Bundle = %d with %d items, want 63", w.Code, strings.Count(w.Body.String(), "<item>"))
	}
}

func TestServer_XML_Panic(t *testing.T) {
	f := newFixture(nil)
	f.do = func(context.Context) { panic("x") }
	if w := f.send("GET /fhir/Patient/1?_format=xml", ""); w.Code != 500 || !strings.Contains(w.Body.String(), "<OperationOutcome") {
		t.Errorf("panic = %d %s, want 500 in XML", w.Code, w.Body)
	}
}

func TestServer_XML_Loopback(t *testing.T) {
	f := newFixture(func(o *rest.Options) { o.LoopbackOnly = true })
	if w := f.send("GET /fhir/Patient/1", "", asXML, "Origin: https://evil.example"); w.Code != 403 || !strings.Contains(w.Body.String(), "<OperationOutcome") {
		t.Errorf("a page from elsewhere = %d %s, want 403 in XML", w.Code, w.Body)
	}
}

// BenchmarkRead_XML is BenchmarkRead with the resource written as XML.
func BenchmarkRead_XML(b *testing.B) {
	f := newFixture(nil)
	f.answer = interaction.Answer{Status: 200, Version: 1, Body: []byte(`{"resourceType":"Patient","id":"1","name":[` + strings.TrimSuffix(strings.Repeat(`{"family":"a","given":["b","c"]},`, 90), ",") + `]}`)}
	b.SetBytes(int64(len(f.answer.Body)))
	serve(b, f.handler, "application/fhir+xml")
}
