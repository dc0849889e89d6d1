package app_test

import (
	"net/url"
	"strings"
	"testing"
)

// feedMarker stands in every AuditEvent that these tests send.
const feedMarker = "FedByAnotherSystem"

// fedEvent is an AuditEvent about a patient; "" is one about nobody's record.
func fedEvent(patient string) string {
	entity := ""
	if patient != "" {
		entity = `,"entity":[{"what":{"reference":"Patient/` + patient + `"}}]`
	}
	return `{"resourceType":"AuditEvent","type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110110"},"recorded":"2024-02-29T12:00:00Z",` +
		`"agent":[{"requestor":true,"who":{"display":"somebody"}}],"source":{"observer":{"display":"` + feedMarker + `"}}` + entity + `}`
}

// creating has each way to create a resource with a POST: the lines, and what is sent.
func creating(typ, body string) map[string]matrixSurface {
	entry := func(kind string) string {
		return `{"resourceType":"Bundle","type":"` + kind + `","entry":[{"fullUrl":"urn:uuid:8d5b5a52-1c43-4f34-9ba4-0a0ba8b0a0ad","resource":` + body + `,"request":{"method":"POST","url":"` + typ + `"}}]}`
	}
	return map[string]matrixSurface{
		"create":             {line: "POST /" + typ, body: body},
		"conditional create": {line: "POST /" + typ, body: body, headers: []string{"If-None-Exist: _id=none"}},
		"batch":              {line: "POST /", body: entry("batch")},
		"transaction":        {line: "POST /", body: entry("transaction")},
	}
}

// Registered systems send AuditEvents; nobody else puts a look on anybody, and the refusal is the same about
// who is visible, hidden and not there.
func TestAttack_AuditEventsOfOnesOwn(t *testing.T) {
	w := newMatrixWorld(t)
	for _, c := range matrixCallers {
		header, first := c.header(w), map[string]string{}
		for _, patient := range []string{"open", "unrelated", absentRecord, ""} {
			for name, s := range creating("AuditEvent", fedEvent(patient)) {
				r := w.send(s.line, s.body, append(s.headers, header)...)
				sent := r.status == 201 || r.status == 200 && strings.Contains(string(r.body), `"status":"201`)
				if may := c.name == "partner" && patient != absentRecord || c.name == "foreign" && patient == ""; sent != may {
					t.Errorf("%s: %s about %q = %d %s, sent %v, want %v", c.name, name, patient, r.status, shorten(r.body), sent, may)
				}
				if c.name == "partner" || c.name == "foreign" {
					continue // of them the patient decides
				}
				if got := tells(r, patient+"?"); first[name] == "" {
					first[name] = got
				} else if got != first[name] {
					t.Errorf("%s: %s about %q is answered unlike that about another:\n%s\n%s", c.name, name, patient, got, first[name])
				}
				if c.refused == 0 && !strings.Contains(string(r.body), `"code":"forbidden"`) {
					t.Errorf("%s: %s does not say forbidden: %s", c.name, name, shorten(r.body))
				}
			}
		}
	}
	statement := string(w.must(200, "GET /metadata", "").body)
	if !strings.Contains(statement, "AuditEvents are created by registered systems alone") {
		t.Error("the CapabilityStatement does not say who creates AuditEvents")
	}
	w.silent(feedMarker)
}

