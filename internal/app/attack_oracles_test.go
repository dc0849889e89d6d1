package app_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/config"
)

// absentAs is an id of nobody, as long as one of somebody: places in what was sent are told.
func absentAs(hidden string) string { return strings.Repeat("z", len(hidden)) }

// oracleCallers are who asks, and a record that is hidden from them.
var oracleCallers = [][2]string{
	{"paramedic", "restricted"}, {"paramedic", "objected"}, {"gp", "objected"}, {"other", "open"}, {"crew", "unrelated"}, {"breaker", "restricted"},
	{"foreign", "open"}, {"cad", "open"}, {"dispatched", "objected"}, {"unlisted", "restricted"}, {"patient", "restricted"}, {"attorney", "unrelated"}, {"officer", "unrelated"}, {"untrained-breaker", "open"}, {"untrained", "open"},
}

// oracleReads ask for what is hidden in all the ways that read. ID stands for the record.
var oracleReads = []string{
	"CarePlan/cID", "Patient/ID", "Observation/oID", "Observation/dID", "CarePlan/cID?_summary=true", "CarePlan/cID?_elements=status", "CarePlan/cID?_format=xml", "CarePlan/cID?_format=ttl", "CarePlan/cID?_format=x", "CarePlan/cID?_pretty=true",
	"CarePlan/cID?x=y", "CarePlan/cID/_history", "CarePlan/cID/_history?_since=2020-01-01T00:00:00Z", "CarePlan/cID/_history?_at=2999", "CarePlan/cID/_history?_count=0", "CarePlan/cID/_history/1", "CarePlan/cID/_history/0", "CarePlan/cID/_history/2", "CarePlan/cID/_history/x",
	"Observation/dID/_history", "Observation/dID/_history/1", "Observation/dID/_history/2", "CarePlan/cID/$validate", "CarePlan/cID/$validate?profile=http://hl7.org/fhir/StructureDefinition/CarePlan", "Patient/ID/$access-log", "Patient/ID/$everything", "CarePlan/cID/$graphql?query={id}", "CarePlan/cID/$meta",
	"CarePlan?_id=cID", "CarePlan?_id=cID,cID", "CarePlan?_id:not=cID&_summary=count", "Patient?identifier=urn:n|ID", "Patient?identifier=ID", "Observation?patient=ID", "Observation?subject=Patient/ID", "Observation?subject:Patient=ID", "Observation?subject:identifier=urn:n|ID",
	"CarePlan?_id=cID&_total=accurate", "CarePlan?_id=cID&_total=estimate", "CarePlan?_id=cID&_total=none", "CarePlan?_id=cID&_summary=count", "CarePlan?_id=cID&_count=0", "CarePlan?_id=cID&_elements=subject", "CarePlan?_id=cID&_summary=text", "CarePlan?_id=cID&_format=xml",
	"CarePlan?patient.identifier=urn:n|ID", "CarePlan?subject:Patient._id=ID", "Observation?patient.identifier=urn:n|ID&_summary=count", "Observation?subject.organization.identifier=A&_id=oID", "Observation?subject:Patient._has:CarePlan:patient:_id=cID", "CarePlan?patient.identifier:missing=false&_id=cID",
	"Organization?_has:Patient:organization:_id=ID", "Organization?_has:Patient:organization:identifier=urn:n|ID", "Organization?_has:Patient:general-practitioner:_id=ID", "Patient?_has:CarePlan:patient:_id=cID", "Patient?_has:Observation:patient:identifier=urn:n|oID", "Organization?_has:Patient:organization:_has:CarePlan:patient:_id=cID",
	"Practitioner?_has:Observation:performer:_id=oID", "Patient?_has:Consent:patient:patient=ID", "Consent?patient=ID", "Consent?patient:Patient._id=ID", "Basic?subject=Patient/ID", "Task?patient=ID", "RelatedPerson?patient=ID", "Provenance?target=CarePlan/cID", "List?item=CarePlan/cID", "_search-missing/ID",
	"CarePlan?_id=cID&_include=CarePlan:subject", "CarePlan?_id=cID&_include=*", "CarePlan?_id=cID&_include:iterate=*", "Patient?_id=ID&_revinclude=CarePlan:subject", "Patient?_id=ID&_revinclude=*", "Patient?_id=ID&_revinclude:iterate=Observation:subject", "Organization?identifier=A&_revinclude=Patient:organization&_elements=id&_id=ID",
	"CarePlan?_id=cID&_sort=subject", "CarePlan?_id=cID&_sort=-_lastUpdated,status", "CarePlan?_id=cID&_sort=patient.name", "CarePlan?_filter=_id eq cID", "CarePlan?_text=ID", "CarePlan?_content=ID", "CarePlan?_list=ID", "CarePlan?_query=ID", "CarePlan?_security=R&_id=cID", "CarePlan?_lastUpdated=gt2000&_id=cID", "CarePlan?_has=ID",
	"Patient/ID/CarePlan", "Patient/ID/Observation?_id=oID", "Patient/ID/*", "Patient/ID/*?_summary=count", "Patient/ID/AuditEvent", "Device/ID/Observation", "Practitioner/ID/Observation", "Encounter/ID/Observation", "RelatedPerson/ID/Patient", "Patient/ID/Patient",
	"?_id=cID", "?_type=CarePlan,Patient&_id=cID", "?_type=CarePlan&_id=cID&_summary=count", "CarePlan/cID/Observation", "Bundle?composition=ID", "Composition?subject=Patient/ID", "AuditEvent?patient=ID", "AuditEvent?entity=CarePlan/cID",
}

