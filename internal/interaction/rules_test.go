package interaction_test

import (
	"fmt"
	"strings"
	"testing"
)

const nhs = "https://fhir.nhs.uk/Id/nhs-number"

func TestNHSNumbers(t *testing.T) {
	identified := func(system, value string) string {
		return fmt.Sprintf(`{"resourceType":"Patient","identifier":[{"system":%q,"value":%q}]}`, system, value)
	}
	tests := []struct {
		name, body string
		synthetic  bool
		status     int
		at         string
	}{
		{"synthetic", identified(nhs, "9990000786"), true, 201, ""},
		{"real range, allowed", identified(nhs, "4010232137"), false, 201, ""},
		{"real range, synthetic only", identified(nhs, "4010232137"), true, 422, "Patient.identifier[0].value"},
		{"wrong check digit", identified(nhs, "9990000785"), false, 422, "Patient.identifier[0].value"},
		{"too short", identified(nhs, "999000078"), false, 422, "Patient.identifier[0].value"},
		{"spaced", identified(nhs, "999 000 0786"), false, 422, "Patient.identifier[0].value"},
		{"another system", identified("urn:other", "9990000785"), true, 201, ""},
		{"no value", `{"resourceType":"Patient","identifier":[{"system":"` + nhs + `"}]}`, true, 201, ""},
		{"no identifier", `{"resourceType":"Patient"}`, true, 201, ""},
		{"in a reference", `{"resourceType":"Patient","generalPractitioner":[{"identifier":{"system":"` + nhs + `","value":"1234567890"}}]}`,
			false, 422, "Patient.generalPractitioner[0].identifier.value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			s.Policy.SyntheticNHSNumbersOnly = tt.synthetic
			a := mustDo(t, s, tt.status, "POST", "Patient", tt.body)
			if tt.status == 201 {
				return
			}
			if got := text(t, a.Body, "issue.0.expression.0"); got != tt.at {
				t.Errorf("expression = %q, want %q", got, tt.at)
			}
			for _, digits := range []string{"4010232137", "9990000785", "999000078", "999 000", "1234567890"} {
				if strings.Contains(string(a.Body), digits) {
					t.Errorf("the number is in the outcome: %s", a.Body)
				}
			}
		})
	}
}

func TestReferentialIntegrity(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "POST", "Observation", observation("Patient/nobody")) // off by default
	s, _ = newServer(t)
	s.Policy.ReferentialIntegrity = true
	a := mustDo(t, s, 422, "POST", "Observation", observation("Patient/nobody"))
	if got := text(t, a.Body, "issue.0.expression.0"); got != "Observation.subject.reference" {
		t.Errorf("expression = %q", got)
	}
	mustDo(t, s, 422, "PUT", "Observation/o", `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"`+base+`/Patient/nobody"}}`)
	mustDo(t, s, 201, "PUT", "Patient/a", patient("a", "1"))
	mustDo(t, s, 201, "POST", "Observation", observation("Patient/a"))
	mustDo(t, s, 201, "POST", "Observation", observation("http://elsewhere.test/fhir/Patient/nobody"))
	a = mustDo(t, s, 409, "DELETE", "Patient/a", "")
	if got := text(t, a.Body, "issue.0.details.coding.0.code"); got != "referenced" {
		t.Errorf("detail = %q", got)
	}
	mustDo(t, s, 409, "DELETE", "Patient?identifier=urn:test|1", "")
	// Both ends in one transaction, either way.
	mustDo(t, s, 200, "POST", "", bundleOf("transaction",
		ent("", `{"resourceType":"Observation","id":"x","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/x"}}`, "PUT", "Observation/x"),
		ent("", patient("x", "x"), "PUT", "Patient/x")))
	a = mustDo(t, s, 422, "POST", "", bundleOf("transaction", ent("", observation("Patient/nobody"), "POST", "Observation")))
	if got := text(t, a.Body, "issue.0.expression.0"); got != "Bundle.entry[0].resource/*Observation*/.subject.reference" {
		t.Errorf("expression = %q", got)
	}
	mustDo(t, s, 409, "POST", "", bundleOf("transaction", ent("", "", "DELETE", "Patient/x")))
	mustDo(t, s, 200, "POST", "", bundleOf("transaction", ent("", "", "DELETE", "Patient/x"), ent("", "", "DELETE", "Observation/x")))
	mustDo(t, s, 204, "DELETE", "Observation/new-2", "")
}
