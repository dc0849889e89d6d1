package load_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/load"
)

// server answers every request by a function and remembers what it was sent.
type server struct {
	mu     sync.Mutex
	sent   []string // "METHOD path body"
	answer func(n int, method, path string) (load.Reply, error)
}

func (s *server) Send(_ context.Context, method, path string, body []byte) (load.Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, method+" "+path+" "+string(body))
	if s.answer == nil {
		return load.Reply{Status: 201}, nil
	}
	return s.answer(len(s.sent), method, path)
}

// run writes the files ("name": content), loads the folder and gives what came of it, with paths cut to names.
func run(t *testing.T, s *server, clients int, files map[string]string) load.Progress {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := load.Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	l := load.Loader{Target: s, Clients: clients, Wait: func(time.Duration) <-chan time.Time { return time.After(0) }}
	progress, err := l.Load(t.Context(), sources)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	for i := range progress.Faults {
		progress.Faults[i].File = strings.TrimPrefix(progress.Faults[i].File, dir+"/")
	}
	return progress
}

func TestLoader_Requests(t *testing.T) {
	for _, row := range []struct {
		name, file, content string
		want                string
		resources           int
	}{
		{"with an id", "a.json", `{"resourceType":"Patient","id":"1"}`, `PUT Patient/1 {"resourceType":"Patient","id":"1"}`, 1},
		{"without", "a.json", `{"resourceType":"Patient"}`, `POST Patient {"resourceType":"Patient"}`, 1},
		{"byte order mark", "a.json", "\uFEFF" + `{"resourceType":"Patient"}`, `POST Patient {"resourceType":"Patient"}`, 1},
		{"transaction as it is", "a.json", `{"resourceType":"Bundle","id":"b","type":"transaction", "entry":[{"request":{"method":"POST"}},{"request":{"method":"GET"}}]}`,
			`POST  {"resourceType":"Bundle","id":"b","type":"transaction", "entry":[{"request":{"method":"POST"}},{"request":{"method":"GET"}}]}`, 1},
		{"batch as it is", "a.json", `{"resourceType":"Bundle","type":"batch"}`, `POST  {"resourceType":"Bundle","type":"batch"}`, 0},
		{"collection", "a.json", `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"1","x":1.00}},{"resource":{"resourceType":"Basic"}}]}`,
			`POST  {"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"1","x":1.00},"request":{"method":"PUT","url":"Patient/1"}},{"resource":{"resourceType":"Basic"},"request":{"method":"POST","url":"Basic"}}]}`, 2},
		{"searchset without its outcomes", "a.json", `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}}]}`,
			`POST  {"resourceType":"Bundle","type":"transaction"}`, 0},
		{"document stays whole", "a.json", `{"resourceType":"Bundle","id":"d","type":"document"}`, `PUT Bundle/d {"resourceType":"Bundle","id":"d","type":"document"}`, 1},
		{"type that is no Bundle's", "a.json", `{"resourceType":"Consent","id":"1","type":{"text":"x"}}`, `PUT Consent/1 {"resourceType":"Consent","id":"1","type":{"text":"x"}}`, 1},
		{"XML", "a.xml", `<?xml version="1.0"?><!-- a --><Patient xmlns="http://hl7.org/fhir"> <id value="1"/></Patient>`, `PUT Patient/1 {"resourceType":"Patient","id":"1"}`, 1},
		{"a collection in XML", "a.xml", `<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><resource><Patient><active value="true"/></Patient></resource></entry></Bundle>`,
			`POST  {"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","active":true},"request":{"method":"POST","url":"Patient"}}]}`, 1},
		{"line of NDJSON", "a.ndjson", "\n" + `{"resourceType":"Patient"}` + "\n\n", `POST Patient {"resourceType":"Patient"}` + "\n", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &server{}
			got := run(t, s, 1, map[string]string{row.file: row.content, "readme.txt": "not for loading"})
			if diff := cmp.Diff([]string{row.want}, s.sent); diff != "" {
				t.Errorf("requests for %s (-want +got):\n%s", row.content, diff)
			}
			if got.Resources != row.resources || len(got.Faults) != 0 || got.Requests != 1 {
				t.Errorf("Load(%s) = %d resources in %d requests, faults %v; want %d in 1, none", row.content, got.Resources, got.Requests, got.Faults, row.resources)
			}
		})
	}
}