// oracleHeaders are asked for with each of two reads, and say more of what is there than a reader who sees it
// could want.
var oracleHeaders = []string{
	`If-None-Match: W/"1"`, `If-None-Match: *`, `If-None-Match: W/"77", W/"1"`, "If-Modified-Since: Sun, 01 Jan 2090 00:00:00 GMT", "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT", `If-Match: W/"1"`, `If-Match: *`,
	"Prefer: respond-async", "Prefer: return=OperationOutcome", "Prefer: handling=strict", "Range: bytes=0-10", "Accept: image/png", "Accept: application/fhir+xml", "Accept: text/html", "Accept-Encoding: gzip", "X-HTTP-Method-Override: DELETE",
}

// Hidden and absent are answered with the same bytes, whoever asks and however; in Bundles, too.
func TestAttack_Oracles(t *testing.T) {
	w := newMatrixWorld(t)
	var cases atomic.Int64
	t.Run("callers", func(t *testing.T) {
		for _, c := range oracleCallers {
			t.Run(strings.Join(c[:], " "), func(t *testing.T) {
				t.Parallel()
				o := oracle{w, t, c[1], w.caller(c[0]), &cases}
				for _, line := range oracleReads {
					if c[0] == "officer" && strings.HasPrefix(line, "AuditEvent") {
						continue // is told what their own people looked for
					}
					o.same("GET /"+line, "")
					if !strings.Contains(line, "_format=xml") {
						o.same("POST /", entryOf("batch", "GET", line))
					}
				}
				for _, line := range []string{"CarePlan/cID", "Patient/ID", "Observation/dID", "CarePlan/cID/_history/1", "CarePlan?_id=cID", "Patient/ID/*", "CarePlan/cID/$validate", "Organization?_has:Patient:organization:_id=ID"} {
					o.same("POST /", entryOf("transaction", "GET", line))
					o.same("HEAD /"+line, "")
					o.same("OPTIONS /"+line, "")
				}
				for _, header := range oracleHeaders {
					o.same("GET /CarePlan/cID", "", header)
					o.same("GET /CarePlan/cID/_history/1", "", header)
				}
			})
		}
	})
	if n := cases.Load(); n < 3000 {
		t.Errorf("%d cases: the test tests too little", n)
	}
	w.silent("Bearer", "urn:n", "coID", "crestricted")
}

// oracle asks the same of a record that is hidden from somebody and of none.
type oracle struct {
	*loginWorld
	t      *testing.T
	hidden string
	header string
	cases  *atomic.Int64
}

