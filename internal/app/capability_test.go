package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hearken/internal/config"
)

// capability is as much of a CapabilityStatement as is held against the server.
type capability struct {
	Kind, FHIRVersion string
	Implementation    struct{ URL string }
	Rest              []struct {
		Resource []struct {
			Type              string
			Versioning        string
			ReadHistory       *bool
			UpdateCreate      *bool
			ConditionalCreate *bool
			ConditionalUpdate *bool
			ConditionalDelete string
			ReferencePolicy   []string
			SearchInclude     []string
			Interaction       []struct{ Code string }
			SearchParam       []struct{ Name, Definition, Type string }
		}
		Interaction []struct{ Code string }
	}
}

// The CapabilityStatement is a valid one by the server's own judgement, and says what a client has to know.
func TestCapabilityStatement(t *testing.T) {
	s := start(t, nil)
	body := s.must(200, "GET /metadata", "").body
	if r := s.send("POST /CapabilityStatement", string(body)); r.status != 201 {
		t.Errorf("the server refuses its own CapabilityStatement with %d: %s", r.status, shorten(r.body))
	}
	var c capability
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	if c.Kind != "instance" || c.FHIRVersion != "4.0.1" || c.Implementation.URL != s.base || len(c.Rest) != 1 {
		t.Fatalf("kind %q, fhirVersion %q, implementation.url %q, %d rest; want instance, 4.0.1, %s, 1", c.Kind, c.FHIRVersion, c.Implementation.URL, len(c.Rest), s.base)
	}
	if n := len(c.Rest[0].Resource); n != 145 {
		t.Errorf("%d resource types, want 145: all but Parameters", n)
	}
	for _, r := range c.Rest[0].Resource {
		if r.Versioning == "" || r.ReadHistory == nil || r.UpdateCreate == nil || r.ConditionalCreate == nil || r.ConditionalUpdate == nil ||
			r.ConditionalDelete == "" || len(r.ReferencePolicy) == 0 || len(r.Interaction) < 5 {
			t.Errorf("%s: %+v, want versioning, readHistory, updateCreate, conditional*, referencePolicy and interactions", r.Type, r)
		}
		for _, p := range r.SearchParam {
			if p.Definition == "" || p.Type == "" {
				t.Errorf("%s.%s has no definition or type", r.Type, p.Name)
			}
		}
	}
}

// What the CapabilityStatement offers can be used: every search parameter, every include, every type.
func TestCapabilityStatement_DoesNotLie(t *testing.T) {
	s := start(t, nil)
	var c capability
	if err := json.Unmarshal(s.must(200, "GET /metadata", "").body, &c); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, r := range c.Rest[0].Resource {
		try := func(path string) {
			tried++
			if got := s.send("GET "+path, ""); got.status != 200 {
				t.Errorf("GET %s = %d %s, want 200", path, got.status, shorten(got.body))
			}
		}
		try("/" + r.Type + "/_history?_count=1")
		for _, p := range r.SearchParam {
			switch {
			case p.Name == "_id" || p.Name == "_lastUpdated": // every resource has them: nothing to be missing
				try("/" + r.Type + "?_count=0&" + p.Name + "=2026")
			case p.Type == "composite": // no :missing in R4; 2026 can be read as any type of component
				values := "2026$2026"
				if strings.HasSuffix(p.Name, "-coordinate") {
					values += "$2026"
				}
				try("/" + r.Type + "?_count=0&" + p.Name + "=" + values)
			case p.Type == "special" || p.Name == "_has":
				// their values have forms of their own, tested where they are parsed
			default:
				try("/" + r.Type + "?_count=0&" + p.Name + ":missing=true")
			}
		}
		for _, include := range r.SearchInclude {
			if include != "*" {
				try("/" + r.Type + "?_count=1&_include=" + include)
			}
		}
	}
	if tried < 2000 {
		t.Errorf("only %d requests were tried, want some thousands", tried)
	}
}

