package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// withheldSurface is a way to come upon what is withheld of a record. ID stands for the record.
type withheldSurface struct {
	line, body string
	headers    []string
	one        bool // the answer is one resource: with an ETag if its reader could write it back
}

var withheldSurfaces = []withheldSurface{
	{line: "GET /Patient/ID", one: true}, {line: "GET /Observation/wID", one: true},
	{line: "GET /Patient/ID/_history/1", one: true}, {line: "GET /Observation/wID/_history/1", one: true},
	{line: "GET /Patient/ID/_history"}, {line: "GET /Observation/wID/_history"}, {line: "GET /Observation/_history?_count=500"}, {line: "GET /_history?_count=500"},
	{line: "GET /Patient?_id=ID"}, {line: "GET /Observation?_id=wID"}, {line: "POST /Observation/_search", body: "_id=wID", headers: []string{formType}},
	{line: "GET /Patient?_id=ID&_elements=address,telecom,text"}, {line: "GET /Observation?_id=wID&_elements=note,value"}, {line: "GET /Observation/wID?_summary=text", one: true},
	{line: "GET /Observation/wID?_summary=true", one: true}, {line: "GET /Observation/wID?_elements=code,note", one: true},
	{line: "GET /Patient?_id=ID&_revinclude=Observation:subject"}, {line: "GET /Observation?_id=wID&_include=*"}, {line: "GET /CareTeam?patient=ID&_include=*"},
	{line: "GET /Patient/ID/*?_count=500"}, {line: "GET /Patient/ID/Observation"}, {line: "GET /?_type=Patient,Observation&_count=500"},
	{line: "POST /", body: entryOf("batch", "GET", "Observation/wID")}, {line: "POST /", body: entryOf("transaction", "GET", "Observation?_id=wID")}, {line: "POST /", body: entryOf("batch", "GET", "Patient/ID")},
	{line: "GET /Observation/wID/$validate"}, {line: "GET /Patient/ID/$access-log"}, {line: "GET /Observation?_id=wID&_sort=-_lastUpdated"},
	{line: "GET /Observation/wID", headers: []string{`If-None-Match: W/"1"`}}, {line: "HEAD /Observation/wID"},
}

// The secrets, and who is shown each of the record "open" and of the record "restricted".
const (
	thirdParty  = "SaidInConfidence" // of an element labelled as about somebody else
	whereabouts = "SafeHouse"        // an address
	keySafe     = "KeySafeNumber"
)

var withheldShown = map[string][]string{
	thirdParty + " open":        {"author", "gp", "paramedic", "adviser", "dispatched", "called off", "partner"},
	thirdParty + " restricted":  {"author", "crew", "dispatched", "partner"},
	whereabouts + " open":       {"author", "gp", "paramedic", "adviser", "dispatched", "called off", "partner", "patient", "attorney"},
	whereabouts + " restricted": {"author", "partner"},
	keySafe + " open":           {},
	keySafe + " restricted":     {},
}

// newWithheldWorld is the world of the matrix with secrets in it.
func newWithheldWorld(t *testing.T) *loginWorld {
	w := newMatrixWorld(t)
	author := strings.Replace(strings.TrimSuffix(odsIdentifier("A"), "]"), "[", "", 1)
	for _, id := range []string{"open", "restricted"} {
		label := ""
		if id == "restricted" {
			label = `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`
		}
		w.must(200, "PUT /Patient/"+id, `{"resourceType":"Patient","id":"`+id+`",`+label+`"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">`+whereabouts+` `+keySafe+`</div>"},
			"generalPractitioner":[{`+strings.ReplaceAll(author, `"A"`, `"P"`)+`}],"managingOrganization":{`+author+`},"identifier":[{"system":"urn:n","value":"`+id+`"}],
			"address":[{"line":["`+whereabouts+id+`"],"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/key-safe","extension":[{"url":"code","valueString":"`+keySafe+id+`"}]}]}]}`, w.client("partner"))
		confidential := `"extension":[{"url":"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label","valueCoding":{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"third-party"}}]`
		w.must(201, "PUT /Observation/w"+id, `{"resourceType":"Observation","id":"w`+id+`","status":"final","code":{`+confidential+`,"text":"`+thirdParty+id+`"},"subject":{"reference":"Patient/`+id+`"},
			"contained":[{"resourceType":"Practitioner","id":"p",`+confidential+`,"name":[{"family":"`+thirdParty+`"}]}],"performer":[{"reference":"#p"}],"note":[{`+confidential+`,"text":"`+thirdParty+`"}]}`, w.client("partner"))
	}
	return w
}

// What is withheld is in no answer, in JSON and XML, of any surface, to anybody it is withheld from; all else is.
func TestMatrix_Withheld(t *testing.T) {
	w := newWithheldWorld(t)
	cases := 0
	for i := range matrixCallers {
		c := &matrixCallers[i]
		header := c.header(w)
		for _, id := range []string{"open", "restricted"} {
			for _, s := range withheldSurfaces {
				for _, format := range []string{"application/fhir+json", "application/fhir+xml"} {
					r := w.send(strings.ReplaceAll(s.line, "ID", id), strings.ReplaceAll(s.body, "ID", id), append([]string{header, "Accept: " + format}, s.headers...)...)
					for _, secret := range []string{thirdParty, whereabouts, keySafe} {
						cases++
						if strings.Contains(string(r.body), secret+id) && !slices.Contains(withheldShown[secret+" "+id], c.name) {
							t.Errorf("%s: %s of %s as %s shows %s: %s", c.name, s.line, id, format, secret, shorten(r.body))
						}
					}
					if strings.Contains(string(r.body), keySafe) {
						t.Errorf("%s: %s of %s shows a key safe: %s", c.name, s.line, id, shorten(r.body))
					}
					if r.header.Get("Cache-Control") != "private, no-store" {
						t.Errorf("%s: %s: Cache-Control %q", c.name, s.line, r.header.Get("Cache-Control"))
					}
					w.checkWithheldOne(t, c, &s, id, r)
				}
			}
		}
	}
	t.Logf("%d cases", cases)
}

