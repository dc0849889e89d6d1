package interaction_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/interaction"
)

// asXML writes a resource in JSON, which need not be valid, as XML.
func asXML(t testing.TB, resource string) string {
	t.Helper()
	tree, faults := element.Parse(r4.Definitions(), []byte(resource), element.Limits{})
	if tree == nil {
		t.Fatalf("%s: %v", resource, faults)
	}
	return string(element.AppendXML(nil, tree.Root(), element.WriteOptions{Pretty: true}))
}

// xmlCall is a call with a body in XML.
func xmlCall(method, target, body string) interaction.Call {
	c := call(method, target, body)
	c.MediaType = "application/fhir+xml"
	return c
}

// What is sent as XML is stored as JSON, with nothing lost; comments and formatting are not content.
func TestCreate_XML(t *testing.T) {
	s, _ := newServer(t)
	a := answer(s, xmlCall("POST", "Observation", `<?xml version="1.0"?><!-- a -->
		<Observation xmlns="http://hl7.org/fhir"><id value="ignored"/><status value="final"/><!-- b --><code><text value="&#233;"/></code>
		<effectiveDateTime value="2026-03"/><valueQuantity><value value="1.00"/></valueQuantity></Observation>`))
	want := `{"resourceType":"Observation","meta":{"versionId":"1","lastUpdated":"2024-02-29T12:00:00.000Z"},"id":"new-1","status":"final","code":{"text":"é"},"effectiveDateTime":"2026-03","valueQuantity":{"value":1.00}}`
	if diff := cmp.Diff(want, string(a.Body)); a.Status != 201 || diff != "" {
		t.Errorf("POST in XML = %d (-want +got):\n%s", a.Status, diff)
	}
}

func TestUpdate_XML(t *testing.T) {
	s, _ := newServer(t)
	c := xmlCall("PUT", "Patient/a", asXML(t, patient("a", "1")))
	for _, want := range []int{201, 200} {
		if a := answer(s, c); a.Status != want {
			t.Errorf("PUT in XML = %d %s, want %d", a.Status, a.Body, want)
		}
	}
	c.IfMatch = `W/"1"`
	if a := answer(s, c); a.Status != 412 {
		t.Errorf("PUT in XML with an old If-Match = %d, want 412", a.Status)
	}
	c = xmlCall("PUT", "Patient?identifier=urn:test|1", asXML(t, patient("", "1")))
	if a := answer(s, c); a.Status != 200 || text(t, a.Body, "id") != "a" {
		t.Errorf("conditional update in XML = %d %s, want 200 of a", a.Status, a.Body)
	}
	c = xmlCall("POST", "Patient", asXML(t, patient("", "1")))
	c.IfNoneExist = "identifier=urn:test|1"
	if a := answer(s, c); a.Status != 200 || text(t, a.Body, "id") != "a" {
		t.Errorf("conditional create in XML = %d %s, want 200 of a", a.Status, a.Body)
	}
}

// Faults are those of the XML: with its lines, 400 for what cannot be read and 422 for what breaks a rule.
func TestCreate_XML_Faults(t *testing.T) {
	s, _ := newServer(t)
	s.Limits.Element.Bytes = 10_000
	const patientTag = `<Patient xmlns="http://hl7.org/fhir">`
	for _, row := range []struct {
		name, body         string
		status             int
		detail, expression string
		line               string
	}{
		{"not XML", `{"resourceType":"Patient"}`, 400, "malformed-xml", "", "1"},
		{"nothing", ``, 400, "no-body", "", ""},
		{"cut", patientTag, 400, "malformed-xml", "Patient", "1"},
		{"a document type", `<!DOCTYPE Patient SYSTEM "file:///etc/passwd">` + patientTag + `</Patient>`, 400, "document-type", "", "1"},
		{"a billion laughs", `<!DOCTYPE a [<!ENTITY a "lol">` + strings.Repeat(`<!ENTITY b "&a;&a;">`, 9) + `]>` + patientTag + `<language value="&b;"/></Patient>`, 400, "document-type", "", "1"},
		{"an entity nobody declared", patientTag + `<language value="&lol;"/></Patient>`, 400, "malformed-xml", "Patient", "1"},
		{"another encoding", `<?xml version="1.0" encoding="UTF-16"?>` + patientTag + `</Patient>`, 400, "unsupported-encoding", "", "1"},
		{"not UTF-8", patientTag + "<language value=\"\xff\"/></Patient>", 400, "invalid-utf8", "", "1"},
		{"too deep", patientTag + strings.Repeat(`<extension url="a">`, 500), 400, "depth-limit", "Patient" + strings.Repeat(".extension[0]", 64), "1"},
		{"too long", patientTag + strings.Repeat(" ", 10_000) + "</Patient>", 413, "size-limit", "", "1"},
		{"longer in JSON than may be sent", patientTag + `<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">` + strings.Repeat(`"`, 9_000) + `</div></text></Patient>`, 413, "size-limit", "", "1"},
		{"no namespace", `<Patient/>`, 400, "wrong-namespace", "", "1"},
		{"another type", `<Group xmlns="http://hl7.org/fhir"/>`, 400, "wrong-resource-type", "", "1"},
		{"an unknown element", patientTag + "\n<nhsNumber value=\"1\"/></Patient>", 400, "unknown-element", "Patient.nhsNumber", "2"},
		{"out of order", patientTag + "\n<gender value=\"male\"/>\n<active value=\"true\"/></Patient>", 400, "element-order", "Patient.active", "3"},
		{"a code outside its list", patientTag + "\n\n<gender value=\"green\"/></Patient>", 422, "", "Patient.gender", "3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := answer(s, xmlCall("POST", "Patient", row.body))
			if a.Status != row.status {
				t.Errorf("status = %d %s, want %d", a.Status, a.Body, row.status)
			}
			if got := text(t, a.Body, "issue.0.details.coding.0.code"); row.detail != "" && got != row.detail {
				t.Errorf("detail = %q, want %q", got, row.detail)
			}
			if got := text(t, a.Body, "issue.0.expression.0"); got != row.expression {
				t.Errorf("expression = %q, want %q", got, row.expression)
			}
			if got := text(t, a.Body, "issue.0.extension.0.valueInteger"); got != row.line {
				t.Errorf("line = %q, want %q", got, row.line)
			}
		})
	}
}

