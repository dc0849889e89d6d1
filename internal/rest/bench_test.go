package rest_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"hearken/internal/interaction"
	"hearken/internal/rest"
)

// benchmarkBody is about the size of a Patient.
var benchmarkBody = []byte(`{"resourceType":"Patient","id":"1","text":"` + string(bytes.Repeat([]byte("x"), 3000)) + `"}`)

// nowhere is a ResponseWriter that keeps nothing.
type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n *nowhere) WriteHeader(int)             {}

func serve(b *testing.B, h http.Handler, accept string) {
	b.ReportAllocs()
	r := httptest.NewRequest("GET", "/fhir/Patient/123", nil)
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", "gzip")
	for b.Loop() {
		h.ServeHTTP(&nowhere{http.Header{}}, r)
	}
}

// BenchmarkRead is what the wire adds to a read, logging included.
func BenchmarkRead(b *testing.B) {
	f := newFixture(func(o *rest.Options) { o.Log = slog.New(slog.NewTextHandler(discard{}, nil)) })
	f.answer = interaction.Answer{Status: 200, Body: benchmarkBody, Version: 1}
	serve(b, f.handler, "application/fhir+json")
}

// BenchmarkRead_Floor is a bare handler that writes the same bytes.
func BenchmarkRead_Floor(b *testing.B) {
	serve(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/fhir+json")
		w.Header().Set("Content-Length", strconv.Itoa(len(benchmarkBody)))
		_, _ = w.Write(benchmarkBody)
	}), "application/fhir+json")
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
