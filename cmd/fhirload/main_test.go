package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// The floor server is this test binary, run again.
func TestMain(m *testing.M) {
	if os.Getenv("FHIRLOAD_AS_FLOOR") != "" {
		if err := runFloor(context.Background(), []string{"--listen", "127.0.0.1:0", "--stdin"}, streams{os.Stdin, os.Stdout, os.Stderr}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	floorCommand = func(ctx context.Context) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), "FHIRLOAD_AS_FLOOR=1")
		return cmd, nil
	}
	os.Exit(m.Run())
}

// fakeServer answers as a FHIR server with a number of patients would. Every failEvery-th
// request is answered 500.
type fakeServer struct {
	patients, failEvery int
	requests            atomic.Int64
	mu                  sync.Mutex
	posted              []string
	tokens              map[string]bool
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := f.requests.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens[r.Header.Get("Authorization")] = true
	w.Header().Set("Content-Type", fhirJSON)
	query := r.URL.Query()
	switch {
	case f.failEvery > 0 && n%int64(f.failEvery) == 0:
		w.WriteHeader(http.StatusInternalServerError)
	case r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		f.posted = append(f.posted, string(body))
		if r.URL.Path == "/fhir" {
			fmt.Fprint(w, `{"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"201 Created"}},{"response":{"status":"404"}}]}`)
			return
		}
		w.WriteHeader(http.StatusCreated)
	case query.Has("_count"):
		f.page(w, r, query)
	case strings.HasPrefix(r.URL.Path, "/fhir/Patient/"), query.Has("identifier"):
		fmt.Fprintf(w, `{"asked":%q}`, r.URL.RequestURI())
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// page writes three patients and a relative link to the next three.
func (f *fakeServer) page(w http.ResponseWriter, r *http.Request, query url.Values) {
	from, _ := strconv.Atoi(query.Get("from"))
	var entries []string
	for i := from; i < min(from+3, f.patients); i++ {
		entries = append(entries, fmt.Sprintf(`{"resource":{"resourceType":"Patient","id":"p%d","identifier":[{"system":"%s","value":"n%d"},{"system":"urn:other","value":"o"}]}}`, i, nhsNumberSystem, i))
	}
	link := ""
	if from+3 < f.patients {
		link = fmt.Sprintf(`{"relation":"next","url":"Patient?_count=3&from=%d"}`, from+3)
	}
	fmt.Fprintf(w, `{"resourceType":"Bundle","type":"searchset","link":[%s],"entry":[%s]}`, link, strings.Join(entries, ","))
}

// runAgainst runs a command against a fake server and gives what it printed.
func runAgainst(t *testing.T, f *fakeServer, args ...string) (string, error) {
	t.Helper()
	f.tokens = map[string]bool{}
	server := httptest.NewServer(f)
	defer server.Close()
	var out bytes.Buffer
	args = append([]string{args[0], "--base", server.URL + "/fhir/", "--clients", "4", "--requests", "200", "--warm-up", "0"}, args[1:]...)
	err := run(t.Context(), args, streams{strings.NewReader(""), &out, io.Discard})
	return out.String(), err
}

func wantInOutput(t *testing.T, out string, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if !regexp.MustCompile(pattern).MatchString(out) {
			t.Errorf("output does not match %q:\n%s", pattern, out)
		}
	}
}

func TestRead_WithFloor(t *testing.T) {
	f := &fakeServer{patients: 7}
	out, err := runAgainst(t, f, "read", "--with-floor", "--token", "secret")
	if err != nil {
		t.Fatal(err)
	}
	wantInOutput(t, out, `read: 4 clients, 7 different`, `server +\d+ .* 200 +0\.00 %`, `floor +\d+ .* 200 +0\.00 %`, `ratio to floor .*: \d+\.\d\d`)
	if !f.tokens["Bearer secret"] || len(f.tokens) != 1 {
		t.Errorf("Authorization headers = %v, want the token in every request", f.tokens)
	}
	if strings.Contains(out, "secret") {
		t.Errorf("the token is in the output:\n%s", out)
	}
}

func TestSearch(t *testing.T) {
	for _, row := range []struct {
		name, want string
		args       []string
	}{
		{"by NHS number", `search: 4 clients, 7 different`, nil},
		{"fewer", `search: 4 clients, 2 different`, []string{"--sample", "2"}},
		{"by any system, when none has the wanted one", `search: 4 clients, 8 different`, []string{"--system", "urn:none"}},
		{"made by create", `search: 4 clients, \d+ different`, []string{"--made", "1000000", "--sample", "50"}},
		{"by id", `search: 4 clients, 7 different`, []string{"--query", "Observation?identifier=x&subject={id}"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, err := runAgainst(t, &fakeServer{patients: 7}, append([]string{"search", "--with-floor"}, row.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			wantInOutput(t, out, row.want, `floor .* 0\.00 %`)
		})
	}
}

// What --made searches for is what create posts.
func TestMadePatients(t *testing.T) {
	posted := map[string]bool{}
	for n := range int64(50) {
		var p struct{ Identifier json.RawMessage }
		if err := json.Unmarshal(fill(patient, n), &p); err != nil {
			t.Fatal(err)
		}
		posted[tokens(p.Identifier)[0]] = true
	}
	asked := map[string]bool{}
	for _, identifier := range madePatients(50, 1000).identifiers {
		if asked[identifier] = true; !posted[identifier] {
			t.Errorf("searches for a patient that is none of the 50 that create posts")
		}
	}
	if len(asked) < 25 {
		t.Errorf("searches for %d patients of 50, want a spread", len(asked))
	}
}

func TestRead_Failures(t *testing.T) {
	out, err := runAgainst(t, &fakeServer{patients: 3, failEvery: 10}, "read")
	if err != nil {
		t.Fatal(err)
	}
	wantInOutput(t, out, `server .* 200 +10\.00 %`, `server failed: 20 × 500`)
}

func TestRead_EmptyServer(t *testing.T) {
	if _, err := runAgainst(t, &fakeServer{}, "read"); err == nil || !strings.Contains(err.Error(), "holds no Patient") {
		t.Errorf("read from an empty server: error = %v, want one that says so", err)
	}
}

func TestCreate_WithFloor(t *testing.T) {
	f := &fakeServer{}
	out, err := runAgainst(t, f, "create", "--with-floor", "--floor-dir", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	wantInOutput(t, out, `server +\d+ .* 200 `, `floor +\d+ .* 200 `, `ratio to floor \(durable puts/s of Pebble\)`)
	different := map[string]bool{}
	for _, body := range f.posted {
		if !json.Valid([]byte(body)) {
			t.Fatalf("posted %s, want JSON", body)
		}
		different[body] = true
	}
	if len(different) != 200 {
		t.Errorf("%d different bodies in 200 requests, want all different", len(different))
	}
}

func TestImport(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.json":     `{"resourceType":"Bundle","type":"transaction","entry":[{},{}]}`,
		"b.json":     `{"resourceType":"Bundle","type":"searchset"}`,
		"c.json":     `not JSON`,
		"sub/d.json": `{"resourceType":"Bundle","type":"transaction","entry":[{}]}`,
		"e.txt":      `{"resourceType":"Bundle","type":"transaction"}`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f := &fakeServer{}
	out, err := runAgainst(t, f, "import", "--with-floor", "--repeat", "3", "--server-pid", fmt.Sprint(os.Getpid()), dir)
	if err != nil {
		t.Fatal(err)
	}
	wantInOutput(t, out, `import: 2 Bundles`, `server .* 6 +0\.00 %`, `6 resources`, `floor CPU`)
	if len(f.posted) != 6 {
		t.Errorf("%d Bundles were posted, want 2 three times", len(f.posted))
	}
	for _, bad := range [][]string{{}, {"--generate", "2", dir}, {"--generate", "-1"}, {filepath.Join(dir, "b.json")}, {filepath.Join(dir, "none")}, {t.TempDir()}} {
		if _, err := runAgainst(t, f, append([]string{"import"}, bad...)...); err == nil {
			t.Errorf("import %q: error = nil, want one", bad)
		}
	}
}

func TestImport_Generated(t *testing.T) {
	f := &fakeServer{}
	out, err := runAgainst(t, f, "import", "--generate", "5", "--with-floor")
	if err != nil {
		t.Fatal(err)
	}
	wantInOutput(t, out, `import: 5 Bundles`, `server .* 5 +0\.00 %`, `no ratio: give`)
	for _, body := range f.posted {
		if !isTransaction([]byte(body)) {
			t.Errorf("posted %.60s…, want a transaction Bundle", body)
		}
	}
}

func TestRun_Refusals(t *testing.T) {
	for _, row := range []struct{ name, args, want string }{
		{"no command", "", "want one of these commands"},
		{"unknown command", "delete", "want one of these commands"},
		{"a remote server", "read --base https://fhir.example.org/r4", "--allow-remote"},
		{"a name that resolves to loopback but need not", "read --base http://loopback.example", "--allow-remote"},
		{"no URL", "read --base fhir", "want an http or https URL"},
		{"no clients", "read --clients 0", "--clients"},
		{"too many clients", "read --clients 5000", "--clients"},
		{"for ever", "read --duration 48h", "--duration"},
		{"no end", "read --requests 0", "--requests"},
		{"a floor of nothing", "floor", "--body"},
		{"another type without a body", "create --type Observation", "--body"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := run(t.Context(), strings.Fields(row.args), streams{strings.NewReader(""), io.Discard, io.Discard})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("run(%s) error = %v, want one that says %q", row.args, err, row.want)
			}
		})
	}
}

// A link of the server's, or a redirect, must not lead the load elsewhere.
func TestClient_RefusesRemote(t *testing.T) {
	elsewhere := "http://192.0.2.1/fhir/Patient"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere, http.StatusFound)
	}))
	defer server.Close()
	err := run(t.Context(), []string{"read", "--base", server.URL}, streams{strings.NewReader(""), io.Discard, io.Discard})
	if err == nil || !strings.Contains(err.Error(), "not on the loopback interface") {
		t.Errorf("read from a server that redirects elsewhere: error = %v, want a refusal", err)
	}
}

func TestLoad_StopsByTime(t *testing.T) {
	f := &fakeServer{patients: 1}
	out, err := runAgainst(t, f, "read", "--requests", "100000000", "--duration", "100ms")
	if err != nil {
		t.Fatal(err)
	}
	wantInOutput(t, out, `server +\d+`)
}
