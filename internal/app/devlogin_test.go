package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/internal/devlogin"
	"hearken/internal/interaction"
	"hearken/testdata/plans"
)

// withPlans brings in the sample plans.
func withPlans(ctx context.Context, i *app.Interactions, base string) error {
	return fs.WalkDir(plans.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".json") {
			return err
		}
		text, err := plans.Files.ReadFile(name)
		if err != nil {
			return err
		}
		_, err = i.Do(ctx, interaction.Call{Method: http.MethodPost, Body: text, MediaType: "application/fhir+json", Base: base})
		return err
	})
}

// dev is a server with the login for trying out and the sample plans.
func dev(t *testing.T, keys string) (*server, *devlogin.Client) {
	s := startWith(t, func(c *config.Config) { c.DevLogin, c.DevClientKeys = true, keys }, app.Deps{Prepare: withPlans})
	return s, &devlogin.Client{Base: s.base}
}

const byNumber = "GET /CarePlan?_include=CarePlan:subject&patient.identifier=https://fhir.nhs.uk/Id/nhs-number%7C"

// Each sample person logs in by plain HTTP and finds what they may: the plan of Mrs Whitcombe, at home
// (shared, of Fernbank Surgery and Hollowmere Hospice), of Miss Tolland, in the care home (shared, of
// Fernbank Surgery), and of Mr Kowalczyk, who objects to sharing.
func TestDevLogin_People(t *testing.T) {
	s, login := dev(t, "")
	for _, row := range []struct {
		person                     string
		whitcombe, tolland, refuse bool
		status                     int
	}{
		{"gp", true, true, false, 200},
		{"paramedic", true, true, false, 200},
		{"adviser-111", true, true, false, 200},
		{"hospice-nurse", true, false, false, 200},
		{"privacy-officer", false, false, false, 200},
		{"patient", true, false, false, 200},
		{"attorney", false, true, false, 200},
		{"newcomer", false, false, false, 403},
		{"administrator", false, false, false, 200},
	} {
		answer, err := login.Login(t.Context(), row.person, "openid fhirUser user/*.rs", "", "")
		if err != nil {
			t.Errorf("%s: %v", row.person, err)
			continue
		}
		bearer := "Authorization: Bearer " + answer["access_token"].(string)
		for number, want := range map[string]bool{"9990000018": row.whitcombe, "9990000158": row.tolland, "9990000859": row.refuse} {
			r := s.must(row.status, byNumber+number, "", bearer)
			if got := strings.Contains(string(r.body), `"value":"`+number+`"`) || strings.Contains(string(r.body), `"value": "`+number+`"`); got != want {
				t.Errorf("%s sees the plan of %s: %v, want %v", row.person, number, got, want)
			}
		}
	}
	if r := s.must(403, byNumber+"9990000018", "", "Authorization: Bearer "+mustLogin(t, login, "newcomer", "user/*.rs")["access_token"].(string)); !strings.Contains(string(r.body), "emergency-access-available") {
		t.Errorf("a newcomer is told %s", shorten(r.body))
	}
}

func mustLogin(t *testing.T, c *devlogin.Client, person, scope string) map[string]any {
	t.Helper()
	answer, err := c.Login(t.Context(), person, scope, "999 000 0018", "")
	if err != nil {
		t.Fatalf("%s: %v", person, err)
	}
	return answer
}

