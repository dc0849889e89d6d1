package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/config"
)

// The records of the matrix, by what stands in the way of seeing them. Each is a Patient, an approved plan
// (of "unrelated" a draft), an Observation, one that was deleted, and a letter that is seen by who sees the
// plan: all of organisation A, and all but the last patient's of practice P.
var matrixRecords = []string{"open", "objected", "restricted", "unrelated"}

const absentRecord = "none"

// matrixCaller is a column of the table of who may see what.
type matrixCaller struct {
	name    string
	header  func(*loginWorld) string
	refused int    // the status of every request; 0 for one who is let in
	sees    string // the records
	absent  int    // the status of a read of what is not there or not visible
	hint    string // what every searchset says

	scopeless bool // refused by the scopes, before anything is looked up
}

const (
	emergencyHint = "emergency access is available"
	moreHint      = "there may be records you cannot see"
)

// matrixCallers is the table.
var matrixCallers = []matrixCaller{
	{name: "no token", header: func(*loginWorld) string { return "X-None: 1" }, refused: 401},
	{name: "forged", header: func(w *loginWorld) string { h := w.bearer("author", everything); return h[:len(h)-8] + "AAAAAAAA" }, refused: 401},
	{name: "alg none", header: func(w *loginWorld) string {
		parts := strings.Split(w.token(claims{"sub": "author", "scope": everything}), ".")
		return "Authorization: Bearer " + b64([]byte(`{"alg":"none","typ":"at+jwt"}`)) + "." + parts[1] + "."
	}, refused: 401},
	{name: "expired", header: func(w *loginWorld) string {
		return "Authorization: Bearer " + w.token(claims{"sub": "author", "scope": everything, "exp": time.Now().Unix() - 60})
	}, refused: 401},
	{name: "no scope", header: func(w *loginWorld) string { return w.bearer("author", "openid") }, refused: 403, scopeless: true},
	{name: "stranger", header: asUser("stranger"), refused: 403},
	{name: "lapsed-adviser", header: asUser("lapsed-adviser"), refused: 403},
	{name: "untrained", header: asUser("untrained"), refused: 403},
	{name: "untrained-breaker", header: asUser("untrained-breaker"), sees: "unrelated", absent: 403, hint: emergencyHint},
	{name: "author", header: asUser("author"), sees: "open objected restricted unrelated", absent: 404, hint: emergencyHint},
	{name: "gp", header: asUser("gp"), sees: "open", absent: 404, hint: emergencyHint},
	{name: "paramedic", header: asUser("paramedic"), sees: "open", absent: 404, hint: emergencyHint},
	{name: "adviser", header: asUser("adviser"), sees: "open", absent: 404, hint: moreHint},
	{name: "other", header: asUser("other"), absent: 404, hint: emergencyHint},
	{name: "breaker", header: asUser("breaker"), sees: "objected", absent: 404, hint: emergencyHint},
	{name: "late-breaker", header: asUser("late-breaker"), absent: 404, hint: emergencyHint},
	{name: "crew", header: asUser("crew"), sees: "restricted", absent: 404, hint: emergencyHint},
	{name: "dispatched", header: asUser("dispatched"), sees: "open restricted", absent: 404, hint: emergencyHint},
	{name: "called off", header: asUser("called off"), sees: "open", absent: 404, hint: emergencyHint},
	{name: "officer", header: asUser("officer"), absent: 404},
	{name: "partner", header: asClient("partner"), sees: "open objected restricted unrelated", absent: 404},
	{name: "foreign", header: asClient("foreign"), absent: 404},
	{name: "cad", header: asClient("cad"), absent: 404},
	{name: "unlisted", header: asClient("unlisted"), absent: 404},
	{name: "patient", header: func(w *loginWorld) string {
		return "Authorization: Bearer " + w.token(claims{"sub": "doreen", "scope": "patient/*.cruds", "patient": "open", "fhirUser": "Patient/open"})
	}, sees: "open", absent: 404},
	{name: "attorney", header: func(w *loginWorld) string {
		return "Authorization: Bearer " + w.token(claims{"sub": "anne", "scope": everything, "fhirUser": "RelatedPerson/" + w.attorney})
	}, sees: "open", absent: 404},
	{name: "admin", header: asUser("admin"), absent: 404},
}

func asUser(subject string) func(*loginWorld) string {
	return func(w *loginWorld) string { return w.bearer(subject, everything) }
}

func asClient(id string) func(*loginWorld) string {
	return func(w *loginWorld) string { return w.client(id) }
}

// newMatrixWorld is a server with the records and callers of the matrix.
func newMatrixWorld(t testing.TB) *loginWorld {
	return newMatrixWorldWith(t, func(*config.Config) {}, app.Deps{})
}

