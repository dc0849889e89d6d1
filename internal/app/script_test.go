package app_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/internal/fhirtest"
	"hearken/internal/fhirtest/searchtest"
)

// What the scripts say a search must find is written by hand from the specification. The oracle answers them in
// fhir/search; here the real server does, through HTTP, a page of three at a time.
func TestScripts_OverHTTP(t *testing.T) {
	folder := filepath.Join(fhirtest.ModuleRoot(t), "testdata", "search")
	searches := searchtest.Run(t, os.DirFS(folder), func(t *testing.T) searchtest.Server {
		var ticks atomic.Int64 // no two commits in one millisecond, so that _lastUpdated orders them
		clock := func() time.Time { return time.Now().Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
		return scripted{startWith(t, func(c *config.Config) { c.Validation = config.ValidationOff }, app.Deps{Now: clock})}
	})
	t.Logf("%d searches", searches)
	if searches < 220 && !t.Failed() {
		t.Errorf("%d searches were made, want 220 at least", searches)
	}
}

// scripted is a server that scripts are run against.
type scripted struct{ *server }

// Load puts resources one after the other.
func (s scripted) Load(t *testing.T, resources []searchtest.Resource) {
	t.Helper()
	for _, r := range resources {
		if put := s.send("PUT /"+r.Key.String(), string(r.JSON)); put.status != 200 && put.status != 201 {
			t.Fatalf("load %s = %d %s", r.Key, put.status, shorten(put.body))
		}
	}
}

// Search follows the pages of a search.
func (s scripted) Search(t *testing.T, request string, lenient bool) searchtest.Result {
	t.Helper()
	handling := "Prefer: handling=strict"
	if lenient {
		handling = "Prefer: handling=lenient"
	}
	result := searchtest.Result{Total: -1}
	for next := "/" + encoded(request); next != ""; {
		page := s.send("GET "+next, "", handling)
		if page.status == 400 || page.status == 422 { // 422: a search too costly to be made
			return searchtest.Result{Refused: true}
		}
		if page.status != 200 {
			t.Fatalf("GET %s = %d %s", next, page.status, shorten(page.body))
		}
		b := asBundle(t, page.body)
		if b.Total != nil {
			result.Total = *b.Total
		}
		result = withPage(t, result, b)
		next = nextPage(b)
	}
	return result
}

// encoded is a request as a client would send it, in pages of three unless it asks for a count or a total.
func encoded(request string) string {
	path, text, _ := strings.Cut(request, "?")
	var pairs []string
	for pair := range strings.SplitSeq(text, "&") {
		name, value, valued := strings.Cut(pair, "=")
		decoded, _ := url.QueryUnescape(value)
		if pair = url.QueryEscape(name); valued {
			pair += "=" + url.QueryEscape(decoded)
		}
		pairs = append(pairs, pair)
	}
	if !strings.Contains(text, "_count") && !strings.Contains(text, "_summary") {
		pairs = append(pairs, "_count=3")
	}
	return path + "?" + strings.Join(pairs, "&")
}

// withPage adds a page's entries to a result. What is included is on the page of what includes it, and may come again.
func withPage(t *testing.T, r searchtest.Result, b bundle) searchtest.Result {
	t.Helper()
	for _, entry := range b.Entry {
		var resource struct{ ResourceType, ID string }
		if err := json.Unmarshal(entry.Resource, &resource); err != nil {
			t.Fatal(err)
		}
		key := fhir.Key{Type: fhir.Type(resource.ResourceType), ID: fhir.ID(resource.ID)}
		switch entry.Search.Mode {
		case "match":
			r.Matches = append(r.Matches, key)
		case "include":
			if !slices.Contains(r.Included, key) {
				r.Included = append(r.Included, key)
			}
		}
	}
	return r
}

func nextPage(b bundle) string {
	for _, link := range b.Link {
		if link.Relation == "next" {
			return link.URL
		}
	}
	return ""
}
