package search_test

import (
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
)

func TestRegistry_Reads(t *testing.T) {
	for _, row := range []struct {
		base fhir.Type
		code string
		want string
	}{
		{"Observation", "code", "Observation.code"},
		{"Observation", "patient", "Observation.subject"},
		{"Observation", "value-quantity", "Observation.value Observation.value"},
		{"Observation", "code-value-quantity", "Observation.code Observation.value"},
		{"Observation", "component-code-value-quantity", "Observation.component.code Observation.component.value"},
		{"Observation", "amino-acid-change", "Observation"},
		{"Patient", "phone", "Patient.telecom"},
		{"Patient", "deceased", "Patient.deceased Patient.deceased"},
		{"Patient", "_tag", "Patient.meta.tag"},
		{"CarePlan", "activity-date", "CarePlan.activity.detail.scheduled"},
	} {
		got := registry().Reads(registry().Parameter(row.base, row.code))
		if strings.Join(got, " ") != row.want {
			t.Errorf("Reads(%s.%s) = %q, want %q", row.base, row.code, got, row.want)
		}
	}
	for _, typ := range registry().Types() {
		for _, p := range registry().Parameters(typ) {
			if reads := registry().Reads(p); len(reads) == 0 || slices.ContainsFunc(reads, func(r string) bool { return !search.Overlap(r, string(typ)) }) {
				t.Errorf("Reads(%s) = %q, want paths of its type", p, reads)
			}
		}
	}
}

func TestOverlap(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want bool
	}{
		{"Patient.address", "Patient.address", true}, {"Patient.address", "Patient.address.city", true}, {"Patient.address.city", "Patient.address", true},
		{"Patient", "Patient.address", true}, {"Patient.address", "Patient.addressBook", false}, {"Patient.address.city", "Patient.address.line", false},
	} {
		if got := search.Overlap(row.a, row.b); got != row.want {
			t.Errorf("Overlap(%s, %s) = %t, want %t", row.a, row.b, got, row.want)
		}
	}
}

// What is kept apart is in no index, whatever reads it; marks are values of the hidden parameter.
func TestExtractor_Apart(t *testing.T) {
	const url = "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene"
	node := parseResource(t, `{"resourceType":"Observation","status":"final","code":{"text":"a"},"extension":[{"url":"`+url+`","valueCodeableConcept":{"coding":[{"code":"secret"}]}}]}`)
	x := extractorIn(t, "UTC")
	has := func() (secret, mark bool) {
		index, err := x.Index(node)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range index.Entries {
			token, _ := e.Value.(query.Token)
			secret = secret || token.Code == "secret"
			mark = mark || token == query.Token{System: "mark"} && e.Parameter.Code == query.AccessCode
		}
		return secret, mark
	}
	if secret, mark := has(); !secret || mark {
		t.Errorf("indexed %t, marked %t, want it indexed and not marked", secret, mark)
	}
	x = extractorIn(t, "UTC")
	x.Apart = func(n element.Node) bool { return n.Child("url").Text() == url }
	x.Marks = func(element.Node) []query.Token { return []query.Token{{System: "mark"}} }
	if secret, mark := has(); secret || !mark {
		t.Errorf("indexed %t, marked %t, want it marked and not indexed", secret, mark)
	}
}