// newMatrixWorldWith is newMatrixWorld with other settings, or a clock of the test's own.
func newMatrixWorldWith(t testing.TB, change func(*config.Config), d app.Deps) *loginWorld {
	w := newLoginWorldWith(t, func(c *config.Config) {
		c.RateClient, c.RateCaller, c.RateAddress = 0, 0, 0
		change(c)
	}, d)
	admin, partner := w.bearer("admin", everything), w.client("partner")
	w.matrixStaff(admin)
	author := strings.Replace(strings.TrimSuffix(odsIdentifier("A"), "]"), "[", "", 1)
	for _, id := range matrixRecords {
		gp, label, status := `"generalPractitioner":[{`+strings.ReplaceAll(author, `"A"`, `"P"`)+`}],`, "", "active"
		switch id {
		case "restricted":
			label = `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`
		case "unrelated":
			gp, status = "", "draft"
		}
		w.must(201, "PUT /Patient/"+id, `{"resourceType":"Patient","id":"`+id+`",`+label+gp+`"managingOrganization":{`+author+`},"identifier":[{"system":"urn:n","value":"`+id+`"}]}`, partner)
		w.must(201, "PUT /CarePlan/c"+id, `{"resourceType":"CarePlan","id":"c`+id+`","status":"`+status+`","intent":"plan","subject":{"reference":"Patient/`+id+`"},
			"category":[{"coding":[{"system":"http://snomed.info/sct","code":"735324008"}]}],"author":{`+author+`}}`, partner)
		w.must(201, "PUT /Binary/b"+id, "Letter of "+id, partner, "Content-Type: application/pdf", "X-Security-Context: CarePlan/c"+id)
		for _, observation := range []string{"o" + id, "d" + id} {
			w.must(201, "PUT /Observation/"+observation, matrixObservation(observation, id), partner)
		}
		w.must(204, "DELETE /Observation/d"+id, "", partner)
	}
	w.must(201, "POST /Consent", `{"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
		"category":[{"coding":[{"system":"http://snomed.info/sct","code":"882941000000102"}]}],"patient":{"reference":"Patient/objected"},"dateTime":"2024-01-01","policyRule":{"text":"x"},"provision":{"type":"deny"}}`, partner)
	w.attorney = w.fact("POST /RelatedPerson", `{"resourceType":"RelatedPerson",`+factLabel+`,"patient":{"reference":"Patient/open"}}`)
	for _, grant := range []struct{ subject, until, code, patient string }{
		{"breaker", "2089-01-01T00:00:00Z", "break-glass", "objected"}, {"late-breaker", "2024-01-01T00:00:00Z", "break-glass", "objected"},
		{"crew", "2089-01-01T00:00:00Z", "urgent-care-contact", "restricted"}, {"untrained-breaker", "2089-01-01T00:00:00Z", "break-glass", "unrelated"},
	} {
		body := `{"resourceType":"Basic",` + factLabel + `,"identifier":[{"system":"` + w.issuer.URL + `","value":"` + grant.subject + `","period":{"end":"` + grant.until + `"}}],
			"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"` + grant.code + `"}]},"subject":{"reference":"Patient/` + grant.patient + `"}}`
		if grant.subject == "late-breaker" {
			w.must(201, "POST /Basic", body, admin) // it lets nobody in any more
			continue
		}
		w.fact("POST /Basic", body)
	}
	w.dispatch("dispatched", "restricted", "in-progress")
	w.dispatch("called off", "restricted", "planned")
	w.dispatch("called off", "restricted", "cancelled")
	w.dispatch("called off", "objected", "planned")
	return w
}

// dispatch has the dispatch system of organisation U tell of somebody who is sent to a patient.
func (w *loginWorld) dispatch(crew, patient, status string) {
	w.t.Helper()
	w.must(200, "POST /Encounter/$dispatch", `{"resourceType":"Encounter","status":"`+status+`","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"EMER"},
		"identifier":[{"system":"urn:dispatch","value":"`+crew+" "+patient+`"}],"subject":{"reference":"Patient/`+patient+`"},
		"participant":[{"individual":{"identifier":{"system":"`+w.issuer.URL+`","value":"`+crew+`"}}}]}`, w.client("cad"))
}

// matrixStaff is the practice, its agreement, and the staff that the smaller world has not.
func (w *loginWorld) matrixStaff(admin string) {
	w.t.Helper()
	w.fact("POST /Contract", `{"resourceType":"Contract",`+factLabel+`,"status":"executed",`+odsIdentifier("P")+`,"applies":{"start":"2023-01-01","end":"2090-01-01"},
		"subType":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HOPERAT"},
		{"system":"`+roleSystem+`","code":"clinical"},{"system":"`+roleSystem+`","code":"privacy-officer"}]}]}`)
	w.must(201, "POST /Organization", `{"resourceType":"Organization","name":"x",`+odsIdentifier("P")+`}`, admin)
	for _, one := range []struct{ subject, code, role, trained string }{
		{"gp", "P", "clinical", "2089-01-01"}, {"adviser", "U", "urgent-non-clinical", "2089-01-01"}, {"breaker", "X", "clinical", "2089-01-01"},
		{"late-breaker", "X", "clinical", "2089-01-01"}, {"crew", "X", "clinical", "2089-01-01"}, {"dispatched", "U", "clinical", "2089-01-01"}, {"called off", "U", "clinical", "2089-01-01"}, {"untrained-breaker", "A", "clinical", "2023-12-31"},
		{"officer", "P", "privacy-officer", "2089-01-01"},
	} {
		w.fact("POST /PractitionerRole", fmt.Sprintf(`{"resourceType":"PractitionerRole",%s,"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/trained-until","valueDate":"%s"}],
			"identifier":[{"system":"%s","value":"%s"}],"active":true,"period":{"start":"2023-01-01"},"organization":{%s},"code":[{"coding":[{"system":"%s","code":"%s"}]}]}`,
			factLabel, one.trained, w.issuer.URL, one.subject, strings.Replace(strings.Trim(odsIdentifier(one.code), "[]"), "[", "", 1), roleSystem, one.role))
	}
}

func matrixObservation(id, patient string) string {
	return `{"resourceType":"Observation","id":"` + id + `","status":"final","code":{"text":"x"},"identifier":[{"system":"urn:n","value":"` + id + `"}],"subject":{"reference":"Patient/` + patient + `"}}`
}
