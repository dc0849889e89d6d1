package token_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/fhirtest"
	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

// refusing is a client of an issuer that does not exist.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

func lonely() *token.Verifier {
	return must(token.New(token.Options{
		Issuers:  []token.Issuer{{URL: "https://issuer.example.org", Mapping: smart.Mappings()["smart"]}},
		Audience: base, Client: &http.Client{Transport: refusing{}}, Now: time.Now,
	}))
}

// Whatever is sent as token and proof: a refusal of ours, never a principal, never a panic.
func FuzzAuthenticate(f *testing.F) {
	good := sign("ES384", p384(), `{"alg":"ES384","kid":"p384"}`, `{"iss":"https://issuer.example.org"}`)
	for _, text := range []string{"", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", good, good + ".", "opaque"} {
		f.Add(text, text)
	}
	v := lonely()
	f.Fuzz(func(t *testing.T, text, proof string) {
		for _, scheme := range []smart.Scheme{smart.Bearer, smart.DPoP} {
			p, err := v.Authenticate(context.Background(), smart.Credentials{Scheme: scheme, Token: text, Proofs: []string{proof}, Method: "GET", URL: proof})
			if code := fhir.CodeOf(err); p != nil || code != fhir.CodeLogin && code != fhir.CodeTransient {
				t.Errorf("Authenticate(%q) = %v, %v", text, p, err)
			}
		}
	})
}

// Hostile tokens cost linear time, up to the longest that is looked at.
func TestAuthenticate_Linear(t *testing.T) {
	v := lonely()
	defer v.Close()
	header := b64([]byte(`{"alg":"ES384"}`))
	for name, text := range map[string]func(n int) string{
		"a long claim": func(n int) string { return header + "." + b64([]byte(`{"x":"`+strings.Repeat("x", n)+`"}`)) + ".AAAA" },
		"many claims": func(n int) string {
			return header + "." + b64([]byte(`{"x":[`+strings.Repeat("{},", n/3)+`1]}`)) + ".AAAA"
		},
		"dots": func(n int) string { return "ey" + strings.Repeat(".", n) },
		"deep": func(n int) string { return header + "." + b64([]byte(strings.Repeat(`{"a":`, n/5))) + ".AAAA" },
		"a long scope": func(n int) string {
			return header + "." + b64([]byte(`{"scope":"`+strings.Repeat("a ", n/2)+`"}`)) + ".AAAA"
		},
		"a long heading": func(n int) string { return b64([]byte(`{"x":"`+strings.Repeat("x", n)+`"}`)) + ".e30.AAAA" },
	} {
		t.Run(name, func(t *testing.T) {
			fhirtest.Linear(t, 30, 1_000, func(n int) func() {
				token := text(n)
				return func() {
					for range 20 {
						_, _ = v.Authenticate(context.Background(), smart.Credentials{Scheme: smart.Bearer, Token: token})
					}
				}
			})
		})
	}
}
