package interaction_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A history is newest first; every entry has request and response, a deletion no resource.
func TestHistory_Entries(t *testing.T) {
	s, clock := newServer(t)
	mustDo(t, s, 201, "POST", "Patient", patient("", "1"))
	clock.pass(time.Second)
	mustDo(t, s, 200, "PUT", "Patient/new-1", patient("new-1", "2"))
	clock.pass(time.Second)
	mustDo(t, s, 204, "DELETE", "Patient/new-1", "")
	a := mustDo(t, s, 200, "GET", "Patient/new-1/_history", "")
	want := []struct{ method, url, status, etag, resource string }{
		{"DELETE", "Patient/new-1", "204 No Content", `W/"3"`, ""},
		{"PUT", "Patient/new-1", "200 OK", `W/"2"`, "Patient"},
		{"POST", "Patient", "201 Created", `W/"1"`, "Patient"},
	}
	if got := text(t, a.Body, "type") + text(t, a.Body, "total"); got != "history3" {
		t.Errorf("type and total = %s, want history3", got)
	}
	for i, w := range want {
		for path, value := range map[string]string{"request.method": w.method, "request.url": w.url, "response.status": w.status,
			"response.etag": w.etag, "resource.resourceType": w.resource, "fullUrl": base + "/Patient/new-1",
			"response.lastModified": fmt.Sprintf("2024-02-29T12:00:0%d.000Z", 2-i)} {
			if got := text(t, a.Body, fmt.Sprintf("entry.%d.%s", i, path)); got != value {
				t.Errorf("entry %d: %s = %q, want %q", i, path, got, value)
			}
		}
	}
}

func TestHistory_Parameters(t *testing.T) {
	s, clock := newServer(t)
	for i := range 5 {
		mustDo(t, s, 201-min(i, 1), "PUT", "Patient/a", patient("a", fmt.Sprint(i)))
		mustDo(t, s, 201-min(i, 1), "PUT", "Practitioner/b", `{"resourceType":"Practitioner","id":"b"}`)
		clock.pass(time.Minute)
	}
	count := func(target string) int {
		return strings.Count(string(mustDo(t, s, 200, "GET", target, "").Body), `"fullUrl"`)
	}
	tests := []struct {
		target string
		want   int
	}{
		{"Patient/a/_history", 5},
		{"Patient/_history", 5},
		{"_history", 10},
		{"Patient/a/_history?_since=2024-02-29T12:03:00Z", 2},
		{"Patient/a/_history?_since=2024-02-29T12:03:00%2B00:00", 2},
		{"Patient/a/_history?_since=2024-02-29T12:03:00+00:00", 2},
		{"_history?_at=2024-02-29T12:02:30Z", 2},
		{"_history?_at=2024-02-29T12:02:30+00:00", 2},
		{"Patient/a/_history?_at=2024-02-29T12:02", 1},
		{"Patient/a/_history?_at=2024-02-29", 5},
		{"_history?_at=2024-02", 10},
		{"_history?_at=2024-02-28", 0},
		{"Patient/a/_history?_at=2025", 1},
		{"Patient/a/_history?_count=2", 2},
		{"_history?_count=", 10},
		{"_history?_format=json&_pretty=true", 10},
	}
	mustDo(t, s, 400, "GET", "_history?_at=2024-02-30", "")
	mustDo(t, s, 400, "GET", "_history?_at=2024-02-29T12", "")
	mustDo(t, s, 400, "GET", "_history?_at=2024-02-29T12:02:30Z&_since=2024-02-29T12:00:00Z", "")
	for _, tt := range tests {
		if got := count(tt.target); got != tt.want {
			t.Errorf("%s: %d entries, want %d", tt.target, got, tt.want)
		}
	}
}

// _summary and _elements narrow what is shown of each version, not which versions there are.
func TestHistory_Elements(t *testing.T) {
	s, _ := newServer(t)
	for i := range 2 {
		mustDo(t, s, 201-i, "PUT", "Patient/a", patient("a", fmt.Sprint(i)))
	}
	mustDo(t, s, 204, "DELETE", "Patient/a", "")
	for _, target := range []string{"Patient/a/_history?_elements=active", "Patient/_history?_elements=active", "_history?_summary=text&_count=3"} {
		a := mustDo(t, s, 200, "GET", target, "")
		if n := strings.Count(string(a.Body), `"fullUrl"`); n != 3 {
			t.Errorf("%s: %d entries, want 3", target, n)
		}
		if strings.Contains(string(a.Body), `"identifier"`) || strings.Count(string(a.Body), "SUBSETTED") != 2 {
			t.Errorf("%s = %s, want no identifier and two versions tagged SUBSETTED", target, a.Body)
		}
		if self := text(t, a.Body, "link.0.url"); self != base+"/"+target && !strings.HasSuffix(self, "?_count=3&_summary=text") {
			t.Errorf("self of %s = %s", target, self)
		}
	}
	mustDo(t, s, 400, "GET", "Patient/a/_history?_elements=nothing", "")
	mustDo(t, s, 400, "GET", "Patient/a/_history?_summary=count", "")
}

// Following next gives every version once.
func TestHistory_Pages(t *testing.T) {
	s, clock := newServer(t)
	for i := range 7 {
		mustDo(t, s, 201-min(i, 1), "PUT", "Patient/a", patient("a", fmt.Sprint(i)))
		clock.pass(time.Second)
	}
	var versions []string
	next := "Patient/_history?_count=3&_since=2024-02-29T12:00:01Z"
	for next != "" {
		a := mustDo(t, s, 200, "GET", next, "")
		for i := 0; at(t, a.Body, fmt.Sprintf("entry.%d", i)) != nil; i++ {
			versions = append(versions, text(t, a.Body, fmt.Sprintf("entry.%d.resource.meta.versionId", i)))
		}
		if self := text(t, a.Body, "link.0.url"); !strings.HasPrefix(self, base+"/Patient/_history?") || strings.Contains(self, "_page") {
			t.Errorf("self = %q", self)
		}
		next = ""
		if text(t, a.Body, "link.1.relation") == "next" {
			next, _ = url.PathUnescape(strings.TrimPrefix(text(t, a.Body, "link.1.url"), base+"/"))
		}
	}
	if got := strings.Join(versions, " "); got != "7 6 5 4 3 2" {
		t.Errorf("versions over all pages = %s, want 7 6 5 4 3 2", got)
	}
}
