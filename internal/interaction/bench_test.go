package interaction_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"hearken/internal/access"
	"hearken/internal/fhirtest"
	"hearken/internal/interaction"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// BenchmarkTransaction imports generated plans: one transaction of some twenty resources each.
func BenchmarkTransaction(b *testing.B) {
	s, _ := newServer(b)
	var bodies []string
	for i := range 64 {
		bodies = append(bodies, string(fhirtest.AppendPlan(nil, 1, i)))
	}
	b.SetBytes(int64(len(bodies[0])))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		mustDo(b, s, 200, "POST", "", bodies[i%len(bodies)])
	}
}

// BenchmarkTransactionFloor decodes the same bytes into maps.
func BenchmarkTransactionFloor(b *testing.B) {
	var bodies [][]byte
	for i := range 64 {
		bodies = append(bodies, fhirtest.AppendPlan(nil, 1, i))
	}
	b.SetBytes(int64(len(bodies[0])))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		var v map[string]any
		if err := json.Unmarshal(bodies[i%len(bodies)], &v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads by id, from the call to the answer.
func BenchmarkRead(b *testing.B) {
	s, _ := newServer(b)
	mustDo(b, s, 201, "PUT", "Patient/a", patient("a", "1"))
	c := call("GET", "Patient/a", "")
	b.ReportAllocs()
	for b.Loop() {
		if a := answer(s, c); a.Status != 200 {
			b.Fatal(a.Status)
		}
	}
}

// BenchmarkSearchIdentifier finds one patient of a thousand.
func BenchmarkSearchIdentifier(b *testing.B) {
	s, _ := newServer(b)
	for i := range 1000 {
		mustDo(b, s, 201, "POST", "Patient", patient("", fmt.Sprint(i)))
	}
	c := call("GET", "Patient?identifier=urn:test|500", "")
	b.ReportAllocs()
	for b.Loop() {
		if a := answer(s, c); a.Status != 200 {
			b.Fatal(a.Status)
		}
	}
}

// BenchmarkCreate stores one Patient after another, each with an fsync of its own.
func BenchmarkCreate(b *testing.B) {
	s, _ := newServer(b)
	c := call("POST", "Patient", patient("", "1"))
	b.ReportAllocs()
	for b.Loop() {
		if a := answer(s, c); a.Status != 201 {
			b.Fatal(a.Status)
		}
	}
}

// BenchmarkLoggedIn is what people ask for who log in, recorded and guarded, from the call to the answer: a
// paramedic a plan by its id, and by NHS number with the patient and what hangs on it; and a patient their
// own plan. What is known of them is kept, or looked up for each request; open is the same without login and
// record. It runs many at once, since each waits for the sync of its record: go by the processor time.
func BenchmarkLoggedIn(b *testing.B) {
	s := guarded(b)
	keeping, log := s.Login, s.Audit
	s.Login = nil
	put(b, s, "Patient/p1", `{"resourceType":"Patient","id":"p1","generalPractitioner":[{"reference":"Organization/p"}],"managingOrganization":{"reference":"Organization/a"},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]}`)
	put(b, s, "Consent/c1", fmt.Sprintf(sharingConsent, "c1", "active", sharingGiven, "p1", "2024-01-01", "permit"))
	for i := range 1000 {
		put(b, s, fmt.Sprintf("Basic/b%d", i), fmt.Sprintf(`{"resourceType":"Basic","id":"b%d",%s,"identifier":[{"system":"%s","value":"s%d"}],"code":{"text":"x"}}`, i, factMeta, issuer, i))
	}
	looking := &interaction.Login{Rules: keeping.Rules, Caller: func(rd store.Reader, p *smart.Principal) (access.Caller, error) {
		return (&interaction.Callers{Server: s}).Caller(rd, p)
	}}
	const byNumber = "CarePlan?patient.identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018&_include=CarePlan:subject"
	for _, row := range []struct{ name, who, target string }{
		{"read", "paramedic", "CarePlan/cp1"},
		{"search", "paramedic", byNumber},
		{"search-consents", "paramedic", byNumber + "&_revinclude:iterate=Consent:patient"},
		{"own", "patient", "CarePlan/cp1"},
	} {
		for how, login := range map[string]*interaction.Login{"kept": keeping, "looked-up": looking, "open": nil} {
			b.Run(row.name+"/"+how, func(b *testing.B) {
				if s.Login, s.Audit = login, log; login == nil {
					s.Audit = nil
				}
				b.ReportAllocs()
				b.SetParallelism(32)
				took := fhirtest.CPUTime(b, func() {
					b.RunParallel(func(loop *testing.PB) {
						c := as(principal(row.who, "user/*.cruds"), "GET", row.target, "")
						for loop.Next() {
							if a := answer(s, c); a.Status != 200 {
								b.Error(a.Status, string(a.Body))
								return
							}
						}
					})
				})
				b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// BenchmarkMetadata is the cached CapabilityStatement.
func BenchmarkMetadata(b *testing.B) {
	s, _ := newServer(b)
	c := call("GET", "metadata", "")
	b.ReportAllocs()
	for b.Loop() {
		answer(s, c)
	}
}
