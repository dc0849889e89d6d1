package app_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/internal/store"
)

// An address that others can reach is refused without a login, and the refusal says what to do.
func TestServe_RefusesOpenAddressWithoutLogin(t *testing.T) {
	for _, row := range []struct {
		listen   string
		insecure bool
		refused  bool
	}{
		{"127.0.0.1:0", false, false},
		{"localhost:0", false, false},
		{"[::1]:0", false, false},
		{":0", false, true},
		{"0.0.0.0:0", false, true},
		{"[::]:0", false, true},
		{"192.0.2.1:0", false, true},
		{"example.org:0", false, true},
		{"0.0.0.0:0", true, false},
	} {
		t.Run(row.listen, func(t *testing.T) {
			c := config.Defaults()
			c.Listen, c.Temporary, c.Insecure = row.listen, true, row.insecure
			a, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)})
			if err == nil {
				if closed := a.Close(); closed != nil {
					t.Errorf("Close: %v", closed)
				}
				if row.refused {
					t.Errorf("Open on %s succeeded, want it refused", row.listen)
				}
				return
			}
			if row.listen == "[::1]:0" && !strings.Contains(err.Error(), "login") {
				t.Skipf("no IPv6 here: %v", err)
			}
			if !row.refused {
				t.Fatalf("Open on %s: %v", row.listen, err)
			}
			for _, want := range []string{"--insecure", "127.0.0.1"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("refusal = %q, want %s in it", err, want)
				}
			}
		})
	}
}

// With a login others may connect; but then tokens must be meant for an address that is said.
func TestServe_OpenAddressWithLogin(t *testing.T) {
	for _, row := range []struct{ listen, base, refused string }{
		{"0.0.0.0:0", "https://fhir.example.nhs.uk/fhir", ""},
		{"0.0.0.0:0", "", "--base-url"},
		{"127.0.0.1:0", "", ""},
	} {
		c := config.Defaults()
		c.Listen, c.Temporary, c.Issuers, c.BaseURL = row.listen, true, []string{"https://login.example.nhs.uk"}, row.base
		a, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			err = a.Close()
		}
		if (err == nil) != (row.refused == "") || err != nil && !strings.Contains(err.Error(), row.refused) {
			t.Errorf("Open on %s for %q: %v, want %q", row.listen, row.base, err, row.refused)
		}
	}
}

// What is stored outlives the server; a temporary store does not.
func TestClose_KeepsData(t *testing.T) {
	data := t.TempDir() + "/data"
	at := func(c *config.Config) { c.Data = data }
	s := start(t, at)
	s.must(201, "PUT /Patient/p", patientP)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, at)
	again.must(200, "GET /Patient/p", "")
}

func TestOpen_DataInUse(t *testing.T) {
	data := t.TempDir() + "/data"
	start(t, func(c *config.Config) { c.Data = data })
	c := config.Defaults()
	c.Listen, c.Data = "127.0.0.1:0", data
	a, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		_ = a.Close()
		t.Fatal("a second server opened the data of a running one")
	}
	if !strings.Contains(err.Error(), data) {
		t.Errorf("Open of data in use: %v, want the folder named", err)
	}
}

func TestOpen_DataOfSomebodyElse(t *testing.T) {
	c := config.Defaults()
	c.Listen, c.Data = "127.0.0.1:0", t.TempDir()
	if err := os.WriteFile(c.Data+"/theirs.txt", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)}); !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.Data) {
		t.Errorf("Open of a folder that holds something else: %v, want ErrFormat, and the folder named", err)
	}
}

func TestClose_RemovesTemporary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := start(t, func(c *config.Config) { c.Temporary = true })
	s.must(201, "PUT /Patient/p", patientP)
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 1 {
		t.Errorf("%d folders while running, want the store's", len(left))
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRun_Health(t *testing.T) {
	s := start(t, nil)
	root := strings.TrimSuffix(s.base, "/fhir")
	for _, path := range []string{"/healthz", "/readyz"} {
		if r := s.send("GET "+root+path, ""); r.status != 200 {
			t.Errorf("GET %s = %d %s, want 200", path, r.status, r.body)
		}
	}
	if r := s.send("GET "+root+"/nowhere", ""); r.status != 404 || text(value(t, r.body), "resourceType") != "OperationOutcome" {
		t.Errorf("GET /nowhere = %d %s, want 404 with an OperationOutcome", r.status, r.body)
	}
	for _, want := range []string{"loopback only, no login", "synthetic NHS numbers", "config.listen=127.0.0.1"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("log = %s, want %q in it", s.log, want)
		}
	}
}

