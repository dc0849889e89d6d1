package app_test

import (
	"net/http"
	"strings"
	"testing"
)

// step is one request and what it must be answered with.
type step struct {
	name    string
	line    string
	body    string
	headers []string
	status  int
	check   func(*testing.T, reply)
}

// run makes the requests of a script one after the other: later ones build on earlier ones.
func (s *server) run(t *testing.T, steps []step) {
	t.Helper()
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			r := s.send(step.line, step.body, step.headers...)
			if r.status != step.status {
				t.Fatalf("%s %q = %d %s, want %d", step.line, step.headers, r.status, shorten(r.body), step.status)
			}
			if r.status >= 400 && !strings.HasPrefix(step.line, "HEAD") && text(value(t, r.body), "resourceType") != "OperationOutcome" {
				t.Errorf("%s = %s, want an OperationOutcome", step.line, shorten(r.body))
			}
			if step.check != nil {
				step.check(t, r)
			}
		})
	}
}

// header checks the value of a response header.
func header(name, want string) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		if got := r.header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

// entries checks how many entries a Bundle has.
func entries(want int) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		if got := len(asBundle(t, r.body).Entry); got != want {
			t.Errorf("%d entries, want %d: %s", got, want, shorten(r.body))
		}
	}
}

// element checks one value of the body.
func element(want string, path ...any) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		if got := text(value(t, r.body), path...); got != want {
			t.Errorf("%v = %q, want %q", path, got, want)
		}
	}
}

func empty(t *testing.T, r reply) {
	t.Helper()
	if len(r.body) != 0 {
		t.Errorf("body = %s, want none", shorten(r.body))
	}
}

func allow(methods ...string) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		for _, method := range methods {
			if !strings.Contains(r.header.Get("Allow"), method) {
				t.Errorf("Allow = %q, want %s in it", r.header.Get("Allow"), method)
			}
		}
	}
}

const patientP = `{"resourceType":"Patient","id":"p","gender":"female"}`

// The life of one resource (https://hl7.org/fhir/R4/http.html).
func TestStatus_Instance(t *testing.T) {
	s := start(t, nil)
	s.run(t, []step{
		{"read what never was", "GET /Patient/p", "", nil, 404, nil},
		{"history of what never was", "GET /Patient/p/_history", "", nil, 404, nil},
		{"delete what never was", "DELETE /Patient/p", "", nil, 204, empty},
		{"update as create", "PUT /Patient/p", patientP, nil, 201, header("ETag", `W/"1"`)},
		{"read", "GET /Patient/p", "", nil, 200, header("ETag", `W/"1"`)},
		{"read has the id", "GET /Patient/p", "", nil, 200, element("p", "id")},
		{"read has the version", "GET /Patient/p", "", nil, 200, element("1", "meta", "versionId")},
		{"HEAD", "HEAD /Patient/p", "", nil, 200, empty},
		{"not modified by tag", "GET /Patient/p", "", []string{`If-None-Match: W/"1"`}, 304, empty},
		{"not modified by date", "GET /Patient/p", "", []string{"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"}, 304, empty},
		{"modified since", "GET /Patient/p", "", []string{"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"}, 200, nil},
		{"update", "PUT /Patient/p", patientP, nil, 200, header("ETag", `W/"2"`)},
		{"update if match, stale", "PUT /Patient/p", patientP, []string{`If-Match: W/"1"`}, 412, nil},
		{"update if match", "PUT /Patient/p", patientP, []string{`If-Match: W/"2"`}, 200, header("ETag", `W/"3"`)},
		{"update with another id", "PUT /Patient/other", patientP, nil, 400, nil},
		{"update without an id", "PUT /Patient/p", `{"resourceType":"Patient"}`, nil, 400, nil},
		{"update with another type", "PUT /Observation/p", patientP, nil, 400, nil},
		{"update with an id that is none", "PUT /Patient/a_b", `{"resourceType":"Patient","id":"a_b"}`, nil, 400, nil},
		{"minimal", "PUT /Patient/p", patientP, []string{"Prefer: return=minimal"}, 200, empty},
		{"outcome", "PUT /Patient/p", patientP, []string{"Prefer: return=OperationOutcome"}, 200, element("OperationOutcome", "resourceType")},
		{"vread", "GET /Patient/p/_history/1", "", nil, 200, header("ETag", `W/"1"`)},
		{"vread of an unknown version", "GET /Patient/p/_history/99", "", nil, 404, nil},
		{"vread of what is no version", "GET /Patient/p/_history/abc", "", nil, 404, nil},
		{"history", "GET /Patient/p/_history", "", nil, 200, entries(5)},
		{"post to an instance", "POST /Patient/p", patientP, nil, 405, allow("GET", "PUT", "DELETE")},
		{"options", "OPTIONS /Patient/p", "", nil, 204, allow("GET", "PUT", "DELETE")},
		{"delete", "DELETE /Patient/p", "", nil, 204, empty},
		{"delete again", "DELETE /Patient/p", "", nil, 204, empty},
		{"read deleted", "GET /Patient/p", "", nil, 410, nil},
		{"vread before the deletion", "GET /Patient/p/_history/5", "", nil, 200, nil},
		{"vread of the deletion", "GET /Patient/p/_history/6", "", nil, 410, nil},
		{"history with the deletion", "GET /Patient/p/_history", "", nil, 200, entries(6)},
		{"update revives", "PUT /Patient/p", patientP, nil, 201, header("ETag", `W/"7"`)},
		{"read revived", "GET /Patient/p", "", nil, 200, nil},
	})
}

