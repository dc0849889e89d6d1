package interaction_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"hearken/internal/interaction"
)

func TestSearch_Bundle(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/a", patient("a", "1"))
	mustDo(t, s, 201, "PUT", "Patient/b", patient("b", "1"))
	mustDo(t, s, 201, "POST", "Observation", observation("Patient/a"))
	a := mustDo(t, s, 200, "GET", "Observation?subject=Patient/a&_include=Observation:subject", "")
	for path, want := range map[string]string{
		"type": "searchset", "total": "1", "link.0.relation": "self",
		"link.0.url":          base + "/Observation?subject=Patient/a&_include=Observation:subject",
		"entry.0.search.mode": "match", "entry.0.fullUrl": base + "/Observation/new-1", "entry.0.resource.resourceType": "Observation",
		"entry.1.search.mode": "include", "entry.1.fullUrl": base + "/Patient/a",
	} {
		if got := text(t, a.Body, path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	a = mustDo(t, s, 200, "GET", "Patient?identifier=urn:test|none", "")
	if got := string(a.Body); got != `{"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":"`+base+`/Patient?identifier=urn:test%7Cnone"}]}` {
		t.Errorf("no match = %s", got)
	}
	a = mustDo(t, s, 200, "GET", "Patient?_count=0", "")
	if text(t, a.Body, "total") != "2" || at(t, a.Body, "entry") != nil {
		t.Errorf("_count=0 = %s", a.Body)
	}
}

// Parameters in the URL and in the body of POST _search are one search; its pages are fetched by GET.
func TestSearch_PostAndPages(t *testing.T) {
	s, _ := newServer(t)
	for i := range 5 {
		mustDo(t, s, 201, "PUT", fmt.Sprintf("Patient/p%d", i), patient(fmt.Sprintf("p%d", i), "1"))
	}
	seen := map[string]bool{}
	a := mustDo(t, s, 200, "POST", "Patient/_search?_count=2&identifier=urn:test|1", "")
	for pages := 1; ; pages++ {
		if got := text(t, a.Body, "total"); got != "5" {
			t.Errorf("page %d: total = %s, want 5", pages, got)
		}
		for i := 0; at(t, a.Body, fmt.Sprintf("entry.%d", i)) != nil; i++ {
			seen[text(t, a.Body, fmt.Sprintf("entry.%d.resource.id", i))] = true
		}
		if text(t, a.Body, "link.1.relation") != "next" {
			if pages != 3 || len(seen) != 5 {
				t.Errorf("%d pages with %d patients, want 3 with 5", pages, len(seen))
			}
			return
		}
		next, err := url.QueryUnescape(strings.TrimPrefix(text(t, a.Body, "link.1.url"), base+"/"))
		if err != nil {
			t.Fatal(err)
		}
		a = mustDo(t, s, 200, "GET", next, "")
	}
}

func TestSearch_Lenient(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/a", patient("a", "1"))
	c := call("GET", "Patient?identifier=urn:test|1&colour=red", "")
	c.Prefer = interaction.Prefer{Lenient: true}
	a := answer(s, c)
	if got := text(t, a.Body, "entry.1.search.mode"); got != "outcome" {
		t.Errorf("second entry's mode = %q, want outcome: %s", got, a.Body)
	}
	if got := text(t, a.Body, "link.0.url"); got != base+"/Patient?identifier=urn:test%7C1" {
		t.Errorf("self = %q, want it without what was left out", got)
	}
	if got := text(t, a.Body, "total"); got != "1" {
		t.Errorf("total = %s: an outcome is no match", got)
	}
}

func TestSearch_Subsets(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/a", `{"resourceType":"Patient","id":"a","active":true,"birthDate":"1950-01-01","photo":[{"title":"x"}],"meta":{"tag":[{"code":"mine"}]}}`)
	tests := []struct {
		target       string
		has, hasNot  string
		whole        bool
		notInSummary bool
	}{
		{"Patient?_summary=true", "birthDate", "photo", false, false},
		{"Patient?_elements=photo", "photo", "birthDate", false, false},
		{"Patient?_summary=false", "photo", "frobnicate", true, false},
		{"Patient", "photo", "frobnicate", true, false},
	}
	for _, tt := range tests {
		a := mustDo(t, s, 200, "GET", tt.target, "")
		if at(t, a.Body, "entry.0.resource."+tt.has) == nil || at(t, a.Body, "entry.0.resource."+tt.hasNot) != nil {
			t.Errorf("%s: %s, want %s and not %s", tt.target, a.Body, tt.has, tt.hasNot)
		}
		if tagged := strings.Contains(string(a.Body), "SUBSETTED"); tagged == tt.whole {
			t.Errorf("%s: SUBSETTED = %v", tt.target, tagged)
		}
		if !strings.Contains(string(a.Body), `"mine"`) {
			t.Errorf("%s: the resource's own tag is lost", tt.target)
		}
	}
	a := mustDo(t, s, 200, "GET", "Patient/a?_elements=photo", "")
	if at(t, a.Body, "birthDate") != nil || !strings.Contains(string(a.Body), "SUBSETTED") {
		t.Errorf("read with _elements = %s", a.Body)
	}
	mustDo(t, s, 400, "GET", "Patient/a?_summary=count", "")
	mustDo(t, s, 400, "GET", "Patient/a?_elements=colour", "")
}

func TestSearch_Compartment(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/a", patient("a", "1"))
	mustDo(t, s, 201, "PUT", "Patient/b", patient("b", "1"))
	mustDo(t, s, 201, "POST", "Observation", observation("Patient/a"))
	mustDo(t, s, 201, "POST", "Observation", observation("Patient/b"))
	for target, want := range map[string]string{
		"Patient/a/Observation": "1", "Patient/a/*": "2", "Patient/a/Observation?status=final": "1", "Patient/a/Observation?status=amended": "0",
		"?_type=Observation,Patient": "4", "?_type=Observation": "2",
	} {
		a := mustDo(t, s, 200, "GET", target, "")
		if got := text(t, a.Body, "total"); got != want {
			t.Errorf("%s: total = %s, want %s", target, got, want)
		}
	}
	a := mustDo(t, s, 200, "POST", "Patient/a/*/_search", "")
	if got := text(t, a.Body, "link.0.url"); got != base+"/Patient/a/*" {
		t.Errorf("self = %q", got)
	}
}
