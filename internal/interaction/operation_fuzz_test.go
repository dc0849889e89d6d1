package interaction_test

import (
	"net/http"
	"testing"

	"hearken/internal/interaction"
)

// Whatever a terminology operation is called with, it answers or says what is wrong with the call: it never fails.
func FuzzOperations(f *testing.F) {
	s, _ := newServer(f)
	s.Terminology = library
	targets := []string{
		"ValueSet/$expand", "ValueSet/$validate-code", "CodeSystem/$validate-code", "CodeSystem/$lookup", "CodeSystem/$subsumes", "ConceptMap/$translate",
	}
	for i, seed := range [][2]string{
		{"url=http://hl7.org/fhir/ValueSet/languages&count=2&filter=e", ""},
		{"system=http://hl7.org/fhir/administrative-gender&code=male&display=x", `{"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"draft","compose":{"include":[{"valueSet":["http://hl7.org/fhir/ValueSet/languages"]}]}}}]}`},
		{"", `{"resourceType":"CodeSystem","status":"active","content":"complete","concept":[{"code":"a"}]}`},
		{"", `{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"http://unitsofmeasure.org","code":"mg"}},{"name":"property","valueCode":"lang.cy"}]}`},
		{"system=http://terminology.hl7.org/CodeSystem/condition-clinical&codeA=active&codeB=relapse", ""},
		{"", `{"resourceType":"Parameters","parameter":[{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"code":"a"}]}},{"name":"dependency","part":[{"name":"element","valueUri":"urn:x"}]}]}`},
	} {
		f.Add(uint8(i), seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, which uint8, query, body string) {
		target := targets[int(which)%len(targets)]
		method := http.MethodPost
		if body == "" {
			method = http.MethodGet
		}
		_, err := s.Do(t.Context(), call(method, target+"?"+query, body))
		if status := interaction.Status(err); status >= http.StatusInternalServerError {
			t.Errorf("%s %s?%s = %d, %v", method, target, query, status, err)
		}
	})
}
