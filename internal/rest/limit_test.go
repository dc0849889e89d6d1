package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hearken/internal/rest"
	"hearken/internal/smart"
)

// crowd lets tokens pass that name who somebody is.
type crowd struct{}

func (crowd) Authenticate(_ context.Context, c smart.Credentials) (*smart.Principal, error) {
	if c.Token == "bad" {
		return nil, smart.Refused(smart.SignatureWrong)
	}
	return &smart.Principal{Issuer: "i", ClientID: "shared", Subject: c.Token}, nil
}

// limited is a server with limits and a clock that the test moves.
func limited(l rest.Limits, passed *time.Duration) *fixture {
	began := time.Now()
	l.Urgent = func(_ context.Context, p *smart.Principal) bool { return p.Subject == "paramedic" }
	return newFixture(func(o *rest.Options) {
		withLogin(&gate{}, nil)(o)
		o.Login.Authenticator, o.Limits, o.Now = crowd{}, l, func() time.Time { return began.Add(*passed) }
	})
}

// until counts how many requests are answered before one is refused with a status, of at most 1,000.
func (f *fixture) until(t *testing.T, status int, line, header string) int {
	t.Helper()
	for n := range 1000 {
		if w := f.send(line, "", header); w.Code == status {
			if wantOutcome(t, w); w.Header().Get("Retry-After") == "" {
				t.Errorf("%s = %d without Retry-After", line, status)
			}
			return n
		}
	}
	t.Fatalf("%s is never refused with %d", line, status)
	return 0
}

// sent is a request by somebody, and its status.
type sent struct {
	line, body, who string
	want            int
}

// expect sends requests one after the other. What is refused says when to try again.
func (f *fixture) expect(t *testing.T, rows []sent, header ...string) {
	t.Helper()
	for _, row := range rows {
		w := f.send(row.line, row.body, append(header, row.who)...)
		if w.Code != row.want || w.Code >= 400 && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s by %s = %d, want %d: %s", row.line, row.who, w.Code, row.want, w.Body)
		}
		if w.Code == 503 && !strings.Contains(w.Body.String(), `"not-checked"`) {
			t.Errorf("%s by %s is not told that nothing was looked up: %s", row.line, row.who, w.Body)
		}
	}
}

func TestLimits_Caller(t *testing.T) {
	var passed time.Duration
	f := limited(rest.Limits{Caller: 5, Client: 50}, &passed)
	if n := f.until(t, 429, "GET /fhir/Patient/1", "Authorization: Bearer ann"); n != 10 {
		t.Errorf("%d requests at once, want 10", n)
	}
	passed += time.Second
	if n := f.until(t, 429, "GET /fhir/Patient/1", "Authorization: Bearer ann"); n != 5 {
		t.Errorf("%d requests after a second, want 5", n)
	}
	if w := f.send("GET /fhir/Patient/1", "", "Authorization: Bearer bob"); w.Code != 200 {
		t.Errorf("somebody else = %d, want 200", w.Code)
	}
}

// Those who answer urgent calls look up by identifier when others have used up what their shared client may
// ask; nothing else goes on, and nobody else's.
func TestLimits_UrgentLane(t *testing.T) {
	var passed time.Duration
	f := limited(rest.Limits{Caller: 20, Client: 5}, &passed)
	f.until(t, 429, "GET /fhir/Observation", "Authorization: Bearer robot")
	const paramedic, clerk = "Authorization: Bearer paramedic", "Authorization: Bearer clerk"
	const form = "Content-Type: application/x-www-form-urlencoded"
	f.expect(t, []sent{
		{"GET /fhir/Patient?identifier=x", "", paramedic, 200},
		{"GET /fhir/CarePlan?patient.identifier=x", "", paramedic, 200},
		{"POST /fhir/CarePlan/_search", "subject.identifier=x", paramedic, 200},
		{"POST /fhir/Patient/_search", "name=x", paramedic, 429},
		{"GET /fhir/Patient?name=x", "", paramedic, 429},
		{"GET /fhir/Patient/identifier", "", paramedic, 429},
		{"POST /fhir/Patient?identifier=x", "{}", paramedic, 429},
		{"GET /fhir/Observation?identifier=x", "", paramedic, 429},
		{"GET /fhir/Patient?identifier=x", "", clerk, 429},
	}, form)
	if n := f.until(t, 429, "GET /fhir/Patient?identifier=x", paramedic); n > 40 {
		t.Errorf("the lane itself lets %d through, want a bound", n)
	}
}

