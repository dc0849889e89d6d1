package interaction_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"hearken/fhir"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/internal/interaction"
)

var library = sync.OnceValue(func() *terminology.Library { return terminology.NewLibrary(r4.Terminology()) })

// A transaction makes no more answers than a batch may, whether they need the store or not, and does little
// work for others while it holds it.
func TestOperations_TransactionLimits(t *testing.T) {
	s, _ := newServer(t)
	s.Terminology = library
	s.Limits.Answers = 100_000
	if _, err := s.Do(t.Context(), call("PUT", "ValueSet/v", `{"resourceType":"ValueSet","id":"v","status":"active","compose":{"include":[{"system":"urn:x","concept":[{"code":"a"}]}]}}`)); err != nil {
		t.Fatal(err)
	}
	bundle := func(n int, url string) string {
		entry := `{"request":{"method":"GET","url":"` + url + `"}}`
		return `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.TrimSuffix(strings.Repeat(entry+",", n), ",") + `]}`
	}
	const languages = "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/languages"
	for _, row := range []struct {
		name, body string
		want       fhir.IssueCode
	}{
		{"a few expansions", bundle(2, languages), ""},
		{"more than is answered at once", bundle(200, languages), fhir.CodeTooCostly},
		{"a few on what is stored", bundle(16, "ValueSet/v/$expand"), ""},
		{"many on what is stored", bundle(17, "ValueSet/v/$expand"), fhir.CodeTooCostly},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := s.Do(t.Context(), call("POST", "", row.body)); fhir.CodeOf(err) != row.want {
				t.Errorf("Do() error = %v, want %q", err, row.want)
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Do(ended, call("POST", "", bundle(2, languages))); err == nil {
		t.Error("Do() of a request that has ended: error = nil")
	}
}

// A server without terminology says so, and nothing else changes.
func TestOperations_NoTerminology(t *testing.T) {
	s, _ := newServer(t)
	for _, target := range []string{
		"ValueSet/$expand?url=urn:x", "ValueSet/$validate-code?url=urn:x&system=urn:y&code=z", "CodeSystem/$lookup?system=urn:x&code=y", "metadata?mode=terminology",
		"CodeSystem/$validate-code?url=urn:x&code=y", "CodeSystem/$subsumes?system=urn:x&codeA=y&codeB=z", "ConceptMap/$translate?system=urn:x&code=y",
	} {
		if _, err := s.Do(t.Context(), call("GET", target, "")); fhir.CodeOf(err) != fhir.CodeNotSupported {
			t.Errorf("GET %s error = %v, want %s", target, err, fhir.CodeNotSupported)
		}
	}
}

// BenchmarkValidateCode answers ValueSet/$validate-code.
func BenchmarkValidateCode(b *testing.B) {
	s, _ := newServer(b)
	s.Terminology = library
	c := call("GET", "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&system=http://hl7.org/fhir/administrative-gender&code=female", "")
	benchmarkCall(b, s, c)
}

// BenchmarkExpand answers ValueSet/$expand of 56 codes.
func BenchmarkExpand(b *testing.B) {
	s, _ := newServer(b)
	s.Terminology = library
	benchmarkCall(b, s, call("GET", "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/languages", ""))
}

func benchmarkCall(b *testing.B, s *interaction.Server, c interaction.Call) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Do(b.Context(), c); err != nil {
			b.Fatal(fmt.Errorf("Do: %w", err))
		}
	}
}
