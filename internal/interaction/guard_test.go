package interaction_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/interaction"
	"hearken/internal/smart"
)

const issuer = "https://issuer.test"

// guarded is a server that people log in to, with what there is to be seen on it: four patients with a plan
// of organisation A each, of practice P, of whom p2 has objected to sharing, p3 is restricted, and p4 is A's
// alone; and the facts about the callers.
func guarded(t testing.TB) *interaction.Server {
	t.Helper()
	s, _ := newServer(t)
	guard(t, s)
	return s
}

// login has people log in to a server.
func login(s *interaction.Server) {
	callers := &interaction.Callers{Server: s, Administrators: func(_, subject string) bool { return subject == "admin" }}
	s.Login = &interaction.Login{Rules: interaction.NewRules(registry(), s.Parser), Caller: callers.Caller, Still: callers.Still}
}

// guard makes an empty server such a one.
func guard(t testing.TB, s *interaction.Server) {
	t.Helper()
	for _, code := range []string{"A", "P", "U", "X"} {
		put(t, s, "Organization/"+strings.ToLower(code), `{"resourceType":"Organization","id":"`+strings.ToLower(code)+`","name":"x",`+fmt.Sprintf(ods, code)+`}`)
		purposes := `{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HOPERAT"}`
		if code == "U" {
			purposes += `,{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"ETREAT"}`
		}
		put(t, s, "Contract/"+code, `{"resourceType":"Contract","id":"`+code+`",`+factMeta+`,"status":"executed",`+fmt.Sprintf(ods, code)+`,"applies":{"start":"2023-01-01","end":"2030-01-01"},
			"subType":[{"coding":[`+purposes+`,{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"clinical"},{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"urgent-non-clinical"},
			{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"privacy-officer"},{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"system"}]}]}`)
	}
	for _, one := range []struct{ subject, code, role, trained string }{
		{"author", "A", "clinical", "2029-01-01"}, {"gp", "P", "clinical", "2029-01-01"}, {"paramedic", "U", "clinical", "2029-01-01"},
		{"adviser", "U", "urgent-non-clinical", "2029-01-01"}, {"other", "X", "clinical", "2029-01-01"}, {"breaker", "X", "clinical", "2029-01-01"},
		{"crew", "X", "clinical", "2029-01-01"}, {"untrained", "A", "clinical", "2023-12-31"}, {"lapsed", "P", "clinical", "2023-12-31"}, {"lapsed-adviser", "U", "urgent-non-clinical", "2023-12-31"},
		{"officer", "A", "privacy-officer", "2029-01-01"}, {"client-partner", "A", "system", "2029-01-01"},
	} {
		put(t, s, "PractitionerRole/s-"+one.subject, `{"resourceType":"PractitionerRole","id":"s-`+one.subject+`",`+factMeta+`,"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/trained-until","valueDate":"`+one.trained+`"}],
			"identifier":[{"system":"`+issuer+`","value":"`+one.subject+`"}],"active":true,"period":{"start":"2023-01-01"},"organization":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"`+one.code+`"}},
			"code":[{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"`+one.role+`"}]}]}`)
	}
	for i, meta := range []string{"", "", `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`, ""} {
		id, gp := fmt.Sprintf("p%d", i+1), `"generalPractitioner":[{"reference":"Organization/p"}],`
		if i == 3 {
			gp = ""
		}
		put(t, s, "Patient/"+id, `{"resourceType":"Patient","id":"`+id+`",`+meta+gp+`"managingOrganization":{"reference":"Organization/a"},"identifier":[{"system":"urn:n","value":"`+id+`"}]}`)
		put(t, s, "CarePlan/c"+id, planOf("c"+id, "active", id, "a"))
		put(t, s, "Observation/o"+id, observationOf("o"+id, id))
		put(t, s, "Binary/b"+id, binaryOf("b"+id, "CarePlan/c"+id))
	}
	put(t, s, "CarePlan/cp4", planOf("cp4", "draft", "p4", "a"))
	put(t, s, "Consent/no", fmt.Sprintf(sharingConsent, "no", "active", "882941000000102", "p2", "2024-01-01", "deny"))
	put(t, s, "RelatedPerson/attorney", `{"resourceType":"RelatedPerson","id":"attorney",`+factMeta+`,"patient":{"reference":"Patient/p1"}}`)
	grant := `{"resourceType":"Basic","id":"%s",` + factMeta + `,"identifier":[{"system":"` + issuer + `","value":"%s","period":{"end":"%s"}}],"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"%s"}]},"subject":{"reference":"Patient/%s"}}`
	put(t, s, "Basic/g1", fmt.Sprintf(grant, "g1", "breaker", "2024-02-29T13:00:00Z", "break-glass", "p2"))
	put(t, s, "Basic/g2", fmt.Sprintf(grant, "g2", "breaker", "2024-02-29T11:00:00Z", "break-glass", "p3"))
	put(t, s, "Basic/g3", fmt.Sprintf(grant, "g3", "crew", "2024-02-29T13:00:00Z", "urgent-care-contact", "p3"))
	put(t, s, "Basic/g4", fmt.Sprintf(grant, "g4", "untrained", "2024-02-29T13:00:00Z", "break-glass", "p4"))
	login(s)
}

