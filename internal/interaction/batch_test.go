package interaction_test

import (
	"fmt"
	"testing"
)

// A batch does what it can: each entry's answer is what it would have been alone.
func TestBatch_Independent(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/gone", patient("gone", "0"))
	a := mustDo(t, s, 200, "POST", "", bundleOf("batch",
		ent("", patient("", "1"), "POST", "Patient"),
		ent("", `{"resourceType":"Patient","colour":"red"}`, "POST", "Patient"),
		ent("", "", "GET", "Patient/nobody"),
		ent("", "", "GET", "Patient?identifier=urn:test|1"),
		ent("", patient("x", "2"), "PUT", "Patient/y"),
		ent("", "", "DELETE", "Patient/gone"),
		ent("", bundleOf("batch"), "POST", "/"),
		ent("", "", "PATCH", "Patient/y"),
		ent("", "", "GET", "Patient/_history"),
		`{"resource":`+patient("", "3")+`}`,
		ent("", "", "HEAD", "Patient?identifier=urn:test|1"),
	))
	want := []struct{ status, outcome string }{
		{"201 Created", ""}, {"400 Bad Request", "structure"}, {"404 Not Found", "not-found"}, {"200 OK", ""},
		{"400 Bad Request", "value"}, {"204 No Content", ""}, {"400 Bad Request", "invalid"}, {"405 Method Not Allowed", "not-supported"},
		{"200 OK", ""}, {"400 Bad Request", "required"}, {"200 OK", ""},
	}
	if got := text(t, a.Body, "type"); got != "batch-response" {
		t.Errorf("type = %q", got)
	}
	for i, w := range want {
		if got := text(t, a.Body, fmt.Sprintf("entry.%d.response.status", i)); got != w.status {
			t.Errorf("entry %d: status = %q, want %q", i, got, w.status)
		}
		if got := text(t, a.Body, fmt.Sprintf("entry.%d.response.outcome.issue.0.code", i)); got != w.outcome {
			t.Errorf("entry %d: outcome = %q, want %q", i, got, w.outcome)
		}
	}
	if got := text(t, a.Body, "entry.3.resource.total"); got != "1" {
		t.Errorf("the search sees %s patients, want the 1 created before it", got)
	}
	if at(t, a.Body, "entry.10.resource") != nil {
		t.Error("HEAD is answered with a resource")
	}
}

// A fault in the envelope is one of the whole batch.
func TestBatch_FaultyEnvelope(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 400, "POST", "", `{"resourceType":"Bundle","type":"batch","entry":[{"colour":"red","request":{"method":"GET","url":"Patient"}}]}`)
	mustDo(t, s, 400, "POST", "", `{"resourceType":"Bundle","type":"batch","entry":[`)
}

// References from entry to entry need a transaction; other urns are the client's business.
func TestBatch_ReferencesWithin(t *testing.T) {
	s, _ := newServer(t)
	a := mustDo(t, s, 200, "POST", "", bundleOf("batch",
		ent(uuid1, patient("", "1"), "POST", "Patient"),
		ent("", observation(uuid1), "POST", "Observation"),
		ent("", observation(uuid2), "POST", "Observation")))
	for i, want := range []string{"201 Created", "400 Bad Request", "201 Created"} {
		if got := text(t, a.Body, fmt.Sprintf("entry.%d.response.status", i)); got != want {
			t.Errorf("entry %d: %q, want %q", i, got, want)
		}
	}
	if got := text(t, a.Body, "entry.1.response.outcome.issue.0.details.coding.0.code"); got != "batch-reference" {
		t.Errorf("detail = %q", got)
	}
}

// What cannot be part of a transaction can be of a batch: each entry is its own.
func TestBatch_Validate(t *testing.T) {
	s, _ := newServer(t)
	a := mustDo(t, s, 200, "POST", "", bundleOf("batch",
		ent("", `{"resourceType":"Patient","gender":1}`, "POST", "Patient/$validate"), ent("", patient("", "1"), "POST", "Patient/$validate"), ent("", patient("", "1"), "POST", "Patient")))
	for i, want := range []string{"200 OK", "200 OK", "201 Created"} {
		if got := text(t, a.Body, fmt.Sprintf("entry.%d.response.status", i)); got != want {
			t.Errorf("entry %d = %s, want %s: %s", i, got, want, a.Body)
		}
	}
	if got := text(t, a.Body, "entry.0.resource.issue.0.expression.0"); got != "Patient.gender" {
		t.Errorf("the first is told of %q, want of its fault: %s", got, a.Body)
	}
}
