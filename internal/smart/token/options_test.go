package token_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

func TestNew_Refused(t *testing.T) {
	plain := smart.Mappings()["smart"]
	issuer := token.Issuer{URL: "https://issuer.example.org", Mapping: plain}
	with := func(change func(*token.Issuer)) []token.Issuer {
		i := issuer
		change(&i)
		return []token.Issuer{i}
	}
	for _, row := range []struct {
		name    string
		issuers []token.Issuer
		want    string // "" for none
	}{
		{"one issuer", []token.Issuer{issuer}, ""},
		{"http on this machine", with(func(i *token.Issuer) { i.URL = "http://127.0.0.1:8080" }), ""},
		{"http on this machine by name", with(func(i *token.Issuer) { i.URL = "http://localhost:8080/x" }), ""},
		{"fewer algorithms", with(func(i *token.Issuer) { i.Algorithms = []string{"ES384"} }), ""},
		{"none", nil, "one issuer is needed"},
		{"twice", []token.Issuer{issuer, issuer}, "twice"},
		{"no URL", with(func(i *token.Issuer) { i.URL = "" }), "no URL"},
		{"http", with(func(i *token.Issuer) { i.URL = "http://issuer.example.org" }), "no URL"},
		{"http on a machine that sounds like this", with(func(i *token.Issuer) { i.URL = "http://localhost.example.org" }), "no URL"},
		{"a query", with(func(i *token.Issuer) { i.URL += "?x=y" }), "no URL"},
		{"a name and password", with(func(i *token.Issuer) { i.URL = "https://u:p@issuer.example.org" }), "no URL"},
		{"keys by http", with(func(i *token.Issuer) { i.JWKS = "http://issuer.example.org/keys" }), "no URL"},
		{"alg none", with(func(i *token.Issuer) { i.Algorithms = []string{"none"} }), `"none"`},
		{"HMAC", with(func(i *token.Issuer) { i.Algorithms = []string{"RS256", "HS256"} }), `"HS256"`},
		{"no mapping", with(func(i *token.Issuer) { i.Mapping = smart.Mapping{} }), "mapping"},
		{"introspection without a client", with(func(i *token.Issuer) { i.Introspection = &token.Introspection{} }), "client"},
		{"introspection by http", with(func(i *token.Issuer) {
			i.Introspection = &token.Introspection{ClientID: "c", Endpoint: "http://issuer.example.org/x"}
		}), "https"},
		{"two that are asked", []token.Issuer{
			{URL: "https://a.example.org", Mapping: plain, Introspection: &token.Introspection{ClientID: "c"}},
			{URL: "https://b.example.org", Mapping: plain, Introspection: &token.Introspection{ClientID: "c"}},
		}, "one at most"},
	} {
		_, err := token.New(token.Options{Issuers: row.issuers, Audience: base, Client: http.DefaultClient, Now: time.Now})
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: New = %v, want %q", row.name, err, row.want)
		}
	}
	for name, o := range map[string]token.Options{
		"audience": {Issuers: []token.Issuer{issuer}, Client: http.DefaultClient, Now: time.Now},
		"client":   {Issuers: []token.Issuer{issuer}, Audience: base, Now: time.Now},
		"clock":    {Issuers: []token.Issuer{issuer}, Audience: base, Client: http.DefaultClient},
	} {
		if _, err := token.New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: New = %v", name, err)
		}
	}
}

// What is configured of an issuer holds for its tokens.
func TestIssuer_Configured(t *testing.T) {
	w := newWorld(t, func(w *world, o *token.Options) {
		o.Issuers[0].Algorithms = []string{"ES384"}
		o.Issuers[0].OnlyATJWT = true
		o.Issuers[0].Audiences = []string{"api://hearken"}
		o.Issuers[0].JWKS = w.server.URL + "/keys"
	})
	of := func(header string, changes object) string {
		return sign("ES384", p384(), header, w.claims().with(changes).json())
	}
	w.want("an access token", of(`{"alg":"ES384","kid":"p384","typ":"at+jwt"}`, nil), "")
	w.want("for another audience of ours", of(`{"alg":"ES384","kid":"p384","typ":"at+jwt"}`, object{"aud": "api://hearken"}), "")
	w.want("typ JWT", of(`{"alg":"ES384","kid":"p384","typ":"JWT"}`, nil), smart.TokenTypeWrong)
	w.want("no typ", of(`{"alg":"ES384","kid":"p384"}`, nil), smart.TokenTypeWrong)
	w.want("another algorithm", sign("RS256", rsaKey(), `{"alg":"RS256","kid":"rsa","typ":"at+jwt"}`, w.claims().json()), smart.AlgorithmRefused)
	if n := w.askedFor("/.well-known/openid-configuration"); n != 0 {
		t.Errorf("the metadata was asked for %d times, though the keys are configured", n)
	}
}
