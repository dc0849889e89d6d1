package app_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// The forms of a label that makes a resource a fact; and those that only look like it.
const (
	factCoding = `{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"fact"}`
	notLabels  = `{}
{"meta":{"tag":[` + factCoding + `]}}
{"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label/","code":"fact"}]}}
{"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"FACT"}]}}
{"meta":{"security":[{"code":"fact"}]}}
{"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","display":"fact"}]}}
{"meta":{"extension":[{"url":"http://example.org/x","valueCoding":` + factCoding + `}]}}
{"extension":[{"url":"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label","valueCoding":` + factCoding + `}]}
{"meta":{"profile":["https://hearken.example.org/fhir/StructureDefinition/fact"]}}`
	labels = `{"meta":{"security":[` + factCoding + `]}}
{"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"N"},{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","version":"1","code":"fact","display":"x"}]}}`
)

// grantsOf are the facts that would let somebody in, without a label: each is a type and its members.
func (w *loginWorld) grantsOf(who string) map[string]string {
	named := `"identifier":[{"system":"` + w.issuer.URL + `","value":"` + who + `","period":{"end":"2089-01-01T00:00:00Z"}}]`
	entry := func(code, role string) string {
		return `"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/trained-until","valueDate":"2089-01-01"}],` + strings.Replace(named, `,"period":{"end":"2089-01-01T00:00:00Z"}`, "", 1) +
			`,"active":true,"period":{"start":"2023-01-01"},"organization":{` + odsReference(code) + `},"code":[{"coding":[{"system":"` + roleSystem + `","code":"` + role + `"}]}]`
	}
	grant := func(code string) string {
		return named + `,"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"` + code + `"}]},"subject":{"reference":"Patient/objected"}`
	}
	return map[string]string{
		"PractitionerRole":               entry("A", "clinical"),
		"PractitionerRole administrator": entry("A", "administrator"),
		"Basic":                          grant("break-glass"), "Basic contact": grant("urgent-care-contact"),
		"Contract":      `"status":"executed",` + odsIdentifier("X") + `,"applies":{"start":"2023-01-01","end":"2090-01-01"},"subType":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"ETREAT"},{"system":"` + roleSystem + `","code":"clinical"}]}]`,
		"RelatedPerson": `"active":true,"patient":{"reference":"Patient/objected"},` + named,
	}
}

// labelled puts members into a resource of a type.
func labelled(typ, members, label string) string {
	typ, _, _ = strings.Cut(typ, " ")
	if label = strings.TrimSuffix(strings.TrimPrefix(label, "{"), "}"); label != "" {
		members = strings.TrimSuffix(label, ",") + "," + members
	}
	if strings.Count(members, `"extension":[{"url"`) > 1 && strings.HasPrefix(label, `"extension"`) {
		members = strings.Replace(members, `}],"extension":[`, `},`, 1)
	}
	return `{"resourceType":"` + typ + `",` + members + `}`
}

// insiders are those of whom nobody is an administrator.
var insiders = []string{"author", "gp", "paramedic", "other", "crew", "partner", "foreign", "unlisted", "patient", "attorney", "officer", "untrained-breaker", "lapsed-adviser", "cad", "dispatched"}

// unmoved checks that nobody sees more than the table says.
func (w *loginWorld) unmoved(after string) {
	w.server.t.Helper()
	for _, row := range []struct {
		who, line string
		status    int
	}{
		{"stranger", "GET /CarePlan/copen", 403}, {"other", "GET /CarePlan/copen", 404}, {"other", "GET /CarePlan/cobjected", 404}, {"paramedic", "GET /CarePlan/cobjected", 404}, {"paramedic", "GET /CarePlan/crestricted", 404},
		{"patient", "GET /CarePlan/crestricted", 404}, {"attorney", "GET /CarePlan/cobjected", 404}, {"lapsed-adviser", "GET /CarePlan/copen", 403}, {"stranger", "GET /Contract", 403}, {"other", "GET /Contract?identifier=A", 0}, {"unlisted", "GET /CarePlan/copen", 404},
	} {
		r := w.send(row.line, "", w.caller(row.who))
		if row.status != 0 && r.status != row.status || row.status == 0 && strings.Contains(string(r.body), `"executed"`) {
			w.server.t.Fatalf("%s: %s by %s = %d %s, want %d", after, row.line, row.who, r.status, shorten(r.body), row.status)
		}
	}
}

