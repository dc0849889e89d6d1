package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"hearken/internal/app"
	"hearken/internal/config"
)

// server is a whole Hearken on a port of its own, spoken to over HTTP only.
type server struct {
	t    testing.TB
	base string // "http://127.0.0.1:4711/fhir"
	log  *logBuffer
	http *http.Client
	stop func() error // ends Run and closes; nil error when all requests ended in time
}

// start opens a server on a temporary store with default settings, changed by change (which may be nil). It is
// closed when the test ends.
func start(t testing.TB, change func(*config.Config)) *server {
	t.Helper()
	return startWith(t, change, app.Deps{})
}

// startWith is start with a clock or randomness of the test's own.
func startWith(t testing.TB, change func(*config.Config), d app.Deps) *server {
	t.Helper()
	c := config.Defaults()
	c.Listen, c.Data = "127.0.0.1:0", t.TempDir()+"/data"
	if change != nil {
		change(&c)
	}
	log := &logBuffer{}
	d.Log, d.Version = app.NewLogger(log, c), "test"
	a, err := app.Open(t.Context(), c, d)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	stop := sync.OnceValue(func() error {
		cancel()
		err := <-ended
		if closed := a.Close(); err == nil {
			err = closed
		}
		return err
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the server stopped with %v", err)
		}
	})
	return &server{t, "http://" + a.Address() + "/fhir", log, client, stop}
}

// logBuffer keeps what the server logs.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// reply is what the server answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send makes a request of "METHOD path" below the base, with headers as "Name: value". A body is FHIR JSON unless
// a header says otherwise.
func (s *server) send(line, body string, headers ...string) reply {
	s.t.Helper()
	method, path, _ := strings.Cut(line, " ")
	url := s.base + path
	if strings.HasPrefix(path, "http") {
		url = path // a link or Location, as it was given
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/fhir+json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	resp, err := s.http.Do(r)
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	return reply{resp.StatusCode, resp.Header, text}
}

// must is send for requests that the test only builds on: any other status ends it.
func (s *server) must(status int, line, body string, headers ...string) reply {
	s.t.Helper()
	r := s.send(line, body, headers...)
	if r.status != status {
		s.t.Fatalf("%s = %d %s, want %d", line, r.status, shorten(r.body), status)
	}
	return r
}

func shorten(body []byte) string { return string(body[:min(len(body), 600)]) }

// value is the JSON of a body, numbers as written.
func value(t testing.TB, body []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("not JSON: %v: %s", err, shorten(body))
	}
	return v
}

// at follows a path of names and indexes through JSON; nil where it leads nowhere.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// text is at for strings; "" where there is none.
func text(v any, path ...any) string {
	s, _ := at(v, path...).(string)
	return s
}

// bundle is a searchset, history or response as far as tests look at it.
type bundle struct {
	ResourceType string
	Type         string
	Total        *int
	Link         []struct{ Relation, URL string }
	Entry        []struct {
		FullURL  string
		Resource json.RawMessage
		Search   struct{ Mode string }
		Request  struct{ Method, URL string }
		Response struct {
			Status, Location, Etag string
			Outcome                json.RawMessage
		}
	}
}

// search makes a GET of a search and gives the Bundle.
func (s *server) search(path string) bundle {
	s.t.Helper()
	return asBundle(s.t, s.must(200, "GET "+path, "").body)
}

func asBundle(t testing.TB, body []byte) bundle {
	t.Helper()
	var b bundle
	if err := json.Unmarshal(body, &b); err != nil || b.ResourceType != "Bundle" {
		t.Fatalf("not a Bundle (%v): %s", err, shorten(body))
	}
	return b
}

// total is how many resources match a search.
func (s *server) total(path string) int {
	s.t.Helper()
	b := s.search(path)
	if b.Total == nil {
		s.t.Fatalf("GET %s: no total", path)
	}
	return *b.Total
}

// next is the link to the next page, "" on the last.
func (b *bundle) next() string {
	for _, link := range b.Link {
		if link.Relation == "next" {
			return link.URL
		}
	}
	return ""
}

// all walks every page of a search and hands each resource to visit.
func (s *server) all(path string, visit func(json.RawMessage)) {
	s.t.Helper()
	for path != "" {
		b := s.search(path)
		for _, e := range b.Entry {
			visit(e.Resource)
		}
		path = b.next()
	}
}
