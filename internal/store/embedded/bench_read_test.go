package embedded_test

import (
	"context"
	"fmt"
	iofs "io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// BenchmarkRead asks a store of 20,000 patients and 40,000 observations; HEARKEN_PATIENTS is another number.
// It reports what the store takes on disk and how long it takes to open again; the floor of get is Pebble alone.
func BenchmarkRead(b *testing.B) {
	patients := 20_000
	if n, err := strconv.Atoi(os.Getenv("HEARKEN_PATIENTS")); err == nil {
		patients = n
	}
	dir := b.TempDir()
	p := newPractice().open(b, dir)
	p.load(b, patients)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if err := p.Close(); err != nil {
				b.Fatal(err)
			}
			p.open(b, dir)
		}
		b.ReportMetric(float64(sizeOf(b, dir))/float64(3*patients), "disk-B/resource")
	})
	defer func() { _ = p.Close() }()
	view := func(b *testing.B, fn func(store.Reader, int) error) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n = (n + 7919) % patients
			if err := p.View(context.Background(), func(r store.Reader) error { return fn(r, n) }); err != nil {
				b.Fatal(err)
			}
		}
	}
	search := func(want int, make func(n int) *query.Query) func(*testing.B) {
		return func(b *testing.B) {
			view(b, func(r store.Reader, n int) error {
				page, err := r.Search(make(n))
				if err == nil && len(page.Matches) < want {
					err = fmt.Errorf("%d matches", len(page.Matches))
				}
				return err
			})
		}
	}
	access := p.match("Patient._access", query.TokenTest{System: "access", Code: "public-floor"})
	watch := p.match("Observation._access", query.TokenTest{System: "access", Code: "public-floor"})
	nhs := func(n int) query.Expr {
		return p.match("Patient.identifier", query.TokenTest{System: "https://fhir.nhs.uk/Id/nhs-number", Code: fmt.Sprintf("9%09d", n)})
	}
	b.Run("get", func(b *testing.B) {
		view(b, func(r store.Reader, n int) error { _, err := r.Get(benchPatient(n)); return err })
	})
	b.Run("floor of get", func(b *testing.B) { readFloor(b, patients) })
	b.Run("unique token", search(1, func(n int) *query.Query {
		return &query.Query{Types: []fhir.Type{"Patient"}, Where: query.And{nhs(n), access}, Count: 20}
	}))
	b.Run("chain of a unique token", search(1, func(n int) *query.Query {
		where := query.Chain{Parameter: p.parameters["Observation.patient"], Target: "Patient", Where: nhs(n)}
		return &query.Query{Types: []fhir.Type{"Observation"}, Where: query.And{where, watch}, Count: 20}
	}))
	b.Run("filtered and sorted first page", search(20, func(n int) *query.Query {
		where := p.match("Observation.code", query.TokenTest{System: "http://loinc.org", Code: fmt.Sprint("code-", n%200)})
		return &query.Query{Types: []fhir.Type{"Observation"}, Where: query.And{where, watch}, Count: 20,
			Sort: []query.SortKey{{Parameter: p.parameters["Observation.date"], Descending: true}}}
	}))
	b.Run("large filtered and sorted first page", search(20, func(int) *query.Query {
		where := p.match("Observation.status", query.TokenTest{Code: "final", AnySystem: true})
		return &query.Query{Types: []fhir.Type{"Observation"}, Where: query.And{where, watch}, Count: 20,
			Sort: []query.SortKey{{Parameter: p.parameters["Observation.date"], Descending: true}}}
	}))
	b.Run("family name by prefix", search(4, func(n int) *query.Query {
		where := p.match("Patient.family", query.TextTest{Text: fmt.Sprint("family", n%5000)})
		return &query.Query{Types: []fhir.Type{"Patient"}, Where: query.And{where, access}, Count: 20}
	}))
	b.Run("count of half", search(0, func(int) *query.Query {
		where := p.match("Patient.gender", query.TokenTest{Code: "male", AnySystem: true})
		return &query.Query{Types: []fhir.Type{"Patient"}, Where: query.And{where, access}}
	}))
	b.Run("count of a range of values", search(0, func(int) *query.Query {
		low, _ := query.ParseDecimal("100")
		where := p.match("Observation.value-quantity", query.QuantityTest{AnyUnit: true,
			NumberTest: query.NumberTest{Comparison: query.GreaterOrEqual, Low: low, High: low}})
		return &query.Query{Types: []fhir.Type{"Observation"}, Where: query.And{where, watch}}
	}))
}

// readFloor gets the same bodies from Pebble alone, each by one key.
func readFloor(b *testing.B, patients int) {
	db, err := pebble.Open(b.TempDir(), &pebble.Options{MemTableSize: 16 << 20, FormatMajorVersion: pebble.FormatTableFormatV6, Logger: silent{}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for n := range patients {
		if err := db.Set([]byte(benchPatient(n).ID), benchBody, pebble.NoSync); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = (n + 7919) % patients
		body, closer, err := db.Get([]byte(benchPatient(n).ID))
		if err != nil {
			b.Fatal(err)
		}
		_ = slices.Clone(body)
		_ = closer.Close()
	}
}

func sizeOf(b *testing.B, dir string) (size int64) {
	err := filepath.WalkDir(dir, func(_ string, entry iofs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return nil // files come and go
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