// A transaction in XML does what it does in JSON, links in narratives included.
func TestTransaction_XML(t *testing.T) {
	observed := strings.Replace(observation(uuid1), `{`, `{"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href='`+uuid1+`'>who</a> &lt;3</div>"},`, 1)
	bundle := bundleOf("transaction", ent(uuid1, patient("", "1"), "POST", "Patient"), ent("", observed, "POST", "Observation"))
	s, _ := newServer(t)
	byJSON := mustDo(t, s, 200, "POST", "", bundle)
	s, _ = newServer(t)
	byXML := answer(s, xmlCall("POST", "", asXML(t, bundle)))
	if diff := cmp.Diff(string(byJSON.Body), string(byXML.Body)); diff != "" {
		t.Errorf("transaction-response (-JSON +XML):\n%s", diff)
	}
	stored := mustDo(t, s, 200, "GET", "Observation/new-2", "").Body
	if got := text(t, stored, "subject.reference"); got != "Patient/new-1" {
		t.Errorf("reference = %q, want Patient/new-1", got)
	}
	if got, want := text(t, stored, "text.div"), `<div xmlns="http://www.w3.org/1999/xhtml"><a href='Patient/new-1'>who</a> &lt;3</div>`; got != want {
		t.Errorf("narrative = %s, want %s", got, want)
	}
}

func TestTransaction_XML_Faulty(t *testing.T) {
	s, _ := newServer(t)
	bundle := asXML(t, bundleOf("transaction", ent("", patient("", "1"), "POST", "Patient"), ent("", patient("", "2"), "POST", "Patient")))
	second := strings.LastIndex(bundle, "<identifier>")
	a := answer(s, xmlCall("POST", "", bundle[:second]+`<colour value="red"/>`+bundle[second:]))
	if got := text(t, a.Body, "issue.0.expression.0"); a.Status != 400 || got != "Bundle.entry[1].resource/*Patient*/.colour" {
		t.Errorf("a faulty entry = %d at %s, want 400 at it", a.Status, got)
	}
	if got := text(t, mustDo(t, s, 200, "GET", "Patient", "").Body, "total"); got != "0" {
		t.Errorf("%s patients are stored, want none", got)
	}
}

// A batch in XML does what it can, though some of its entries cannot be read.
func TestBatch_XML_Independent(t *testing.T) {
	s, _ := newServer(t)
	entry := func(resource, method, url string) string {
		return `<entry>` + resource + `<request><method value="` + method + `"/><url value="` + url + `"/></request></entry>`
	}
	in := func(resource string) string { return "\n<resource>" + resource + `</resource>` }
	batch := `<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/>` +
		entry(in(`<Patient><gender value="male"/></Patient>`), "POST", "Patient") +
		entry(in(`<Patient><colour value="red"/></Patient>`), "POST", "Patient") +
		entry(in(`<Patent/>`), "POST", "Patient") +
		entry(in(`<Patient><gender value="green"/></Patient>`), "POST", "Patient") +
		entry(in(`<Group/><Group/>`), "POST", "Group") +
		entry(in(``), "POST", "Group") +
		entry(``, "GET", "Patient?gender=male") +
		`</Bundle>`
	a := answer(s, xmlCall("POST", "", batch))
	want := []struct{ status, line, expression string }{
		{"201 Created", "", ""},
		{"400 Bad Request", "3", "Bundle.entry[1].resource/*Patient*/.colour"},
		{"400 Bad Request", "4", "Bundle.entry[2].resource"},
		{"422 Unprocessable Entity", "", "Patient.gender"},
		{"400 Bad Request", "6", "Bundle.entry[4].resource"},
		{"400 Bad Request", "7", "Bundle.entry[5].resource"},
		{"200 OK", "", ""},
	}
	for i, w := range want {
		response := fmt.Sprintf("entry.%d.response.", i)
		if got := text(t, a.Body, response+"status"); got != w.status {
			t.Errorf("entry %d: status %q, want %q", i, got, w.status)
		}
		if got := text(t, a.Body, response+"outcome.issue.0.expression.0"); got != w.expression {
			t.Errorf("entry %d: expression %q, want %q", i, got, w.expression)
		}
		if got := text(t, a.Body, response+"outcome.issue.0.extension.0.valueInteger"); got != w.line {
			t.Errorf("entry %d: line %q, want %q", i, got, w.line)
		}
	}
	if got := text(t, a.Body, "entry.6.resource.total"); got != "1" {
		t.Errorf("the search sees %s patients, want the 1 created", got)
	}
}

