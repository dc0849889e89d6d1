package rest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/interaction"
	"hearken/internal/rest"
)

func TestServer_Answer_Headers(t *testing.T) {
	f := newFixture(nil)
	f.answer = interaction.Answer{Status: 201, Body: []byte(`{"resourceType":"Patient","id":"1"}`), Version: 3,
		LastModified: time.Date(2026, 11, 24, 3, 0, 0, 123e6, time.FixedZone("", 3600)), Location: "http://127.0.0.1:8080/fhir/Patient/1/_history/3"}
	w := f.send("POST /fhir/Patient", "{}")
	for name, want := range map[string]string{
		"Content-Type":           "application/fhir+json; charset=utf-8",
		"Content-Length":         "35",
		"Etag":                   `W/"3"`,
		"Last-Modified":          "Tue, 24 Nov 2026 02:00:00 GMT",
		"Location":               "http://127.0.0.1:8080/fhir/Patient/1/_history/3",
		"Cache-Control":          "private, no-store",
		"X-Content-Type-Options": "nosniff",
		"X-Request-Id":           "made-here",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if w.Code != 201 || w.Body.String() != string(f.answer.Body) {
		t.Errorf("POST = %d %s, want 201 and the answer's body as it is", w.Code, w.Body)
	}
}

func TestServer_Answer_WithoutBody(t *testing.T) {
	for _, status := range []int{204, 304} {
		f := newFixture(nil)
		f.answer = interaction.Answer{Status: status, Version: 2}
		w := f.send("GET /fhir/Patient/1", "")
		if w.Code != status || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "" || w.Header().Get("Content-Length") != "" || w.Header().Get("ETag") != `W/"2"` {
			t.Errorf("answer %d = %d with headers %v and %d bytes, want an ETag, no content and no word of any", status, w.Code, w.Header(), w.Body.Len())
		}
	}
}

func TestServer_Answer_Empty(t *testing.T) {
	f := newFixture(nil)
	f.answer = interaction.Answer{Status: 201}
	w := f.send("POST /fhir/Patient", "{}", "Prefer: return=minimal")
	if w.Code != 201 || w.Header().Get("Content-Length") != "0" || w.Header().Get("Content-Type") != "" {
		t.Errorf("empty answer = %d with %v, want 201, length 0 and no type", w.Code, w.Header())
	}
}

func TestServer_Answer_OtherMediaType(t *testing.T) {
	f := newFixture(nil)
	f.answer = interaction.Answer{Status: 200, Body: []byte("{ }"), MediaType: "image/png", SecurityContext: "Patient/1"}
	w := f.send("GET /fhir/Binary/1?_pretty=true", "")
	if w.Header().Get("Content-Type") != "image/png" || w.Body.String() != "{ }" {
		t.Errorf("Binary = %q %q, want its own type and bytes", w.Header().Get("Content-Type"), w.Body)
	}
	if got := w.Header().Get("X-Security-Context"); got != "Patient/1" {
		t.Errorf("X-Security-Context = %q, want Patient/1", got)
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") {
		t.Errorf("Content-Security-Policy = %q, want sandbox: content is the client's, and a browser must not run it", csp)
	}
}

func TestServer_Pretty(t *testing.T) {
	f := newFixture(nil)
	f.answer.Body = []byte(`{"resourceType":"Patient","multipleBirthInteger":1.00}`)
	want := "{\n  \"resourceType\": \"Patient\",\n  \"multipleBirthInteger\": 1.00\n}\n"
	if w := f.send("GET /fhir/Patient/1?_pretty=true", ""); w.Body.String() != want {
		t.Errorf("_pretty=true = %q, want %q", w.Body, want)
	}
	if w := f.send("GET /fhir/Patient/1?_pretty=false", ""); w.Body.String() != string(f.answer.Body) {
		t.Errorf("_pretty=false = %q, want the body as it is", w.Body)
	}
}

// HEAD must answer exactly as GET does but for the body, over a real connection.
func TestServer_Head(t *testing.T) {
	for _, size := range []int{20, 20_000} {
		f := newFixture(nil)
		f.answer.Body, _ = json.Marshal(map[string]string{"div": strings.Repeat("x", size)})
		f.answer.Version = 7
		server := httptest.NewServer(f.handler)
		get, body := fetch(t, http.MethodGet, server.URL+"/fhir/Patient/1")
		head, none := fetch(t, http.MethodHead, server.URL+"/fhir/Patient/1")
		server.Close()
		if len(none) != 0 || get.StatusCode != head.StatusCode {
			t.Errorf("HEAD = %d with %d bytes, want %d and none", head.StatusCode, len(none), get.StatusCode)
		}
		if int(head.ContentLength) != len(body) {
			t.Errorf("HEAD says Content-Length %d, GET sent %d", head.ContentLength, len(body))
		}
		for name := range get.Header {
			if name != "Date" && get.Header.Get(name) != head.Header.Get(name) {
				t.Errorf("HEAD %s = %q, GET %q", name, head.Header.Get(name), get.Header.Get(name))
			}
		}
	}
}

// fetch sends a request that says what it can decompress and does not do it.
func fetch(t *testing.T, method, url string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func TestServer_Compression(t *testing.T) {
	long := `"` + strings.Repeat("abc", 10_000) + `"`
	for _, row := range []struct {
		name   string
		body   string
		media  string
		accept string
		want   bool
	}{
		{"long", long, "", "gzip, deflate, br", true},
		{"star", long, "", "*", true},
		{"weighted", long, "", "br;q=1.0, gzip;q=0.5", true},
		{"refused", long, "", "gzip;q=0", false},
		{"refused among all", long, "", "*, gzip;q=0", false},
		{"not said", long, "", "", false},
		{"other", long, "", "br", false},
		{"short", `{}`, "", "gzip", false},
		{"picture", long, "image/png", "gzip", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			f.answer.Body, f.answer.MediaType = []byte(row.body), row.media
			w := f.send("GET /fhir/Patient/1", "", "Accept-Encoding: "+row.accept)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != row.want {
				t.Fatalf("Accept-Encoding %q: compressed %t, want %t", row.accept, got, row.want)
			}
			if !row.want {
				return
			}
			unzipped, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(unzipped); err != nil || string(got) != row.body {
				t.Errorf("decompressed to %d bytes (%v), want the %d of the answer", len(got), err, len(row.body))
			}
			if vary := w.Header().Get("Vary"); !strings.Contains(vary, "Accept-Encoding") {
				t.Errorf("Vary = %q, want Accept-Encoding in it", vary)
			}
		})
	}
}

func gzipped(s string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return out.String()
}

func TestServer_Body(t *testing.T) {
	limit := func(o *rest.Options) { o.MaxBody = 1000 }
	fits, tooLong := strings.Repeat("x", 1000), strings.Repeat("x", 1001)
	for _, row := range []struct {
		name     string
		body     string
		encoding string
		chunked  bool
		status   int
		want     string
	}{
		{"fits", fits, "", false, 200, fits},
		{"too long", tooLong, "", false, 413, ""},
		{"fits, length not said", fits, "", true, 200, fits},
		{"too long, length not said", tooLong, "", true, 413, ""},
		{"compressed", gzipped(fits), "gzip", false, 200, fits},
		{"compressed, length not said", gzipped(fits), "gzip", true, 200, fits},
		{"identity", fits, "identity", false, 200, fits},
		{"a bomb", gzipped(strings.Repeat("x", 900_000)), "gzip", true, 413, ""},
		{"cut short", gzipped(fits)[:15], "gzip", false, 400, ""},
		{"damaged", gzipped(fits)[:20] + "zzzzzzzz", "gzip", false, 400, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(limit)
			r := httptest.NewRequest("POST", "/fhir/Patient", strings.NewReader(row.body))
			r.Header.Set("Content-Type", "application/fhir+json")
			r.Header.Set("Content-Encoding", row.encoding)
			if row.chunked {
				r.ContentLength = -1
			}
			w := httptest.NewRecorder()
			f.handler.ServeHTTP(w, r)
			if w.Code != row.status || string(f.call.Body) != row.want {
				t.Errorf("body of %d bytes = %d with %d bytes received, want %d with %d", len(row.body), w.Code, len(f.call.Body), row.status, len(row.want))
			}
			if row.status != 200 {
				wantOutcome(t, w)
			}
		})
	}
}

