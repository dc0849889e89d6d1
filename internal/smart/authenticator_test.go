package smart_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/smart"
)

func TestReadAuthorization(t *testing.T) {
	long := strings.Repeat("a", smart.MaxToken)
	for _, row := range []struct {
		name   string
		values []string
		scheme smart.Scheme
		token  string
		want   smart.Refusal
	}{
		{"bearer", []string{"Bearer abc.def-_~+/=="}, smart.Bearer, "abc.def-_~+/==", ""},
		{"the scheme's case does not matter", []string{"bEARER abc"}, smart.Bearer, "abc", ""},
		{"several spaces", []string{"Bearer   abc"}, smart.Bearer, "abc", ""},
		{"dpop", []string{"dpop abc"}, smart.DPoP, "abc", ""},
		{"the longest", []string{"Bearer " + long}, smart.Bearer, long, ""},
		{"none", nil, "", "", smart.TokenMissing},
		{"empty", []string{""}, "", "", smart.TokenMissing},
		{"basic", []string{"Basic dXNlcjpwYXNz"}, "", "", smart.TokenMissing},
		{"a token without a scheme", []string{"abc"}, "", "", smart.TokenMissing},
		{"twice", []string{"Bearer a", "Bearer b"}, "", "", smart.TokenMalformed},
		{"no token", []string{"Bearer"}, "", "", smart.TokenMalformed},
		{"only a space", []string{"Bearer "}, "", "", smart.TokenMalformed},
		{"only padding", []string{"Bearer =="}, "", "", smart.TokenMalformed},
		{"padding inside", []string{"Bearer a=b"}, "", "", smart.TokenMalformed},
		{"two in one", []string{"Bearer a, Bearer b"}, "", "", smart.TokenMalformed},
		{"a space at the end", []string{"Bearer a "}, "", "", smart.TokenMalformed},
		{"a tab", []string{"Bearer\ta"}, "", "", smart.TokenMissing},
		{"a quote", []string{`Bearer "a"`}, "", "", smart.TokenMalformed},
		{"beyond ASCII", []string{"Bearer å"}, "", "", smart.TokenMalformed},
		{"too long", []string{"Bearer " + long + "a"}, "", "", smart.TokenTooLong},
	} {
		c, err := smart.ReadAuthorization(row.values)
		if got := detailOf(err); got != row.want || c.Scheme != row.scheme || c.Token != row.token {
			t.Errorf("%s: ReadAuthorization = %s %q, %q; want %s %q, %q", row.name, c.Scheme, c.Token, got, row.scheme, row.token, row.want)
		}
		if err != nil && fhir.CodeOf(err) != fhir.CodeLogin {
			t.Errorf("%s: the code is %s, want login", row.name, fhir.CodeOf(err))
		}
	}
}

// detailOf is the detail code of an error; "" for none.
func detailOf(err error) smart.Refusal {
	var e *fhir.Error
	if errors.As(err, &e) && len(e.Issues) > 0 {
		return smart.Refusal(e.Issues[0].Detail)
	}
	return ""
}