// The launch context comes with the token, standalone and by a record system; and a refresh token is good once.
func TestDevLogin_Launch(t *testing.T) {
	s, login := dev(t, "")
	root := strings.TrimSuffix(s.base, "/fhir") + "/auth"
	standalone := mustLogin(t, login, "gp", "openid launch/patient patient/*.rs offline_access")
	patient, _ := standalone["patient"].(string)
	bearer := "Authorization: Bearer " + standalone["access_token"].(string)
	if r := s.must(200, "GET /Patient/"+patient, "", bearer); !strings.Contains(string(r.body), "Whitcombe") {
		t.Errorf("the patient chosen is %s", shorten(r.body))
	}
	if r := s.must(200, byNumber+"9990000158", "", bearer); strings.Contains(string(r.body), "Tolland") {
		t.Error("a token for one patient shows another")
	}
	if standalone["id_token"] == nil || standalone["need_patient_banner"] != true {
		t.Errorf("token answer = %v", standalone)
	}
	noFollow := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := noFollow.Get(root + "/launch?patient=9990000018&app=" + url.QueryEscape("http://127.0.0.1:3000/launch.html"))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	to, err := r.Location()
	if err != nil || to.Query().Get("iss") != s.base || to.Host != "127.0.0.1:3000" {
		t.Fatalf("launch leads to %v, %v", to, err)
	}
	launched, err := login.Login(t.Context(), "paramedic", "launch patient/*.rs", "", to.Query().Get("launch"))
	if err != nil || launched["patient"] != patient {
		t.Errorf("an EHR launch = %v, %v; want patient %s", launched, err, patient)
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {devlogin.AppClient}, "refresh_token": {standalone["refresh_token"].(string)}}
	const form = "Content-Type: application/x-www-form-urlencoded"
	for name, wrong := range map[string]string{"client_id": "somebody-else", "scope": "system/*.cruds"} { // refused, and the token is still good
		bad := maps.Clone(refresh)
		bad.Set(name, wrong)
		s.must(400, "POST "+root+"/token", bad.Encode(), form)
	}
	again := value(t, s.must(200, "POST "+root+"/token", refresh.Encode(), form).body)
	s.must(200, "GET /Patient/"+patient, "", "Authorization: Bearer "+text(again, "access_token"))
	s.must(400, "POST "+root+"/token", refresh.Encode(), form)
	s.must(200, "POST "+root+"/revoke", url.Values{"token": {text(again, "refresh_token")}}.Encode(), form)
	refresh.Set("refresh_token", text(again, "refresh_token"))
	s.must(400, "POST "+root+"/token", refresh.Encode(), form)
}

// A nurse who has just logged in opens the record of somebody who objects to sharing, for an hour, and her
// privacy officer is asked to look into it; a token refreshed six minutes later is of no login of just now.
func TestDevLogin_BreakGlass(t *testing.T) {
	var later atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	s := startWith(t, func(c *config.Config) { c.DevLogin = true }, app.Deps{Prepare: withPlans, Now: now})
	login := &devlogin.Client{Base: s.base}
	const breaking = `{"resourceType":"Parameters","parameter":[
		{"name":"identifier","valueIdentifier":{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000859"}},
		{"name":"reason","valueCode":"emergency-care"},{"name":"words","valueString":"Found collapsed at home, nobody else there"}]}`
	nurse := mustLogin(t, login, "hospice-nurse", "user/*.cruds offline_access")
	bearer := "Authorization: Bearer " + text(nurse, "access_token")
	sees := func() bool {
		return strings.Contains(string(s.must(200, byNumber+"9990000859", "", bearer).body), "Kowalczyk")
	}
	if sees() {
		t.Fatal("the record of somebody who objects to sharing is open")
	}
	s.must(200, "POST /Patient/$break-glass", breaking, bearer)
	if !sees() {
		t.Error("the record is closed after the glass was broken")
	}
	officer := "Authorization: Bearer " + text(mustLogin(t, login, "privacy-officer", "user/*.cruds"), "access_token")
	if r := s.must(200, "GET /Task?code=break-glass-review&status=requested", "", officer); !strings.Contains(string(r.body), `"Task"`) {
		t.Errorf("the privacy officer's list is %s", shorten(r.body))
	}
	later.Store(int64(6 * time.Minute))
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {devlogin.AppClient}, "refresh_token": {text(nurse, "refresh_token")}}
	token := strings.TrimSuffix(s.base, "/fhir") + "/auth/token"
	again := value(t, s.must(200, "POST "+token, refresh.Encode(), "Content-Type: application/x-www-form-urlencoded").body)
	if r := s.must(401, "POST /Patient/$break-glass", breaking, "Authorization: Bearer "+text(again, "access_token")); !strings.Contains(string(r.body), "login-too-old") {
		t.Errorf("a refreshed token is told %s", shorten(r.body))
	}
}

