package app_test

import (
	"fmt"
	"testing"
)

// plain are resources of plain FHIR R4: no profile, no NHS number, no rule of the urgent care plan in mind. A server
// with default settings must take every one.
var plain = []string{
	`{"resourceType":"Patient"}`,
	`{"resourceType":"Patient","identifier":[{"value":"4010232137"}]}`,
	`{"resourceType":"Patient","identifier":[{"system":"http://hospital.example/mrn","value":"943 476 5919"}],"name":[{"text":"X"}]}`,
	`{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"display":"somebody"}}`,
	`{"resourceType":"CarePlan","status":"entered-in-error","intent":"option","subject":{"reference":"Patient/not-here"}}`,
	`{"resourceType":"Consent","status":"active","scope":{"text":"any"},"category":[{"text":"any"}],"policyRule":{"text":"any"}}`,
	`{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://unknown.example","code":"x"}]}}`,
	`{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"reference":"https://elsewhere.example/fhir/Patient/1"}}`,
	`{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p"}]}`,
	`{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://unknown.example/e","valueString":"x"}]}`,
	`{"resourceType":"QuestionnaireResponse","status":"completed"}`,
	`{"resourceType":"Organization","name":"x"}`,
}

func TestPlainFHIR_NeverRefused(t *testing.T) {
	s := start(t, nil)
	for i, resource := range plain {
		typ := text(value(t, []byte(resource)), "resourceType")
		t.Run(fmt.Sprintf("%d %s", i, typ), func(t *testing.T) {
			if r := s.send("POST /"+typ, resource); r.status != 201 {
				t.Errorf("POST %s = %d %s, want 201", resource, r.status, shorten(r.body))
			}
			in := `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + resource + `,"request":{"method":"POST","url":"` + typ + `"}}]}`
			if r := s.send("POST /", in); r.status != 200 {
				t.Errorf("transaction with %s = %d %s, want 200", resource, r.status, shorten(r.body))
			}
		})
	}
}