// With a label that makes it a fact nobody but an administrator writes a resource, by whatever way; without,
// it lets nobody in.
func TestAttack_FactsOfOnesOwn(t *testing.T) {
	w := newMatrixWorld(t)
	for _, who := range insiders {
		header := w.caller(who)
		for typ, members := range w.grantsOf("stranger") {
			for label := range strings.SplitSeq(labels, "\n") {
				body := labelled(typ, members, label)
				name, _, _ := strings.Cut(typ, " ")
				ways := creating(name, body)
				ways["update"] = matrixSurface{line: "PUT /" + name + "/mine", body: strings.Replace(body, "{", `{"id":"mine",`, 1)}
				ways["conditional update"] = matrixSurface{line: "PUT /" + name + "?identifier=" + w.issuer.URL + "%7Cstranger", body: body}
				for way, s := range ways {
					r := w.send(s.line, s.body, append(s.headers, header)...)
					if way == "create" && r.status != 403 {
						t.Errorf("%s: create of a %s = %d %s, want 403", who, typ, r.status, shorten(r.body))
					}
					if strings.Contains(string(r.body), `"status":"2`) || r.status >= 500 || r.status < 400 && !strings.Contains(s.body, `"batch"`) {
						t.Errorf("%s: %s of a %s = %d %s", who, way, typ, r.status, shorten(r.body))
					}
				}
			}
		}
		w.unmoved("facts of " + who)
		for typ, members := range w.grantsOf("stranger") {
			name, _, _ := strings.Cut(typ, " ")
			for label := range strings.SplitSeq(notLabels, "\n") {
				if r := w.send("POST /"+name, labelled(typ, members, label), header); r.status >= 500 || r.status == 400 && !strings.Contains(label, "display") {
					t.Errorf("%s: POST %s with %s = %d %s", who, typ, label, r.status, shorten(r.body))
				}
			}
		}
		w.unmoved("what looks like facts, of " + who)
	}
}

// A label is seen in whichever form a body comes: none leads past the rule, and none is read in two ways.
func TestAttack_FactsInOtherForms(t *testing.T) {
	w := newMatrixWorld(t)
	author := w.caller("author")
	body := labelled("PractitionerRole", w.grantsOf("stranger")["PractitionerRole"], strings.SplitN(labels, "\n", 2)[0])
	xml := `<PractitionerRole xmlns="http://hl7.org/fhir"><meta><security><system value="https://hearken.example.org/fhir/CodeSystem/access-label"/><code value="fact"/></security></meta><active value="true"/></PractitionerRole>`
	zipped := &bytes.Buffer{}
	z := gzip.NewWriter(zipped)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	for _, row := range []struct{ name, body, headers string }{
		{"as it is", body, "Content-Type: application/fhir+json"}, {"as JSON", body, "Content-Type: application/json"}, {"as text/json", body, "Content-Type: text/json"}, {"without a type", body, "Content-Type: "}, {"with a mark of its order", "\ufeff" + body, "Content-Type: application/fhir+json"},
		{"with escapes", strings.Replace(body, `"meta":{"security"`, `"\u006deta":{"\u0073ecurity"`, 1), "Content-Type: application/fhir+json"}, {"with an escaped code", strings.Replace(body, `"code":"fact"`, `"code":"\u0066act"`, 1), "Content-Type: application/fhir+json"}, {"with two metas", strings.Replace(body, `"meta":`, `"meta":{},"meta":`, 1), "Content-Type: application/fhir+json"},
		{"with meta last", strings.Replace(strings.Replace(body, `"meta":{"security":[`+factCoding+`]},`, "", 1), `}]}]}`, `}]}],"meta":{"security":[`+factCoding+`]}}`, 1), "Content-Type: application/fhir+json"}, {"zipped", zipped.String(), "Content-Encoding: gzip"}, {"zipped and not said", zipped.String(), "Content-Type: application/fhir+json"},
		{"in XML", xml, "Content-Type: application/fhir+xml"}, {"in XML by another name", xml, "Content-Type: text/xml"}, {"in XML as JSON", xml, "Content-Type: application/fhir+json"}, {"JSON as XML", body, "Content-Type: application/fhir+xml"}, {"in XML with references to letters", strings.Replace(xml, `"fact"`, `"&#102;act"`, 1), "Content-Type: application/fhir+xml"},
		{"in XML with a prefix", strings.ReplaceAll(strings.ReplaceAll(strings.Replace(xml, "xmlns=", "xmlns:f=", 1), "</", "</f:"), "<", "<f:"), "Content-Type: application/fhir+xml"}, {"in XML of UTF-16", xml, "Content-Type: application/fhir+xml; charset=utf-16"}, {"in XML with an entity", `<!DOCTYPE x [<!ENTITY f "fact">]>` + strings.Replace(xml, `"fact"`, `"&f;"`, 1), "Content-Type: application/fhir+xml"},
		{"as a form", "resource=" + body, formType}, {"as Turtle", body, "Content-Type: text/turtle"},
	} {
		r := w.send("POST /PractitionerRole", row.body, author, row.headers)
		if r.status < 400 || r.status >= 500 || !strings.Contains(string(r.body), "OperationOutcome") {
			t.Errorf("%s = %d %s", row.name, r.status, shorten(r.body))
		}
		if plain := strings.HasPrefix(row.name, "as it is") || row.name == "in XML" || row.name == "zipped" || strings.HasPrefix(row.name, "with escapes") || row.name == "with meta last"; plain {
			repelled(t, row.name, r, 403, "admin-plane-only")
		}
		w.unmoved(row.name)
	}
}