// A patient reads who looked at her record, organisations by their names, which her token need not let her look up.
func TestDevLogin_AccessLog(t *testing.T) {
	s, login := dev(t, "")
	nurse := mustLogin(t, login, "hospice-nurse", "launch/patient user/*.rs")
	s.must(200, "GET /Patient/"+text(nurse, "patient"), "", "Authorization: Bearer "+text(nurse, "access_token"))
	for _, scope := range []string{"user/*.rs", "launch/patient patient/Patient.rs"} {
		patient := "Authorization: Bearer " + text(mustLogin(t, login, "patient", scope), "access_token")
		r := s.must(200, "GET /Patient/"+text(nurse, "patient")+"/$access-log", "", patient)
		if log := string(r.body); !strings.Contains(log, "Hollowmere Hospice") || strings.Contains(log, "Y90101") {
			t.Errorf("%s: the access log is %s", scope, log)
		}
	}
}

// A backend service proves who it is by its key, each time anew.
func TestDevLogin_Backend(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	jwk := jose.JSONWebKey{Key: key, KeyID: "k", Algorithm: "ES384", Use: "sig"}
	keys, _ := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{jwk.Public()}})
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, keys, 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := dev(t, file)
	endpoint := strings.TrimSuffix(s.base, "/fhir") + "/auth/token"
	ask := func(status int, changes claims) reply {
		c := claims{"iss": devlogin.BackendClient, "sub": devlogin.BackendClient, "aud": endpoint, "jti": rand.Text(), "exp": time.Now().Unix() + 60}
		for name, v := range changes {
			c[name] = v
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: jwk}, nil)
		if err != nil {
			t.Fatal(err)
		}
		assertion, err := jwt.Signed(signer).Claims(map[string]any(c)).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return s.must(status, "POST "+endpoint, url.Values{"grant_type": {"client_credentials"}, "scope": {"system/*.rs"}, "client_assertion": {assertion},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}.Encode(), "Content-Type: application/x-www-form-urlencoded")
	}
	token := text(value(t, ask(200, claims{"jti": "once"}).body), "access_token")
	if r := s.must(200, byNumber+"9990000018", "", "Authorization: Bearer "+token); !strings.Contains(string(r.body), "Whitcombe") {
		t.Errorf("the hospice's own system does not see the hospice's plan: %s", shorten(r.body))
	}
	for name, changes := range map[string]claims{
		"a jti used before": {"jti": "once"}, "no jti": {"jti": ""}, "another client": {"sub": "other"}, "another server": {"aud": "https://other"},
		"too old": {"exp": time.Now().Unix() - 1}, "for hours": {"exp": time.Now().Unix() + 3600},
	} {
		if r := ask(401, changes); !strings.Contains(string(r.body), "invalid_client") {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}

// What an app may not ask, and who may not reach the login.
func TestDevLogin_Refuses(t *testing.T) {
	s, _ := dev(t, "")
	root := strings.TrimSuffix(s.base, "/fhir") + "/auth"
	good := url.Values{"client_id": {devlogin.AppClient}, "redirect_uri": {"http://localhost:3000/"}, "response_type": {"code"}, "scope": {"user/*.rs"}, "aud": {s.base},
		"code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"}}
	noFollow := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, row := range []struct {
		name, field, value string
		status             int
		fault              string
	}{
		{"nothing wrong", "state", "x", 200, ""},
		{"an unknown client", "client_id", "other", 400, ""},
		{"an address elsewhere", "redirect_uri", "https://evil.example.org/", 400, ""},
		{"a script as address", "redirect_uri", "javascript:alert(1)", 400, ""},
		{"the implicit flow", "response_type", "token", 303, "unsupported_response_type"},
		{"no PKCE", "code_challenge", "", 303, "invalid_request"},
		{"plain PKCE", "code_challenge_method", "plain", 303, "invalid_request"},
		{"a token for another server", "aud", "https://other.example.org/fhir", 303, "invalid_request"},
		{"a launch of nobody's", "launch", "none", 303, "invalid_request"},
		{"a system's scope", "scope", "system/*.rs", 303, "invalid_scope"},
	} {
		q := url.Values{}
		for name, values := range good {
			q[name] = values
		}
		q.Set(row.field, row.value)
		r, err := noFollow.Get(root + "/authorize?" + q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		fault := ""
		if to, err := r.Location(); err == nil {
			fault = to.Query().Get("error")
		}
		if r.StatusCode != row.status || fault != row.fault {
			t.Errorf("%s = %d %q, want %d %q", row.name, r.StatusCode, fault, row.status, row.fault)
		}
	}
	s.must(403, "GET "+root+"/", "", "Host: evil.example.org")
	s.must(200, "GET "+root+"/", "")
	s.must(400, "POST "+root+"/login", "login=none&person=gp", "Content-Type: application/x-www-form-urlencoded")
	for _, listen := range []string{"0.0.0.0:0", ":0"} {
		c := config.Defaults()
		c.Listen, c.Temporary, c.DevLogin, c.Insecure = listen, true, true, true
		if a, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)}); err == nil {
			_ = a.Close()
			t.Errorf("the login without passwords is served on %s", listen)
		}
	}
}

