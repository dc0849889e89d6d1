package devlogin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/internal/smart"
)

// authorization is a request of an app, checked, for which somebody has to say who they are.
type authorization struct {
	redirect  string
	state     string
	challenge string
	nonce     string
	scopes    []string
	patient   fhir.ID // that the app was launched with; "" for none
}

// asksForPatient reports whether the app wants a patient chosen.
func (a *authorization) asksForPatient() bool {
	return a.patient == "" && slices.Contains(a.scopes, "launch/patient")
}

// authorize is the authorization endpoint
// (https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code). A client or address that
// is wrong is told to the person; all else to the app.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if q.Get("client_id") != AppClient || err != nil || redirect.Scheme != "http" && redirect.Scheme != "https" || !isLoopback(redirect.Host) || redirect.Fragment != "" {
		p.show(w, http.StatusBadRequest, "fault", "The client must be "+AppClient+", and its redirect_uri an address of this machine.")
		return
	}
	a := authorization{redirect: q.Get("redirect_uri"), state: q.Get("state"), challenge: q.Get("code_challenge"), nonce: q.Get("nonce"), scopes: grantable(q.Get("scope"), false)}
	id, fault := p.open(&a, q)
	if fault != nil {
		a.answer(w, r, url.Values{"error": {fault.Code}, "error_description": {fault.Words}})
		return
	}
	p.show(w, http.StatusOK, "login", loginPage{ID: id, People: People(), AsksForPatient: a.asksForPatient()})
}

// open checks what an app asks for and keeps it until somebody has said who they are.
func (p *Provider) open(a *authorization, q url.Values) (id string, fault *oauthError) {
	now := p.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	launched := true
	if launch := q.Get("launch"); launch != "" {
		a.patient, launched = p.launches.get(launch, now)
	}
	switch {
	case q.Get("response_type") != "code":
		return "", &oauthError{"unsupported_response_type", "code is the only response_type"}
	case len(a.challenge) != challengeLength || q.Get("code_challenge_method") != "S256":
		return "", &oauthError{"invalid_request", "PKCE is needed: code_challenge with code_challenge_method S256"}
	case strings.TrimSuffix(q.Get("aud"), "/") != p.Audience:
		return "", &oauthError{"invalid_request", "aud must be " + p.Audience}
	case !launched:
		return "", &oauthError{"invalid_request", "the launch is not known, or was too long ago"}
	case len(a.scopes) == 0:
		return "", &oauthError{"invalid_scope", "no scope that could be granted to a person"}
	}
	if id = p.name(); !p.logins.put(id, *a, now, loginLife) {
		return "", &oauthError{"temporarily_unavailable", "too many logins are open"}
	}
	return id, nil
}

// challengeLength is that of a SHA-256 in base64url.
const challengeLength = 43

// grantable are the scopes of a request that mean something to a person, or to a client that acts for itself.
func grantable(text string, system bool) (scopes []string) {
	for one := range strings.FieldsSeq(text) {
		s := smart.ParseScopes(one)
		ofSystem := len(s.Granted) > 0 && s.Granted[0].Level == smart.SystemLevel
		if len(s.Unknown) == 0 && ofSystem == system {
			scopes = append(scopes, one)
		}
	}
	return scopes
}

// answer sends the browser back to the app (RFC 6749 section 4.1.2).
func (a *authorization) answer(w http.ResponseWriter, r *http.Request, with url.Values) {
	to, _ := url.Parse(a.redirect)
	q := to.Query()
	if a.state != "" {
		q.Set("state", a.state)
	}
	for name, values := range with {
		q[name] = values
	}
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// login is where the page sends who somebody is.
func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	id, now := r.PostFormValue("login"), p.Now()
	p.mu.Lock()
	a, ok := p.logins.get(id, now)
	p.mu.Unlock()
	person, known := personOf(r.PostFormValue("person"))
	if !ok || !known {
		p.show(w, http.StatusBadRequest, "fault", "This login is not open any more. Go back to the app and begin again.")
		return
	}
	g := grant{person: person, client: AppClient, authorization: a, loggedIn: now}
	words, err := p.place(r.Context(), &g, r.PostFormValue("patient"))
	if err != nil {
		words = "The records cannot be asked now. Try again."
	}
	if words != "" {
		p.show(w, http.StatusOK, "login", loginPage{ID: id, People: People(), AsksForPatient: a.asksForPatient(), Words: words})
		return
	}
	code := p.name()
	p.mu.Lock()
	_, ok = p.logins.take(id, now)
	ok = ok && p.codes.put(code, g, now, codeLife)
	p.mu.Unlock()
	if !ok {
		a.answer(w, r, url.Values{"error": {"temporarily_unavailable"}, "error_description": {"too many logins at once, or this one was used twice"}})
		return
	}
	a.answer(w, r, url.Values{"code": {code}})
}

// place finds the patient in context and what describes the person. words are why that cannot be, for them.
func (p *Provider) place(ctx context.Context, g *grant, asked string) (words string, err error) {
	const none = "There is no record of that NHS number here. The sample plans come with hearken demo --dev-login, or into a stopped server with hearken import --data FOLDER testdata/plans."
	if own := g.person.Patient; own != "" {
		if g.patient, err = p.Records.Patient(ctx, own); err != nil || g.patient == "" {
			return none, err
		}
		g.describes = fhir.Key{Type: "Patient", ID: g.patient}
		if g.person.ActsFor {
			g.describes, err = p.Records.ActsFor(ctx, g.person.Subject, g.patient)
		}
		return "", err
	}
	if g.asksForPatient() {
		digits := strings.NewReplacer(" ", "", "-", "").Replace(asked)
		if g.patient, err = p.Records.Patient(ctx, digits); err != nil || g.patient == "" {
			return none, err
		}
	}
	return "", nil
}

// launch begins an app as a record system would: with a patient, at the app's launch address
// (https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-ehr-launch).
func (p *Provider) launch(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	to, err := url.Parse(q.Get("app"))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || !isLoopback(to.Host) {
		p.show(w, http.StatusBadRequest, "fault", "The app's launch address must be one of this machine.")
		return
	}
	patient, err := p.Records.Patient(r.Context(), strings.ReplaceAll(q.Get("patient"), " ", ""))
	if err != nil || patient == "" {
		p.show(w, http.StatusNotFound, "fault", "There is no record of that NHS number here.")
		return
	}
	id := p.name()
	p.mu.Lock()
	p.launches.put(id, patient, p.Now(), loginLife)
	p.mu.Unlock()
	with := to.Query()
	with.Set("iss", p.Audience)
	with.Set("launch", id)
	to.RawQuery = with.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}
