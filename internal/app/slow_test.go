package app_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Clients that ask for much and do not read it hold nobody up: not writers, not readers.
func TestSlowReaders_HoldNothing(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /Binary/b", strings.Repeat("x", 8<<20), "Content-Type: application/octet-stream")
	address := strings.TrimSuffix(strings.TrimPrefix(s.base, "http://"), "/fhir")
	for range 10 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() //nolint:errcheck // given up
		if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET /fhir/Binary/b HTTP/1.1\r\nHost: "+address+"\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 50 {
		began := time.Now()
		id := fmt.Sprintf("p%d", i)
		s.must(201, "PUT /Patient/"+id, `{"resourceType":"Patient","id":"`+id+`"}`)
		if n := s.total("/Patient?_summary=count"); n != i+1 {
			t.Fatalf("%d patients, want %d", n, i+1)
		}
		if took := time.Since(began); took > time.Minute { // who waits for a slow client waits for minutes: see --write-timeout
			t.Fatalf("write and search %d took %v beside clients that do not read", i, took)
		}
	}
}