func TestStatus_TypeAndSystem(t *testing.T) {
	s := start(t, nil)
	s.run(t, []step{
		{"capabilities", "GET /metadata", "", nil, 200, element("CapabilityStatement", "resourceType")},
		{"capabilities cannot be written", "PUT /metadata", "{}", nil, 405, allow("GET")},
		{"what looks like metadata", "GET /metadataX", "", nil, 404, nil},
		{"unknown type", "GET /Patent/1", "", nil, 404, nil},
		{"create of an unknown type", "POST /Patent", `{"resourceType":"Patent"}`, nil, 404, nil},
		{"Parameters has no end-point", "POST /Parameters", `{"resourceType":"Parameters"}`, nil, 404, nil},
		{"unknown operation", "GET /$frobnicate", "", nil, 404, nil},
		{"empty type", "GET //1", "", nil, 404, nil},
		{"doubled slash", "GET /Patient//1", "", nil, 404, nil},
		{"create ignores the id", "POST /Patient", patientP, nil, 201, func(t *testing.T, r reply) {
			t.Helper()
			if id := text(value(t, r.body), "id"); id == "p" || id == "" || !strings.HasPrefix(r.header.Get("Location"), s.base+"/Patient/"+id+"/_history/1") {
				t.Errorf("id = %q, Location = %q, want an id of the server's in both", id, r.header.Get("Location"))
			}
		}},
		{"search", "GET /Patient?gender=female", "", nil, 200, entries(1)},
		{"search by POST", "POST /Patient/_search", "gender=female", []string{"Content-Type: application/x-www-form-urlencoded"}, 200, entries(1)},
		{"search by POST, in URL and body", "POST /Patient/_search?gender=female", "active=true", []string{"Content-Type: application/x-www-form-urlencoded"}, 200, entries(0)},
		{"a logical miss", "GET /Patient?gender=male", "", nil, 200, entries(0)},
		{"unknown parameter", "GET /Patient?gendre=female", "", nil, 400, nil},
		{"unknown parameter, lenient", "GET /Patient?gendre=female", "", []string{"Prefer: handling=lenient"}, 200, nil},
		{"bad syntax", "GET /Patient?birthdate=yesterday", "", nil, 400, nil},
		{"system search", "GET /?_type=Patient", "", nil, 200, entries(1)},
		{"system search by POST", "POST /_search", "_type=Patient", []string{"Content-Type: application/x-www-form-urlencoded"}, 200, entries(1)},
		{"type history", "GET /Patient/_history", "", nil, 200, entries(1)},
		{"system history", "GET /_history?_count=1", "", nil, 200, entries(1)}, // before it are the definitions of our guide
		{"delete of everything", "DELETE /Patient", "", nil, 400, nil},
		{"delete at the base", "DELETE /", "", nil, 405, allow("POST")},
		{"empty transaction", "POST /", `{"resourceType":"Bundle","type":"transaction"}`, nil, 200, entries(0)},
		{"empty batch", "POST /", `{"resourceType":"Bundle","type":"batch"}`, nil, 200, entries(0)},
		{"document at the base", "POST /", `{"resourceType":"Bundle","type":"collection"}`, nil, 400, nil},
		{"no Bundle at the base", "POST /", patientP, nil, 400, nil},
		{"raw Binary", "POST /Binary", "hello", []string{"Content-Type: text/plain"}, 201, nil},
	})
}

