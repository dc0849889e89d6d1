package interaction_test

import (
	"testing"
)

func TestBinary_Raw(t *testing.T) {
	s, _ := newServer(t)
	c := call("POST", "Binary", "%PDF-1.4 \x00\xff")
	c.MediaType = "application/pdf"
	a := answer(s, c)
	if a.Status != 201 || text(t, a.Body, "contentType") != "application/pdf" || text(t, a.Body, "data") == "" {
		t.Fatalf("POST of raw content = %d %s", a.Status, a.Body)
	}
	tests := []struct{ name, accept, mediaType string }{
		{"no Accept", "", "application/pdf"},
		{"anything", "*/*", "application/pdf"},
		{"its own type", "application/pdf", "application/pdf"},
		{"a browser's", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/pdf"},
		{"FHIR", "application/fhir+json", ""},
		{"FHIR with a parameter", "application/fhir+json; fhirVersion=4.0", ""},
		{"FHIR before anything", "application/pdf;q=0.5, application/fhir+json", ""},
		{"generic JSON", "application/json", ""},
	}
	for _, tt := range tests {
		for _, target := range []string{"Binary/new-1", "Binary/new-1/_history/1"} {
			c := call("GET", target, "")
			c.Accept = tt.accept
			a := answer(s, c)
			if a.MediaType != tt.mediaType || a.Version != 1 {
				t.Errorf("%s: media type = %q, version %d; want %q, 1", tt.name, a.MediaType, a.Version, tt.mediaType)
			}
			if tt.mediaType != "" && string(a.Body) != "%PDF-1.4 \x00\xff" {
				t.Errorf("%s: content = %q", tt.name, a.Body)
			}
			if tt.mediaType == "" && text(t, a.Body, "resourceType") != "Binary" {
				t.Errorf("%s: body = %s", tt.name, a.Body)
			}
		}
	}
	c = call("PUT", "Binary/own", "hello")
	c.MediaType = "text/plain"
	if a := answer(s, c); a.Status != 201 || text(t, a.Body, "id") != "own" {
		t.Errorf("PUT of raw content = %d %s", a.Status, a.Body)
	}
}

// Whose access rules hold for content is said beside it, both ways.
func TestBinary_SecurityContext(t *testing.T) {
	s, _ := newServer(t)
	c := call("POST", "Binary", "letter")
	c.MediaType, c.SecurityContext = "text/plain", "DocumentReference/1"
	if a := answer(s, c); a.Status != 201 || text(t, a.Body, "securityContext.reference") != "DocumentReference/1" {
		t.Fatalf("POST with a security context = %d %s", a.Status, a.Body)
	}
	if a := do(s, "GET", "Binary/new-1", ""); a.SecurityContext != "DocumentReference/1" || string(a.Body) != "letter" {
		t.Errorf("GET = %q with security context %q", a.Body, a.SecurityContext)
	}
	c.SecurityContext = `"},"data":"`
	if a := answer(s, c); a.Status != 201 || text(t, a.Body, "securityContext.reference") != c.SecurityContext {
		t.Errorf("POST with quotes in the security context = %d %s", a.Status, a.Body)
	}
}

// A Binary sent as a resource is one, whatever JSON media type it came with; JSON that is not one is content.
func TestBinary_Resource(t *testing.T) {
	s, _ := newServer(t)
	resource := `{"resourceType":"Binary","contentType":"text/plain","data":"aGVs bG8="}`
	for _, mediaType := range []string{"application/fhir+json", "application/json"} {
		c := call("POST", "Binary", resource)
		c.MediaType = mediaType
		if a := answer(s, c); a.Status != 201 || text(t, a.Body, "contentType") != "text/plain" {
			t.Errorf("%s: %d %s", mediaType, a.Status, a.Body)
		}
	}
	if a := do(s, "GET", "Binary/new-1", ""); string(a.Body) != "hello" || a.MediaType != "text/plain" {
		t.Errorf("content = %q of %q", a.Body, a.MediaType)
	}
	c := call("POST", "Binary", `{"any":"thing"}`)
	c.MediaType = "application/json"
	if a := answer(s, c); a.Status != 201 || text(t, a.Body, "contentType") != "application/json" {
		t.Errorf("JSON content: %d %s", a.Status, a.Body)
	}
}
