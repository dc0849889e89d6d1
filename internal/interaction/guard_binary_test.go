package interaction_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hearken/internal/access"
	"hearken/internal/interaction"
)

// binaryText and the id of a Binary are what it holds.
const binaryText = "Letter of "

// binaryOf is a Binary that is seen by a resource; by none with "".
func binaryOf(id, context string) string {
	named := ""
	if context != "" {
		named = `,"securityContext":{"reference":"` + context + `"}`
	}
	return `{"resourceType":"Binary","id":"` + id + `","contentType":"text/plain"` + named + `,"data":"` + base64.StdEncoding.EncodeToString([]byte(binaryText+id)) + `"}`
}

// binarySurfaces are ways to come upon the Binary that is seen by the plan of a patient.
func binarySurfaces(id string) []surface {
	binary := `"id":"b` + id + `"`
	return []surface{
		{name: "raw content", target: "Binary/b" + id, shows: binaryText + "b" + id},
		{name: "raw content by its type", target: "Binary/b" + id, shows: binaryText + "b" + id, accept: "text/plain"},
		{name: "Binary", target: "Binary/b" + id, shows: binary, accept: "application/fhir+json"},
		{name: "vread of raw content", target: "Binary/b" + id + "/_history/1", shows: binaryText + "b" + id},
		{name: "history of a Binary", target: "Binary/b" + id + "/_history", shows: binary},
		{name: "history of Binaries", target: "Binary/_history?_count=100", shows: binary, search: true},
		{name: "history of all with Binaries", target: "_history?_count=500", shows: binary, search: true},
		{name: "search of a Binary", target: "Binary?_id=b" + id, shows: binary, search: true},
		{name: "search of all Binaries", target: "Binary?_count=100", shows: binary, search: true},
		{name: "several types with Binaries", target: "?_type=Binary,Patient&_count=200", shows: binary, search: true},
		{name: "total of Binaries", target: "Binary?_summary=count&_id=b" + id, shows: `"total":1`, search: true},
		{name: "batch with a Binary", target: "BATCH Binary/b" + id, shows: binary, search: true},
	}
}

