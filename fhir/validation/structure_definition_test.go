package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

// constraint is a profile on a type with a differential.
func constraintOn(name, more, rows string) string {
	return `{"resourceType":"StructureDefinition","url":"http://a.example/p","name":"P","status":"draft","kind":"resource","abstract":false,"type":"` + name + `",` +
		`"baseDefinition":"http://hl7.org/fhir/StructureDefinition/` + name + `","derivation":"constraint"` + more + `,"differential":{"element":[` + rows + `]}}`
}

func row(path, more string) string { return `{"id":"` + path + `","path":"` + path + `"` + more + `}` }

func TestValidate_StructureDefinition(t *testing.T) {
	profile := constraintOn("Patient", "", row("Patient", "")+","+row("Patient.name", `,"min":1`))
	extension := func(more, url string) string {
		return strings.Replace(constraintOn("Extension", more, row("Extension", "")+","+row("Extension.url", `,"fixedUri":"`+url+`"`)), `"kind":"resource"`, `"kind":"complex-type"`, 1)
	}
	context := func(kind, expression string) string {
		return `,"context":[{"type":"` + kind + `","expression":"` + expression + `"}]`
	}
	withRow := func(path, more string) string {
		return constraintOn("Observation", "", row("Observation", "")+","+row(path, more))
	}
	const at = "StructureDefinition.differential.element[1]"
	validator := validation.New(r4.Definitions(), validation.WithProfiles(r4.Guide))
	for _, row := range []rule{
		{"a profile", profile, ""},
		{"an unknown base", strings.Replace(profile, "StructureDefinition/Patient", "StructureDefinition/Patent", 1), "warning not-found definition-not-known StructureDefinition.baseDefinition"},
		{"another type than the base's", strings.Replace(profile, `"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient"`, `"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Group"`, 1), "error invalid derivation StructureDefinition"},
		{"another kind than the base's", strings.Replace(profile, `"kind":"resource"`, `"kind":"complex-type"`, 1), "error invalid derivation StructureDefinition"},
		{"an unknown element", withRow("Observation.valueBla", ""), "error invalid unknown-path " + at},
		{"an element before its time", constraintOn("Patient", "", row("Patient.name", `,"min":1`)+","+row("Patient.active", `,"min":1`)), "error invalid differential-order StructureDefinition.differential.element[1]"},
		{"more than the base has", withRow("Observation.status", `,"max":"2"`), "error invalid incompatible-cardinality " + at},
		{"an unknown type", withRow("Observation.value[x]", `,"type":[{"code":"Quantitee"}]`), "error invalid incompatible-type " + at + "\nerror invalid element-type " + at + ".type[0].code"},
		{"a length that cannot be", withRow("Observation.value[x]", `,"type":[{"code":"boolean"}],"maxLength":2`), "error business-rule element-limit " + at + ".maxLength"},
		{"a range that cannot be", withRow("Observation.value[x]", `,"type":[{"code":"string"}],"minValueInteger":2`), "error business-rule element-limit " + at + ".minValue.ofType(integer)"},
		{"an invariant that is no FHIRPath", withRow("Observation.status", `,"constraint":[{"key":"a","severity":"error","human":"a","expression":"a.("}]`), "error invalid fhirpath " + at + ".constraint[0].expression"},
		{"an extension", extension(context("element", "Patient.contact.name.given"), "http://a.example/p"), ""},
		{"an extension with another url", extension(context("element", "Patient"), "http://a.example/q"), "error invalid extension-own-url " + at + ".fixed.ofType(uri)"},
		{"an extension without url", strings.Replace(extension(context("element", "Patient"), ""), `,"fixedUri":""`, `,"max":"1"`, 1), "error invalid extension-own-url StructureDefinition"},
		{"an extension nowhere", extension(context("element", "Patient.nome"), "http://a.example/p"), "error invalid context-place StructureDefinition.context[0]"},
		{"an extension of a choice", extension(context("element", "Observation.value[x]"), "http://a.example/p"), ""},
		{"an extension of another model", extension(context("element", "http://a.example/m#M.a"), "http://a.example/p"), ""},
		{"a context of what is no extension", constraintOn("Patient", context("element", "Patient"), row("Patient", "")), "error invalid context-place StructureDefinition.context[0]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var want []string
			if row.want != "" {
				want = strings.Split(row.want, "\n")
			}
			if diff := cmp.Diff(want, told(validator.Validate(parse(t, row.source)))); diff != "" {
				t.Errorf("Validate(%s) (-want +got):\n%s", row.source, diff)
			}
		})
	}
}