func TestChallenge(t *testing.T) {
	proofs := []string{"ES256", "RS256"}
	for _, row := range []struct {
		name   string
		err    error
		proofs []string
		want   []string
	}{
		{"no token: no error, so that the client may just try", smart.Refused(smart.TokenMissing), proofs,
			[]string{`Bearer realm="hearken"`, `DPoP realm="hearken", algs="ES256 RS256"`}},
		{"expired", smart.Refused(smart.TokenExpired), proofs, []string{
			`Bearer realm="hearken", error="invalid_token", error_description="the access token has expired"`,
			`DPoP realm="hearken", error="invalid_token", error_description="the access token has expired", algs="ES256 RS256"`}},
		{"expired, without DPoP", smart.Refused(smart.TokenExpired), nil, []string{
			`Bearer realm="hearken", error="invalid_token", error_description="the access token has expired"`}},
		{"a bad proof", smart.Refused(smart.ProofReplayed), proofs, []string{
			`DPoP realm="hearken", error="invalid_dpop_proof", error_description="the DPoP proof has been used: make one for each request", algs="ES256 RS256"`}},
		{"step up", smart.Refused(smart.AssuranceTooLow), nil, []string{
			`Bearer realm="hearken", error="insufficient_user_authentication", error_description="this server wants a login of higher assurance"`}},
		{"scopes", smart.Insufficient("Patient", smart.Read), proofs, []string{
			`Bearer realm="hearken", error="insufficient_scope", error_description="the scopes of the access token do not allow this"`}},
		{"forbidden for another reason", fhir.Errorf(fhir.CodeForbidden, "no").Detailed("emergency-access-available"), proofs, nil},
		{"another login", fhir.Errorf(fhir.CodeLogin, "no"), nil, []string{`Bearer realm="hearken"`}},
		{"wrapped", fmt.Errorf("x: %w", smart.Refused(smart.TokenMissing)), nil, []string{`Bearer realm="hearken"`}},
		{"not checked", smart.Refused(smart.NotChecked), proofs, nil},
		{"foreign", errors.New("x"), proofs, nil},
		{"nothing", nil, proofs, nil},
	} {
		if got := smart.Challenge(row.err, row.proofs); !slices.Equal(got, row.want) {
			t.Errorf("%s: Challenge = %q, want %q", row.name, got, row.want)
		}
	}
}

// A principal in a log says nothing of whose it is, whatever the verb.
func TestPrincipal_Logged(t *testing.T) {
	p := &smart.Principal{Issuer: "https://i", ClientID: "c", Subject: "SECRET", NHSNumber: "9990000018", RoleID: "SECRET", AuthTime: time.Now()}
	p.Context.Patient = "SECRET"
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "who", p, "copy", *p)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "who", p, "copy", *p)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		fmt.Fprintf(&b, verb+verb+verb, p, *p, []*smart.Principal{p})
	}
	if text := b.String(); strings.Contains(text, "SECRET") || strings.Contains(text, "999") || !strings.Contains(text, "https://i") {
		t.Errorf("a log says %s", text)
	}
}

func TestPrincipal_Selected(t *testing.T) {
	p := &smart.Principal{RoleID: "2", Roles: []smart.Role{{ID: "1"}, {ID: "2", Code: "S8000:G8000:R8001"}}}
	if r, ok := p.Selected(); !ok || r.Job() != "R8001" {
		t.Errorf("Selected = %v, %v; want role 2", r, ok)
	}
	p.RoleID = "3"
	if r, ok := p.Selected(); ok {
		t.Errorf("Selected = %v, want none", r)
	}
	if _, ok := (*smart.Principal)(nil).Selected(); ok {
		t.Error("nobody selected a role")
	}
	if got := (smart.Role{Code: "nurse"}).Job(); got != "nurse" {
		t.Errorf("Job = %q, want nurse", got)
	}
}

func TestPrincipal_ForPatient(t *testing.T) {
	p := caller("user", "patient/*.rs")
	with, ok := p.ForPatient("1")
	if !ok || with.Context.Patient != "1" || p.Context.Patient != "" || !with.Decide("CarePlan", smart.Read).Allowed() {
		t.Errorf("ForPatient = %v, %v; want a copy with the patient", with, ok)
	}
	if _, ok := with.ForPatient("1"); !ok {
		t.Error("the same patient again is refused")
	}
	if again, ok := with.ForPatient("2"); ok || again.Context.Patient != "1" {
		t.Errorf("another patient replaces the one in context: %v, %v", again.Context.Patient, ok)
	}
}

func TestPrincipal_LoggedIn(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name string
		kind string
		at   time.Time
		want bool
	}{
		{"just now", "user", now.Add(-time.Minute), true},
		{"by a clock that is ahead", "user", now.Add(time.Minute), true},
		{"long ago", "user", now.Add(-time.Hour), false},
		{"not said", "user", time.Time{}, false},
		{"a client", "client", now, false},
	} {
		p := caller(row.kind, "")
		p.AuthTime = row.at
		if got := p.LoggedIn(now, 5*time.Minute); got != row.want {
			t.Errorf("%s: LoggedIn = %v, want %v", row.name, got, row.want)
		}
	}
	if (*smart.Principal)(nil).LoggedIn(now, time.Hour) {
		t.Error("nobody is logged in")
	}
}