// whoSees are the callers to whom a Binary is shown. By every way to it that is the same.
func whoSees(t testing.TB, s *interaction.Server, id string) string {
	t.Helper()
	var found []string
	for who := range visibleTo {
		p := principal(who, "user/*.cruds")
		shown := map[bool][]string{}
		for _, target := range []string{"Binary/" + id, "Binary/" + id + "/_history", "Binary?_id=" + id, "Binary?_count=1000", "?_type=Binary&_count=1000", "Binary/_history?_count=1000"} {
			a := answer(s, as(p, http.MethodGet, target, ""))
			sees := a.Status == 200 && (strings.Contains(string(a.Body), binaryText+id) || strings.Contains(string(a.Body), `"id":"`+id+`"`))
			shown[sees] = append(shown[sees], target)
			if single := !strings.ContainsAny(target, "?") && target != "Binary/_history"; single && !sees && a.Status == 200 {
				t.Errorf("%s: GET %s = %d %.200s", who, target, a.Status, a.Body)
			}
		}
		if len(shown) > 1 {
			t.Errorf("%s sees %s by %v, and not by %v", who, id, shown[true], shown[false])
		}
		if shown[true] != nil {
			found = append(found, who)
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

// whoReads are the callers who read a resource.
func whoReads(s *interaction.Server, target string) string {
	var found []string
	for who := range visibleTo {
		if a := answer(s, as(principal(who, "user/*.cruds"), http.MethodGet, target, "")); a.Status == 200 {
			found = append(found, who)
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

const (
	ofOpen      = "adviser attorney author client-partner gp paramedic patient"                    // who sees what is of p1
	ofX         = "adviser attorney author breaker client-partner crew gp other paramedic patient" // and X is an author
	ofDraft     = "attorney author client-partner gp patient"
	ofObjected  = "author breaker client-partner"
	thirdParty  = `"meta":{"security":[{"system":"` + access.LabelSystem + `","code":"third-party"}]},`
	documentRef = `{"resourceType":"DocumentReference","id":"%s","status":"current","subject":{"reference":"Patient/%s"},"content":[{"attachment":{"url":"Binary/%s"}}]}`
)

// A Binary is seen by whoever sees the resource that its securityContext names; by nobody, administrators
// included, where it names none on this server that can stand for it.
func TestGuard_BinaryContext(t *testing.T) {
	s := guarded(t)
	event := ""
	unguarded(s, func() {
		event = text(t, mustDo(t, s, 201, "POST", "AuditEvent", `{"resourceType":"AuditEvent","type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110100"},"recorded":"2024-01-01T00:00:00Z",
			"agent":[{"requestor":true}],"source":{"observer":{"display":"x"}},"entity":[{"what":{"reference":"Patient/p1"}}]}`).Body, "id")
		put(t, s, "DocumentReference/d1", fmt.Sprintf(documentRef, "d1", "p1", "named"))
		put(t, s, "CarePlan/draft", planOf("draft", "draft", "p1", "a"))
		put(t, s, "Observation/third", strings.Replace(observationOf("third", "p1"), `"status"`, thirdParty+`"status"`, 1))
		put(t, s, "Observation/part", strings.Replace(observationOf("part", "p1"), `"status"`, `"note":[{"extension":[{"url":"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label",`+
			`"valueCoding":{"system":"`+access.LabelSystem+`","code":"third-party"}}],"text":"x"}],"status"`, 1))
		put(t, s, "Observation/both", observationOf("both", "p1", "p2"))
		put(t, s, "Observation/gone", observationOf("gone", "p1"))
		mustDo(t, s, 204, "DELETE", "Observation/gone", "")
		put(t, s, "Practitioner/who", `{"resourceType":"Practitioner","id":"who"}`)
		put(t, s, "Binary/named", binaryOf("named", "DocumentReference/d1"))
	})
	for name, row := range map[string]struct{ context, want string }{
		"the patient":                      {`{"reference":"Patient/p1"}`, ofOpen},
		"a document":                       {`{"reference":"DocumentReference/d1"}`, ofOpen},
		"a plan":                           {`{"reference":"CarePlan/cp1"}`, ofOpen},
		"a draft":                          {`{"reference":"CarePlan/draft"}`, ofDraft},
		"a consent of who objected":        {`{"reference":"Consent/no"}`, ofObjected},
		"a restricted record":              {`{"reference":"Patient/p3"}`, "author client-partner crew"},
		"a version":                        {`{"reference":"CarePlan/cp1/_history/1"}`, ofOpen},
		"under its own URL":                {`{"reference":"http://hearken.test/fhir/CarePlan/cp1"}`, ofOpen},
		"withheld from the person":         {`{"reference":"Observation/third"}`, "adviser author client-partner gp paramedic"},
		"withheld from the person in part": {`{"reference":"Observation/part"}`, "adviser author client-partner gp paramedic"},
		"of two patients":                  {`{"reference":"Observation/both"}`, "author client-partner"},
		"a place in the directory":         {`{"reference":"Practitioner/who"}`, "admin adviser author breaker client-other client-partner crew gp officer other paramedic untrained"},
		"a fact about access":              {`{"reference":"Contract/A"}`, "admin"},
		"what is not there":                {`{"reference":"DocumentReference/none"}`, ""},
		"what was deleted":                 {`{"reference":"Observation/gone"}`, ""},
		"a Binary":                         {`{"reference":"Binary/named"}`, ""},
		"itself":                           {`{"reference":"Binary/it"}`, ""},
		"an AuditEvent":                    {`{"reference":"AuditEvent/` + event + `"}`, ""},
		"elsewhere":                        {`{"reference":"https://elsewhere.test/fhir/Patient/p1"}`, ""},
		"by identifier":                    {`{"identifier":{"system":"urn:n","value":"p1"}}`, ""},
		"in words":                         {`{"display":"Patient/p1"}`, ""},
		"no resource type":                 {`{"reference":"Patients/p1"}`, ""},
		"an extension":                     {`{"extension":[{"url":"urn:x","valueReference":{"reference":"Patient/p1"}}]}`, ""},
		"none":                             {``, ""},
		"the patient, itself third-party":  {`{"reference":"Patient/p1"},` + strings.TrimSuffix(thirdParty, ","), "adviser author client-partner gp paramedic"},
		"the patient, itself like a fact":  {`{"reference":"Patient/p1"},` + factMeta, ""},
		"the patient, itself confidential": {`{"reference":"Patient/p1"},"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}`, ofOpen},
	} {
		body := binaryOf("it", "")
		if row.context != "" {
			body = strings.Replace(body, `,"data"`, `,"securityContext":`+row.context+`,"data"`, 1)
		}
		unguarded(s, func() { put(t, s, "Binary/it", body) })
		if got := whoSees(t, s, "it"); got != row.want {
			t.Errorf("%s: seen by %q, want %q", name, got, row.want)
		}
	}
}

// What points at a Binary shows it to nobody, whoever wrote it.
func TestGuard_BinaryPointedAt(t *testing.T) {
	s := guarded(t)
	unguarded(s, func() {
		put(t, s, "Binary/bare", binaryOf("bare", ""))
		put(t, s, "DocumentReference/old", fmt.Sprintf(documentRef, "old", "p1", "bare"))
	})
	for _, id := range []string{"bare", "bp2", "bp4"} {
		before := whoSees(t, s, id)
		for _, who := range []string{"gp", "author", "patient"} {
			if a := answer(s, as(principal(who, "user/*.cruds"), "POST", "DocumentReference", fmt.Sprintf(documentRef, "x", "p1", id))); a.Status != 201 {
				t.Fatalf("%s: %d %s", who, a.Status, a.Body)
			}
		}
		if got := whoSees(t, s, id); got != before {
			t.Errorf("%s is seen by %q after others pointed at it, was by %q", id, got, before)
		}
	}
	if got := whoSees(t, s, "bare"); got != "" {
		t.Errorf("what names no context is seen by %q", got)
	}
}

// The label of a Binary follows its context, in the commit that changes that.
func TestGuard_BinaryFollows(t *testing.T) {
	s := guarded(t)
	now := func(what, want string) {
		t.Helper()
		got := whoSees(t, s, "l")
		if got != want {
			t.Errorf("%s: the Binary is seen by %q, want %q", what, got, want)
		}
		var named interaction.Answer
		unguarded(s, func() { named = do(s, "GET", "Binary/l", "") })
		if context := named.SecurityContext; !strings.HasPrefix(context, "Binary") && !strings.Contains(what, "in part") && got != whoReads(s, context) {
			t.Errorf("%s: the Binary is seen by %q, and %s by %q", what, got, context, whoReads(s, context))
		}
	}
	then := func(what, want, target, body string) {
		t.Helper()
		unguarded(s, func() { put(t, s, target, body) })
		now(what, want)
	}
	document := func(patient string) string { return fmt.Sprintf(documentRef, "l", patient, "l") }
	then("the context is not there", "", "Binary/l", binaryOf("l", "DocumentReference/l"))
	then("it comes", ofOpen, "DocumentReference/l", document("p1"))
	then("the person objects", "attorney author client-partner patient", "Consent/l", fmt.Sprintf(sharingConsent, "l", "active", "882941000000102", "p1", "2024-01-01", "deny"))
	then("and agrees", ofOpen, "Consent/l", fmt.Sprintf(sharingConsent, "l", "active", "882921000000109", "p1", "2024-02-01", "permit"))
	then("another author", ofX, "CarePlan/l", planOf("l", "active", "p1", "x"))
	patient := `{"resourceType":"Patient","id":"p1",%s"generalPractitioner":[{"reference":"Organization/p"}],"managingOrganization":{"reference":"Organization/a"}}`
	then("restricted", "attorney author breaker client-partner crew other patient", "Patient/p1", fmt.Sprintf(patient, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`))
	then("no more", ofX, "Patient/p1", fmt.Sprintf(patient, ""))
	then("the author gone", ofOpen, "CarePlan/l", planOf("l", "active", "p1", "a"))
	then("withheld from the person", "adviser author client-partner gp paramedic", "DocumentReference/l", strings.Replace(document("p1"), `"status"`, thirdParty+`"status"`, 1))
	then("and told", ofOpen, "DocumentReference/l", document("p1"))
	then("withheld from the person in part", "adviser author client-partner gp paramedic", "DocumentReference/l", strings.Replace(document("p1"), `"attachment"`, `"extension":[{"url":`+
		`"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label","valueCoding":{"system":"`+access.LabelSystem+`","code":"safeguarding"}}],"attachment"`, 1))
	then("and told again", ofOpen, "DocumentReference/l", document("p1"))
	then("moved to another patient", ofObjected, "DocumentReference/l", document("p2"))
	then("who agrees", "adviser author breaker client-partner gp paramedic", "Consent/no", fmt.Sprintf(sharingConsent, "no", "active", "882921000000109", "p2", "2024-02-01", "permit"))
	then("and objects", ofObjected, "Consent/no", fmt.Sprintf(sharingConsent, "no", "active", "882941000000102", "p2", "2024-03-01", "deny"))
	then("moved back", ofOpen, "DocumentReference/l", document("p1"))
	then("a later plan is a draft", ofOpen, "CarePlan/l", planOf("l", "draft", "p1", "a"))
	then("the Binary names the draft", ofDraft, "Binary/l", binaryOf("l", "CarePlan/l"))
	then("which is approved", ofOpen, "CarePlan/l", planOf("l", "active", "p1", "a"))
	then("a draft again", ofDraft, "CarePlan/l", planOf("l", "draft", "p1", "a"))
	unguarded(s, func() { mustDo(t, s, 204, "DELETE", "CarePlan/l", "") })
	now("deleted", "")
	then("there again", ofOpen, "CarePlan/l", planOf("l", "active", "p1", "a"))
	then("a chain", "", "Binary/l", binaryOf("l", "Binary/bp1"))
	then("a loop", "", "Binary/bp1", binaryOf("bp1", "Binary/l"))
	then("the loop is broken elsewhere", "", "Binary/bp1", binaryOf("bp1", "CarePlan/cp1"))
	unguarded(s, func() {
		mustDo(t, s, 200, "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[
			{"resource":`+binaryOf("l", "DocumentReference/t")+`,"request":{"method":"PUT","url":"Binary/l"}},
			{"resource":`+fmt.Sprintf(documentRef, "t", "p1", "l")+`,"request":{"method":"PUT","url":"DocumentReference/t"}},
			{"resource":`+fmt.Sprintf(sharingConsent, "l", "active", "882941000000102", "p1", "2024-04-01", "deny")+`,"request":{"method":"PUT","url":"Consent/l"}}]}`)
	})
	now("the context and an objection come in the same transaction", "attorney author client-partner patient")
	unguarded(s, func() {
		mustDo(t, s, 200, "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[
			{"request":{"method":"DELETE","url":"DocumentReference/t"}},
			{"resource":`+fmt.Sprintf(sharingConsent, "l", "active", "882921000000109", "p1", "2024-05-01", "permit")+`,"request":{"method":"PUT","url":"Consent/l"}}]}`)
	})
	now("it goes with the objection", "")
}