// Who could be let in by a fact of their own is not, when somebody who may write beside it wrote it without a label.
func TestAttack_ProxyOfOnesOwn(t *testing.T) {
	w := newMatrixWorld(t)
	for _, who := range []string{"author", "partner"} {
		r := w.must(201, "POST /RelatedPerson", `{"resourceType":"RelatedPerson","patient":{"reference":"Patient/restricted"}}`, w.caller(who), "Prefer: return=representation")
		header := "Authorization: Bearer " + w.token(claims{"sub": "mallory", "scope": everything, "fhirUser": "RelatedPerson/" + text(value(t, r.body), "id")})
		repelled(t, who, w.send("GET /CarePlan/crestricted", "", header), 403, "forbidden")
	}
}

// restrictionOff is the Patient of the restricted record without the label, in the forms in which it could go.
func (w *loginWorld) restrictionOff(t testing.TB) map[string]string {
	body := string(w.must(200, "GET /Patient/restricted", "", w.caller("author")).body)
	const system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
	label := `{"system":"` + system + `","code":"R"}`
	if !strings.Contains(body, label) {
		t.Fatalf("the record is not restricted: %s", body)
	}
	out := map[string]string{"another version of the system": "", "in the tags": strings.Replace(body, `"security"`, `"tag"`, 1), "without meta": `{"resourceType":"Patient","id":"restricted","managingOrganization":{` + odsReference("A") + `}}`}
	for name, instead := range map[string]string{
		"normal": `{"system":"` + system + `","code":"N"}`, "unrestricted": `{"system":"` + system + `","code":"U"}`, "an unknown code": `{"system":"` + system + `","code":"r"}`, "another system": `{"system":"` + system + `/","code":"R"}`,
		"no system": `{"code":"R"}`, "no code": `{"system":"` + system + `"}`, "nothing": `{"display":"restricted"}`, "a label of ours": `{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"third-party"}`,
	} {
		out[name] = strings.Replace(body, label, instead, 1)
	}
	delete(out, "another version of the system")
	return out
}

