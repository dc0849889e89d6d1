package app_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/app"
	"hearken/internal/audit"
	"hearken/internal/config"
)

// world is a server that people log in to at an issuer, and what there is to be seen: the plans of a patient
// whom everybody concerned may see (p1), and of one who has no relationship to anybody but those who wrote it
// (p2).
type loginWorld struct {
	*server
	*issuer
	attorney string // the id of the RelatedPerson of the matrix
}

const (
	everything = "user/*.cruds"
	factLabel  = `"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"fact"}]}`
	roleSystem = "https://hearken.example.org/fhir/CodeSystem/access-role"
)

func newLoginWorld(t testing.TB, change func(*config.Config)) *loginWorld {
	t.Helper()
	return newLoginWorldWith(t, change, app.Deps{})
}

// newLoginWorldWith is newLoginWorld with a clock of the test's own.
func newLoginWorldWith(t testing.TB, change func(*config.Config), d app.Deps) *loginWorld {
	t.Helper()
	w := &loginWorld{issuer: newIssuer(t)}
	w.server = startWith(t, func(c *config.Config) {
		c.Issuers = []string{w.issuer.URL}
		c.Administrators = []config.Person{{Issuer: w.issuer.URL, Subject: "admin"}, {Issuer: w.issuer.URL, Subject: "admin2"}}
		c.IntrospectClient, c.IntrospectSecret = "hearken", "secret-of-hearken"
		c.Validation, c.SyntheticNHSNumbers = config.ValidationCore, config.On
		if change != nil {
			change(c)
		}
	}, d)
	w.audience = w.base
	w.facts()
	w.records()
	return w
}

// facts are written by the administrators: agreements of four organisations, and who is on whose staff list.
func (w *loginWorld) facts() {
	w.t.Helper()
	admin := w.bearer("admin", everything)
	for _, code := range []string{"A", "U", "X"} {
		purposes := `{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}`
		if code == "U" {
			purposes += `,{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"ETREAT"}`
		}
		for _, role := range []string{"clinical", "urgent-non-clinical", "system", "dispatch"} {
			purposes += `,{"system":"` + roleSystem + `","code":"` + role + `"}`
		}
		w.fact("POST /Contract", `{"resourceType":"Contract",`+factLabel+`,"status":"executed",`+odsIdentifier(code)+`,
			"applies":{"start":"2023-01-01","end":"2090-01-01"},"subType":[{"coding":[`+purposes+`]}]}`)
		w.must(201, "POST /Organization", `{"resourceType":"Organization","name":"x",`+odsIdentifier(code)+`}`, admin)
	}
	for _, one := range []struct{ subject, code, role, trained string }{
		{"author", "A", "clinical", "2089-01-01"}, {"colleague", "A", "clinical", "2089-01-01"}, {"paramedic", "U", "clinical", "2089-01-01"}, {"other", "X", "clinical", "2089-01-01"},
		{"untrained", "A", "clinical", "2023-12-31"}, {"lapsed-adviser", "U", "urgent-non-clinical", "2023-12-31"},
		{"partner", "A", "system", "2089-01-01"}, {"cad", "U", "dispatch", "2089-01-01"}, {"foreign", "X", "system", "2089-01-01"},
	} {
		w.fact("POST /PractitionerRole", `{"resourceType":"PractitionerRole",`+factLabel+`,
			"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/trained-until","valueDate":"`+one.trained+`"}],
			"identifier":[{"system":"`+w.issuer.URL+`","value":"`+one.subject+`"}],"active":true,"period":{"start":"2023-01-01"},
			"organization":{`+strings.Replace(strings.Trim(odsIdentifier(one.code), "[]"), "[", "", 1)+`},
			"code":[{"coding":[{"system":"`+roleSystem+`","code":"`+one.role+`"}]}]}`)
	}
}