// same checks that two answers tell nothing but what was sent, and gives that about the hidden record.
func (o *oracle) same(line, body string, headers ...string) reply {
	o.t.Helper()
	ask := func(id string) (reply, string) {
		method, target, _ := strings.Cut(strings.ReplaceAll(line, "ID", id), " ")
		path, query, found := strings.Cut(target, "?")
		if found {
			path += "?" + strings.NewReplacer("%3D", "=", "%26", "&", "%2C", ",").Replace(url.QueryEscape(query))
		}
		sent := append([]string{o.header}, headers...)
		for i := range sent {
			sent[i] = strings.ReplaceAll(sent[i], "=ID", "="+id)
		}
		r := o.send(method+" "+path, strings.ReplaceAll(body, "ID", id), sent...)
		return r, tells(r, id)
	}
	hidden, got := ask(o.hidden)
	_, want := ask(absentAs(o.hidden))
	if o.cases.Add(1); got != want || hidden.status >= 500 {
		o.t.Errorf("%s %s %v tells hidden from absent:\n%.900s\n---\n%.900s", line, body, headers, got, want)
	}
	return hidden
}

// oracleWrites try to write what is hidden, or beside it. RES stands for an Observation as it would be written.
var oracleWrites = []struct{ line, body, header string }{
	{"PUT /Observation/oID", "OWN", ""}, {"PUT /Observation/oID", "OWN", `If-Match: W/"1"`}, {"PUT /Observation/oID", "OWN", `If-Match: W/"9"`}, {"PUT /Observation/oID", "OWN", `If-None-Match: *`}, {"PUT /Observation/oID", "OTHER", ""}, {"PUT /Observation/dID", "OWN", ""},
	{"PUT /Patient/ID", `{"resourceType":"Patient","id":"ID"}`, ""}, {"PUT /CarePlan/cID", `{"resourceType":"CarePlan","id":"cID","status":"active","intent":"plan","subject":{"reference":"Patient/ID"}}`, `If-Match: W/"1"`},
	{"PUT /Observation/oID", "{", ""}, {"PUT /Observation/oID", `{"resourceType":"Observation","id":"oID","status":"wrong"}`, ""}, {"PATCH /Observation/oID", `[{"op":"test","path":"/status","value":"final"}]`, "Content-Type: application/json-patch+json"},
	{"DELETE /Observation/oID", "", ""}, {"DELETE /Observation/oID", "", `If-Match: W/"1"`}, {"DELETE /Observation/oID", "", `If-Match: W/"9"`}, {"DELETE /Patient/ID", "", ""}, {"DELETE /Observation/dID", "", ""}, {"DELETE /Observation?_id=oID", "", ""}, {"DELETE /Observation?identifier=urn:n|oID", "", ""}, {"DELETE /Patient?_has:CarePlan:patient:_id=cID", "", ""},
	{"PUT /Observation?_id=oID", "OWN", ""}, {"PUT /Observation?patient=ID", "NEW", ""}, {"PUT /Patient?_has:CarePlan:patient:_id=cID", `{"resourceType":"Patient"}`, ""}, {"PUT /Observation?subject:Patient.identifier=urn:n|ID", "NEW", `If-Match: W/"1"`},
	{"POST /Observation", "NEW", ""}, {"POST /Observation", "NEW", "If-None-Exist: _id=oID"}, {"POST /Observation", "NEW", "If-None-Exist: patient=ID"}, {"POST /Observation", "VISIBLE", "If-None-Exist: patient=ID&status=final"}, {"POST /Observation", "VISIBLE", "If-None-Exist: subject:Patient.identifier=urn:n|ID"}, {"POST /Observation", "VISIBLE", "If-None-Exist: _has:Provenance:target:_id=ID"},
	{"POST /Observation", "DERIVED", ""}, {"POST /Observation/$validate", "NEW", ""}, {"POST /Observation/oID/$validate", "OWN", ""}, {"POST /Observation/oID/$validate?mode=delete", "", ""}, {"POST /Observation/oID/$validate?mode=update", "OWN", ""}, {"POST /Observation/$validate?mode=create", "DERIVED", ""},
	{"POST /Patient/ID/$reveal-key-safe", `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"code"},{"name":"reason","valueCode":"going-in"}]}`, ""}, {"POST /Patient/ID/$confirm-sharing", "", ""}, {"POST /Patient/ID/$access-log", "", ""}, {"POST /Organization/ID/$staff-list", "x", "Content-Type: text/csv"},
	{"POST /Task/ID/$break-glass-close", `{"resourceType":"Parameters"}`, ""}, {"POST /Patient/$break-glass", glassOf("urn:n", "ID"), ""},
	{"POST /Consent", strings.ReplaceAll(objection, `"ID"`, `"ID"`), ""}, {"POST /Flag", `{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"reference":"Patient/ID"}}`, ""}, {"POST /Encounter", `{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/ID"}}`, ""},
	{"POST /CarePlan/_search", "_id=cID", formType}, {"POST /_search", "_id=cID", formType}, {"POST /Patient/ID/CarePlan/_search", "_count=1", formType}, {"POST /CarePlan/cID", "{}", ""}, {"POST /CarePlan/cID/_history", "{}", ""}, {"TRACE /CarePlan/cID", "", ""}, {"PROPFIND /CarePlan/cID", "", ""},
}

