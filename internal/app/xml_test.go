package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	tree "hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/config"
	"hearken/internal/fhirtest"
	"hearken/internal/load"
)

const (
	sentXML   = "Content-Type: application/fhir+xml"
	acceptXML = "Accept: application/fhir+xml"
)

// toXML writes a resource in JSON as XML.
func toXML(t testing.TB, resource []byte) string {
	t.Helper()
	read, faults := tree.Parse(r4.Definitions(), resource, tree.Limits{})
	if read == nil {
		t.Fatalf("%s: %v", shorten(resource), faults)
	}
	return tree.XMLDeclaration + string(tree.AppendXML(nil, read.Root(), tree.WriteOptions{}))
}

// fromXML is the content of a resource in XML, as JSON decoded.
func fromXML(t testing.TB, resource []byte) any {
	t.Helper()
	read, faults := tree.ParseXML(r4.Definitions(), resource, tree.Limits{Depth: 200})
	if read == nil {
		t.Fatalf("not a resource in XML: %v: %s", faults, shorten(resource))
	}
	return value(t, read.Source())
}

// trimmedDivs is JSON without the one thing XML does not keep: white space round a narrative.
func trimmedDivs(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if div, ok := member.(string); ok && name == "div" {
				v[name] = strings.TrimSpace(div)
			} else {
				trimmedDivs(member)
			}
		}
	case []any:
		for _, item := range v {
			trimmedDivs(item)
		}
	}
	return v
}

// Every official example is put as XML and comes back as JSON with the content its JSON has, and the other way
// round; what is refused in JSON is refused in XML.
func TestExamples_XMLTokenByToken(t *testing.T) {
	folder := fhirtest.SharedData(t, "examples")
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.json"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d examples (%v), want some 513", len(files), err)
	}
	s, refused := start(t, nil), refusedExamples(t)
	same := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(folder, file)
		key := text(value(t, src), "resourceType") + "/" + text(value(t, src), "id")
		put := s.send("PUT /"+key, toXML(t, src), sentXML, acceptXML)
		switch {
		case strings.HasPrefix(key, "Parameters/"): // it has no end-point
			continue
		case refused[filepath.ToSlash(name)] != "":
			if outcome := fromXML(t, put.body); put.status != 422 || text(outcome, "resourceType") != "OperationOutcome" {
				t.Errorf("PUT %s in XML = %d, want 422 with an OperationOutcome", name, put.status)
			}
			continue
		case put.status != 200 && put.status != 201:
			t.Errorf("PUT %s in XML = %d %s", name, put.status, shorten(put.body))
			continue
		}
		want := trimmedDivs(withoutServerMeta(value(t, src)))
		byJSON := s.must(200, "GET /"+key, "", "Accept: application/fhir+json").body
		s.must(200, "PUT /"+key, string(src))
		byXML := s.must(200, "GET /"+key, "", acceptXML).body
		for way, got := range map[string]any{"XML in, XML out": fromXML(t, put.body), "XML in, JSON out": value(t, byJSON), "JSON in, XML out": fromXML(t, byXML)} {
			if diff := cmp.Diff(want, trimmedDivs(withoutServerMeta(got))); diff != "" {
				t.Errorf("%s, %s (-example +got):\n%s", key, way, diff)
			}
		}
		same++
	}
	t.Logf("%d examples are the same both ways", same)
}

