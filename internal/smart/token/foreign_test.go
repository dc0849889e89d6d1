package token_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/internal/fhirtest"
	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

// foreign is an issuer of somebody else's making: panva's certified oidc-provider. HEARKEN_OIDC_PROVIDER
// names a folder in which testdata/oidc-provider/package.json was installed.
type foreign struct {
	t      *testing.T
	url    string
	stdin  io.WriteCloser
	lines  *bufio.Scanner
	client *ecdsa.PrivateKey
	kill   func()
}

func privateJWK(kid string, key *ecdsa.PrivateKey) object {
	return jwk(kid, &key.PublicKey).with(object{"d": b64(must(key.Bytes())), "alg": "ES384", "use": "sig"})
}

func newForeign(t *testing.T) *foreign {
	folder := fhirtest.NPM(t, "HEARKEN_OIDC_PROVIDER", "testdata/oidc-provider")
	f := &foreign{t: t, client: must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))}
	command := exec.Command("node", "issuer.mjs")
	command.Dir = folder
	command.Env = append(os.Environ(), "AUDIENCE="+base, "KEYS="+string(must(json.Marshal([]object{privateJWK("one", p384())}))),
		"CLIENT_JWKS="+object{"keys": []object{jwk("c", &f.client.PublicKey)}}.json())
	f.stdin = must(command.StdinPipe())
	f.lines = bufio.NewScanner(must(command.StdoutPipe()))
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	f.kill = func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	t.Cleanup(f.kill)
	f.url = f.line("http")
	return f
}

// line is the next line that begins so; others are the provider's remarks.
func (f *foreign) line(prefix string) string {
	f.t.Helper()
	for f.lines.Scan() {
		if strings.HasPrefix(f.lines.Text(), prefix) {
			return f.lines.Text()
		}
	}
	f.t.Fatalf("the issuer does not say %s…: %v", prefix, f.lines.Err())
	return ""
}

// post asks for a token.
func (f *foreign) post(form url.Values, header http.Header) object {
	f.t.Helper()
	r := must(http.NewRequest(http.MethodPost, f.url+"/token", strings.NewReader(form.Encode())))
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response := must(http.DefaultClient.Do(r))
	defer func() { _ = response.Body.Close() }()
	var answer object
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		f.t.Fatalf("the issuer answers %d %v, %v", response.StatusCode, answer, err)
	}
	return answer
}

// backend is a token of a client that acts for itself, which proves who it is by its key.
func (f *foreign) backend(header http.Header) string {
	f.t.Helper()
	now := time.Now().Unix()
	assertion := sign("ES384", f.client, `{"alg":"ES384","kid":"c"}`,
		object{"iss": "backend", "sub": "backend", "aud": f.url, "jti": rand.Text(), "iat": now, "exp": now + 60}.json())
	return f.post(url.Values{
		"grant_type": {"client_credentials"}, "scope": {"system/*.rs"}, "resource": {base},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	}, header)["access_token"].(string)
}

// app is a token of a person, by authorization code and PKCE.
func (f *foreign) app(header http.Header) string {
	f.t.Helper()
	verifier := rand.Text() + rand.Text()
	code := ""
	browser := &http.Client{Jar: must(cookiejar.New(nil)), CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), "https://app.example.org/back") {
			code = r.URL.Query().Get("code")
			return http.ErrUseLastResponse
		}
		if len(via) > 10 {
			return errors.New("the issuer sends the browser in circles")
		}
		return nil
	}}
	response := must(browser.Get(f.url + "/auth?" + url.Values{
		"client_id": {"app"}, "response_type": {"code"}, "redirect_uri": {"https://app.example.org/back"}, "scope": {"openid user/*.rs patient/*.rs"},
		"resource": {base}, "code_challenge": {hash(verifier)}, "code_challenge_method": {"S256"},
	}.Encode()))
	body := must(io.ReadAll(response.Body))
	_ = response.Body.Close()
	if code == "" {
		f.t.Fatalf("the issuer gives no code: %d %s", response.StatusCode, body)
	}
	return f.post(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {"https://app.example.org/back"},
		"client_id": {"app"}, "code_verifier": {verifier}, "resource": {base}}, header)["access_token"].(string)
}

