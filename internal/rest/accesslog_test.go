package rest_test

import (
	"strings"
	"testing"
)

func TestServer_AccessLog_Route(t *testing.T) {
	for _, row := range []struct{ path, want string }{
		{"/fhir", "/fhir"},
		{"/fhir/", "/fhir"},
		{"/fhir/metadata", "/fhir/metadata"},
		{"/fhir/Patient", "/fhir/Patient"},
		{"/fhir/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9000000009", "/fhir/Patient"},
		{"/fhir/Patient/_search", "/fhir/Patient/_search"},
		{"/fhir/Patient/9000000009", "/fhir/Patient/{id}"},
		{"/fhir/Patient/Patient", "/fhir/Patient/{id}"},
		{"/fhir/Patient/1/_history", "/fhir/Patient/{id}/_history"},
		{"/fhir/Patient/1/_history/9000000009", "/fhir/Patient/{id}/_history/{version}"},
		{"/fhir/Patient/1/CarePlan", "/fhir/Patient/{id}/CarePlan"},
		{"/fhir/Patient/1/*", "/fhir/Patient/{id}/*"},
		{"/fhir/Patient/1/Alcantar", "/fhir/Patient/{id}/{other}"},
		{"/fhir/Patient/$everything", "/fhir/Patient/{operation}"},
		{"/fhir/_history", "/fhir/_history"},
		{"/fhir/Alcantar/9000000009", "/fhir/{other}/{id}"},
		{"/fhir/Patient/a/b/c/d/e/f/g/h", "/fhir/Patient/{id}/{other}/{other}/{other}/{other}/…"},
		{"/9000000009", "other"},
		{"/fhirs/9000000009", "other"},
		{"/healthz", "/healthz"},
	} {
		t.Run(row.path, func(t *testing.T) {
			f := newFixture(nil)
			f.send("GET "+row.path, "")
			line := f.log.String()
			if got := field(line, "route"); got != row.want {
				t.Errorf("route of %s = %q, want %q", row.path, got, row.want)
			}
			for _, secret := range []string{"9000000009", "Alcantar"} {
				if strings.Contains(line, secret) {
					t.Errorf("log = %s, want no %s in it", line, secret)
				}
			}
		})
	}
}

// field is the value of one key of a text log line.
func field(line, key string) string {
	_, rest, _ := strings.Cut(line, " "+key+"=")
	value, _, _ := strings.Cut(rest, " ")
	return strings.Trim(strings.TrimSpace(value), `"`)
}

func TestServer_AccessLog_Line(t *testing.T) {
	f := newFixture(nil)
	f.send("GET /fhir/Patient/1", "")
	line := f.log.String()
	for key, want := range map[string]string{"msg": "request", "method": "GET", "status": "200", "bytes": "26", "request_id": "made-here"} {
		if got := field(line, key); got != want {
			t.Errorf("%s = %q in %s, want %q", key, got, line, want)
		}
	}
	if field(line, "duration") == "" {
		t.Errorf("log line without a duration: %s", line)
	}
	f.send("ALCANTAR /fhir/Patient/1", "")
	if strings.Contains(f.log.String(), "ALCANTAR") {
		t.Errorf("log = %s: a method of the client's invention is logged", f.log)
	}
}

func TestServer_RequestID(t *testing.T) {
	for _, row := range []struct{ name, sent, mirrored, logged string }{
		{"made here", "", "made-here", "made-here"},
		{"mirrored", "6f1c-22.A", "6f1c-22.A", "6f1c-22.A"},
		{"could be a number of somebody", "call-9000000009", "call-9000000009", "[withheld]"},
		{"not an id", "two words", "made-here", "made-here"},
		{"not of this length", strings.Repeat("a", 129), "made-here", "made-here"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			w := f.send("GET /fhir/Patient/1", "", "X-Request-ID: "+row.sent)
			if got := w.Header().Get("X-Request-ID"); got != row.mirrored {
				t.Errorf("X-Request-ID %q is answered by %q, want %q", row.sent, got, row.mirrored)
			}
			if got := field(f.log.String(), "request_id"); got != row.logged {
				t.Errorf("X-Request-ID %q is logged as %q, want %q", row.sent, got, row.logged)
			}
		})
	}
}
