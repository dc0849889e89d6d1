package terminology_test

import (
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

// memberOf in an expression asks the library.
func TestLibrary_MemberOf(t *testing.T) {
	patient := parse(t, `{"resourceType":"Patient","gender":"female","language":"en_GB","maritalStatus":{"coding":[{"system":"urn:x","code":"M"},{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},
		"meta":{"tag":[{"system":"http://snomed.info/sct","code":"22298006"},{"system":"http://snomed.info/sct","code":"22298007"}]},"communication":[{"language":{"text":"Welsh"}}]}`)
	env := &fhirpath.Env{Terminology: r4Library()}
	for _, row := range []struct{ expression, want string }{
		{"gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "true"},
		{"gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')", "true"},
		{"gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender|3.0.1')", "error"},
		{"'woman'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "false"},
		{"language.memberOf('http://hl7.org/fhir/ValueSet/all-languages')", "false"},
		{"maritalStatus.memberOf('http://hl7.org/fhir/ValueSet/marital-status')", "true"},
		{"maritalStatus.coding[0].memberOf('http://hl7.org/fhir/ValueSet/marital-status')", "false"},
		{"maritalStatus.coding[1].memberOf('http://hl7.org/fhir/ValueSet/marital-status')", "true"},
		{"meta.tag[0].memberOf('http://hl7.org/fhir/ValueSet/condition-code')", "error"},
		{"meta.tag[1].memberOf('http://hl7.org/fhir/ValueSet/condition-code')", "false"},
		{"communication[0].language.memberOf('http://hl7.org/fhir/ValueSet/languages')", "false"},
		{"gender.memberOf('urn:x')", "error"},
	} {
		compiled, err := fhirpath.Compile(r4.Definitions(), row.expression)
		if err != nil {
			t.Fatal(err)
		}
		got := evaluated(compiled, env, patient)
		if got != row.want {
			t.Errorf("%s = %s, want %s", row.expression, got, row.want)
		}
	}
}

func evaluated(e *fhirpath.Expression, env *fhirpath.Env, n element.Node) string {
	found, err := e.Evaluate(env, fhirpath.Of(n))
	switch {
	case fhir.CodeOf(err) == fhir.CodeNotSupported:
		return "error"
	case err != nil || len(found) != 1:
		return "no single answer"
	}
	return found[0].String()
}