// fact has one administrator write what lets somebody do more, and another confirm it; it gives its id.
func (w *loginWorld) fact(line, body string) string {
	w.t.Helper()
	waits := w.must(202, line, body, w.bearer("admin", everything))
	done := w.must(200, "POST "+waits.header.Get("Location")+"/$confirm-sharing", "", w.bearer("admin2", everything))
	parts := strings.Split(done.header.Get("Location"), "/")
	if len(parts) < 3 {
		w.t.Fatalf("%s was confirmed and is nowhere: %s", line, shorten(done.body))
	}
	return parts[len(parts)-3]
}

func odsIdentifier(code string) string {
	return `"identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"` + code + `"}]`
}

// An agreement is in force when two administrators say so, over HTTP as over the guard.
func TestLogin_FactsTakeTwo(t *testing.T) {
	w := newLoginWorld(t, nil)
	admin, admin2 := w.bearer("admin", everything), w.bearer("admin2", everything)
	contract := w.must(200, "GET /Contract?identifier=X", "", admin)
	target := w.path(contract)
	over := strings.Replace(string(w.must(200, "GET "+target, "", admin).body), "executed", "terminated", 1)
	w.must(200, "GET /CarePlan", "", w.bearer("other", everything))
	w.must(200, "PUT "+target, over, admin)
	w.must(403, "GET /CarePlan", "", w.bearer("other", everything))
	again := strings.Replace(over, "terminated", "executed", 1)
	waits := w.must(202, "PUT "+target, again, admin)
	if !strings.Contains(string(waits.body), `"second-person"`) {
		t.Errorf("the answer does not say that it waits: %s", shorten(waits.body))
	}
	w.must(403, "GET /CarePlan", "", w.bearer("other", everything))
	task := waits.header.Get("Location")
	w.must(403, "POST "+task+"/$confirm-sharing", "", admin)
	w.must(200, "POST "+task+"/$decline-sharing", "", admin2)
	w.must(409, "POST "+task+"/$confirm-sharing", "", admin2)
	task = w.must(202, "PUT "+target, again, admin).header.Get("Location")
	w.must(200, "POST "+task+"/$confirm-sharing", "", admin2)
	w.must(200, "GET /CarePlan", "", w.bearer("other", everything))
}

// records are written by the exchange partner of organisation A.
func (w *loginWorld) records() {
	w.t.Helper()
	partner := w.client("partner")
	for i, status := range []string{"active", "draft"} {
		id := fmt.Sprintf("p%d", i+1)
		managing := strings.Replace(strings.TrimSuffix(odsIdentifier("A"), "]"), "[", "", 1)
		w.must(201, "PUT /Patient/"+id, `{"resourceType":"Patient","id":"`+id+`","managingOrganization":{`+managing+`},
			"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"`+[]string{"9990000018", "9990000085"}[i]+`"}]}`, partner)
		w.must(201, "PUT /CarePlan/c"+id, `{"resourceType":"CarePlan","id":"c`+id+`","status":"`+status+`","intent":"plan","subject":{"reference":"Patient/`+id+`"},
			"category":[{"coding":[{"system":"http://snomed.info/sct","code":"735324008"}]}],"author":{`+managing+`}}`, partner)
	}
}

