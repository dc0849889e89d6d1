package embedded_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
)

// practice is a synthetic store of patients and their observations, about as wide in the index as real ones.
type practice struct {
	*embedded.Store
	parameters map[string]*query.Parameter
	all        []*query.Parameter
}

func newPractice() *practice {
	p := &practice{parameters: map[string]*query.Parameter{}}
	for base, codes := range map[fhir.Type]string{
		"Patient": "identifier:4 name:3 family:3 given:3 birthdate:2 gender:4 address:3 address-city:3 address-postalcode:3 " +
			"telecom:4 phone:4 active:4 general-practitioner:5 organization:5 _profile:8 _tag:4 _access:4 language:4",
		"Observation": "code:4 subject:5 patient:5 date:2 status:4 category:4 value-quantity:7 encounter:5 performer:5 " +
			"code-value-quantity:6 _access:4 combo-code:4",
	} {
		for _, field := range strings.Fields(codes) {
			code, kind, _ := strings.Cut(field, ":")
			made := &query.Parameter{Base: base, Code: code, Kind: query.Kind(kind[0] - '0')}
			copy(made.Identity[:], fmt.Sprintf("%d%s%s", len(p.all), base[:1], code))
			p.parameters[string(base)+"."+code] = made
			p.all = append(p.all, made)
		}
	}
	return p
}

func (p *practice) open(tb testing.TB, dir string) *practice {
	tb.Helper()
	s, err := embedded.Open(dir, embedded.Options{Parameters: p.all, Ballast: -1})
	if err != nil {
		tb.Fatal(err)
	}
	p.Store = s
	return p
}

var benchBody = []byte(`{"resourceType":"Patient","text":"` + strings.Repeat("Some words of a narrative. ", 105) + `"}`)

func stampBench(fhir.VersionID, time.Time) []byte { return bytes.Clone(benchBody) }

func benchPatient(n int) fhir.Key {
	return fhir.Key{Type: "Patient", ID: fhir.ID(fmt.Sprintf("%032x", n))}
}

func (p *practice) patient(n int) store.Prepared {
	add := entries{p: p, base: "Patient."}
	nhs := fmt.Sprintf("9%09d", n)
	add.values("identifier", query.Token{System: "https://fhir.nhs.uk/Id/nhs-number", Code: nhs},
		query.Token{System: "https://trust.example/mrn", Code: "M" + nhs})
	family, given := fmt.Sprint("Family", n%5000), fmt.Sprint("Given", n%800)
	add.values("name", query.Text{Text: family}, query.Text{Text: given})
	add.values("family", query.Text{Text: family})
	add.values("given", query.Text{Text: given})
	day := int64(n%30000) * 86_400_000_000
	add.values("birthdate", query.Period{Low: day, High: day + 86_400_000_000})
	add.values("gender", query.Token{System: "http://hl7.org/fhir/administrative-gender", Code: []string{"male", "female"}[n%2]})
	add.values("address", query.Text{Text: fmt.Sprint(n%100, " High Street")}, query.Text{Text: "London"})
	add.values("address-city", query.Text{Text: "London"})
	add.values("address-postalcode", query.Text{Text: fmt.Sprintf("SW%d 1AA", n%20)})
	add.values("telecom", query.Token{System: "phone", Code: fmt.Sprint("0207", n)})
	add.values("phone", query.Token{System: "phone", Code: fmt.Sprint("0207", n)})
	add.values("active", query.Token{System: "http://hl7.org/fhir/special-values", Code: "true"})
	add.values("general-practitioner", query.Link{Key: fhir.Key{Type: "Organization", ID: fhir.ID(fmt.Sprint("gp", n%300))}})
	add.values("organization", query.Link{Key: fhir.Key{Type: "Organization", ID: "trust"}})
	add.values("_profile", query.URI{URI: "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"})
	add.values("_access", query.Token{System: "access", Code: "public-floor"})
	return store.Prepared{Key: benchPatient(n), Method: store.Create, Stamp: stampBench,
		Index: query.Index{Entries: add.list, Compartments: []fhir.Key{benchPatient(n)}}}
}