func TestServer_Errors(t *testing.T) {
	for _, row := range []struct {
		name   string
		err    error
		status int
		logged bool
	}{
		{"client's fault", fhir.Errorf(fhir.CodeNotFound, "no such resource"), 404, false},
		{"foreign", errors.New("disk 3 is on fire"), 500, true},
		{"too slow", context.DeadlineExceeded, 503, true},
		{"not now", fhir.Errorf(fhir.CodeTransient, "come again"), 503, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			f.answer, f.err = interaction.Answer{Allow: []string{"GET", "HEAD"}}, row.err
			w := f.send("GET /fhir/Patient/1", "")
			if w.Code != row.status {
				t.Errorf("error %v = %d, want %d", row.err, w.Code, row.status)
			}
			if _, diagnostics := wantOutcome(t, w); strings.Contains(diagnostics, "fire") {
				t.Errorf("diagnostics = %q: a foreign error is told to the client", diagnostics)
			}
			if got := w.Header().Get("Allow"); got != "GET, HEAD" {
				t.Errorf("Allow = %q, want GET, HEAD", got)
			}
			if got := strings.Contains(f.log.String(), "msg=fault"); got != row.logged {
				t.Errorf("log = %s, want a fault in it: %t", f.log, row.logged)
			}
		})
	}
}