// auditPaths are all generic ways to an AuditEvent. EVENT stands for one that was sent, and own says that a
// path is one of its own type's.
var auditPaths = []struct {
	line, body string
	own        bool
}{
	{line: "GET /AuditEvent/EVENT", own: true}, {line: "GET /AuditEvent/EVENT/_history/1", own: true}, {line: "GET /AuditEvent/EVENT/_history", own: true},
	{line: "GET /AuditEvent?_id=EVENT", own: true}, {line: "GET /AuditEvent?patient=open", own: true}, {line: "GET /AuditEvent/_history", own: true},
	{line: "GET /AuditEvent/EVENT/$validate"}, {line: "POST /AuditEvent/EVENT/$validate?mode=delete"}, {line: "GET /AuditEvent/EVENT?_elements=source", own: true}, {line: "HEAD /AuditEvent/EVENT"}, {line: "GET /AuditEvent/EVENT/$meta"},
	{line: "POST /AuditEvent/_search", body: "patient=open", own: true}, {line: "GET /?_type=AuditEvent", own: true},
	{line: "GET /"}, {line: "GET /?_type=AuditEvent,Patient"}, {line: "GET /?_id=EVENT"}, {line: "GET /_history?_count=500"}, {line: "GET /?_lastUpdated=gt2000&_count=500"},
	{line: "POST /_search", body: "_type=AuditEvent,Patient"},
	{line: "GET /Patient/open/AuditEvent"}, {line: "GET /Patient/open/*"}, {line: "POST /Patient/open/AuditEvent/_search", body: "_count=5"},
	{line: "GET /Device/open/AuditEvent"}, {line: "GET /Practitioner/open/AuditEvent"}, {line: "GET /RelatedPerson/open/AuditEvent"}, {line: "GET /Encounter/open/AuditEvent"},
	{line: "GET /Patient?_has:AuditEvent:patient:_id=EVENT"}, {line: "GET /Patient?_has:AuditEvent:entity:action=R"}, {line: "GET /Observation?_has:AuditEvent:entity:_id=EVENT"},
	{line: "GET /Patient?_has:Observation:subject:_has:AuditEvent:entity:_id=EVENT"},
	{line: "GET /Patient?_id=open&_revinclude=AuditEvent:*"}, {line: "GET /Patient?_id=open&_revinclude=AuditEvent:patient"}, {line: "GET /Patient?_id=open&_revinclude=*"},
	{line: "GET /Patient?_id=open&_revinclude:iterate=AuditEvent:entity"}, {line: "GET /Provenance?_include=*"}, {line: "GET /Provenance?_include=Provenance:entity:AuditEvent"},
	{line: "GET /Provenance?entity:AuditEvent._id=EVENT"}, {line: "GET /Provenance?entity.source:missing=false"},
	{line: "GET /List?item:AuditEvent._id=EVENT"}, {line: "GET /List?_include=List:item"}, {line: "GET /Patient?_filter=_has"},
	{line: "POST /", body: entryOf("batch", "GET", "Patient?_revinclude=AuditEvent:patient")}, {line: "POST /", body: entryOf("transaction", "GET", "Patient/open/AuditEvent")},
	{line: "POST /", body: entryOf("batch", "GET", "?_type=AuditEvent,CarePlan")}, {line: "GET /Patient/open/$everything"}, {line: "GET /$export"}, {line: "GET /Patient/open/$graphql?query={AuditEvent(id:EVENT){id}}"},
}