const factMeta = `"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"fact"}]}`

// principal is somebody with a token for everything they may see.
func principal(subject, scopes string) *smart.Principal {
	p := &smart.Principal{Issuer: issuer, Subject: subject, ClientID: "app", User: true, Scopes: smart.ParseScopes(scopes), Expires: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	switch {
	case strings.HasPrefix(subject, "client-"):
		p.User, p.ClientID, p.Scopes = false, subject, smart.ParseScopes("system/*.cruds")
	case subject == "patient":
		p.Context.FHIRUser = fhir.Key{Type: "Patient", ID: "p1"}
	case subject == "attorney":
		p.Context.FHIRUser = fhir.Key{Type: "RelatedPerson", ID: "attorney"}
	}
	return p
}

func as(p *smart.Principal, method, target, body string) interaction.Call {
	c := call(method, target, body)
	c.Principal = p
	return c
}

// visibleTo is the table of who may see what: the patients whose records each caller sees, or the status of
// every request.
var visibleTo = map[string]string{
	"author": "p1 p2 p3 p4", "gp": "p1", "paramedic": "p1", "adviser": "p1", "other": "", "breaker": "p2", "crew": "p3",
	"untrained": "p4", "lapsed": "403", "lapsed-adviser": "403", "officer": "", "client-partner": "p1 p2 p3 p4", "client-other": "",
	"patient": "p1", "attorney": "p1", "stranger": "403", "admin": "",
}

// surface is a way to come upon the record of a patient. It shows it with status 200 and the text of shows in
// the answer.
type surface struct {
	name, target, shows string
	search              bool // what is hidden is not in it; otherwise it is not found
	accept              string
}

func surfaces(id string) []surface {
	plan, patient := `"id":"c`+id+`"`, `"id":"`+id+`"`
	return []surface{
		{name: "read", target: "CarePlan/c" + id, shows: plan, search: false},
		{name: "read the patient", target: "Patient/" + id, shows: patient, search: false},
		{name: "vread", target: "CarePlan/c" + id + "/_history/1", shows: plan, search: false},
		{name: "history", target: "CarePlan/c" + id + "/_history", shows: plan, search: false},
		{name: "type history", target: "CarePlan/_history?_count=100", shows: plan, search: true},
		{name: "system history", target: "_history?_count=500", shows: plan, search: true},
		{name: "search", target: "CarePlan?_count=100", shows: plan, search: true},
		{name: "search by id", target: "CarePlan?_id=c" + id, shows: plan, search: true},
		{name: "search by identifier", target: "Patient?identifier=urn:n|" + id, shows: patient, search: true},
		{name: "total", target: "Patient?_summary=count&identifier=urn:n|" + id, shows: `"total":1`, search: true},
		{name: "chain", target: "CarePlan?patient.identifier=urn:n|" + id, shows: plan, search: true},
		{name: "has", target: "Patient?_has:CarePlan:patient:_id=c" + id, shows: patient, search: true},
		{name: "include", target: "CarePlan?_id=c" + id + "&_include=CarePlan:subject", shows: patient, search: true},
		{name: "revinclude", target: "Patient?_id=" + id + "&_revinclude=CarePlan:subject", shows: plan, search: true},
		{name: "compartment", target: "Patient/" + id + "/CarePlan", shows: plan, search: true},
		{name: "whole compartment", target: "Patient/" + id + "/*", shows: plan, search: true},
		{name: "several types", target: "?_type=CarePlan,Patient&_count=200", shows: plan, search: true},
		{name: "not", target: "CarePlan?status:not=revoked&_count=100", shows: plan, search: true},
		{name: "sorted", target: "CarePlan?_sort=-_lastUpdated&_count=100", shows: plan, search: true},
		{name: "batch", target: "BATCH CarePlan/c" + id, shows: plan, search: true},
	}
}

func TestGuard_Matrix(t *testing.T) {
	s := guarded(t)
	cases := 0
	for who, sees := range visibleTo {
		p := principal(who, "user/*.cruds")
		for _, id := range []string{"p1", "p2", "p3", "p4"} {
			for _, surface := range append(surfaces(id), binarySurfaces(id)...) {
				cases++
				method, target, body := http.MethodGet, surface.target, ""
				if inner, ok := strings.CutPrefix(target, "BATCH "); ok {
					method, target = http.MethodPost, ""
					body = `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"` + inner + `"}}]}`
				}
				c := as(p, method, target, body)
				c.Accept = surface.accept
				a := answer(s, c)
				visible := strings.Contains(sees, id)
				shown := a.Status == 200 && strings.Contains(string(a.Body), surface.shows)
				if shown != visible {
					t.Errorf("%s, %s of %s: %d, shown %v, want %v\n%.400s", who, surface.name, id, a.Status, shown, visible, a.Body)
				}
				want := 200
				switch {
				case sees == "403" || who == "untrained" && !visible && !surface.search:
					want = 403
				case !visible && !surface.search:
					want = 404
				}
				if a.Status != want {
					t.Errorf("%s, %s of %s: %d, want %d\n%.400s", who, surface.name, id, a.Status, want, a.Body)
				}
				if body := string(a.Body); !visible && (strings.Contains(body, `"c`+id+`"`) || strings.Contains(body, `"b`+id+`"`) || strings.Contains(body, binaryText+"b"+id)) {
					t.Errorf("%s, %s of %s: the answer names it\n%.400s", who, surface.name, id, a.Body)
				}
			}
		}
	}
	t.Logf("%d cases", cases)
}

// Nobody without a token gets further than the statement; and no scope, no access.
func TestGuard_Tokens(t *testing.T) {
	s := guarded(t)
	for _, row := range []struct {
		name   string
		p      *smart.Principal
		target string
		want   int
	}{
		{"no token", nil, "Patient/p1", 401},
		{"no token, unknown id", nil, "Patient/none", 401},
		{"no token, metadata", nil, "metadata", 200},
		{"no scope", principal("author", "openid"), "Patient/p1", 403},
		{"no scope, unknown id", principal("author", "openid"), "Patient/none", 403},
		{"another type's scope", principal("author", "user/Observation.rs"), "Patient/p1", 403},
		{"search without s", principal("author", "user/Patient.r"), "Patient?_id=p1", 403},
		{"read without r", principal("author", "user/Patient.s"), "Patient/p1", 403},
		{"a granular scope that covers", principal("author", "user/CarePlan.rs?status=active"), "CarePlan/cp1", 200},
		{"one that does not", principal("author", "user/CarePlan.rs?status=revoked"), "CarePlan/cp1", 404},
		{"a chain over a type without scope", principal("author", "user/CarePlan.rs"), "CarePlan?patient.identifier=urn:n|p1", 403},
		{"an include of a type without scope", principal("author", "user/CarePlan.rs"), "CarePlan?_include=CarePlan:subject:Patient", 403},
	} {
		t.Run(row.name, func(t *testing.T) {
			if a := answer(s, as(row.p, http.MethodGet, row.target, "")); a.Status != row.want {
				t.Errorf("GET %s = %d, want %d\n%s", row.target, a.Status, row.want, a.Body)
			}
		})
	}
}

// What is hidden and what is not there are answered alike, to the byte.
func TestGuard_HiddenAndAbsentAlike(t *testing.T) {
	s := guarded(t)
	for _, who := range []string{"other", "gp", "paramedic", "patient", "client-other", "untrained"} {
		p := principal(who, "user/*.cruds")
		for _, pair := range [][2]string{
			{"CarePlan/cp2", "CarePlan/none"}, {"CarePlan/cp2/_history/1", "CarePlan/none/_history/1"}, {"CarePlan/cp2/_history", "CarePlan/none/_history"},
			{"CarePlan/cp2/_history/9", "CarePlan/none/_history/9"},
			{"Binary/bp2", "Binary/none"}, {"Binary/bp2/_history/1", "Binary/none/_history/1"}, {"Binary/bp2/_history", "Binary/none/_history"},
		} {
			hidden, absent := answer(s, as(p, http.MethodGet, pair[0], "")), answer(s, as(p, http.MethodGet, pair[1], ""))
			if hidden.Status != absent.Status || string(hidden.Body) != string(absent.Body) {
				t.Errorf("%s: %s = %d %s\n%s = %d %s", who, pair[0], hidden.Status, hidden.Body, pair[1], absent.Status, absent.Body)
			}
		}
	}
}

func TestGuard_Writes(t *testing.T) {
	for _, row := range []struct {
		name, who, method, target, body string
		want                            int
	}{
		{"an author writes into the record", "author", "POST", "Observation", observationOf("ignored", "p1"), 201},
		{"the practice writes into the record", "gp", "POST", "Observation", observationOf("ignored", "p1"), 201},
		{"a crew looks and does not write", "paramedic", "POST", "Observation", observationOf("ignored", "p1"), 403},
		{"a broken glass shows and does not write", "breaker", "POST", "Observation", observationOf("ignored", "p2"), 403},
		{"nobody writes into what they do not see", "other", "POST", "Observation", observationOf("ignored", "p1"), 404},
		{"about nobody's patient", "author", "POST", "Observation", observationOf("ignored", "nobody"), 404},
		{"users choose no ids", "author", "PUT", "Observation/mine", observationOf("mine", "p1"), 404},
		{"nor learn what is hidden by trying", "other", "PUT", "Observation/op1", observationOf("op1", "p1"), 404},
		{"an author changes what is theirs", "author", "PUT", "Observation/op1", observationOf("op1", "p1"), 200},
		{"taking a resource from one patient to a hidden one", "gp", "PUT", "Observation/op1", observationOf("op1", "p2"), 404},
		{"a partner system keeps its ids", "client-partner", "PUT", "Observation/mine", observationOf("mine", "p1"), 201},
		{"but not about a patient under an id that is nobody's", "client-partner", "PUT", "Observation/elsewhere", observationOf("elsewhere", "elsewhere"), 404},
		{"nor under one that is hidden", "client-other", "PUT", "Patient/p1", `{"resourceType":"Patient","id":"p1","managingOrganization":{"reference":"Organization/x"}}`, 404},
		{"a patient writes into their own record", "patient", "POST", "Observation", observationOf("ignored", "p1"), 201},
		{"and into nobody else's", "patient", "POST", "Observation", observationOf("ignored", "p4"), 404},
		{"a new patient of the writer's", "author", "POST", "Patient", `{"resourceType":"Patient","managingOrganization":{"reference":"Organization/a"}}`, 201},
		{"a new patient the writer could not see", "author", "POST", "Patient", `{"resourceType":"Patient"}`, 403},
		{"a label raised", "author", "PUT", "Observation/op1", strings.Replace(observationOf("op1", "p1"), `"status"`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"status"`, 1), 200},
		{"a label lowered", "author", "PUT", "Patient/p3", `{"resourceType":"Patient","id":"p3","managingOrganization":{"reference":"Organization/a"}}`, 403},
		{"a label put where it is none", "author", "PUT", "Patient/p3", `{"resourceType":"Patient","id":"p3","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"managingOrganization":{"reference":"Organization/a"}}`, 403},
		{"granting oneself a place on a staff list", "other", "POST", "PractitionerRole", `{"resourceType":"PractitionerRole",` + factMeta + `}`, 403},
		{"changing a fact", "author", "PUT", "PractitionerRole/s-other", `{"resourceType":"PractitionerRole","id":"s-other"}`, 404},
		{"an agreement of one's own", "author", "POST", "Contract", `{"resourceType":"Contract",` + fmt.Sprintf(ods, "X") + `}`, 403},
		{"breaking the glass by writing a grant", "other", "POST", "Basic", `{"resourceType":"Basic",` + factMeta + `,"code":{"text":"x"},"subject":{"reference":"Patient/p1"}}`, 403},
		{"a role without the label of facts", "author", "POST", "PractitionerRole", `{"resourceType":"PractitionerRole","active":true}`, 201},
		{"another organisation's code", "author", "PUT", "Organization/x", `{"resourceType":"Organization","id":"x","name":"x",` + fmt.Sprintf(ods, "A") + `}`, 403},
		{"a definition", "author", "POST", "ValueSet", `{"resourceType":"ValueSet","status":"active"}`, 403},
		{"deleting what is hidden is deleting what is not there", "other", "DELETE", "Observation/op1", "", 204},
		{"deleting what one looks at", "paramedic", "DELETE", "Observation/op1", "", 403},
		{"deleting one's own", "author", "DELETE", "Observation/op1", "", 204},
		{"an attorney's relation to a patient, a fact", "admin", "POST", "RelatedPerson", `{"resourceType":"RelatedPerson",` + factMeta + `,"patient":{"reference":"Patient/p2"}}`, 202},
		{"the same without its label", "admin", "POST", "RelatedPerson", `{"resourceType":"RelatedPerson","patient":{"reference":"Patient/p2"}}`, 404},
		{"the same by an author", "author", "POST", "RelatedPerson", `{"resourceType":"RelatedPerson",` + factMeta + `,"patient":{"reference":"Patient/p1"}}`, 403},
		{"a fact about a patient taken back", "admin", "DELETE", "RelatedPerson/attorney", "", 204},
		{"a record made a fact of", "admin", "PUT", "Observation/op1", `{"resourceType":"Observation","id":"op1",` + factMeta + `,"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}`, 404},
		{"plans an administrator does not see", "admin", "PUT", "CarePlan/cp1", planOf("cp1", "revoked", "p1", "a"), 404},
		{"facts an administrator writes", "admin", "PUT", "Contract/X", `{"resourceType":"Contract","id":"X",` + factMeta + `,"status":"terminated",` + fmt.Sprintf(ods, "X") + `}`, 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guarded(t)
			a := answer(s, as(principal(row.who, "user/*.cruds"), row.method, row.target, row.body))
			if a.Status != row.want {
				t.Errorf("%s: %s %s = %d, want %d\n%s", row.who, row.method, row.target, a.Status, row.want, a.Body)
			}
			if there := answer(s, as(principal("author", "user/*.cruds"), "GET", "Observation/op1", "")).Status; there != 200 && row.name != "deleting one's own" {
				t.Errorf("%s: what was there is not there any more: %d", row.who, there)
			}
		})
	}
}

// A restricted person's whereabouts are nowhere but with the authors: not in what is shown, not in what can
// be searched or sorted by.
func TestGuard_Withheld(t *testing.T) {
	s := guarded(t)
	author, crew, patient := principal("author", "user/*.cruds"), principal("crew", "user/*.cruds"), principal("patient", "user/*.cruds")
	body := `{"resourceType":"Patient","id":"p3","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},` +
		`"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Secret Lane</div>"},"generalPractitioner":[{"reference":"Organization/p"}],` +
		`"managingOrganization":{"reference":"Organization/a"},"name":[{"family":"Kept"}],"address":[{"line":["1 Secret Lane"],"city":"Secretville"}],"telecom":[{"system":"phone","value":"01632960001"}]}`
	if a := answer(s, as(author, "PUT", "Patient/p3", body)); a.Status != 200 {
		t.Fatalf("the author writes: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(author, "GET", "Patient/p3", "")); strings.Count(string(a.Body), "Secret Lane") != 2 {
		t.Errorf("the author does not see it: %s", a.Body)
	}
	for _, target := range []string{
		"Patient/p3", "Patient/p3/_history/2", "Patient/p3/_history", "Patient?_id=p3", "Patient/_history", "_history?_count=500", "CarePlan?_id=cp3&_include=CarePlan:subject",
		"Patient/p3?_elements=address", "Patient/p3?_summary=text", "Patient/p3/*",
	} {
		a := answer(s, as(crew, "GET", target, ""))
		if a.Status != 200 || strings.Contains(string(a.Body), "Secret") || strings.Contains(string(a.Body), "01632") || strings.Contains(string(a.Body), "generalPractitioner") {
			t.Errorf("GET %s = %d, shows it: %s", target, a.Status, a.Body)
		}
		if !strings.Contains(string(a.Body), "REDACTED") {
			t.Errorf("GET %s does not say that something is missing: %s", target, a.Body)
		}
	}
	for target, want := range map[string]string{
		"Patient?_id=p3&address-city=Secretville": `"total":0`, "Patient?_id=p3&phone=01632960001": `"total":0`, "Patient?_id=p3&address-city:missing=true": `"total":1`,
		"Patient?_id=p3&address-city:missing=false": `"total":0`, "CarePlan?patient.address-city=Secretville": `"total":0`, "Patient?_id=p3&general-practitioner=Organization/p": `"total":0`,
		"Patient?_id=p3&general-practitioner.name=x": `"total":0`, "Patient?_id=p3&family=kept": `"total":1`, "Patient?address-city:not=Nowhere&_id=p3": "",
	} {
		if a := answer(s, as(crew, "GET", target, "")); want != "" && (a.Status != 200 || !strings.Contains(string(a.Body), want)) {
			t.Errorf("GET %s = %d, want %s: %s", target, a.Status, want, a.Body)
		}
		if a := answer(s, as(author, "GET", "Patient?_id=p3&address-city=Secretville", "")); !strings.Contains(string(a.Body), `"total":1`) {
			t.Errorf("the author cannot search by it: %s", a.Body)
		}
	}
	if a := answer(s, as(crew, "GET", "Patient?_sort=address-city", "")); a.Status != 403 {
		t.Errorf("sorted by what is withheld: %d", a.Status)
	}
	if a := answer(s, as(principal("paramedic", "user/*.cruds"), "GET", "Patient?_sort=address-city", "")); a.Status != 403 {
		t.Errorf("sorted by what is withheld in some record, by who sees none such: %d", a.Status)
	}
	// what is marked for others than the person
	note := `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},"note":[{"extension":[{"url":"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label",` +
		`"valueCoding":{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"third-party"}}],"text":"Her daughter fears her brother"},{"text":"Seen today"}]}`
	a := answer(s, as(author, "POST", "Observation", note))
	if a.Status != 201 {
		t.Fatalf("a note: %d %s", a.Status, a.Body)
	}
	where := "Observation/" + text(t, a.Body, "id")
	if a := answer(s, as(author, "GET", where, "")); !strings.Contains(string(a.Body), "daughter") {
		t.Errorf("the author does not see the note: %s", a.Body)
	}
	if a := answer(s, as(patient, "GET", where, "")); a.Status != 200 || strings.Contains(string(a.Body), "daughter") || !strings.Contains(string(a.Body), "Seen today") {
		t.Errorf("the person sees %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(patient, "PUT", where, `{"resourceType":"Observation","id":"`+strings.TrimPrefix(where, "Observation/")+`","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}`)); a.Status != 409 {
		t.Errorf("the person writes back what they saw: %d %s", a.Status, a.Body)
	}
}

// A conditional create that matches what is hidden makes no twin.
func TestGuard_ConditionalCreateOfTheHidden(t *testing.T) {
	s := guarded(t)
	c := as(principal("other", "user/*.cruds"), "POST", "Patient", `{"resourceType":"Patient","managingOrganization":{"reference":"Organization/x"},"identifier":[{"system":"urn:n","value":"p1"}]}`)
	c.IfNoneExist = "identifier=urn:n|p1"
	if a := answer(s, c); a.Status != 403 {
		t.Errorf("conditional create = %d, want 403\n%s", a.Status, a.Body)
	}
	c.Principal = principal("author", "user/*.cruds")
	if a := answer(s, c); a.Status != 200 {
		t.Errorf("conditional create by who sees it = %d, want 200\n%s", a.Status, a.Body)
	}
}

// A leaver's entry ends, and with it what they see; an objection hides a record from the next request on.
func TestGuard_FactsChange(t *testing.T) {
	s := guarded(t)
	gp := principal("gp", "user/*.cruds")
	read := func() int { return answer(s, as(gp, "GET", "CarePlan/cp1", "")).Status }
	if got := read(); got != 200 {
		t.Fatalf("before: %d", got)
	}
	author := principal("author", "user/*.cruds")
	a := answer(s, as(author, "POST", "Consent", fmt.Sprintf(strings.Replace(sharingConsent, `"id":"%s",`, "%.0s", 1), "", "active", "882941000000102", "p1", "2024-02-01", "deny")))
	if a.Status != 201 {
		t.Fatalf("objection: %d %s", a.Status, a.Body)
	}
	if got := read(); got != 404 {
		t.Errorf("after the objection: %d, want 404", got)
	}
	admin := principal("admin", "user/*.cruds")
	if a := answer(s, as(admin, "PUT", "PractitionerRole/s-author", `{"resourceType":"PractitionerRole","id":"s-author",`+factMeta+`,"active":false}`)); a.Status != 200 {
		t.Fatalf("leaver: %d %s", a.Status, a.Body)
	}
	if got := answer(s, as(author, "GET", "CarePlan/cp1", "")).Status; got != 403 {
		t.Errorf("a leaver reads: %d, want 403", got)
	}
}

// $validate of a stored resource is no way to learn that it is there.
func TestGuard_ValidateOfTheHidden(t *testing.T) {
	s := guarded(t)
	for _, query := range []string{"", "?mode=delete"} {
		for who, visible := range map[string]bool{"author": true, "gp": false, "other": false} {
			p := principal(who, "user/*.cruds")
			stored, none := answer(s, as(p, "POST", "CarePlan/cp2/$validate"+query, "")), answer(s, as(p, "POST", "CarePlan/none/$validate"+query, ""))
			if alike := string(stored.Body) == string(none.Body); alike == visible {
				t.Errorf("%s, $validate%s: %s and of none %s", who, query, stored.Body, none.Body)
			}
		}
	}
}

// A search of the system is narrowed to the types that the scopes cover, also when AuditEvents are kept apart from it.
func TestGuard_SystemSearchIsNarrowed(t *testing.T) {
	s := guarded(t)
	a := answer(s, as(principal("author", "user/CarePlan.rs"), "GET", "?_id=cp1", ""))
	if a.Status != 200 || !strings.Contains(string(a.Body), `"id":"cp1"`) {
		t.Errorf("a search of the system = %d %s", a.Status, a.Body)
	}
}
