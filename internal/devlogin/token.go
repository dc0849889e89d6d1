package devlogin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"hearken/fhir"
)

// grant is what somebody allowed an app, or what a client has by itself.
type grant struct {
	authorization
	person    Person
	client    string
	describes fhir.Key  // fhirUser; zero for none
	loggedIn  time.Time // when the person said who they are: refreshing does not make it later; zero of a client
}

// oauthError is an answer of the token endpoint that refuses (RFC 6749 section 5.2).
type oauthError struct {
	Code  string `json:"error"`
	Words string `json:"error_description"`
}

func invalidGrant(words string) *oauthError { return &oauthError{"invalid_grant", words} }

// token is the token endpoint.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	var g grant
	var fault *oauthError
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		g, fault = p.byCode(r)
	case "refresh_token":
		g, fault = p.byRefresh(r)
	case "client_credentials":
		g, fault = p.byAssertion(r)
	default:
		fault = &oauthError{"unsupported_grant_type", "authorization_code, refresh_token or client_credentials"}
	}
	if fault != nil {
		status := http.StatusBadRequest
		if fault.Code == "invalid_client" {
			status = http.StatusUnauthorized
		}
		writeJSON(w, status, fault)
		return
	}
	answer, err := p.answer(&g)
	if err != nil {
		http.Error(w, "the token cannot be signed", http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// byCode exchanges a code, once, against the verifier of its challenge (RFC 7636).
func (p *Provider) byCode(r *http.Request) (grant, *oauthError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := p.codes.take(r.PostFormValue("code"), p.Now())
	hash := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(hash[:])
	switch {
	case !ok:
		return g, invalidGrant("the code is not known, was used, or is too old")
	case r.PostFormValue("client_id") != g.client || r.PostFormValue("redirect_uri") != g.redirect:
		return g, invalidGrant("the code was for another client or redirect_uri")
	case subtle.ConstantTimeCompare([]byte(challenge), []byte(g.challenge)) != 1:
		return g, invalidGrant("code_verifier does not fit code_challenge")
	}
	return g, nil
}

// byRefresh exchanges a refresh token, once: the answer has its successor. Public clients need not say client_id
// (https://hl7.org/fhir/smart-app-launch/app-launch.html#refresh-access-token).
func (p *Provider) byRefresh(r *http.Request) (grant, *oauthError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := r.PostFormValue("refresh_token")
	g, ok := p.refresh.get(name, p.Now())
	if client := r.PostFormValue("client_id"); !ok || client != "" && client != g.client {
		return g, invalidGrant("the refresh token is not known, was used, or is too old")
	}
	if fewer := strings.Fields(r.PostFormValue("scope")); len(fewer) > 0 {
		for _, one := range fewer {
			if !slices.Contains(g.scopes, one) {
				return g, &oauthError{"invalid_scope", "more than was granted"}
			}
		}
		g.scopes = fewer
	}
	p.refresh.take(name, p.Now()) // not before: what is refused uses up nobody's token
	return g, nil
}

// byAssertion is for a client that acts for itself (https://hl7.org/fhir/smart-app-launch/backend-services.html).
func (p *Provider) byAssertion(r *http.Request) (g grant, fault *oauthError) {
	client, fault := p.checkAssertion(r.PostFormValue("client_assertion_type"), r.PostFormValue("client_assertion"))
	if fault != nil {
		return g, fault
	}
	g.client, g.person.Subject = client, client
	if g.scopes = grantable(r.PostFormValue("scope"), true); len(g.scopes) == 0 {
		return g, &oauthError{"invalid_scope", "no system/ scope"}
	}
	return g, nil
}

// tokenAnswer is what an app gets, with its launch context
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token).
type tokenAnswer struct {
	AccessToken  string  `json:"access_token"`
	TokenType    string  `json:"token_type"`
	ExpiresIn    int     `json:"expires_in"`
	Scope        string  `json:"scope"`
	RefreshToken string  `json:"refresh_token,omitempty"`
	IDToken      string  `json:"id_token,omitempty"`
	Patient      fhir.ID `json:"patient,omitempty"`
	Banner       *bool   `json:"need_patient_banner,omitempty"`
}

func (p *Provider) answer(g *grant) (a tokenAnswer, err error) {
	now := p.Now()
	a = tokenAnswer{TokenType: "Bearer", ExpiresIn: int(tokenLife / time.Second), Scope: strings.Join(g.scopes, " "), Patient: g.patient}
	claims := map[string]any{
		"iss": p.Issuer, "sub": g.person.Subject, "aud": p.Audience, "client_id": g.client, "jti": p.name(), "scope": a.Scope,
		"iat": jwt.NewNumericDate(now), "exp": jwt.NewNumericDate(now.Add(tokenLife)),
	}
	if !g.loggedIn.IsZero() {
		claims["auth_time"] = jwt.NewNumericDate(g.loggedIn)
	}
	if g.patient != "" {
		banner := true
		a.Banner, claims["patient"] = &banner, g.patient
	}
	if g.describes != (fhir.Key{}) {
		claims["fhirUser"] = p.Audience + "/" + g.describes.String()
	}
	if a.AccessToken, err = p.sign("at+jwt", claims); err != nil {
		return a, err
	}
	if slices.Contains(g.scopes, "openid") {
		identity := map[string]any{"iss": p.Issuer, "sub": g.person.Subject, "aud": g.client, "name": g.person.Name, "iat": claims["iat"], "exp": claims["exp"], "auth_time": claims["auth_time"]}
		if g.nonce != "" {
			identity["nonce"] = g.nonce
		}
		if slices.Contains(g.scopes, "fhirUser") && claims["fhirUser"] != nil {
			identity["fhirUser"] = claims["fhirUser"]
		}
		if a.IDToken, err = p.sign("JWT", identity); err != nil {
			return a, err
		}
	}
	if slices.Contains(g.scopes, "offline_access") || slices.Contains(g.scopes, "online_access") {
		p.mu.Lock()
		defer p.mu.Unlock()
		if name := p.name(); p.refresh.put(name, *g, now, refreshLife) {
			a.RefreshToken = name
		}
	}
	return a, nil
}

func (p *Provider) sign(kind string, claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: p.key}, (&jose.SignerOptions{}).WithType(jose.ContentType(kind)))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// revoke ends a refresh token (RFC 7009). Access tokens end by themselves within minutes.
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refresh.take(r.PostFormValue("token"), p.Now())
	w.WriteHeader(http.StatusOK)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // an error means that the client has gone
}
