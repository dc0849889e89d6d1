package validation_test

import (
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

func TestValidate_Obligations(t *testing.T) {
	marked := func(url, value string) string { return `,"extension":[{"url":"` + url + `",` + value + `}]` }
	const flag = "http://hl7.org/fhir/StructureDefinition/obligation-profile"
	known := map[string]element.Node{
		"http://a.example/yes":  parse(t, constraintOn("Patient", marked(flag, `"valueBoolean":true`), row("Patient", ""))).Root(),
		"http://a.example/no":   parse(t, constraintOn("Patient", "", row("Patient", ""))).Root(),
		"http://a.example/base": parse(t, constraintOn("Group", marked(flag, `"valueBoolean":true`), row("Group", ""))).Root(),
	}
	validator := validation.New(r4.Definitions(), validation.WithDefinitions(func(canonical string) element.Node { return known[canonical] }))
	for name, want := range map[string]string{
		"yes": "", "unknown": "",
		"no":   "error invalid obligation StructureDefinition.extension[0]",
		"base": "error invalid obligation StructureDefinition.extension[0]",
	} {
		source := constraintOn("Patient", marked("http://hl7.org/fhir/StructureDefinition/inherit-obligations", `"valueCanonical":"http://a.example/`+name+`"`), row("Patient", ""))
		if got := strings.Join(told(validator.Validate(parse(t, source))), "\n"); got != want {
			t.Errorf("%s: Validate = %q, want %q", name, got, want)
		}
	}
}