// glassOf asks for the record of whoever has an identifier, as somebody does who may.
func glassOf(system, value string) string {
	return `{"resourceType":"Parameters","parameter":[{"name":"identifier","valueIdentifier":{"system":"` + system + `","value":"` + value + `"}},{"name":"reason","valueCode":"emergency-care"},
		{"name":"words","valueString":"Found collapsed at home, no relative is there to ask"}]}`
}

// oracleBody fills in what is written: an Observation of the record, of one that is visible, and one that
// refers to the record.
func oracleBody(text, visible string) string {
	observation := func(id, patient, more string) string {
		return `{"resourceType":"Observation",` + id + `"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}` + more + `}`
	}
	return map[string]string{
		"OWN": observation(`"id":"oID",`, "ID", ""), "OTHER": observation(`"id":"oID",`, visible, ""), "NEW": observation("", "ID", ""), "VISIBLE": observation("", visible, ""),
		"DERIVED": observation("", visible, `,"derivedFrom":[{"reference":"Observation/oID"}],"basedOn":[{"reference":"CarePlan/cID"}],"focus":[{"reference":"Patient/ID"}]`),
	}[text]
}

// Writes tell hidden from absent no more than reads do, with and without references that are enforced; alone
// and in Bundles.
func TestAttack_OraclesOfWrites(t *testing.T) {
	for name, integrity := range map[string]bool{"as set": false, "references enforced": true} {
		t.Run(name, func(t *testing.T) {
			data := ""
			w := newMatrixWorldWith(t, func(c *config.Config) { data = c.Data }, app.Deps{})
			if integrity {
				w.again(data, func(c *config.Config) { c.ReferentialIntegrity = true })
			}
			var cases atomic.Int64
			callers := [][2]string{{"gp", "objected"}, {"other", "open"}, {"patient", "restricted"}, {"foreign", "open"}, {"cad", "restricted"}}
			if !integrity {
				callers = append(callers, [][2]string{{"paramedic", "restricted"}, {"attorney", "unrelated"}, {"admin", "restricted"}, {"untrained-breaker", "open"}}...)
			}
			for _, c := range callers {
				o := oracle{w, t, c[1], w.caller(c[0]), &cases}
				for _, row := range oracleWrites {
					if c[0] == "foreign" && strings.HasPrefix(row.line, "PUT") {
						continue // systems keep ids of their own: see TestAttack_OracleThatIsKnown
					}
					body, headers := row.body, []string(nil)
					if filled := oracleBody(body, "open"); filled != "" {
						body = filled
					}
					if row.header != "" {
						headers = append(headers, row.header)
					}
					o.same(row.line, body, headers...)
					o.inBundles(row.line, body, row.header)
				}
			}
			for _, id := range matrixRecords { // nothing of all that was done
				if r := w.must(200, "GET /Observation/o"+id, "", w.caller("partner")); !strings.Contains(string(r.body), `"versionId":"1"`) {
					t.Errorf("the Observation of %s was written: %s", id, shorten(r.body))
				}
			}
			t.Logf("%d cases", cases.Load())
		})
	}
}