// Nothing but its own type leads to an AuditEvent that was sent, and to one of the server's own nothing at
// all, but for privacy officers.
func TestAttack_AuditEventsByGenericPaths(t *testing.T) {
	w := newMatrixWorld(t)
	event := text(value(t, w.must(201, "POST /AuditEvent", fedEvent("open"), w.caller("partner"), "Prefer: return=representation").body), "id")
	own := text(value(t, w.must(200, "GET /AuditEvent?_count=1", "", w.caller("officer")).body), "entry", 0, "resource", "id")
	if !strings.HasPrefix(own, "audit-") {
		t.Fatalf("the officer sees no event of the server's own: %q", own)
	}
	shownToAll := 0
	for _, name := range []string{"author", "paramedic", "other", "partner", "foreign", "patient", "attorney", "admin", "officer", "unlisted"} {
		header := w.caller(name)
		for _, path := range auditPaths {
			for _, id := range []string{event, own} {
				line, body := strings.ReplaceAll(path.line, "EVENT", id), strings.ReplaceAll(path.body, "EVENT", id)
				if at, query, found := strings.Cut(line, "?query="); found {
					line = at + "?query=" + url.QueryEscape(query)
				}
				headers := []string{header}
				if body != "" && body[0] != '{' {
					headers = append(headers, formType)
				}
				r := w.send(line, body, headers...)
				shown := strings.Contains(string(r.body), feedMarker)
				if shown {
					shownToAll++
				}
				if r.status >= 500 || shown && !path.own || shown && name != "partner" && name != "officer" {
					t.Errorf("%s: %s %s = %d, shown %v: %s", name, line, body, r.status, shown, shorten(r.body))
				}
				if officer := name == "officer" && strings.Contains(line, "/AuditEvent"); !officer && strings.Contains(string(r.body), `"id":"audit-`) {
					t.Errorf("%s: %s shows the server's own: %s", name, line, shorten(r.body))
				}
			}
		}
	}
	if shownToAll < 12 {
		t.Errorf("shown %d times by its own type: the test tests too little", shownToAll)
	}
}

// Nobody changes or deletes an AuditEvent, of whichever sort, by whatever way.
func TestAttack_AuditEventsStay(t *testing.T) {
	w := newMatrixWorld(t)
	partner := w.caller("partner")
	event := text(value(t, w.must(201, "POST /AuditEvent", fedEvent("open"), partner, "Prefer: return=representation").body), "id")
	own := text(value(t, w.must(200, "GET /AuditEvent?_count=1", "", w.caller("officer")).body), "entry", 0, "resource", "id")
	body := strings.Replace(strings.Replace(fedEvent("open"), "{", `{"id":"ID",`, 1), feedMarker, "Altered", 1)
	for _, name := range []string{"author", "partner", "patient", "admin", "officer"} {
		for _, id := range []string{event, own, absentRecord} {
			for line, body := range map[string]string{
				"PUT /AuditEvent/ID": body, "PUT /AuditEvent?_id=ID": body, "DELETE /AuditEvent/ID": "", "DELETE /AuditEvent?_id=ID": "",
				"PATCH /AuditEvent/ID": `[{"op":"replace","path":"/action","value":"D"}]`, "PATCH /AuditEvent?_id=ID": `[{"op":"remove","path":"/entity"}]`,
			} {
				header := []string{w.caller(name)}
				if body != "" && body[0] == '[' {
					header = append(header, "Content-Type: application/json-patch+json")
				}
				r := w.send(strings.ReplaceAll(line, "ID", id), strings.ReplaceAll(body, "ID", id), header...)
				if repelled(t, name+": "+line, r, 405, "method-not-allowed"); strings.Contains(r.header.Get("Allow"), "PUT") || strings.Contains(r.header.Get("Allow"), "DELETE") {
					t.Errorf("%s: %s: Allow %q", name, line, r.header.Get("Allow"))
				}
			}
			for _, kind := range []string{"batch", "transaction"} {
				for _, method := range []string{"PUT", "DELETE", "PATCH"} {
					r := w.send("POST /", `{"resourceType":"Bundle","type":"`+kind+`","entry":[{"resource":`+strings.ReplaceAll(body, "ID", id)+`,"request":{"method":"`+method+`","url":"AuditEvent/`+id+`"}}]}`, w.caller(name))
					if r.status >= 500 || strings.Contains(string(r.body), `"status":"2`) || kind == "transaction" && r.status < 400 {
						t.Errorf("%s: %s in a %s = %d %s", name, method, kind, r.status, shorten(r.body))
					}
				}
			}
		}
	}
	if r := w.must(200, "GET /AuditEvent/"+event, "", partner); !strings.Contains(string(r.body), feedMarker) || !strings.Contains(string(r.body), `"versionId":"1"`) {
		t.Errorf("the event was altered: %s", shorten(r.body))
	}
}