func TestForeignIssuer(t *testing.T) {
	f := newForeign(t)
	verifier := must(token.New(token.Options{
		Issuers: []token.Issuer{{URL: f.url, Mapping: smart.Mappings()["smart"], OnlyATJWT: true,
			Introspection: &token.Introspection{ClientID: "hearken", Secret: "s&cret"}}},
		Audience: base, Client: http.DefaultClient, Now: time.Now,
	}))
	defer verifier.Close()
	check := func(name string, c smart.Credentials, user bool, scope string) {
		t.Helper()
		p, err := verifier.Authenticate(context.Background(), c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if p.User != user || !slices.ContainsFunc(p.Scopes.Granted, func(s smart.Scope) bool { return s.String() == scope }) || p.Issuer != f.url || (p.Context.Patient == "1") != user {
			t.Errorf("%s: user %v, scopes %v, patient %q", name, p.User, p.Scopes, p.Context.Patient)
		}
	}
	bearer := func(text string) smart.Credentials { return smart.Credentials{Scheme: smart.Bearer, Token: text} }
	none, opaque := http.Header{}, http.Header{"X-Format": {"opaque"}}
	first := f.app(none)
	check("a person, JWT", bearer(first), true, "user/*.rs")
	check("a person, opaque", bearer(f.app(opaque)), true, "patient/*.rs")
	check("a client, JWT", bearer(f.backend(none)), false, "system/*.rs")
	check("a client, opaque", bearer(f.backend(opaque)), false, "system/*.rs")
	if _, err := verifier.Authenticate(context.Background(), bearer("unknown-opaque-token")); detailOf(err) != smart.TokenInactive {
		t.Errorf("a token the issuer does not know: %v", err)
	}

	key := other256()
	proof := func(method, address string, claims object) string {
		public := jwk("", &key.PublicKey).with(object{"kid": nil})
		return sign("ES256", key, object{"typ": "dpop+jwt", "alg": "ES256", "jwk": public}.json(),
			object{"jti": rand.Text(), "htm": method, "htu": address, "iat": time.Now().Unix()}.with(claims).json())
	}
	for _, header := range []http.Header{none, opaque} {
		header = header.Clone()
		header.Set("DPoP", proof("POST", f.url+"/token", nil))
		bound := f.backend(header)
		c := smart.Credentials{Scheme: smart.DPoP, Token: bound, Method: "GET", URL: base + "/Patient", Proofs: []string{proof("GET", base+"/Patient", object{"ath": hash(bound)})}}
		check("bound to a key", c, false, "system/*.rs")
		if _, err := verifier.Authenticate(context.Background(), bearer(bound)); detailOf(err) != smart.SchemeWrong {
			t.Errorf("bound to a key, as Bearer: %v", err)
		}
	}

	if _, err := io.WriteString(f.stdin, string(must(json.Marshal([]object{privateJWK("two", f.client), privateJWK("one", p384())})))+"\n"); err != nil {
		t.Fatal(err)
	}
	f.line("rotated")
	check("by the new key", bearer(f.backend(none)), false, "system/*.rs")
	check("by the old key", bearer(first), true, "user/*.rs")
	m, err := verifier.Metadata(context.Background(), f.url)
	if _, faults := smart.Configuration(smart.Metadata{Capabilities: []string{"launch-standalone", "client-confidential-asymmetric"}}, m); err != nil || len(faults) > 0 {
		t.Errorf("the SMART configuration lacks %v, %v", faults, err)
	}
	unseen, secret := f.backend(none), f.backend(opaque)
	f.kill()
	check("by a known key, when the issuer is gone", bearer(unseen), false, "system/*.rs")
	if _, err := verifier.Authenticate(context.Background(), bearer(secret)); detailOf(err) != smart.NotChecked {
		t.Errorf("an opaque token, when the issuer is gone: %v", err)
	}
}