// Each cell of the table of who may see what, over HTTP: the statuses for a record that is visible to urgent
// care, for one that is hidden from all but its authors, and for none.
func TestLogin_Statuses(t *testing.T) {
	w := newLoginWorld(t, nil)
	forged := w.bearer("author", everything)
	forged = forged[:len(forged)-8] + "AAAAAAAA"
	for _, row := range []struct {
		name, header            string
		visible, hidden, absent int
		details                 string // of the last
	}{
		{"no token", "", 401, 401, 401, "token-missing"},
		{"another scheme", "Authorization: Basic YTpi", 401, 401, 401, "token-missing"},
		{"a forged token", forged, 401, 401, 401, "wrong-signature"},
		{"an expired token", "Authorization: Bearer " + w.token(claims{"sub": "author", "scope": everything, "exp": time.Now().Unix() - 60}), 401, 401, 401, "token-expired"},
		{"another server's token", "Authorization: Bearer " + w.token(claims{"sub": "author", "scope": everything, "aud": "https://other.example.org/fhir"}), 401, 401, 401, "wrong-audience"},
		{"a scope of another type", w.bearer("author", "user/Observation.rs"), 403, 403, 403, "insufficient-scope"},
		{"nobody's name", w.bearer("stranger", everything), 403, 403, 403, "forbidden"},
		{"lapsed, not clinical", w.bearer("lapsed-adviser", everything), 403, 403, 403, "forbidden"},
		{"lapsed, clinical", w.bearer("untrained", everything), 403, 403, 403, "emergency-access-available"},
		{"the author", w.bearer("author", everything), 200, 200, 404, "not-found"},
		{"urgent care", w.bearer("paramedic", everything), 200, 404, 404, "not-found"},
		{"another organisation", w.bearer("other", everything), 404, 404, 404, "not-found"},
		{"an exchange partner", w.client("partner"), 200, 200, 404, "not-found"},
		{"a system of another organisation", w.client("foreign"), 404, 404, 404, "not-found"},
		{"a system on no list", w.client("unlisted"), 404, 404, 404, "not-found"},
		{"a patient by their NHS number", "Authorization: Bearer " + w.token(claims{"sub": "doreen", "scope": "patient/*.rs", "patient": "p1", "fhirUser": "Patient/p1"}), 200, 404, 404, "not-found"},
		{"an administrator", w.bearer("admin", everything), 404, 404, 404, "not-found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for id, want := range map[string]int{"cp1": row.visible, "cp2": row.hidden, "none": row.absent} {
				var headers []string
				if row.header != "" {
					headers = append(headers, row.header)
				}
				r := w.send("GET /CarePlan/"+id, "", headers...)
				if r.status != want {
					t.Errorf("GET /CarePlan/%s = %d %s, want %d", id, r.status, shorten(r.body), want)
				}
				if r.header.Get("Cache-Control") != "private, no-store" {
					t.Errorf("GET /CarePlan/%s: Cache-Control %q, want it kept nowhere", id, r.header.Get("Cache-Control"))
				}
				if challenged := r.header.Get("WWW-Authenticate") != ""; challenged != (want == 401 || row.details == "insufficient-scope") {
					t.Errorf("GET /CarePlan/%s = %d with WWW-Authenticate %q", id, r.status, r.header["Www-Authenticate"])
				}
				if want >= 400 && id == "none" && !strings.Contains(string(r.body), `"`+row.details+`"`) {
					t.Errorf("GET /CarePlan/%s = %s, want details %s", id, shorten(r.body), row.details)
				}
			}
		})
	}
	for _, secret := range []string{"9990000018", "doreen", "secret-of-hearken", "Bearer", w.bearer("author", "")[22:60]} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// A paramedic finds a plan by NHS number; somebody of another organisation is told that there may be something.
func TestLogin_Search(t *testing.T) {
	w := newLoginWorld(t, nil)
	for _, row := range []struct {
		who   string
		total string
	}{{"paramedic", `"total":1`}, {"other", `"total":0`}} {
		r := w.must(200, "POST /CarePlan/_search", "patient.identifier=https://fhir.nhs.uk/Id/nhs-number%7C9990000018&_include=CarePlan:subject",
			"Content-Type: application/x-www-form-urlencoded", w.bearer(row.who, "user/CarePlan.rs user/Patient.rs"))
		for _, want := range []string{row.total, "emergency access is available"} {
			if !strings.Contains(string(r.body), want) {
				t.Errorf("%s: %s, want %s", row.who, shorten(r.body), want)
			}
		}
	}
}