func (p *practice) observation(n, patients int) store.Prepared {
	add := entries{p: p, base: "Observation."}
	subject := query.Link{Key: benchPatient(n % patients)}
	code := query.Token{System: "http://loinc.org", Code: fmt.Sprint("code-", n%200)}
	low, _ := query.ParseDecimal(fmt.Sprintf("%d.%d", n%300, n%10))
	amount := query.Quantity{Low: low, High: low, System: "http://unitsofmeasure.org", Code: "mg", Unit: "mg"}
	add.values("code", code)
	add.values("combo-code", code)
	add.values("subject", subject)
	add.values("patient", subject)
	at := int64(n) * 60_000_000
	add.values("date", query.Period{Low: at, High: at + 1_000_000})
	add.values("status", query.Token{System: "http://hl7.org/fhir/observation-status", Code: "final"})
	add.values("category", query.Token{System: "http://hl7.org/fhir/observation-category", Code: "vital-signs"})
	add.values("value-quantity", amount)
	add.values("code-value-quantity", query.Composite{Parts: []query.Value{code, amount}})
	add.values("encounter", query.Link{Key: fhir.Key{Type: "Encounter", ID: fhir.ID(fmt.Sprint("e", n/5))}})
	add.values("_access", query.Token{System: "access", Code: "public-floor"})
	key := fhir.Key{Type: "Observation", ID: fhir.ID(fmt.Sprintf("%032x", n))}
	return store.Prepared{Key: key, Method: store.Create, Stamp: stampBench,
		Index: query.Index{Entries: add.list, Compartments: []fhir.Key{subject.Key}}}
}

type entries struct {
	p    *practice
	base string
	list []query.Entry
}

func (e *entries) values(code string, values ...query.Value) {
	for _, v := range values {
		e.list = append(e.list, query.Entry{Parameter: e.p.parameters[e.base+code], Value: v})
	}
}

func (p *practice) match(parameter string, test query.Test) query.Expr {
	return query.Match{Parameter: p.parameters[parameter], Test: test}
}

// load stores so many patients and twice as many observations in transactions of a hundred.
func (p *practice) load(tb testing.TB, patients int) {
	tb.Helper()
	for from := 0; from < 3*patients; from += 100 {
		batch := make([]store.Prepared, 0, 100)
		for n := from; n < min(from+100, 3*patients); n++ {
			prepared := p.patient(n)
			if n >= patients {
				prepared = p.observation(n-patients, patients)
			}
			batch = append(batch, prepared)
		}
		p.commit(tb, batch...)
	}
}

func (p *practice) commit(tb testing.TB, batch ...store.Prepared) {
	for i := range batch {
		if err := p.Encode(&batch[i]); err != nil {
			tb.Fatal(err)
		}
	}
	err := p.Update(context.Background(), func(tx store.Tx) error {
		for i := range batch {
			if _, err := tx.Put(batch[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkPut is one durable create in a transaction of its own, by 1, 8 and 64 writers, beside a durable put of
// the same body into Pebble alone.
func BenchmarkPut(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("hearken/writers=%d", writers), func(b *testing.B) {
			p := newPractice().open(b, b.TempDir())
			defer p.Close()
			var n atomic.Int64
			b.SetBytes(int64(len(benchBody)))
			b.SetParallelism(writers / 2)
			b.ReportAllocs()
			if writers == 1 {
				for b.Loop() {
					p.commit(b, p.patient(int(n.Add(1))))
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p.commit(b, p.patient(int(n.Add(1))))
				}
			})
		})
		b.Run(fmt.Sprintf("floor/writers=%d", writers), func(b *testing.B) {
			db, err := pebble.Open(b.TempDir(), &pebble.Options{MemTableSize: 16 << 20, FormatMajorVersion: pebble.FormatTableFormatV6})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			var n atomic.Int64
			put := func() {
				if err := db.Set([]byte(benchPatient(int(n.Add(1))).ID), benchBody, pebble.Sync); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(benchBody)))
			b.SetParallelism(writers / 2)
			b.ReportAllocs()
			if writers == 1 {
				for b.Loop() {
					put()
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					put()
				}
			})
		})
	}
}

// BenchmarkImport is the rate of transactions of a hundred resources.
func BenchmarkImport(b *testing.B) {
	p := newPractice().open(b, b.TempDir())
	defer p.Close()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		batch := make([]store.Prepared, 100)
		for i := range batch {
			batch[i] = p.patient(n)
			n++
		}
		p.commit(b, batch...)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "resources/s")
}

// BenchmarkEncode is what Put does that does not need the lock.
func BenchmarkEncode(b *testing.B) {
	p := newPractice().open(b, b.TempDir())
	defer p.Close()
	prepared := p.patient(1)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Encode(&prepared); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead asks a store of 20,000 patients and 40,000 observations.
func BenchmarkRead(b *testing.B) {
	const patients = 20_000
	p := newPractice().open(b, b.TempDir())
	defer func() { _ = p.Close() }()
	p.load(b, patients)
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
