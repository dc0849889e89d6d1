package rest_test

import "testing"

// TestServer_RequestID_Recorded: what a client names its request by is recorded, unless it holds what could
// be somebody's number or name, or is a piece of the token.
func TestServer_RequestID_Recorded(t *testing.T) {
	for id, want := range map[string]string{
		"": "made-here", "abc-1": "abc-1", "not one": "made-here", "patient-9990000018": "", "Featherstonehaugh": "", "a-token-0123-of-somebody": "", "a-token-0123-of-nobody": "a-token-0123-of-nobody",
		"60e0b220-8136-4ca5-ae46-123456789012": "60e0b220-8136-4ca5-ae46-123456789012",
	} {
		f := newFixture(nil)
		f.send("GET /fhir/Patient/1", "", "X-Request-Id: "+id, "Authorization: Bearer x.a-token-0123-of-somebody.y")
		if f.call.RequestID != want {
			t.Errorf("X-Request-Id: %s is recorded as %q, want %q", id, f.call.RequestID, want)
		}
	}
}