// A key that the issuer changes while the server runs is learned; an issuer that is down locks nobody out
// whose key is known, and what cannot be checked is never answered with "no plan".
func TestLogin_IssuerWhileRunning(t *testing.T) {
	w := newLoginWorld(t, nil)
	w.issuer.rotate(t)
	w.must(200, "GET /CarePlan/cp1", "", w.bearer("paramedic", everything))
	w.issuer.opaque["opaque-of-the-paramedic"] = claims{"active": true, "iss": w.issuer.URL, "aud": w.base, "sub": "paramedic", "client_id": "app", "scope": everything,
		"exp": time.Now().Unix() + 60}
	w.must(200, "GET /CarePlan/cp1", "", "Authorization: Bearer opaque-of-the-paramedic")
	w.must(401, "GET /CarePlan/cp1", "", "Authorization: Bearer opaque-of-nobody")
	w.issuer.fail(true)
	w.must(200, "GET /CarePlan/cp1", "", w.bearer("paramedic", everything))
	w.must(200, "GET /metadata", "")
	w.must(200, "GET /.well-known/smart-configuration", "")
	r := w.must(503, "GET /CarePlan/none", "", "Authorization: Bearer opaque-of-somebody")
	if !strings.Contains(string(r.body), "not-checked") || r.header.Get("Retry-After") == "" {
		t.Errorf("an opaque token while the issuer is down: %s, Retry-After %q; want not-checked", shorten(r.body), r.header.Get("Retry-After"))
	}
}

// A server whose issuer is down starts, serves what needs no token, and says of tokens that they could not be checked.
func TestLogin_IssuerDownAtStart(t *testing.T) {
	i := newIssuer(t)
	i.fail(true)
	s := start(t, func(c *config.Config) { c.Issuers = []string{i.Server.URL} })
	i.audience = s.base
	r := s.must(503, "GET /CarePlan/none", "", i.bearer("author", everything))
	if !strings.Contains(string(r.body), "not-checked") {
		t.Errorf("a token nobody can check = %s, want not-checked", shorten(r.body))
	}
	s.must(401, "GET /CarePlan/none", "")
	s.must(200, "GET /metadata", "")
	s.must(503, "GET /.well-known/smart-configuration", "")
	if health := s.must(200, "GET "+strings.TrimSuffix(s.base, "/fhir")+"/healthz", ""); string(health.body) != "ok\n" {
		t.Errorf("healthz = %q", health.body)
	}
}

// What apps and browsers are told to anybody.
func TestLogin_Open(t *testing.T) {
	w := newLoginWorld(t, func(c *config.Config) {
		c.SMARTCapabilities = []string{"launch-standalone", "client-public"}
		c.Origins = []string{"https://app.example.org"}
	})
	const app = "Origin: https://app.example.org"
	r := w.must(200, "GET /.well-known/smart-configuration", "", app, "Accept: text/html")
	m := value(t, r.body)
	if r.header.Get("Content-Type") != "application/json" || text(m, "token_endpoint") != w.issuer.URL+"/token" || !strings.Contains(string(r.body), "permission-v2") ||
		strings.Contains(string(r.body), "implicit") || r.header.Get("Access-Control-Allow-Origin") != "https://app.example.org" {
		t.Errorf("smart-configuration = %s %s", r.header, r.body)
	}
	w.must(405, "POST /.well-known/smart-configuration", "{}")
	r = w.must(200, "GET /metadata", "")
	security := at(value(t, r.body), "rest", 0, "security")
	if text(security, "service", 0, "coding", 0, "code") != "SMART-on-FHIR" || text(security, "extension", 0, "extension", 0, "valueUri") != w.issuer.URL+"/authorize" {
		t.Errorf("rest.security = %v", security)
	}
	w.must(201, "POST /CapabilityStatement", string(r.body), w.bearer("admin", everything))
	r = w.must(204, "OPTIONS /CarePlan", "", app, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization")
	if !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(r.header.Get("Access-Control-Allow-Methods"), "POST") ||
		r.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %v", r.header)
	}
	r = w.must(200, "GET /CarePlan/cp1", "", app, w.bearer("paramedic", everything))
	for _, name := range []string{"ETag", "Location", "Content-Location", "Last-Modified", "X-Request-ID", "WWW-Authenticate"} {
		if !strings.Contains(r.header.Get("Access-Control-Expose-Headers"), name) {
			t.Errorf("%s is not shown to pages: %s", name, r.header.Get("Access-Control-Expose-Headers"))
		}
	}
	for _, path := range []string{"OPTIONS /CarePlan", "GET /CarePlan/cp1"} {
		r := w.must(401, path, "", "Origin: https://evil.example.org", "Access-Control-Request-Method: GET")
		if r.header.Get("Access-Control-Allow-Origin") != "" || r.header.Get("Vary") == "" {
			t.Errorf("%s from another page: %v", path, r.header)
		}
	}
}