// checkWithheldOne looks at an answer that is one resource: it is shown to who sees it, has an ETag if it can
// be written back, and is valid.
func (w *loginWorld) checkWithheldOne(t *testing.T, c *matrixCaller, s *withheldSurface, id string, r reply) {
	t.Helper()
	if !s.one || r.status != 200 {
		return
	}
	secret := whereabouts
	if strings.Contains(s.line, "/Observation") {
		secret = thirdParty
	}
	sees := slices.Contains(withheldShown[secret+" "+id], c.name) || strings.HasPrefix(s.line, "GET /Patient/ID/_history/1")
	if partly := strings.Contains(string(r.body), "REDACTED"); !sees && !partly {
		t.Errorf("%s: %s of %s is not tagged: %s", c.name, s.line, id, shorten(r.body))
	}
	if whole := s.line == "GET /Patient/ID" || s.line == "GET /Observation/wID"; whole && sees && !strings.Contains(string(r.body), secret+id) {
		t.Errorf("%s: %s of %s does not show what they need: %s", c.name, s.line, id, shorten(r.body))
	}
	if (r.header.Get("ETag") != "") != sees && !strings.HasPrefix(s.line, "GET /Patient/ID/_history/1") {
		t.Errorf("%s: %s of %s: ETag %q, sees all %v", c.name, s.line, id, r.header.Get("ETag"), sees)
	}
	if sees || strings.HasPrefix(string(r.body), "<") {
		return
	}
	if verdict := w.send("POST /"+text(value(t, r.body), "resourceType")+"/$validate", string(r.body), w.bearer("author", everything)); strings.Contains(string(verdict.body), `"severity":"error"`) {
		t.Errorf("%s: %s of %s is not valid: %s\n%s", c.name, s.line, id, verdict.body, shorten(r.body))
	}
}

// Who may be told one detail of a key safe, over HTTP.
func TestMatrix_RevealKeySafe(t *testing.T) {
	w := newWithheldWorld(t)
	told := map[string][]string{"author": {"open", "restricted", "objected", "unrelated"}, "crew": {"restricted"}, "dispatched": {"restricted"}}
	for i := range matrixCallers {
		c := &matrixCallers[i]
		for _, id := range append(slices.Clone(matrixRecords), absentRecord) {
			body := `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"code"},{"name":"reason","valueCode":"going-in"}]}`
			r := w.send("POST /Patient/"+id+"/$reveal-key-safe", body, c.header(w))
			want := 403
			switch may := slices.Contains(told[c.name], id); {
			case c.refused != 0:
				want = c.refused
			case may && (id == "open" || id == "restricted"):
				want = 200
			case may:
				want = 404 // there is none
			case !strings.Contains(c.sees, id):
				want = c.absent
			}
			if r.status != want || strings.Contains(string(r.body), keySafe+id) != (want == 200) {
				t.Errorf("%s of %s = %d, want %d: %s", c.name, id, r.status, want, shorten(r.body))
			}
			if r.header.Get("Cache-Control") != "private, no-store" || r.header.Get("ETag") != "" {
				t.Errorf("%s of %s: %q, ETag %q", c.name, id, r.header.Get("Cache-Control"), r.header.Get("ETag"))
			}
		}
	}
}

// Who sees a view in part cannot write it back, and is told why.
func TestMatrix_WithheldNotWrittenBack(t *testing.T) {
	w := newWithheldWorld(t)
	body := `{"resourceType":"Observation","id":"wopen","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/open"}}`
	for _, c := range matrixCallers {
		if c.name != "patient" && c.name != "attorney" && c.name != "author" && c.name != "gp" {
			continue
		}
		for _, line := range []string{"PUT /Observation/wopen", "PUT /Observation?_id=wopen"} {
			for _, prefer := range []string{"minimal", "representation", "OperationOutcome"} {
				r := w.send(line, body, c.header(w), "Prefer: return="+prefer)
				want := map[bool]int{true: 200, false: 409}[c.name == "author" || c.name == "gp"]
				if want == 200 {
					w.must(200, "PUT /Observation/wopen", strings.Replace(body, `"code":{`, `"note":[{"extension":[{"url":"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label","valueCoding":{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"third-party"}}],"text":"`+fmt.Sprint(thirdParty, line, prefer)+`"}],"code":{`, 1), w.client("partner"))
				}
				if r.status != want || strings.Contains(string(r.body), thirdParty) || want == 409 && !strings.Contains(string(r.body), "redacted-view") {
					t.Errorf("%s: %s, %s = %d, want %d: %s", c.name, line, prefer, r.status, want, shorten(r.body))
				}
			}
		}
	}
}
