package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hearken/fhir/r4"
	"hearken/internal/interaction"
	"hearken/internal/rest"
)

// fake answers every call alike and remembers the last.
type fake struct {
	call   interaction.Call
	called int
	answer interaction.Answer
	err    error
	do     func(context.Context) // run inside Do when set
}

func (f *fake) Do(ctx context.Context, c interaction.Call) (interaction.Answer, error) {
	f.call = c
	f.called++
	if f.do != nil {
		f.do(ctx)
	}
	return f.answer, f.err
}

// fixture is a handler over a fake, with its log.
type fixture struct {
	*fake
	handler http.Handler
	log     *bytes.Buffer
}

func newFixture(change func(*rest.Options)) *fixture {
	f := &fixture{fake: &fake{answer: interaction.Answer{Status: 200, Body: []byte(`{"resourceType":"Patient"}`)}}, log: &bytes.Buffer{}}
	o := rest.Options{
		Interactions: f.fake,
		Ready:        func() rest.Readiness { return rest.Readiness{} },
		IsType:       func(name string) bool { return name == "Patient" || name == "CarePlan" || name == "Binary" },
		Definitions:  r4.Definitions(),
		MaxBody:      2 << 20,
		Timeout:      10 * time.Second,
		Now:          time.Now,
		NewRequestID: func() string { return "made-here" },
		Log:          slog.New(slog.NewTextHandler(f.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	f.handler = rest.New(o)
	return f
}

// send makes a request of "METHOD target" with headers as "Name: value" and a body.
func (f *fixture) send(line, body string, headers ...string) *httptest.ResponseRecorder {
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w
}

// wantOutcome checks that a response is an OperationOutcome in JSON, and gives its first issue.
func wantOutcome(t *testing.T, w *httptest.ResponseRecorder) (code, diagnostics string) {
	t.Helper()
	var outcome struct {
		ResourceType string
		Issue        []struct{ Severity, Code, Diagnostics string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &outcome); err != nil || outcome.ResourceType != "OperationOutcome" || len(outcome.Issue) == 0 {
		t.Fatalf("body = %s (%v), want an OperationOutcome with an issue", w.Body, err)
	}
	if got := w.Header().Get("Content-Type"); got != "application/fhir+json; charset=utf-8" {
		t.Errorf("Content-Type = %q, want application/fhir+json; charset=utf-8", got)
	}
	return outcome.Issue[0].Code, outcome.Issue[0].Diagnostics
}