// Whatever is asked for, the XML has the content of the JSON: pages, histories, errors, the
// CapabilityStatement, parts of resources.
func TestXML_SameAsJSON(t *testing.T) {
	s := start(t, nil)
	sources, err := load.Find([]string{filepath.Join(fhirtest.ModuleRoot(t), "testdata", "plans")})
	if err != nil {
		t.Fatal(err)
	}
	l := load.Loader{Target: &load.HTTP{Base: s.base, Client: s.http}, Clients: 2, Wait: nil}
	if done, err := l.Load(t.Context(), sources); err != nil || len(done.Faults) > 0 {
		t.Fatalf("loading the plans: %v %v", err, done.Faults)
	}
	s.must(201, "PUT /Patient/p", patientP)
	s.must(204, "DELETE /Patient/p", "")
	for _, row := range []struct {
		line   string
		status int
	}{
		{"GET /CarePlan?_include=CarePlan:subject&_revinclude:iterate=Consent:patient&_sort=_id", 200},
		{"GET /Patient?_count=3&_sort=_id", 200},
		{"GET /Patient?_summary=true&_sort=_id", 200},
		{"GET /Patient?_summary=text&_sort=_id", 200},
		{"GET /Patient?_summary=count", 200},
		{"GET /Patient?_elements=name,birthDate&_sort=_id", 200},
		{"GET /?_type=Patient,Consent&_sort=_id", 200},
		{"GET /_history?_count=20", 200},
		{"GET /Patient/_history", 200},
		{"GET /Patient/p/_history", 200},
		{"GET /Patient/p/_history/1", 200},
		{"GET /Patient/p", 410},
		{"GET /Patient/nobody", 404},
		{"GET /Patient?famly=smith", 400},
		{"GET /Nothing", 404},
		{"PATCH /Nothing/1", 404},
		{"DELETE /metadata", 405},
		{"GET /metadata", 200},
	} {
		t.Run(row.line, func(t *testing.T) {
			json := s.must(row.status, row.line, "", "Accept: application/fhir+json")
			xml := s.must(row.status, row.line, "", acceptXML)
			if got := xml.header.Get("Content-Type"); got != "application/fhir+xml; charset=utf-8" {
				t.Errorf("Content-Type = %q", got)
			}
			if diff := cmp.Diff(trimmedDivs(value(t, json.body)), trimmedDivs(fromXML(t, xml.body))); diff != "" {
				t.Errorf("the XML differs (-JSON +XML):\n%.2000s", diff)
			}
			for _, name := range []string{"ETag", "Last-Modified", "Allow", "Vary"} {
				if json.header.Get(name) != xml.header.Get(name) {
					t.Errorf("%s = %q in JSON, %q in XML", name, json.header.Get(name), xml.header.Get(name))
				}
			}
		})
	}
}

// The plans are sent as transactions in XML; what is stored is what their JSON makes.
func TestTransaction_XML_Plans(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fhirtest.ModuleRoot(t), "testdata", "plans", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d plans: %v", len(files), err)
	}
	byJSON, byXML := start(t, nil), start(t, nil)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text(value(t, src), "type") != "transaction" {
			continue
		}
		byJSON.must(200, "POST /", string(src))
		response := fromXML(t, byXML.must(200, "POST /", toXML(t, src), sentXML, acceptXML).body)
		if got := text(response, "type"); got != "transaction-response" {
			t.Errorf("%s in XML = %s, want a transaction-response", file, got)
		}
	}
	for _, typ := range []string{"CarePlan", "Consent", "Patient", "Flag"} {
		want, got := byJSON.total("/"+typ+"?_summary=count"), byXML.total("/"+typ+"?_summary=count")
		if want == 0 || want != got {
			t.Errorf("%d of %s by XML, %d by JSON", got, typ, want)
		}
	}
	if n := byXML.total("/CarePlan?subject:missing=true&_summary=count"); n != 0 {
		t.Errorf("%d plans have no subject", n)
	}
}

// A page read in XML is a page: its links are followed to the end, in XML by the Accept header, or by the
// _format they keep.
func TestSearch_XML_Pages(t *testing.T) {
	s := start(t, nil)
	for range 7 {
		s.must(201, "POST /Patient", `<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>`, sentXML)
	}
	for first, accept := range map[string]string{
		"/Patient?_count=3&active=true": "application/fhir+xml", "/Patient?_count=3&active=true&_format=xml": "",
		"/Patient/_history?_count=3": "application/fhir+xml", "/Patient/_history?_count=3&_format=xml": "",
	} {
		seen := map[string]bool{}
		for next := first; next != ""; {
			page := fromXML(t, s.must(200, "GET "+next, "", "Accept: "+accept).body)
			entries, _ := at(page, "entry").([]any)
			for _, e := range entries {
				seen[text(e, "resource", "id")] = true
			}
			next = ""
			links, _ := at(page, "link").([]any)
			for _, link := range links {
				if text(link, "relation") == "next" {
					next = text(link, "url")
				}
			}
		}
		if len(seen) != 7 {
			t.Errorf("%s: %d patients on all pages, want 7", first, len(seen))
		}
	}
}