// A label is not taken off a record, nor a record out of its place, by those who may write into it.
func TestAttack_LabelsOff(t *testing.T) {
	w := newMatrixWorld(t)
	for _, who := range []string{"author", "partner", "crew", "paramedic", "other", "officer", "cad", "dispatched"} {
		header := w.caller(who)
		for name, body := range w.restrictionOff(t) {
			for line, sent := range map[string]string{
				"PUT /Patient/restricted": body, "PUT /Patient?_id=restricted": body,
				"POST /": `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + body + `,"request":{"method":"PUT","url":"Patient/restricted"}}]}`,
			} {
				if r := w.send(line, sent, header); r.status < 400 || r.status >= 500 {
					t.Errorf("%s: %s with %s = %d %s", who, line, name, r.status, shorten(r.body))
				}
			}
		}
		for _, line := range []string{"POST /Patient/restricted/$meta-delete", "POST /Patient/restricted/$meta-add", "POST /Patient/restricted/$meta", "POST /Patient/$meta-delete", "GET /Patient/restricted/$meta"} {
			repelled(t, who+": "+line, w.send(line, `{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}]}`, header), 404, "unknown-operation")
		}
		for media, patch := range map[string]string{"application/json-patch+json": `[{"op":"remove","path":"/meta/security"}]`, "application/fhir+json": `{"resourceType":"Parameters"}`, "application/merge-patch+json": `{"meta":null}`} {
			if r := w.send("PATCH /Patient/restricted", patch, header, "Content-Type: "+media); r.status != 405 {
				t.Errorf("%s: PATCH by %s = %d %s", who, media, r.status, shorten(r.body))
			}
		}
		if r := w.send("DELETE /Patient/restricted", "", header); r.status < 400 && strings.Contains("author partner crew", who) {
			t.Errorf("%s: DELETE = %d", who, r.status) // to the others it is not there, and is not there afterwards
		}
		w.unmoved("labels off by " + who)
	}
	if r := w.must(200, "GET /Patient/restricted", "", w.caller("author")); !strings.Contains(string(r.body), `"versionId":"1"`) {
		t.Errorf("the Patient was written: %s", shorten(r.body))
	}
}

// joining are writes by which somebody would come to see a record they do not: sent by those who do not see
// it or may not write into it.
var joining = []struct{ line, body string }{
	{"POST /Consent", `{"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://snomed.info/sct","code":"882941000000102"}]}],"patient":{"reference":"Patient/objected"},"dateTime":"2029-01-01","policyRule":{"text":"x"},"provision":{"type":"permit"}}`},
	{"POST /CareTeam", `{"resourceType":"CareTeam","status":"active","subject":{"reference":"Patient/objected"},"managingOrganization":[{ORG}],"participant":[{"member":{ORG}}]}`},
	{"POST /Encounter", `{"resourceType":"Encounter","status":"in-progress","class":{"code":"EMER"},"subject":{"reference":"Patient/objected"},"serviceProvider":{ORG}}`},
	{"POST /EpisodeOfCare", `{"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"Patient/objected"},"managingOrganization":{ORG}}`},
	{"POST /CarePlan", `{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/objected"},"author":{ORG}}`},
	{"PUT /Patient/objected", `{"resourceType":"Patient","id":"objected","managingOrganization":{ORG},"generalPractitioner":[{ORG}]}`},
	{"PUT /CarePlan/cobjected", `{"resourceType":"CarePlan","id":"cobjected","status":"active","intent":"plan","subject":{"reference":"Patient/objected"},"author":{ORG}}`},
	{"POST /RelatedPerson", `{"resourceType":"RelatedPerson","patient":{"reference":"Patient/objected"}}`},
	{"POST /Group", `{"resourceType":"Group","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/objected"}},{"entity":{"reference":"Patient/open"}}]}`},
	{"POST /Task", `{"resourceType":"Task","status":"requested","intent":"order","for":{"reference":"Patient/objected"},"owner":{ORG}}`},
	{"POST /ServiceRequest", `{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/objected"},"performer":[{ORG}]}`},
	{"POST /Patient", `{"resourceType":"Patient","managingOrganization":{ORG},"link":[{"other":{"reference":"Patient/objected"},"type":"replaces"}],"contained":[{"resourceType":"PractitionerRole","id":"c","meta":{"security":[` + factCoding + `]}}],"generalPractitioner":[{"reference":"#c"}]}`},
	{"POST /Provenance", `{"resourceType":"Provenance","target":[{"reference":"Patient/objected"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{ORG}}]}`},
	{"POST /Organization", `{"resourceType":"Organization","name":"x",` + odsIdentifier("A") + `}`},
	{"PUT /Organization?identifier=https://fhir.nhs.uk/Id/ods-organization-code%7CA", `{"resourceType":"Organization","name":"x",` + odsIdentifier("X") + `}`},
	{"POST /PractitionerRole", `{"resourceType":"PractitionerRole","active":true,"organization":{ORG},"contained":[{"resourceType":"Contract","id":"c","meta":{"security":[` + factCoding + `]}}]}`},
	{"POST /SearchParameter", `{"resourceType":"SearchParameter","url":"http://example.org/sp","name":"x","status":"active","description":"x","code":"patient","base":["CarePlan"],"type":"reference","expression":"CarePlan.author"}`},
	{"POST /Bundle", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Contract","meta":{"security":[` + factCoding + `]}}}]}`},
	{"POST /Patient/objected/$confirm-sharing", ""}, {"POST /Patient/restricted/$lift-restriction", ""}, {"POST /Patient/objected/$reveal-key-safe", `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"code"},{"name":"reason","valueCode":"going-in"}]}`},
}

// Nobody joins the record of somebody else by writing something beside it, alone or in a Bundle, under a
// second id or by a key twice.
func TestAttack_JoiningARecord(t *testing.T) {
	w := newMatrixWorld(t)
	for who, code := range map[string]string{"other": "X", "paramedic": "U", "crew": "X", "foreign": "X", "breaker": "X", "patient": "X", "attorney": "X", "officer": "P", "cad": "U", "dispatched": "U"} {
		header := w.caller(who)
		for _, row := range joining {
			body := strings.ReplaceAll(row.body, "ORG", odsReference(code))
			r := w.send(row.line, body, header)
			if about := strings.Contains(row.line+row.body, "Patient/objected") && !strings.HasPrefix(row.line, "POST /Patient"); r.status >= 500 || about && r.status < 400 {
				t.Errorf("%s: %s = %d %s", who, row.line, r.status, shorten(r.body))
			}
			method, target, _ := strings.Cut(row.line, " /")
			if body == "" || strings.Contains(target, "$") {
				continue
			}
			for _, kind := range []string{"batch", "transaction"} {
				if r := w.send("POST /", `{"resourceType":"Bundle","type":"`+kind+`","entry":[{"resource":`+body+`,"request":{"method":"`+method+`","url":"`+target+`"}}]}`, header); r.status >= 500 {
					t.Errorf("%s: %s in a %s = %d %s", who, row.line, kind, r.status, shorten(r.body))
				}
			}
		}
		list := w.send("POST /Organization/x/$staff-list", "issuer,subject,role,from,trained-until\n"+w.issuer.URL+",stranger,clinical,2023-01-01,2089-01-01\n", header, "Content-Type: text/csv")
		if list.status < 400 || list.status >= 500 {
			t.Errorf("%s: $staff-list = %d %s", who, list.status, shorten(list.body))
		}
		w.unmoved("joining by " + who)
	}
	w.silent("objected", "Bearer", factCoding)
}

// A body says one thing: an id of another, a member twice and a type of another are refused, by those who may write.
func TestAttack_TwoThingsAtOnce(t *testing.T) {
	w := newMatrixWorld(t)
	author := w.caller("author")
	for line, body := range map[string]string{
		"PUT /Observation/oopen":     matrixObservation("orestricted", "open"),
		"PUT /Observation?_id=oopen": matrixObservation("orestricted", "open"),
		"PUT /Patient/open":          `{"resourceType":"Patient","id":"open","id":"restricted"}`,
		"PUT /Patient/open ":         `{"resourceType":"Patient","id":"open","meta":{"security":[]},"meta":{}}`,
		"PUT /Observation/oopen ":    strings.Replace(matrixObservation("oopen", "open"), `"subject":`, `"subject":{"reference":"Patient/objected"},"subject":`, 1),
		"PUT /Observation/oopen  ":   strings.Replace(matrixObservation("oopen", "open"), `"subject":`, `"\u0073ubject":{"reference":"Patient/objected"},"subject":`, 1),
		"POST /Observation":          strings.Replace(matrixObservation("oopen", "open"), `{`, `{"resourceType":"Patient",`, 1),
		"POST /Observation ":         `{"resourceType":"Contract","status":"executed"}`,
		"POST /":                     `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + matrixObservation("orestricted", "open") + `,"request":{"method":"PUT","url":"Observation/oopen"}}]}`,
		"POST / ":                    `{"resourceType":"Bundle","type":"batch","type":"transaction","entry":[]}`,
		"POST /  ":                   `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + matrixObservation("oopen", "open") + `,"request":{"method":"POST","url":"Contract"}}]}`,
	} {
		if r := w.send(strings.TrimRight(line, " "), body, author); r.status != 400 && r.status != 422 || !strings.Contains(string(r.body), "OperationOutcome") {
			t.Errorf("%s %s = %d %s", line, body, r.status, shorten(r.body))
		}
	}
	for _, id := range []string{"oopen", "orestricted", "oobjected"} {
		if r := w.must(200, "GET /Observation/"+id, "", author); !strings.Contains(string(r.body), `"versionId":"1"`) {
			t.Errorf("%s was written: %s", id, shorten(r.body))
		}
	}
}
