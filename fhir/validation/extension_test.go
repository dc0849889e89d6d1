package validation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/validation"
)

// extensionDefinition is an extension with a boolean value that may stand somewhere.
func extensionDefinition(id, context string, more ...string) string {
	rows := `{"path":"Extension.extension","max":"0"},{"path":"Extension.url","fixedUri":"` + test + id + `"},{"path":"Extension.value[x]","min":1,"type":[{"code":"boolean"}]}`
	return structureDefinition(id, "Extension", rows, append(more, `"context":[`+context+`]`)...)
}

func TestExtensions(t *testing.T) {
	on := func(expression string) string { return `{"type":"element","expression":"` + expression + `"}` }
	complexRows := `{"path":"Extension.extension","sliceName":"a","min":1,"max":"1"},{"path":"Extension.extension.url","fixedUri":"a"},{"path":"Extension.extension.value[x]","min":1,"type":[{"code":"string"}]},` +
		`{"path":"Extension.url","fixedUri":"` + test + `complex"},{"path":"Extension.value[x]","max":"0"}`
	modifier := `{"path":"Extension","isModifier":true,"isModifierReason":"a"},{"path":"Extension.extension","max":"0"},{"path":"Extension.url","fixedUri":"` + test + `modifier"},{"path":"Extension.value[x]","type":[{"code":"boolean"}]}`
	v := measuring(t, []string{
		extensionDefinition("name", on("HumanName")), extensionDefinition("family", on("HumanName.family")), extensionDefinition("patient", on("Patient")), extensionDefinition("contact", on("Patient.contact.name")),
		extensionDefinition("any", on("Element")), extensionDefinition("resource", on("DomainResource")),
		extensionDefinition("part", `{"type":"extension","expression":"`+test+`name"}`),
		extensionDefinition("path", `{"type":"fhirpath","expression":"Patient.name.where(use = 'official')"}`),
		extensionDefinition("active", on("Patient"), `"contextInvariant":["active.exists()"]`),
		structureDefinition("complex", "Extension", complexRows, `"context":[`+on("Patient")+`]`),
		structureDefinition("modifier", "Extension", modifier, `"context":[`+on("Patient")+`]`),
	})
	is := func(id, more string) string { return `{"url":"` + test + id + `",` + more + `}` }
	yes := func(id string) string { return is(id, `"valueBoolean":true`) }
	for _, row := range []struct {
		name, members string
		want          []string
	}{
		{"where it may stand", `"name":[{"text":"a","extension":[` + yes("name") + `]}]`, nil},
		{"where it may not", `"extension":[` + yes("name") + `]`, []string{"error extension-context Patient,Patient.extension[0]"}},
		{"on a primitive", `"name":[{"family":"a","_family":{"extension":[` + yes("family") + `]}}]`, nil},
		{"by a path from the resource", `"contact":[{"name":{"text":"a","extension":[` + yes("contact") + `]}}]`, nil},
		{"on another path", `"name":[{"text":"a","extension":[` + yes("contact") + `]}]`, []string{"error extension-context Patient.name[0],Patient.name[0].extension[0]"}},
		{"anywhere", `"name":[{"text":"a","extension":[` + yes("any") + `]}],"extension":[` + yes("any") + `]`, nil},
		{"on a base type", `"extension":[` + yes("resource") + `]`, nil},
		{"in an extension", `"name":[{"text":"a","extension":[` + is("name", `"valueBoolean":true,"_valueBoolean":{"extension":[`+yes("part")+`]}`) + `]}]`, nil},
		{"by an expression", `"name":[{"use":"usual","text":"a","extension":[` + yes("path") + `]},{"use":"official","text":"a","extension":[` + yes("path") + `]}]`, []string{"error extension-context Patient.name[0],Patient.name[0].extension[0]"}},
		{"by an invariant, met", `"active":true,"extension":[` + yes("active") + `]`, nil},
		{"by an invariant, not met", `"extension":[` + yes("active") + `]`, []string{"error extension-context Patient,Patient.extension[0]"}},
		{"a value of another type", `"extension":[` + is("patient", `"valueString":"a"`) + `]`, []string{"error type-not-allowed Patient.extension[0],Patient.extension[0].value.ofType(string)"}},
		{"a part that may not be", `"extension":[` + is("patient", `"extension":[{"url":"b","valueString":"a"}]`) + `]`,
			[]string{"error missing-element Patient.extension[0]", "error too-many-elements Patient.extension[0],Patient.extension[0].extension[0]", "error sub-extension Patient.extension[0].extension[0]"}},
		{"parts", `"extension":[` + is("complex", `"extension":[{"url":"a","valueString":"b"}]`) + `]`, nil},
		{"a part that is missing", `"extension":[` + is("complex", `"id":"x"`) + `]`, []string{"error constraint-ext-1 Patient.extension[0]", "error slice-missing Patient.extension[0]"}},
		{"an unknown part", `"extension":[` + is("complex", `"extension":[{"url":"a","valueString":"b"},{"url":"b","valueString":"b"}]`) + `]`, []string{"error sub-extension Patient.extension[0].extension[1]"}},
		{"a part of another type", `"extension":[` + is("complex", `"extension":[{"url":"a","valueBoolean":true}]`) + `]`, []string{"error type-not-allowed Patient.extension[0].extension[0],Patient.extension[0].extension[0].value.ofType(boolean)"}},
		{"a name alone", `"extension":[{"url":"a","valueString":"b"}]`, []string{"error extension-url Patient.extension[0].url"}},
		{"a version", `"extension":[{"url":"` + test + `patient|1","valueBoolean":true}]`, []string{"error fixed-value Patient.extension[0].url", "error extension-url Patient.extension[0].url"}},
		{"a modifier", `"modifierExtension":[` + yes("modifier") + `]`, nil},
		{"a modifier in the wrong place", `"extension":[` + yes("modifier") + `]`, []string{"error extension-modifier Patient.extension[0]"}},
		{"no modifier", `"modifierExtension":[` + yes("patient") + `]`, []string{"error extension-modifier Patient.modifierExtension[0]"}},
		{"unknown", `"extension":[{"url":"http://a.example/x","valueString":"b"}]`, []string{"warning unknown-extension Patient.extension[0]"}},
		{"an unknown modifier", `"modifierExtension":[{"url":"http://a.example/x","valueString":"b"}]`, []string{"error unknown-extension Patient.modifierExtension[0]"}},
		{"of R4", `"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"a"}}]`, nil},
		{"of R4, out of place", `"name":[{"text":"a","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"a"}}]}]`, []string{"error extension-context Patient.name[0],Patient.name[0].extension[0]"}},
	} {
		got := remarks(v.Validate(parse(t, patient(row.members))))
		slices.Sort(got)
		slices.Sort(row.want)
		if diff := cmp.Diff(strings.Join(row.want, "\n"), strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s: Validate (-want +got):\n%s", row.name, diff)
		}
	}
}

