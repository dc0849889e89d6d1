package search_test

import (
	"net/url"
	"testing"

	"hearken/fhir/search"
)

// BenchmarkParse is a request as a clinician's system sends it, beside net/url taking the same text apart.
func BenchmarkParse(b *testing.B) {
	const text = "patient.identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018&status=active&_include=CarePlan%3Asubject&_sort=-date"
	target, pairs, options := readRow(b, "CarePlan?"+text)
	p := parserAt(b)
	b.Run("search", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Parse(target, pairs, options); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor-net-url", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := url.ParseQuery(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkParse_AllTypes is a condition on every type there is.
func BenchmarkParse_AllTypes(b *testing.B) {
	p := parserAt(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Parse(search.Target{}, []search.Pair{{Name: "_lastUpdated", Value: "gt2024-01-01"}}, search.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