// A fault outside the entries' resources, or no XML at all, is one of the whole batch; so is any fault of a
// transaction.
func TestBatch_XML_FaultyEnvelope(t *testing.T) {
	s, _ := newServer(t)
	const faulty = `<entry><resource><Patient><colour value="red"/></Patient></resource><request><method value="POST"/><url value="Patient"/></request></entry>`
	for _, row := range []struct{ name, body string }{
		{"an unknown element", `<type value="batch"/><entry><colour value="red"/></entry>` + faulty},
		{"two resources elements", `<type value="batch"/><entry><resource><Patient/></resource><resource><Patient/></resource></entry>`},
		{"not closed", `<type value="batch"/><entry><resource><Patient>`},
		{"no batch", `<type value="transaction"/>` + faulty},
	} {
		if a := answer(s, xmlCall("POST", "", `<Bundle xmlns="http://hl7.org/fhir">`+row.body+`</Bundle>`)); a.Status != 400 {
			t.Errorf("%s = %d %s, want 400", row.name, a.Status, a.Body)
		}
	}
}

// A Binary in XML is a resource when it is one, and content when it is not, whatever XML was called.
func TestBinary_XML(t *testing.T) {
	const resource = `<Binary xmlns="http://hl7.org/fhir"><contentType value="text/plain"/><data value="aGVsbG8="/></Binary>`
	for _, row := range []struct{ name, mediaType, body, want string }{
		{"a resource", "application/fhir+xml", resource, "text/plain"},
		{"a resource by a generic name", "application/xml", resource, "text/plain"},
		{"a resource with a parameter", "text/xml; charset=utf-8", resource, "text/plain"},
		{"another resource is content", "application/xml", `<Patient xmlns="http://hl7.org/fhir"/>`, "application/xml"},
		{"a Binary of somebody else's", "application/xml", `<Binary xmlns="http://a.example"/>`, "application/xml"},
		{"no XML is content", "text/xml; charset=iso-8859-1", "\xe9", "text/xml; charset=iso-8859-1"},
		{"a picture", "image/svg+xml", `<svg/>`, "image/svg+xml"},
	} {
		s, _ := newServer(t)
		c := call("POST", "Binary", row.body)
		c.MediaType = row.mediaType
		a := answer(s, c)
		if a.Status != 201 || text(t, a.Body, "contentType") != row.want {
			t.Errorf("%s: %d %s, want contentType %s", row.name, a.Status, a.Body, row.want)
		}
	}
}

func TestBinary_XML_Read(t *testing.T) {
	s, _ := newServer(t)
	c := call("PUT", "Binary/doc", "<a/>")
	c.MediaType = "application/xml; charset=utf-8"
	answer(s, c)
	c = call("PUT", "Binary/text", "hello")
	c.MediaType = "text/plain"
	answer(s, c)
	for _, row := range []struct {
		target, accept string
		raw            bool
	}{
		{"Binary/text", "application/fhir+xml", false},
		{"Binary/text", "application/xml", false},
		{"Binary/text", "text/plain, application/xml;q=0.5", true},
		{"Binary/doc", "application/xml", true},
		{"Binary/doc", "text/xml", false},
		{"Binary/doc", "application/fhir+xml", false},
	} {
		c := call("GET", row.target, "")
		c.Accept = row.accept
		if a := answer(s, c); a.Status != 200 || (a.MediaType != "") != row.raw {
			t.Errorf("GET %s with %s = %d as %q, want it raw: %t", row.target, row.accept, a.Status, a.MediaType, row.raw)
		}
	}
}

func TestCapabilities_Formats(t *testing.T) {
	s, _ := newServer(t)
	body := mustDo(t, s, 200, "GET", "metadata", "").Body
	want := []any{"application/fhir+json", "application/fhir+xml", "json", "xml"}
	if diff := cmp.Diff(want, at(t, body, "format")); diff != "" {
		t.Errorf("format (-want +got):\n%s", diff)
	}
}