// inBundles does a write as the entry of a batch and of a transaction.
func (o *oracle) inBundles(line, body, header string) {
	o.t.Helper()
	method, target, _ := strings.Cut(line, " /")
	name, value, _ := strings.Cut(header, ": ")
	condition := map[string]string{"If-Match": "ifMatch", "If-None-Exist": "ifNoneExist", "If-None-Match": "ifNoneMatch"}[name]
	if method != "PUT" && method != "DELETE" && method != "POST" || strings.ContainsAny(target, "$_") && method == "POST" || header != "" && condition == "" || body == "{" {
		return
	}
	request := `"request":{"method":"` + method + `","url":"` + target + `"`
	if condition != "" {
		text, _ := json.Marshal(value)
		request += `,"` + condition + `":` + string(text)
	}
	resource := ""
	if body != "" {
		resource = `"resource":` + body + `,`
	}
	for _, kind := range []string{"batch", "transaction"} {
		o.same("POST /", `{"resourceType":"Bundle","type":"`+kind+`","entry":[{`+resource+request+`}}]}`)
	}
}

// The one thing that tells, and is said to: a conditional create with an identifier that a hidden resource
// has makes no twin of it, nor does a system's update, which could create. A user's could not, and tells
// nothing.
func TestAttack_OracleThatIsKnown(t *testing.T) {
	w := newMatrixWorld(t)
	gp, foreign, body := w.caller("gp"), w.caller("foreign"), oracleBody("VISIBLE", "open")
	practitioner := `{"resourceType":"Practitioner"}`
	const hidden, none = "identifier=urn:n%7Coobjected", "identifier=urn:n%7Coabsentee"
	repelled(t, "create", w.send("POST /Observation", body, gp, "If-None-Exist: "+hidden), 403, "forbidden")
	w.must(201, "POST /Observation", body, gp, "If-None-Exist: "+none)
	w.must(403, "PUT /Patient?identifier=urn:n%7Copen", `{"resourceType":"Patient"}`, foreign)
	w.must(201, "PUT /Practitioner?identifier=urn:n%7Cnobody", practitioner, foreign)
	w.must(404, "PUT /Patient/open", `{"resourceType":"Patient","id":"open","managingOrganization":{`+odsReference("X")+`}}`, foreign)
	w.must(201, "PUT /Patient/absentee", `{"resourceType":"Patient","id":"absentee","managingOrganization":{`+odsReference("X")+`}}`, foreign)
	o := oracle{w, t, "objected", gp, new(atomic.Int64)}
	if r := o.same("PUT /Observation?identifier=urn:n|oID", body); r.status != 404 {
		t.Errorf("a user's update = %d %s", r.status, shorten(r.body))
	}
	o.inBundles("PUT /Observation?identifier=urn:n%7CoID", body, "")
}

