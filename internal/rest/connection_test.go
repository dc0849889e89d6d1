package rest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// exchange sends raw bytes over a connection of its own and reads the answer. With half it closes its side after them.
func exchange(t *testing.T, s *httptest.Server, raw string, half bool) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	if half {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer to %q: %v", raw, err)
	}
	return resp
}

// A body that never comes, or not all of it, is the client's fault and is told so.
func TestServer_BodyThatDoesNotCome(t *testing.T) {
	for _, row := range []struct {
		name string
		half bool
		want int
	}{
		{"too slow", false, http.StatusRequestTimeout},
		{"cut off", true, http.StatusBadRequest},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFixture(nil)
			s := httptest.NewUnstartedServer(f.handler)
			s.Config.ReadTimeout = 100 * time.Millisecond
			s.Start()
			defer s.Close()
			raw := fmt.Sprintf("POST /fhir/Patient HTTP/1.1\r\nHost: %s\r\nContent-Type: application/fhir+json\r\nContent-Length: 100\r\n\r\n{", s.Listener.Addr())
			resp := exchange(t, s, raw, row.half)
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != row.want || !strings.Contains(string(body), "OperationOutcome") || f.called > 0 {
				t.Errorf("a body of which one byte comes = %d %s, want %d with an OperationOutcome", resp.StatusCode, body, row.want)
			}
		})
	}
}

// What net/http refuses by itself, before there is a request, is a 400 as well.
func TestServer_NotHTTP(t *testing.T) {
	f := newFixture(nil)
	s := httptest.NewServer(f.handler)
	defer s.Close()
	for _, raw := range []string{
		"GET /fhir/Patient/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /fhir HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET /fhir HTTP/1.1\r\n\r\n",
	} {
		if resp := exchange(t, s, raw, false); resp.StatusCode != 400 || f.called > 0 {
			t.Errorf("%q = %d, want 400", raw, resp.StatusCode)
		}
	}
}