// Whoever has no token is counted by address, and good tokens from there are not touched by it.
func TestLimits_Address(t *testing.T) {
	var passed time.Duration
	f := limited(rest.Limits{Address: 3}, &passed)
	if n := f.until(t, 429, "GET /fhir/Patient/1", "Authorization: Bearer bad"); n != 6 {
		t.Errorf("%d refused tokens, want 6", n)
	}
	if w := f.send("GET /fhir/metadata", ""); w.Code != 429 {
		t.Errorf("metadata from there = %d, want 429", w.Code)
	}
	if w := f.send("GET /fhir/Patient/1", "", "Authorization: Bearer ann"); w.Code != 200 {
		t.Errorf("a good token from there = %d, want 200", w.Code)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if w := f.send("GET "+path, ""); w.Code != 200 {
			t.Errorf("%s = %d, want 200", path, w.Code)
		}
	}
}

// When all places at work are taken a request is turned away at once, but for look-ups, of which some more go on.
func TestLimits_AtWork(t *testing.T) {
	hold, began := make(chan struct{}), make(chan struct{}, 16)
	f := newFixture(func(o *rest.Options) {
		o.Limits.AtWork = 8
		o.Interactions = &fake{answer: o.Interactions.(*fake).answer, do: func(context.Context) { began <- struct{}{}; <-hold }}
	})
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	var group sync.WaitGroup
	for i := range 7 {
		group.Go(func() { get(fmt.Sprintf("/fhir/Patient/%d", i)) })
		<-began
	}
	if w := get("/fhir/Patient/8"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("the eighth = %d, want 503 with Retry-After", w.Code)
	}
	group.Go(func() {
		if w := get("/fhir/Patient?identifier=x"); w.Code != 200 {
			t.Errorf("a look-up = %d, want 200", w.Code)
		}
	})
	<-began
	if w := get("/fhir/Patient?identifier=x"); w.Code != 503 {
		t.Errorf("one look-up more than the reserve = %d, want 503", w.Code)
	}
	close(hold)
	group.Wait()
	if w := get("/fhir/Patient/9"); w.Code != 200 {
		t.Errorf("afterwards = %d, want 200", w.Code)
	}
}

// When the disk has room for little more, only those who answer urgent calls look up by identifier; nobody is
// told that there is nothing.
func TestLimits_Scarce(t *testing.T) {
	var passed time.Duration
	scarce := true
	f := limited(rest.Limits{Caller: 1000, Scarce: func() bool { return scarce }}, &passed)
	const paramedic, clerk = "Authorization: Bearer paramedic", "Authorization: Bearer clerk"
	f.expect(t, []sent{
		{"GET /fhir/Patient?identifier=x", "", paramedic, 200},
		{"GET /fhir/CarePlan?patient.identifier=x", "", paramedic, 200},
		{"GET /fhir/Patient?identifier=x", "", clerk, 503},
		{"GET /fhir/Patient?name=x", "", paramedic, 503},
		{"GET /fhir/Patient/1", "", paramedic, 503},
		{"GET /fhir/Observation?identifier=x", "", paramedic, 503},
		{"POST /fhir/Patient", `{"resourceType":"Patient"}`, clerk, 503},
		{"GET /fhir/metadata", "", clerk, 200},
	})
	open := newFixture(func(o *rest.Options) { o.Limits.Scarce = func() bool { return scarce } })
	for line, want := range map[string]int{"GET /fhir/Patient?identifier=x": 200, "GET /fhir/Patient/1": 503} {
		if w := open.send(line, ""); w.Code != want {
			t.Errorf("%s without a login = %d, want %d", line, w.Code, want)
		}
	}
	scarce = false
	if w := f.send("GET /fhir/Patient/1", "", clerk); w.Code != 200 {
		t.Errorf("with room again = %d, want 200", w.Code)
	}
}