// An operation takes Parameters in XML and answers with Parameters in XML.
func TestOperation_XML(t *testing.T) {
	s := start(t, nil)
	const parameters = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="url"/><valueUri value="http://hl7.org/fhir/ValueSet/administrative-gender"/></parameter>` +
		`<parameter><name value="code"/><valueCode value="male"/></parameter><parameter><name value="system"/><valueUri value="http://hl7.org/fhir/administrative-gender"/></parameter></Parameters>`
	r := s.send("POST /ValueSet/$validate-code", parameters, sentXML, acceptXML)
	if got := fromXML(t, r.body); r.status != 200 || text(got, "resourceType") != "Parameters" {
		t.Errorf("$validate-code in XML = %d %s, want 200 with Parameters", r.status, shorten(r.body))
	}
	const query = "GET /ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&system=http://hl7.org/fhir/administrative-gender&code=male"
	if diff := cmp.Diff(fromXML(t, r.body), fromXML(t, s.must(200, query, "", acceptXML).body)); diff != "" {
		t.Errorf("by GET the answer differs (-POST +GET):\n%s", diff)
	}
	if r := s.send("POST /ValueSet/$validate-code", `<Parameters xmlns="http://hl7.org/fhir"><colour/></Parameters>`, sentXML, acceptXML); r.status != 400 || text(fromXML(t, r.body), "resourceType") != "OperationOutcome" {
		t.Errorf("bad Parameters in XML = %d %s, want 400", r.status, shorten(r.body))
	}
}

// Conditional requests know no format.
func TestXML_Conditional(t *testing.T) {
	s := start(t, nil)
	const patient = `<Patient xmlns="http://hl7.org/fhir"><identifier><system value="urn:a"/><value value="1"/></identifier></Patient>`
	created := s.must(201, "POST /Patient", patient, sentXML, acceptXML, "If-None-Exist: identifier=urn:a|1")
	again := s.must(200, "POST /Patient", patient, sentXML, acceptXML, "If-None-Exist: identifier=urn:a|1")
	if !bytes.Equal(created.body, again.body) {
		t.Errorf("a conditional create that found it = %s, want %s", again.body, created.body)
	}
	key := "/Patient/" + text(fromXML(t, created.body), "id")
	s.must(304, "GET "+key, "", acceptXML, `If-None-Match: W/"1"`)
	withID := strings.Replace(patient, "<identifier>", `<id value="`+text(fromXML(t, created.body), "id")+`"/><identifier>`, 1)
	s.must(200, "PUT "+key, withID, sentXML, `If-Match: W/"1"`)
	s.must(412, "PUT "+key, withID, sentXML, `If-Match: W/"1"`)
	s.must(200, "PUT /Patient?identifier=urn:a|1", patient, sentXML, acceptXML)
	if r := s.must(200, "PUT "+key, withID, sentXML, acceptXML, "Prefer: return=OperationOutcome"); text(fromXML(t, r.body), "resourceType") != "OperationOutcome" {
		t.Errorf("return=OperationOutcome = %s", r.body)
	}
	if r := s.must(200, "PUT "+key, withID, sentXML, acceptXML, "Prefer: return=minimal"); len(r.body) != 0 {
		t.Errorf("return=minimal = %s", r.body)
	}
}

// Bad XML is refused with an OperationOutcome in XML that repeats nothing, in the log as little; nothing is stored.
func TestBadInput_XML(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxBody = 100_000 })
	good := toXML(t, []byte(secretPatient))
	insert := func(elements string) string {
		return strings.Replace(good, `<identifier>`, elements+`<identifier>`, 1)
	}
	laughs := `<!DOCTYPE Patient [<!ENTITY a "` + secretName + `">` + strings.Repeat(`<!ENTITY b "&a;&a;&a;">`, 20) + `]>`
	for _, row := range []struct {
		name, body, contentType string
		status                  int
		where                   string
	}{
		{"cut", good[:150], "application/fhir+xml", 400, ""},
		{"JSON", secretPatient, "application/fhir+xml", 400, ""},
		{"XML called JSON", good, "application/fhir+json", 400, ""},
		{"two resources", good + good[len(tree.XMLDeclaration):], "application/fhir+xml", 400, ""},
		{"a document type", strings.Replace(good, "?>", "?>"+laughs, 1), "application/xml", 400, ""},
		{"a file from outside", strings.Replace(good, "?>", `?><!DOCTYPE Patient SYSTEM "file:///etc/passwd">`, 1), "text/xml", 400, ""},
		{"an entity", insert(`<language value="&` + secretName + `;"/>`), "application/fhir+xml", 400, "Patient"},
		{"deep", strings.Replace(good, "<name>", strings.Repeat("<contained><Patient>", 1000), 1), "application/fhir+xml", 400, "Patient"},
		{"too large", insert(strings.Repeat(" ", 100_000)), "application/fhir+xml", 413, ""},
		{"in Latin-1", good, "application/fhir+xml; charset=iso-8859-1", 415, ""},
		{"in Latin-1 by its declaration", strings.Replace(good, "UTF-8", "ISO-8859-1", 1), "application/fhir+xml", 400, ""},
		{"not UTF-8", insert("<language value=\"\xe9\"/>"), "application/fhir+xml", 400, ""},
		{"of another version", good, "application/fhir+xml; fhirVersion=3.0", 415, ""},
		{"turtle", good, "text/turtle", 415, ""},
		{"no namespace", strings.Replace(good, ` xmlns="http://hl7.org/fhir"`, "", 1), "application/fhir+xml", 400, ""},
		{"an unknown element", insert(`<nhsNumber value="` + secretNumber + `"/>`), "application/fhir+xml", 400, "Patient.nhsNumber"},
		{"text", insert(secretName), "application/fhir+xml", 400, "Patient"},
		{"another order", strings.Replace(good, "</Patient>", `<active value="true"/></Patient>`, 1), "application/fhir+xml", 400, "Patient.active"},
		{"a code outside its list", strings.Replace(good, "</Patient>", `<gender value="`+strings.ToLower(secretName)+`"/></Patient>`, 1), "application/fhir+xml", 422, "Patient.gender"},
		{"an NHS number that fails modulus 11", strings.ReplaceAll(good, secretNumber, "9990000019"), "application/fhir+xml", 422, "Patient.identifier[0].value"},
		{"a script in a narrative", insert(`<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><script>a</script></div></text>`), "application/fhir+xml", 422, "Patient.text"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send("POST /Patient", row.body, "Content-Type: "+row.contentType, acceptXML)
			if r.status != row.status {
				t.Errorf("status = %d %s, want %d", r.status, shorten(r.body), row.status)
			}
			outcome := fromXML(t, r.body)
			if text(outcome, "resourceType") != "OperationOutcome" || !strings.HasPrefix(text(outcome, "issue", 0, "expression", 0), row.where) {
				t.Errorf("outcome = %s, want one at %q", shorten(r.body), row.where)
			}
			for _, secret := range []string{secretNumber, secretName, strings.ToLower(secretName), "root:"} {
				if strings.Contains(string(r.body), secret) {
					t.Errorf("the OperationOutcome repeats %s: %s", secret, shorten(r.body))
				}
			}
		})
	}
	if n := len(asBundle(t, s.must(200, "GET /Patient/_history", "").body).Entry); n != 0 {
		t.Errorf("%d versions are stored, want none", n)
	}
	if log := s.log.String(); strings.Contains(log, secretNumber) || strings.Contains(log, secretName) {
		t.Errorf("the log holds what was sent: %s", log)
	}
}

// Raw content of any kind, the resource round it in both formats, and XML as content.
func TestBinary_XML_RoundTrip(t *testing.T) {
	s := start(t, nil)
	const svg = `<svg xmlns="http://www.w3.org/2000/svg"/>`
	for id, sent := range map[string][2]string{"text": {"text/plain", "hello"}, "svg": {"image/svg+xml", svg}, "xml": {"application/xml", svg}} {
		s.must(201, "PUT /Binary/"+id, sent[1], "Content-Type: "+sent[0])
		raw := s.must(200, "GET /Binary/"+id, "", "Accept: "+sent[0])
		if string(raw.body) != sent[1] || raw.header.Get("Content-Type") != sent[0] {
			t.Errorf("%s comes back as %s %q", id, raw.header.Get("Content-Type"), raw.body)
		}
		for _, how := range []string{"GET /Binary/" + id + "?_format=xml", "GET /Binary/" + id + "?_format=application/fhir%2Bxml"} {
			if got := fromXML(t, s.must(200, how, "", "Accept: image/png").body); text(got, "contentType") != sent[0] {
				t.Errorf("%s = %v, want the resource", how, got)
			}
		}
	}
	s.must(201, "PUT /Binary/r", `<Binary xmlns="http://hl7.org/fhir"><id value="r"/><contentType value="text/plain"/><data value="aGVsbG8="/></Binary>`, "Content-Type: text/xml")
	if raw := s.must(200, "GET /Binary/r", ""); string(raw.body) != "hello" {
		t.Errorf("a Binary sent as XML holds %q, want hello", raw.body)
	}
	schema := s.must(200, "GET /StructureDefinition/urgent-care-plan/$json-schema", "", acceptXML)
	if got := fromXML(t, schema.body); text(got, "resourceType") != "Binary" {
		t.Errorf("a schema for who accepts XML = %s, want a Binary", shorten(schema.body))
	}
}
