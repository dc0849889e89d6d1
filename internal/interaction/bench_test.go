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

// BenchmarkLoggedIn is what a paramedic asks for, recorded and guarded, from the call to the answer: a plan by its id, and by NHS number with the patient. What is known of
// them is kept, or looked up for each request. It runs many at once, since each waits for the sync of its record.
func BenchmarkLoggedIn(b *testing.B) {
	s := guarded(b)
	keeping := s.Login
	s.Login = nil
	put(b, s, "Patient/p1", `{"resourceType":"Patient","id":"p1","generalPractitioner":[{"reference":"Organization/p"}],"managingOrganization":{"reference":"Organization/a"},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]}`)
	for i := range 1000 {
		put(b, s, fmt.Sprintf("Basic/b%d", i), fmt.Sprintf(`{"resourceType":"Basic","id":"b%d",%s,"identifier":[{"system":"%s","value":"s%d"}],"code":{"text":"x"}}`, i, factMeta, issuer, i))
	}
	looking := &interaction.Login{Rules: keeping.Rules, Caller: func(rd store.Reader, p *smart.Principal) (access.Caller, error) {
		return (&interaction.Callers{Server: s}).Caller(rd, p)
	}}
	for what, target := range map[string]string{"read": "CarePlan/cp1", "search": "CarePlan?patient.identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018&_include=CarePlan:subject"} {
		for how, login := range map[string]*interaction.Login{"kept": keeping, "looked-up": looking} {
			b.Run(what+"/"+how, func(b *testing.B) {
				s.Login = login
				b.ReportAllocs()
				b.SetParallelism(32)
				b.RunParallel(func(loop *testing.PB) {
					c := as(principal("paramedic", "user/*.cruds"), "GET", target, "")
					for loop.Next() {
						if a := answer(s, c); a.Status != 200 {
							b.Error(a.Status, string(a.Body))
							return
						}
					}
				})
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