// A request that is under way when the server is told to stop gets its answer.
func TestRun_DrainsRequests(t *testing.T) {
	s := start(t, nil)
	body, send := io.Pipe()
	answer := make(chan int, 1)
	go func() {
		r, _ := http.NewRequest("PUT", s.base+"/Patient/p", body)
		r.Header.Set("Content-Type", "application/fhir+json")
		resp, err := s.http.Do(r)
		if err != nil {
			answer <- 0
			return
		}
		_ = resp.Body.Close()
		answer <- resp.StatusCode
	}()
	if _, err := io.WriteString(send, patientP[:20]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // the server has the header and waits for the rest
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	time.Sleep(50 * time.Millisecond) // and has been told to stop
	_, _ = io.WriteString(send, patientP[20:])
	_ = send.Close()
	if status := <-answer; status != 201 {
		t.Errorf("the request under way = %d, want 201", status)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stopping: %v", err)
	}
}

// Connections that a browser opened in advance do not hold a stopping server up.
func TestRun_StopsWithUnusedConnections(t *testing.T) {
	s := start(t, nil)
	address := strings.TrimSuffix(strings.TrimPrefix(s.base, "http://"), "/fhir")
	for range 3 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() //nolint:errcheck // never used
	}
	s.must(200, "GET /metadata", "") // the three have been accepted before this one
	began := time.Now()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func TestLoopback_OnlySyntheticNHSNumbers(t *testing.T) {
	real := strings.ReplaceAll(secretPatient, secretNumber, "4010232137")
	for _, row := range []struct {
		setting string
		want    int
	}{{config.Auto, 422}, {config.On, 422}, {config.Off, 201}} {
		s := start(t, func(c *config.Config) { c.SyntheticNHSNumbers = row.setting })
		if r := s.send("POST /Patient", real); r.status != row.want {
			t.Errorf("a number of a real range with %s = %d, want %d", row.setting, r.status, row.want)
		}
	}
}

func TestSettings_ReachTheServer(t *testing.T) {
	s := start(t, func(c *config.Config) {
		c.UnknownParameters, c.ReferentialIntegrity, c.Validation = config.Lenient, true, config.ValidationOff
		c.DefaultCount, c.MaxCount, c.MaxEntries, c.BaseURL = 2, 3, 2, "http://127.0.0.1:1/r4"
	})
	s.must(201, "POST /Observation", `{"resourceType":"Observation"}`) // status is missing, and nobody minds
	s.must(200, "GET /Patient?gendre=female", "")
	r := s.send("POST /Observation", `{"resourceType":"Observation","subject":{"reference":"Patient/not-here"}}`)
	if r.status < 400 || r.status > 422 {
		t.Errorf("dangling reference with referential integrity = %d, want it refused", r.status)
	}
	for range 5 {
		r := s.must(201, "POST /Patient", `{"resourceType":"Patient"}`)
		if !strings.HasPrefix(r.header.Get("Location"), "http://127.0.0.1:1/r4/Patient/") {
			t.Errorf("Location = %q, want it below the base URL", r.header.Get("Location"))
		}
	}
	s.must(200, "GET /Patient", "")
	if n := len(s.search("/Patient").Entry); n != 2 {
		t.Errorf("%d on a page, want the default of 2", n)
	}
	if n := len(s.search("/Patient?_count=100").Entry); n != 3 {
		t.Errorf("%d on a page of 100, want the most there may be, 3", n)
	}
	one := entry(`{"resourceType":"Patient"}`, "POST", "Patient")
	if r := s.send("POST /", transaction(one, one, one)); r.status < 400 {
		t.Errorf("three entries of two = %d, want them refused", r.status)
	}
}
