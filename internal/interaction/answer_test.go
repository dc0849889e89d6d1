package interaction_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/internal/interaction"
	"hearken/internal/store"
)

// What a write is answered, by Prefer: return.
func TestWritten_Prefer(t *testing.T) {
	tests := []struct{ prefer, resourceType string }{
		{"", "Patient"}, {"representation", "Patient"}, {"minimal", ""}, {"OperationOutcome", "OperationOutcome"},
	}
	for _, tt := range tests {
		s, clock := newServer(t)
		for _, c := range []interaction.Call{call("POST", "Patient", patient("", "1")), call("PUT", "Patient/a", patient("a", "1"))} {
			c.Prefer.Return = tt.prefer
			a := answer(s, c)
			got := ""
			if len(a.Body) > 0 {
				got = text(t, a.Body, "resourceType")
			}
			if a.Status != 201 || got != tt.resourceType || a.Version != 1 || !a.LastModified.Equal(clock.now()) ||
				!strings.HasPrefix(a.Location, base+"/Patient/") || !strings.HasSuffix(a.Location, "/_history/1") {
				t.Errorf("%s, return=%s: %d %q %s %v", c.Method, tt.prefer, a.Status, got, a.Location, a.LastModified)
			}
		}
	}
}

// What was sent comes back byte for byte, but for id and meta.
func TestRead_Bytes(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Observation/a", `{ "resourceType" : "Observation", "valueQuantity":{"value":1.00},`+"\n"+`"id":"a","code":{"text":"\u00e9"},"status":"final"}`)
	got := string(mustDo(t, s, 200, "GET", "Observation/a", "").Body)
	want := `{ "resourceType" : "Observation","meta":{"versionId":"1","lastUpdated":"2024-02-29T12:00:00.000Z"}, "valueQuantity":{"value":1.00},` + "\n" + `"id":"a","code":{"text":"\u00e9"},"status":"final"}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestRead_IfModifiedSince(t *testing.T) {
	s, clock := newServer(t)
	clock.pass(300 * time.Millisecond)
	mustDo(t, s, 201, "PUT", "Patient/a", patient("a", "1"))
	for _, tt := range []struct {
		since  time.Duration
		status int
	}{{-time.Second, 200}, {0, 304}, {time.Hour, 304}} {
		c := call("GET", "Patient/a", "")
		c.IfModifiedSince = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC).Add(tt.since)
		if a := answer(s, c); a.Status != tt.status {
			t.Errorf("%v: %d, want %d", tt.since, a.Status, tt.status)
		}
		c.IfNoneMatch = `W/"7"` // wins
		if a := answer(s, c); a.Status != 200 {
			t.Errorf("%v with If-None-Match: %d, want 200", tt.since, a.Status)
		}
	}
}

func TestDo_Allow(t *testing.T) {
	s, _ := newServer(t)
	tests := []struct {
		target string
		want   []string
	}{
		{"", []string{"POST", "GET", "HEAD", "OPTIONS"}},
		{"metadata", []string{"GET", "HEAD", "OPTIONS"}},
		{"Patient", []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}},
		{"Patient/_search", []string{"POST", "OPTIONS"}},
		{"Patient/a", []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}},
		{"Patient/a/_history/1", []string{"GET", "HEAD", "OPTIONS"}},
	}
	for _, tt := range tests {
		for method, status := range map[string]int{"BREW": 405, "OPTIONS": 204} {
			a := do(s, method, tt.target, "")
			if diff := cmp.Diff(tt.want, a.Allow); diff != "" || a.Status != status {
				t.Errorf("%s %s = %d, Allow (-want +got):\n%s", method, tt.target, a.Status, diff)
			}
		}
	}
}

func TestFailure(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		status int
		body   string
	}{
		{"foreign: not a word", errors.New("disk 7 of patient 9990000786"), 500,
			`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","diagnostics":"internal error"}]}`},
		{"with detail and place", &fhir.Error{Code: fhir.CodeProcessing, Err: errors.New("secret"), Issues: fhir.Outcome{{
			Severity: fhir.SeverityError, Code: fhir.CodeRequired, Detail: "x", Diagnostics: "a < b", Expression: []string{"Patient.name"}, Line: 3, Column: 5}}}, 422,
			`{"resourceType":"OperationOutcome","issue":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line","valueInteger":3},` +
				`{"url":"http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col","valueInteger":5}],"severity":"error","code":"required",` +
				`"details":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/issue-detail","code":"x"}]},"diagnostics":"a \u003c b","expression":["Patient.name"]}]}`},
		{"wrapped", fmt.Errorf("op: %w", fhir.Errorf(fhir.CodeDeleted, "gone")), 410,
			`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"deleted","diagnostics":"gone"}]}`},
	}
	for _, tt := range tests {
		a := interaction.Failure(tt.err)
		if a.Status != tt.status || string(a.Body) != tt.body {
			t.Errorf("%s: Failure = %d %s, want %d %s", tt.name, a.Status, a.Body, tt.status, tt.body)
		}
	}
	if got := strings.Count(string(interaction.Outcome(make(fhir.Outcome, 100_000))), `"code"`); got > 502 {
		t.Errorf("%d issues told at once", got)
	}
}

// brokenStore fails as stores do.
type brokenStore struct {
	store.Store
	err error
}

func (b brokenStore) View(context.Context, func(store.Reader) error) error { return b.err }
func (b brokenStore) Update(context.Context, func(store.Tx) error) error   { return b.err }

func TestDo_StoreFailures(t *testing.T) {
	s, _ := newServer(t)
	inner := s.Store
	for err, status := range map[error]int{
		store.ErrReadOnly: 503, store.ErrFull: 507, store.ErrConflict: 503, store.ErrClosed: 503, errors.New("odd"): 500,
		fmt.Errorf("x: %w", &store.BuildingError{Parameter: "Patient.name"}): 503,
	} {
		s.Store = brokenStore{inner, err}
		for _, c := range []interaction.Call{call("POST", "Patient", patient("", "1")), call("GET", "Patient/a", ""), call("DELETE", "Patient/a", ""),
			call("GET", "Patient?identifier=1", ""), call("POST", "", bundleOf("transaction", ent("", patient("", "1"), "POST", "Patient")))} {
			if a := answer(s, c); a.Status != status {
				t.Errorf("%v: %s %v = %d, want %d", err, c.Method, c.Path, a.Status, status)
			}
		}
	}
}

// A caller that has gone, or a deadline, is a timeout and no fault of the server.
func TestDo_Cancelled(t *testing.T) {
	s, _ := newServer(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Do(ctx, call("POST", "Patient", patient("", "1")))
	if fhir.CodeOf(err) != fhir.CodeTimeout || !errors.Is(err, context.Canceled) {
		t.Errorf("Do = %v, want a timeout that is context.Canceled", err)
	}
}