func TestServer_Panic(t *testing.T) {
	f := newFixture(nil)
	f.do = func(context.Context) { panic("Mrs Alcántar, 9000000009") }
	w := f.send("GET /fhir/Patient/1", "")
	if w.Code != 500 {
		t.Errorf("panic = %d, want 500", w.Code)
	}
	wantOutcome(t, w)
	log := f.log.String()
	if !strings.Contains(log, "answer_test.go") || !strings.Contains(log, "status=500") || strings.Contains(log, "Alc") || strings.Contains(log, "9000000009") {
		t.Errorf("log = %s, want the stack and not what the panic said", log)
	}
	f.do = func(context.Context) { var none []int; _ = none[5] }
	if f.send("GET /fhir/Patient/1", ""); !strings.Contains(f.log.String(), "index out of range [5]") {
		t.Errorf("log = %s, want the words of the runtime", f.log)
	}
}

func TestServer_Timeout(t *testing.T) {
	f := newFixture(func(o *rest.Options) { o.Timeout = time.Millisecond })
	f.do = func(ctx context.Context) { <-ctx.Done(); f.err = ctx.Err() }
	w := f.send("GET /fhir/Patient/1", "")
	if code, _ := wantOutcome(t, w); w.Code != 503 || code != "timeout" || w.Header().Get("Retry-After") == "" {
		t.Errorf("slow interaction = %d %s, want 503 timeout with Retry-After", w.Code, code)
	}
}

func TestServer_ClientGone(t *testing.T) {
	f := newFixture(nil)
	ctx, cancel := context.WithCancel(t.Context())
	f.do = func(ctx context.Context) { cancel(); <-ctx.Done(); f.err = ctx.Err() }
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "http://127.0.0.1/fhir/Patient/1", nil))
	if w.Body.Len() != 0 || !strings.Contains(f.log.String(), "status=499") || strings.Contains(f.log.String(), "fault") {
		t.Errorf("client gone: %d bytes written, log %s; want none, and 499 in the log", w.Body.Len(), f.log)
	}
}

func TestServer_Health(t *testing.T) {
	var now rest.Readiness
	f := newFixture(func(o *rest.Options) {
		o.Ready, o.Remark = func() rest.Readiness { return now }, "changes are missing\n"
	})
	full, closed := errors.New("the disk is full"), errors.New("the store is closed")
	for _, row := range []struct {
		line  string
		ready rest.Readiness
		want  int
		words string
	}{
		{"GET /healthz", rest.Readiness{}, 200, "ok\n"},
		{"HEAD /healthz", rest.Readiness{}, 200, ""},
		{"GET /healthz", rest.Readiness{Lookups: closed, Writes: closed}, 200, "ok\n"},
		{"GET /readyz", rest.Readiness{}, 200, "ready\nchanges are missing\n"},
		{"GET /readyz", rest.Readiness{Writes: full}, 200, "ready for look-ups; writes are refused: the disk is full\nchanges are missing\n"},
		{"HEAD /readyz", rest.Readiness{Writes: full}, 200, ""},
		{"GET /readyz", rest.Readiness{Lookups: closed, Writes: full}, 503, "not ready: the store is closed\n"},
		{"HEAD /readyz", rest.Readiness{Lookups: closed}, 503, ""},
		{"GET /readyz/writes", rest.Readiness{}, 200, "ready\nchanges are missing\n"},
		{"GET /readyz/writes", rest.Readiness{Writes: full}, 503, "not ready: the disk is full\n"},
		{"HEAD /readyz/writes", rest.Readiness{Writes: full}, 503, ""},
		{"GET /readyz/writes", rest.Readiness{Lookups: closed}, 503, "not ready: the store is closed\n"},
	} {
		now = row.ready
		w := f.send(row.line, "")
		if strings.HasPrefix(row.line, "HEAD") {
			w.Body.Reset() // which net/http does on the wire
		}
		if w.Code != row.want || w.Body.String() != row.words {
			t.Errorf("%s with %v = %d %q, want %d %q", row.line, row.ready, w.Code, w.Body, row.want, row.words)
		}
	}
}
