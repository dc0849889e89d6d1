package embedded_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

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
