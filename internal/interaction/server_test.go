package interaction_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/fhir/validation"
	"hearken/internal/conformance"
	"hearken/internal/interaction"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
	"hearken/internal/store/storetest"
)

const base = "http://hearken.test/fhir"

// registry is made once: it is the same for every test.
var registry = sync.OnceValue(func() *search.Registry {
	r, err := search.NewRegistry(r4.Definitions())
	if err != nil {
		panic(err)
	}
	return r
})

var validator = sync.OnceValue(func() *validation.Validator { return validation.New(r4.Definitions()) })

// clock is a time that stands still but for what a test adds.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time       { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) pass(d time.Duration) { c.nanos.Add(int64(d)) }

var extractor = sync.OnceValue(func() *search.Extractor {
	return interaction.Mark(&search.Extractor{Registry: registry(), Zone: time.UTC, Base: base})
})

// extract indexes a stored version.
func extract(_ fhir.Key, body []byte) (query.Index, error) {
	tree, faults := element.Parse(r4.Definitions(), body, element.DefaultLimits())
	if faults.Failed() {
		return query.Index{}, errors.New("a stored resource cannot be read")
	}
	return extractor().Index(tree.Root())
}

// newServer is a server on an embedded store of its own. Its ids count up from 1.
func newServer(t testing.TB) (*interaction.Server, *clock) {
	t.Helper()
	c := newClock()
	opened := openStore(t, folder(t), c)
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	s := serverOn(opened, c)
	s.Audit = opened.Audit() // recording must change nothing; the whole server is tested without
	return s, c
}

// openStore opens an embedded store, which who opens it closes.
func openStore(t testing.TB, folder string, c *clock) *embedded.Store {
	t.Helper()
	opened, err := embedded.Open(folder, embedded.Options{
		Parameters: registry().All(), Extract: extract, Now: c.now, Reserve: 1, Ballast: -1, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// engines are the stores that nothing here may tell apart.
var engines = map[string]func(testing.TB) *interaction.Server{
	"embedded": func(t testing.TB) *interaction.Server {
		s, _ := newServer(t)
		return s
	},
	"oracle": func(testing.TB) *interaction.Server {
		c := newClock()
		return serverOn(storetest.NewOracle(storetest.Setup{Parameters: registry().All(), Extract: extract, Now: c.now}), c)
	},
	"weakest": func(t testing.TB) *interaction.Server {
		s, _ := newServer(t)
		s.Store = &weakStore{Store: s.Store}
		return s
	},
}

// folder is a temporary folder, in memory where the system has such a place: these tests are not about disks.
func folder(t testing.TB) string {
	t.Helper()
	if _, isBenchmark := t.(*testing.B); isBenchmark {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "hearken-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func serverOn(st store.Store, c *clock) *interaction.Server {
	var ids atomic.Int64
	return &interaction.Server{
		Store: st, Definitions: r4.Definitions(), Registry: registry(), Extractor: extractor(),
		Parser:      &search.Parser{Registry: registry(), Zone: time.UTC, Now: c.now},
		NewID:       func() fhir.ID { return fhir.ID(fmt.Sprintf("new-%d", ids.Add(1))) },
		Now:         c.now,
		Conformance: conformance.Fixed(func(tree *element.Tree, _ ...string) fhir.Outcome { return validator().Validate(tree) }),
		Software:    interaction.Software{Name: "Hearken", Version: "test", Date: c.now()},
	}
}

// call is a Call as the wire would make it of a method, a URL below the base and a body.
func call(method, target, body string) interaction.Call {
	c := interaction.Call{Method: method, Base: base, MediaType: "application/fhir+json"}
	path, query, _ := strings.Cut(target, "?")
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if segment != "" {
			c.Path = append(c.Path, segment)
		}
	}
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			name, value, _ := strings.Cut(part, "=")
			value, _ = url.QueryUnescape(value)
			c.Parameters = append(c.Parameters, search.Pair{Name: name, Value: value})
		}
	}
	if body != "" {
		c.Body = []byte(body)
	}
	return c
}

// answer does a call and turns a failure into its answer.
func answer(s *interaction.Server, c interaction.Call) interaction.Answer {
	a, err := s.Do(context.Background(), c)
	if err != nil {
		return interaction.Failure(err)
	}
	return a
}

// do is answer for a plain call.
func do(s *interaction.Server, method, target, body string) interaction.Answer {
	return answer(s, call(method, target, body))
}

// mustDo is do that ends the test unless the status is as wanted.
func mustDo(t testing.TB, s *interaction.Server, status int, method, target, body string) interaction.Answer {
	t.Helper()
	a := do(s, method, target, body)
	if a.Status != status {
		t.Fatalf("%s %s = %d %s, want %d", method, target, a.Status, a.Body, status)
	}
	return a
}

// at reads a value of JSON by a path of member names and indexes: "entry.0.resource.id"; nil when it is not there.
func at(t testing.TB, body []byte, path string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("not JSON: %v: %s", err, body)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			var i int
			if _, err := fmt.Sscanf(name, "%d", &i); err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

func text(t testing.TB, body []byte, path string) string {
	t.Helper()
	switch v := at(t, body, path).(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// patient is a minimal Patient with an identifier "system|value".
func patient(id, value string) string {
	idMember := ""
	if id != "" {
		idMember = `"id":"` + id + `",`
	}
	return `{"resourceType":"Patient",` + idMember + `"identifier":[{"system":"urn:test","value":"` + value + `"}]}`
}