// A paramedic goes on finding plans when a robot has used up what their shared client may ask; others of the
// client wait.
func TestLogin_UrgentLane(t *testing.T) {
	w := newLoginWorld(t, func(c *config.Config) { c.RateClient = 30 }) // enough for what the world brings in
	const lookup = "GET /CarePlan?patient.identifier=https://fhir.nhs.uk/Id/nhs-number%7C9990000018"
	robot, paramedic, author := w.bearer("stranger", everything), w.bearer("paramedic", everything), w.bearer("author", everything)
	refused := false
	for range 500 {
		if refused = w.send("GET /CarePlan/cp1", "", robot).status == 429; refused {
			break
		}
	}
	if !refused {
		t.Fatal("a robot is never refused")
	}
	for range 10 {
		if r := w.must(200, lookup, "", paramedic); !strings.Contains(string(r.body), `"total":1`) {
			t.Errorf("the paramedic finds %s", shorten(r.body))
		}
		for w.send("GET /CarePlan/cp1", "", robot).status != 429 {
		}
	}
	for range 100 { // a token may come between two requests on a busy machine
		for w.send("GET /CarePlan/cp1", "", robot).status != 429 {
		}
		r := w.send(lookup, "", author)
		if r.status == 200 {
			continue
		}
		if r.status != 429 || r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), "OperationOutcome") {
			t.Errorf("who does not answer calls = %d %s, want 429", r.status, shorten(r.body))
		}
		return
	}
	t.Error("who does not answer calls is never refused")
}

// Every look, and every try without a good token, is in the audit log of the store, with who it was as far as
// that is known, and no token.
func TestLogin_Audited(t *testing.T) {
	data := ""
	w := newLoginWorld(t, func(c *config.Config) { data = c.Data })
	w.must(200, "GET /CarePlan/cp1", "", w.bearer("paramedic", everything))
	w.must(404, "GET /CarePlan/cp2", "", w.bearer("paramedic", everything))
	w.must(401, "GET /CarePlan/cp1", "")
	w.must(401, "GET /CarePlan/cp1", "", "Authorization: Bearer forged-by-somebody")
	w.must(403, "GET /CarePlan/cp1", "", w.bearer("stranger", everything))
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	c := config.Defaults()
	c.Data = data
	var got []string
	err := app.WithAudit(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)}, func(log audit.Log) error {
		page, err := log.Read(t.Context(), audit.Filter{})
		for _, e := range page.Entries[:5] {
			got = append(got, strings.Join([]string{e.Interaction, e.Agent.Subject, e.Agent.Organisation, e.Target.String(), e.Detail}, " "))
		}
		return err
	})
	slices.Reverse(got)
	want := []string{"read paramedic U CarePlan/cp1 ", "read paramedic U CarePlan/cp2 unknown-resource", "login   CarePlan/cp1 token-missing",
		"login   CarePlan/cp1 token-inactive", "read stranger  CarePlan/cp1 forbidden"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("recorded (-want +got), %v:\n%s", err, diff)
	}
}