// Breaking the glass opens what is hidden, and so tells that it is there: to those who may, after a login of
// just now, for the same price as asking for nobody. Each ask is counted, recorded and looked into, whomever
// it was for; what kept the record hidden, and whether there is a plan, is in no answer; and to all others
// hidden and absent are alike.
func TestAttack_OracleOfBreakGlass(t *testing.T) {
	w := newMatrixWorld(t)
	fresh := func(subject string) string {
		return "Authorization: Bearer " + w.token(claims{"sub": subject, "scope": everything, "auth_time": time.Now().Unix() - 30})
	}
	w.must(201, "PUT /Patient/deleted", `{"resourceType":"Patient","id":"deleted","managingOrganization":{`+odsReference("A")+`},"identifier":[{"system":"urn:n","value":"deleted"}]}`, w.caller("partner"))
	w.must(204, "DELETE /Patient/deleted", "", w.caller("partner"))
	byReference := strings.Replace(glassOf("urn:n", "ID"), `{"name":"identifier","valueIdentifier":{"system":"urn:n","value":"ID"}}`, `{"name":"patient","valueReference":{"reference":"Patient/ID"}}`, 1)
	reviews := func() int {
		return strings.Count(string(w.must(200, "GET /Task?code=break-glass-review&_count=100", "", w.caller("officer")).body), `"resourceType":"Task"`)
	}
	for _, body := range []string{glassOf("urn:n", "ID"), byReference} {
		// Who may not is told nothing, with a fresh login too.
		for _, subject := range []string{"adviser", "officer", "admin", "lapsed-adviser", "stranger"} {
			o := oracle{w, t, "restricted", fresh(subject), new(atomic.Int64)}
			if r := o.same("POST /Patient/$break-glass", body); r.status != 403 {
				t.Errorf("%s breaks the glass: %d %s", subject, r.status, shorten(r.body))
			}
		}
		for _, subject := range []string{"partner", "foreign", "unlisted", "patient", "attorney"} {
			o := oracle{w, t, "restricted", w.caller(subject), new(atomic.Int64)}
			if r := o.same("POST /Patient/$break-glass", body); r.status != 403 {
				t.Errorf("%s breaks the glass: %d %s", subject, r.status, shorten(r.body))
			}
		}
		stale := oracle{w, t, "restricted", w.caller("gp"), new(atomic.Int64)}
		if r := stale.same("POST /Patient/$break-glass", body); r.status != 401 {
			t.Errorf("without a login of just now: %d %s", r.status, shorten(r.body))
		}
		late := oracle{w, t, "restricted", fresh("gp"), new(atomic.Int64)}
		if r := late.same("POST /Patient/$break-glass", strings.Replace(body, "Found collapsed at home, no relative is there to ask", "because", 1)); r.status != 422 {
			t.Errorf("in one word: %d %s", r.status, shorten(r.body))
		}
	}

	// Two real acts: one opens, the other says that nobody is there, and there is nothing between.
	answers := map[string]reply{}
	before := reviews()
	for i, id := range []string{"objected", "restricted", "absentee", "deleted"} {
		body := glassOf("urn:n", id)
		if i%2 == 1 {
			body = strings.ReplaceAll(byReference, "ID", id)
		}
		answers[id] = w.send("POST /Patient/$break-glass", body, fresh("gp"))
	}
	for id, want := range map[string]int{"objected": 200, "restricted": 200, "absentee": 404, "deleted": 404} {
		if got := answers[id]; got.status != want || want == 404 && !strings.Contains(string(got.body), `"no-plan-here"`) {
			t.Errorf("the glass of %s: %d %s, want %d", id, got.status, shorten(got.body), want)
		}
	}
	for pair, told := range map[[2]string][2]string{
		{"objected", "restricted"}: {tells(answers["objected"], "objected"), tells(answers["restricted"], "restricted")},
		{"absentee", "deleted"}:    {tells(answers["absentee"], "absentee"), tells(answers["deleted"], "deleted")},
	} {
		if length := contentLength.ReplaceAllString; length(told[0], "") != length(told[1], "") {
			t.Errorf("%v are told from each other:\n%s\n---\n%s", pair, told[0], told[1])
		}
	}
	if n := reviews() - before; n != 4 {
		t.Errorf("%d of four acts are looked into", n)
	}
	// And when the bound is reached neither is answered.
	w.must(404, "POST /Patient/$break-glass", glassOf("urn:n", "nobody"), fresh("gp"))
	o := oracle{w, t, "objected", fresh("gp"), new(atomic.Int64)}
	if r := o.same("POST /Patient/$break-glass", glassOf("urn:n", "ID")); r.status != 429 {
		t.Errorf("after five: %d %s", r.status, shorten(r.body))
	}
	if r := o.same("POST /Patient/$break-glass", byReference); r.status != 429 {
		t.Errorf("after five, by reference: %d %s", r.status, shorten(r.body))
	}
}

var contentLength = regexp.MustCompile(`Content-Length: \d+`)