func TestStatus_Conditional(t *testing.T) {
	s := start(t, nil)
	one := `{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}]}`
	with := func(id string) string { return strings.Replace(one, `{`, `{"id":"`+id+`",`, 1) }
	s.run(t, []step{
		{"create if none exists", "POST /Patient", one, []string{"If-None-Exist: identifier=urn:x|1"}, 201, nil},
		{"create when one exists", "POST /Patient", one, []string{"If-None-Exist: identifier=urn:x|1"}, 200, nil},
		{"create if none, with an unknown parameter", "POST /Patient", one, []string{"If-None-Exist: identifer=urn:x|1", "Prefer: handling=lenient"}, 400, nil},
		{"still one", "GET /Patient?identifier=urn:x%7C1", "", nil, 200, entries(1)},
		{"update the one", "PUT /Patient?identifier=urn:x%7C1", one, nil, 200, header("ETag", `W/"2"`)},
		{"update the one under another id", "PUT /Patient?identifier=urn:x%7C1", with("other"), nil, 400, nil},
		{"update none, with an id", "PUT /Patient?identifier=urn:x%7C2", with("chosen"), nil, 201, element("chosen", "id")},
		{"update none, without", "PUT /Patient?identifier=urn:x%7C3", one, nil, 201, nil},
		{"create when several exist", "POST /Patient", one, []string{"If-None-Exist: identifier=urn:x|1"}, 412, nil},
		{"update several", "PUT /Patient?identifier=urn:x%7C1", one, nil, 412, nil},
		{"delete none", "DELETE /Patient?identifier=urn:x%7C9", "", nil, 204, empty},
		{"delete one", "DELETE /Patient?_id=chosen", "", nil, 204, empty},
		{"deleted", "GET /Patient/chosen", "", nil, 410, nil},
		{"update without criteria", "PUT /Patient", one, nil, 400, nil},
	})
}

func TestStatus_Transaction(t *testing.T) {
	s := start(t, nil)
	r := s.must(http.StatusOK, "POST /", `{"resourceType":"Bundle","type":"transaction","entry":[
		{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000002","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},
			"subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}},"request":{"method":"POST","url":"Observation"}},
		{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":`+patientP+`,"request":{"method":"POST","url":"Patient"}},
		{"request":{"method":"GET","url":"Patient?gender=female"}}]}`)
	b := asBundle(t, r.body)
	if b.Type != "transaction-response" || len(b.Entry) != 3 {
		t.Fatalf("transaction = %s, want a transaction-response of three", shorten(r.body))
	}
	for i, want := range []string{"201", "201", "200"} {
		if !strings.HasPrefix(b.Entry[i].Response.Status, want) {
			t.Errorf("entry %d = %q, want %s", i, b.Entry[i].Response.Status, want)
		}
	}
	patient := strings.Split(b.Entry[1].Response.Location, "/_history/")[0]
	patient = "Patient/" + patient[strings.LastIndex(patient, "/")+1:]
	if n := s.total("/Observation?subject=" + patient); n != 1 {
		t.Errorf("%d observations of %s, want the one whose urn was resolved", n, patient)
	}
	if n := len(asBundle(t, b.Entry[2].Resource).Entry); n != 1 {
		t.Errorf("the GET in the transaction saw %d patients, want the one it created", n)
	}
}