func TestLoader_Faults(t *testing.T) {
	const refusal = `{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"informational","diagnostics":"w"},
		{"severity":"error","code":"value","diagnostics":"not a code","expression":["Patient.gender"]},{"severity":"fatal","code":"invalid"}]}`
	const partly = `{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"201 Created"}},
		{"response":{"status":"404 Not Found","outcome":` + refusal + `}}]}`
	for _, row := range []struct {
		name, file, content string
		reply               load.Reply
		err                 error
		resources           int
		want                []string
	}{
		{"every error with its place", "a.json", `{"resourceType":"Patient"}`, load.Reply{Status: 422, Body: []byte(refusal)}, nil, 0,
			[]string{"a.json: 422 at Patient.gender: value: not a code", "a.json: 422 invalid"}},
		{"no OperationOutcome", "a.json", `{"resourceType":"Patient"}`, load.Reply{Status: 502, Body: []byte("<html>")}, nil, 0, []string{"a.json: 502 Bad Gateway"}},
		{"entries of a batch", "a.json", `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"PUT"}},{"request":{"method":"POST"}}]}`, load.Reply{Status: 200, Body: []byte(partly)}, nil, 1,
			[]string{"a.json: 404 at Bundle.entry[1] Patient.gender: value: not a code", "a.json: 404 at Bundle.entry[1]: invalid"}},
		{"server not there", "a.json", `{"resourceType":"Patient"}`, load.Reply{}, errors.New("connection refused"), 0, []string{"a.json: connection refused"}},
		{"not JSON", "a.json", `{`, load.Reply{Status: 201}, nil, 0, []string{"a.json: not JSON: unexpected end of JSON input"}},
		{"no resource", "a.json", `{"a":1}`, load.Reply{Status: 201}, nil, 0, []string{"a.json: not a resource in JSON: it has no resourceType"}},
		{"second line", "a.ndjson", `{"resourceType":"Patient"}` + "\n[]\n", load.Reply{Status: 201}, nil, 1, []string{"a.ndjson:2: not a resource in JSON: it has no resourceType"}},
		{"not XML", "a.xml", `{}`, load.Reply{Status: 201}, nil, 0, []string{"a.xml:1: invalid: a resource is an XML element"}},
		{"XML with faults", "a.xml", "<Patient xmlns=\"http://hl7.org/fhir\">\n<colour/>\n<active value=\"1\"/></Patient>", load.Reply{Status: 201}, nil, 0,
			[]string{"a.xml:2: at Patient.colour: structure: Patient has no element of this name", "a.xml:3: at Patient.active: value: the value of active is not a valid boolean"}},
		{"a document type", "a.xml", "<!DOCTYPE a><a/>", load.Reply{Status: 201}, nil, 0, []string{"a.xml:1: security: a document type or entity declaration is never accepted"}},
		{"collection of no resources", "a.json", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{}}]}`, load.Reply{Status: 201}, nil, 0, []string{"a.json: not a resource in JSON: it has no resourceType"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &server{answer: func(int, string, string) (load.Reply, error) { return row.reply, row.err }}
			progress := run(t, s, 1, map[string]string{row.file: row.content})
			var got []string
			for _, f := range progress.Faults {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(row.want, got); diff != "" || progress.Resources != row.resources {
				t.Errorf("faults of %s, %d resources, want %d (-want +got):\n%s", row.content, progress.Resources, row.resources, diff)
			}
		})
	}
}

func TestLoader_TriesAgain(t *testing.T) {
	s := &server{answer: func(n int, _, _ string) (load.Reply, error) {
		return load.Reply{Status: map[bool]int{true: 503, false: 201}[n < 4], After: time.Second}, nil
	}}
	if got := run(t, s, 1, map[string]string{"a.json": `{"resourceType":"Patient"}`}); len(got.Faults) != 0 || len(s.sent) != 4 {
		t.Errorf("a server that is busy three times: %d requests, faults %v; want 4, none", len(s.sent), got.Faults)
	}
	s = &server{answer: func(int, string, string) (load.Reply, error) { return load.Reply{Status: 503}, nil }}
	if got := run(t, s, 1, map[string]string{"a.json": `{"resourceType":"Patient"}`}); len(got.Faults) != 1 || len(s.sent) != 5 {
		t.Errorf("a server that stays busy: %d requests, faults %v; want 5, one", len(s.sent), got.Faults)
	}
}

func TestLoader_ManyClients(t *testing.T) {
	files := map[string]string{}
	for i := range 50 {
		files[fmt.Sprintf("%d/%d.json", i%3, i)] = fmt.Sprintf(`{"resourceType":"Patient","id":"%d"}`, i)
	}
	s := &server{}
	got := run(t, s, 8, files)
	if got.Resources != 50 || got.Requests != 50 || got.Done != got.Bytes || got.Bytes == 0 || len(s.sent) != 50 {
		t.Errorf("Load of 50 files = %+v with %d requests, want all 50 and all bytes", got, len(s.sent))
	}
}

func TestLoader_FileGone(t *testing.T) {
	l := load.Loader{Target: &server{}, Clients: 2, Wait: time.After}
	if _, err := l.Load(t.Context(), []load.Source{{Path: filepath.Join(t.TempDir(), "gone.json")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Load of a file that is gone: %v, want ErrNotExist", err)
	}
}

func TestLoader_Cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := load.Loader{Target: &server{}, Clients: 2, Wait: time.After}
	path := filepath.Join(t.TempDir(), "a.ndjson")
	if err := os.WriteFile(path, []byte(strings.Repeat(`{"resourceType":"Patient"}`+"\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Load(ctx, []load.Source{{Path: path, Size: 1}}); !errors.Is(err, context.Canceled) || got.Requests > 900 {
		t.Errorf("Load when cancelled = %d requests, %v, want it to stop", got.Requests, err)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.json", "a.ndjson", "c.xml", "sub/d.json", "e.txt"} {
		path := filepath.Join(dir, name)
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := load.Find([]string{filepath.Join(dir, "b.json"), dir})
	var names []string
	for _, s := range found {
		names = append(names, strings.TrimPrefix(s.Path, dir+"/"))
	}
	if diff := cmp.Diff([]string{"b.json", "a.ndjson", "b.json", "c.xml", "sub/d.json"}, names); diff != "" || err != nil {
		t.Errorf("Find: %v (-want +got):\n%s", err, diff)
	}
	for _, path := range []string{filepath.Join(dir, "e.txt"), filepath.Join(dir, "absent")} {
		if _, err := load.Find([]string{path}); err == nil {
			t.Errorf("Find(%s) succeeded, want an error", path)
		}
	}
}
