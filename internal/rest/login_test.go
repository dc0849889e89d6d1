package rest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/internal/rest"
	"hearken/internal/smart"
)

// gate is an Authenticator that lets one token pass and remembers what it was asked.
type gate struct{ asked smart.Credentials }

func (g *gate) Authenticate(_ context.Context, c smart.Credentials) (*smart.Principal, error) {
	g.asked = c
	switch c.Token {
	case "good":
		return &smart.Principal{Subject: "ann"}, nil
	case "unchecked":
		return nil, smart.Refused(smart.NotChecked)
	}
	return nil, smart.Refused(smart.SignatureWrong)
}

func withLogin(g *gate, configuration error) func(*rest.Options) {
	return func(o *rest.Options) {
		o.BaseURL = "https://fhir.example.org/r4/fhir"
		o.Login = &rest.Login{Authenticator: g, Proofs: []string{"ES256"}, Origins: []string{"*"},
			Configuration: func(context.Context) (smart.Metadata, error) {
				return smart.Metadata{TokenEndpoint: "https://a/token"}, configuration
			}}
	}
}

func TestLogin(t *testing.T) {
	for _, row := range []struct {
		line, header string
		status       int
		challenge    string // of WWW-Authenticate
		called       bool
	}{
		{"GET /fhir/Patient/1", "", 401, "Bearer", false},
		{"GET /fhir/Patient/1", "Authorization: Bearer bad", 401, `error="invalid_token"`, false},
		{"GET /fhir/Patient/1", "Authorization: Bearer a b", 401, `error="invalid_token"`, false},
		{"GET /fhir/Patient/1", "Authorization: Bearer unchecked", 503, "", false},
		{"GET /fhir/Patient/1", "Authorization: Bearer good", 200, "", true},
		{"GET /fhir/Patient/1", "Authorization: DPoP good", 200, "", true},
		{"GET /fhir/Patient/1?access_token=good", "", 401, "Bearer", false},
		{"OPTIONS /fhir/Patient", "", 401, "Bearer", false},
		{"FETCH /fhir/Patient", "", 401, "Bearer", false},
		{"GET /fhir/Patient//", "", 401, "Bearer", false},
		{"GET /fhir/metadata", "", 200, "", true},
		{"HEAD /fhir/metadata", "", 200, "", true},
		{"POST /fhir/metadata", "", 401, "Bearer", false},
		{"GET /fhir/metadata/", "", 401, "Bearer", false},
		{"GET /fhir/%6Detadata", "", 401, "Bearer", false},
		{"GET /healthz", "", 200, "", false},
		{"GET /readyz", "", 200, "", false},
	} {
		t.Run(row.line+" "+row.header, func(t *testing.T) {
			f := newFixture(withLogin(&gate{}, nil))
			var headers []string
			if row.header != "" {
				headers = append(headers, row.header)
			}
			w := f.send(row.line, "", headers...)
			challenge := strings.Join(w.Header()["Www-Authenticate"], ", ")
			if w.Code != row.status || !strings.Contains(challenge, row.challenge) || (challenge == "") != (row.challenge == "") || (f.called > 0) != row.called {
				t.Errorf("= %d, WWW-Authenticate %q, called %d times; want %d, %q, %v", w.Code, challenge, f.called, row.status, row.challenge, row.called)
			}
			if w.Code >= 400 {
				wantOutcome(t, w)
			}
			if row.called && !strings.Contains(row.line, "metadata") && (f.call.Principal == nil || f.call.Principal.Subject != "ann") {
				t.Errorf("Principal = %v, want Ann", f.call.Principal)
			}
			if w.Code == 503 && w.Header().Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
			if strings.Contains(f.log.String(), "good") {
				t.Errorf("the log holds the token: %s", f.log)
			}
		})
	}
}

// The body of somebody without a token is not read.
func TestLogin_BeforeBody(t *testing.T) {
	f := newFixture(withLogin(&gate{}, nil))
	if w := f.send("POST /fhir/Patient", strings.Repeat("x", 3<<20)); w.Code != 401 {
		t.Errorf("an oversized body without token = %d, want 401", w.Code)
	}
}

// What a DPoP proof must be for is the published address, whatever Host and forwarding say.
func TestLogin_Credentials(t *testing.T) {
	g := &gate{}
	f := newFixture(withLogin(g, nil))
	f.send("GET /fhir/Patient/a%2Fb?x=1", "", "Authorization: dpop good", "DPoP: one", "DPoP: two", "Host: evil.example.org", "X-Forwarded-Host: evil.example.org")
	if g.asked.URL != "https://fhir.example.org/r4/fhir/Patient/a%2Fb" || g.asked.Method != http.MethodGet || len(g.asked.Proofs) != 2 || g.asked.Scheme != smart.DPoP || g.asked.Certificate != nil {
		t.Errorf("credentials = %+v", g.asked)
	}
}

// Scopes that do not suffice are told in WWW-Authenticate; that an agreement has lapsed is not a matter of the token.
func TestLogin_Forbidden(t *testing.T) {
	for err, want := range map[error]bool{
		smart.Insufficient("Patient", smart.Read):                             true,
		fhir.Errorf(fhir.CodeForbidden, "no agreement").Detailed("forbidden"): false,
	} {
		f := newFixture(withLogin(&gate{}, nil))
		f.err = err
		w := f.send("GET /fhir/Patient/1", "", "Authorization: Bearer good")
		if got := strings.Contains(w.Header().Get("WWW-Authenticate"), "insufficient_scope"); w.Code != 403 || got != want {
			t.Errorf("%v = %d %v, want 403 and %v", err, w.Code, w.Header(), want)
		}
	}
}

func TestLogin_SMARTConfiguration(t *testing.T) {
	f := newFixture(withLogin(&gate{}, nil))
	w := f.send("GET /fhir/.well-known/smart-configuration", "", "Origin: https://app.example.org")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || w.Body.String() != `{"token_endpoint":"https://a/token"}` ||
		w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("= %d %v %s", w.Code, w.Header(), w.Body)
	}
	f = newFixture(withLogin(&gate{}, smart.Refused(smart.NotChecked)))
	if w := f.send("GET /fhir/.well-known/smart-configuration", ""); w.Code != 503 {
		t.Errorf("while the issuer is down = %d, want 503", w.Code)
	}
	if w := newFixture(nil).send("GET /fhir/.well-known/smart-configuration", ""); w.Code != 200 { // the fake's: an interaction's to refuse
		t.Errorf("without login = %d", w.Code)
	}
}

// The headers by which browsers are kept from doing harm are on every answer, errors too.
func TestServer_SecurityHeaders(t *testing.T) {
	f := newFixture(withLogin(&gate{}, nil))
	f.err = errors.New("broken")
	for _, line := range []string{"GET /fhir/Patient/1", "GET /fhir/metadata", "GET /healthz", "GET /nothing"} {
		h := f.send(line, "", "Authorization: Bearer good").Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Frame-Options") != "DENY" ||
			!strings.HasPrefix(h.Get("Strict-Transport-Security"), "max-age=") || h.Get("X-Request-Id") == "" || h.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %v", line, h)
		}
	}
	if h := newFixture(nil).send("GET /fhir/Patient/1", "").Header(); h.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS by plain HTTP")
	}
}