// The sample dispatch system sends the paramedic to somebody whose plan is a draft: they see the person and
// how to get in, nothing of the draft, and nothing any more when the dispatch is over. It sees nothing
// itself.
func TestDevLogin_Dispatch(t *testing.T) {
	s, login := dev(t, "")
	answer, err := login.Backend(t.Context(), devlogin.DispatchClient, "system/*.cruds", time.Now(), rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	cad, paramedic := "Authorization: Bearer "+answer["access_token"].(string), "Authorization: Bearer "+mustLogin(t, login, "paramedic", "user/*.cruds")["access_token"].(string)
	send := func(status string) string {
		return string(s.must(200, "POST /Encounter/$dispatch", `{"resourceType":"Encounter","status":"`+status+`","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
			"identifier":[{"system":"https://ambulance.example/dispatch","value":"4711-1"}],"subject":{"identifier":{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990001200"}},
			"participant":[{"individual":{"identifier":{"system":"`+strings.TrimSuffix(s.base, "/fhir")+`/auth","value":"paramedic"}}}]}`, cad).body)
	}
	const person = "GET /Patient?identifier=https://fhir.nhs.uk/Id/nhs-number%7C9990001200"
	finds := func(header string) bool {
		return strings.Contains(string(s.must(200, person, "", header).body), "Venkataraman")
	}
	if finds(paramedic) || finds(cad) {
		t.Fatal("found before")
	}
	if body := send("planned"); !strings.Contains(body, `"open"`) {
		t.Errorf("sent: %s", body)
	}
	if !finds(paramedic) || finds(cad) {
		t.Errorf("the paramedic finds the person: %v, the system: %v", finds(paramedic), finds(cad))
	}
	if r := s.must(200, byNumber+"9990001200", "", paramedic); strings.Contains(string(r.body), `"CarePlan"`) {
		t.Errorf("a draft: %s", shorten(r.body))
	}
	var found struct {
		Entry []struct{ Resource struct{ ID string } }
	}
	if err := json.Unmarshal(s.must(200, person, "", paramedic).body, &found); err != nil || len(found.Entry) == 0 {
		t.Fatalf("%v, %d found", err, len(found.Entry))
	}
	line := "POST /Patient/" + found.Entry[0].Resource.ID + "/$reveal-key-safe"
	const asking = `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"place"},{"name":"reason","valueCode":"going-in"}]}`
	if r := s.must(200, line, asking, paramedic); !strings.Contains(string(r.body), "side gate") {
		t.Errorf("how to get in: %s", shorten(r.body))
	}
	if body := send("finished"); !strings.Contains(body, `"ended"`) {
		t.Errorf("over: %s", body)
	}
	if finds(paramedic) {
		t.Error("found after")
	}
	s.must(404, line, asking, paramedic)
	if _, err := login.Backend(t.Context(), "sample-stranger", "system/*.cruds", time.Now(), rand.Text()); err == nil {
		t.Error("another client logs in by the sample key")
	}
}