// TestExtensions_Options is how unknown extensions, and those of example servers, are taken.
func TestExtensions_Options(t *testing.T) {
	example := patient(`"modifierExtension":[{"url":"http://example.org/x","valueString":"b"}]`)
	unknown := patient(`"extension":[{"url":"http://a.example/x","valueString":"b"}]`)
	for _, row := range []struct {
		name, source string
		option       validation.Option
		want         []string
	}{
		{"unknown ones refused", unknown, validation.WithUnknownExtensions(fhir.SeverityError), []string{"error unknown-extension Patient.extension[0]"}},
		{"those of another release are tolerated", patient(`"extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.x","valueString":"b"}]`), validation.WithUnknownExtensions(fhir.SeverityError),
			[]string{"warning unknown-extension Patient.extension[0]"}},
		{"examples as others", example, validation.WithBestPractice(), []string{"warning constraint-dom-6 Patient", "error unknown-extension Patient.modifierExtension[0]"}},
		{"examples allowed", example, validation.WithExamples(true), []string{"warning unknown-extension Patient.modifierExtension[0]"}},
		{"examples refused", example, validation.WithExamples(false), []string{"error unknown-extension Patient.modifierExtension[0]", "error example-url Patient.modifierExtension[0].url"}},
	} {
		if diff := cmp.Diff(row.want, remarks(measuring(t, nil, row.option).Validate(parse(t, row.source)))); diff != "" {
			t.Errorf("%s: Validate (-want +got):\n%s", row.name, diff)
		}
	}
}