// Pages follow one another over HTTP without loss or repetition, and carry the total.
func TestSearch_Pages(t *testing.T) {
	s := start(t, nil)
	for range 23 {
		s.must(201, "POST /Patient", `{"resourceType":"Patient"}`)
	}
	for _, path := range []string{"/Patient?_count=5", "/Patient?_count=5&_sort=-_lastUpdated", "/Patient/_history?_count=5", "/_history?_count=7"} {
		seen, pages := map[string]bool{}, 0
		for next := path; next != ""; pages++ {
			b := s.search(next)
			if b.Total != nil && *b.Total != 23 {
				t.Errorf("GET %s: total %d, want 23", next, *b.Total)
			}
			for _, e := range b.Entry {
				resource := value(t, e.Resource)
				id := text(resource, "id")
				if text(resource, "resourceType") != "Patient" {
					continue // a definition of our guide, in the history of everything
				}
				if seen[id] {
					t.Errorf("GET %s: %s twice", path, id)
				}
				seen[id] = true
			}
			next = b.next()
		}
		if len(seen) != 23 || pages < 4 {
			t.Errorf("GET %s: %d resources on %d pages, want 23 on 4 or 5", path, len(seen), pages)
		}
	}
}

// nextAfterOne stores some patients and gives the link to the second of their pages.
func (s *server) nextAfterOne() string {
	s.t.Helper()
	for range 5 {
		s.must(201, "POST /Patient", `{"resourceType":"Patient"}`)
	}
	page := s.search("/Patient?_count=2")
	if page.next() == "" {
		s.t.Fatal("two of five patients, and no next page")
	}
	return page.next()
}

// A page link that somebody has changed is refused, never followed to another page.
func TestPage_CursorTampered(t *testing.T) {
	s := start(t, nil)
	next := s.nextAfterOne()
	s.must(200, "GET "+next, "")
	name, cursor := longestParameter(t, next)
	tried := 0
	for i := 0; i < len(cursor); i += max(len(cursor)/16, 1) {
		other := byte('A')
		if cursor[i] == other {
			other = 'B'
		}
		changed := strings.Replace(next, name+"="+cursor, name+"="+cursor[:i]+string(other)+cursor[i+1:], 1)
		if r := s.send("GET "+changed, ""); r.status != 400 {
			t.Errorf("cursor with byte %d changed = %d, want 400", i, r.status)
		}
		tried++
	}
	if r := s.send("GET "+strings.Replace(next, cursor, cursor[:len(cursor)/2], 1), ""); r.status != 400 {
		t.Errorf("half a cursor = %d, want 400", r.status)
	}
	if tried < 10 {
		t.Errorf("only %d changes of a cursor of %d bytes", tried, len(cursor))
	}
}

// longestParameter is the cursor of a page link, as it stands there.
func longestParameter(t *testing.T, link string) (name, raw string) {
	t.Helper()
	_, query, _ := strings.Cut(link, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if n, v, _ := strings.Cut(pair, "="); len(v) > len(raw) {
			name, raw = n, v
		}
	}
	if len(raw) < 16 {
		t.Fatalf("no cursor in %s", link)
	}
	return name, raw
}

// A page link that is too old says "start again".
func TestPage_TooOld(t *testing.T) {
	s := start(t, func(c *config.Config) { c.CursorLife = time.Millisecond })
	next := s.nextAfterOne()
	s.must(201, "POST /Patient", `{"resourceType":"Patient"}`)
	time.Sleep(50 * time.Millisecond)
	r := s.must(410, "GET "+next, "")
	if text(value(t, r.body), "resourceType") != "OperationOutcome" {
		t.Errorf("too old a page = %s, want an OperationOutcome", shorten(r.body))
	}
}

// Under lenient handling the self link shows what was searched, and an OperationOutcome what was not.
func TestSearch_Lenient_SelfLink(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /Patient/p", patientP)
	b := asBundle(t, s.must(200, "GET /Patient?gendre=male&gender=female", "", "Prefer: handling=lenient").body)
	self, outcomes := "", 0
	for _, link := range b.Link {
		if link.Relation == "self" {
			self = link.URL
		}
	}
	for _, e := range b.Entry {
		if e.Search.Mode == "outcome" {
			outcomes++
		}
	}
	if strings.Contains(self, "gendre") || !strings.Contains(self, "gender=female") || outcomes != 1 || *b.Total != 1 {
		t.Errorf("self = %s with %d outcomes and total %d, want gender only, one outcome, one match", self, outcomes, *b.Total)
	}
}
