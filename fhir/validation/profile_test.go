package validation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/validation"
)

const test = "http://hearken.example.org/StructureDefinition/"

// structureDefinition is a profile, or an extension, with a differential.
func structureDefinition(id, typ, rows string, members ...string) string {
	extra := ""
	for _, m := range members {
		extra += m + ","
	}
	return fmt.Sprintf(`{"resourceType":"StructureDefinition","url":"%s%s","name":"A","status":"draft",%s"fhirVersion":"4.0.1","kind":"resource","abstract":false,"type":"%s",`+
		`"baseDefinition":"http://hl7.org/fhir/StructureDefinition/%s","derivation":"constraint","differential":{"element":[%s]}}`, test, id, extra, typ, typ, rows)
}

// measuring is a validator that knows R4's definitions and some more.
func measuring(t testing.TB, definitions []string, more ...validation.Option) *validation.Validator {
	t.Helper()
	var l library
	for i, source := range definitions {
		if l.add(t, fmt.Sprint(i), []byte(source)); len(l.nodes) != i+1 {
			t.Fatalf("%s is not read", source)
		}
	}
	return validation.New(fhirDefinitions(), append([]validation.Option{validation.WithProfiles(l.find), withTerminology(l.nodes)}, more...)...)
}

// remarks are the issues of a profile, without information and what the base says of codes: "severity detail place".
func remarks(outcome fhir.Outcome) []string {
	lines := []string{}
	for _, issue := range outcome {
		if issue.Severity != fhir.Information && !strings.Contains(issue.Diagnostics, "http://hl7.org/fhir/ValueSet/") {
			lines = append(lines, fmt.Sprintf("%s %s %s", issue.Severity, issue.Detail, strings.Join(issue.Expression, ",")))
		}
	}
	return lines
}

type profileRow struct {
	name     string
	rows     string   // the differential
	instance string   // members
	want     []string // remarks
}

// checkRows measures the instance of each row, a resource of a type, by a profile of the row's differential.
func checkRows(t *testing.T, typ string, wrap func(string) string, rows []profileRow, more ...string) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			v := measuring(t, append([]string{structureDefinition("p", typ, row.rows)}, more...))
			want := slices.Clone(row.want)
			if want == nil {
				want = []string{}
			}
			if diff := cmp.Diff(want, remarks(v.Validate(parse(t, wrap(row.instance)), test+"p"))); diff != "" {
				t.Errorf("Validate (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProfile_Elements(t *testing.T) {
	checkRows(t, "Patient", patient, []profileRow{
		{"a minimum", `{"path":"Patient.name","min":2}`, `"name":[{"text":"a"}]`, []string{"error missing-element Patient"}},
		{"a maximum", `{"path":"Patient.name","max":"1"}`, `"name":[{"text":"a"},{"text":"b"},{"text":"c"}]`, []string{"error too-many-elements Patient,Patient.name[1]"}},
		{"an element that may not be", `{"path":"Patient.photo","max":"0"}`, `"photo":[{"title":"a"}]`, []string{"error too-many-elements Patient,Patient.photo[0]"}},
		{"inside what may stand often", `{"path":"Patient.contact.name","min":1}`, `"contact":[{"telecom":[{"system":"phone","value":"1"}]},{"name":{"text":"a"}}]`, []string{"error missing-element Patient.contact[0]"}},
		{"inside a datatype", `{"path":"Patient.name.family","min":1}`, `"name":[{"text":"a"}]`, []string{"error missing-element Patient.name[0]"}},
		{"nothing inside what is not there", `{"path":"Patient.contact.name","min":1}`, `"active":true`, nil},
		{"a fixed code", `{"path":"Patient.gender","fixedCode":"male"}`, `"gender":"female"`, []string{"error fixed-value Patient.gender"}},
		{"a fixed value is all there may be", `{"path":"Patient.maritalStatus","fixedCodeableConcept":{"text":"a"}}`, `"maritalStatus":{"text":"a","coding":[{"code":"b"}]}`, []string{"error fixed-value Patient.maritalStatus"}},
		{"a fixed value with an id", `{"path":"Patient.maritalStatus","fixedCodeableConcept":{"text":"a"}}`, `"maritalStatus":{"id":"x","text":"a"}`, nil},
		{"a pattern", `{"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"system":"urn:a","code":"b"}]}}`, `"maritalStatus":{"coding":[{"system":"urn:a","code":"c"},{"system":"urn:b","code":"b"}]}`, []string{"error pattern-value Patient.maritalStatus"}},
		{"a pattern among more", `{"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"system":"urn:a","code":"b"}]}}`, `"maritalStatus":{"text":"x","coding":[{"system":"urn:a","code":"c"},{"system":"urn:a","code":"b","display":"B"}]}`, nil},
		{"a pattern of what is not there", `{"path":"Patient.maritalStatus","patternCodeableConcept":{"text":"b"}}`, `"active":true`, nil},
		{"a type left", `{"path":"Patient.deceased[x]","type":[{"code":"boolean"}]}`, `"deceasedDateTime":"2020"`, []string{"error type-not-allowed Patient,Patient.deceased.ofType(dateTime)"}},
		{"a type in short form", `{"path":"Patient.deceasedBoolean","fixedBoolean":false}`, `"deceasedBoolean":true`, []string{"error fixed-value Patient.deceased.ofType(boolean)"}},
		{"the other type beside it", `{"path":"Patient.deceasedBoolean","fixedBoolean":false}`, `"deceasedDateTime":"2020"`, nil},
		{"a least date", `{"path":"Patient.birthDate","minValueDate":"2000-01-01"}`, `"birthDate":"1999-12-31"`, []string{"error value-too-small Patient.birthDate"}},
		{"a least date that cannot be told", `{"path":"Patient.birthDate","minValueDate":"2000-06-01"}`, `"birthDate":"2000"`, nil},
		{"a greatest number", `{"path":"Patient.multipleBirth[x]","type":[{"code":"integer"}],"maxValueInteger":3}`, `"multipleBirthInteger":4`, []string{"error value-too-large Patient.multipleBirth.ofType(integer)"}},
		{"a length", `{"path":"Patient.name.family","maxLength":3}`, `"name":[{"family":"Äöüß"},{"family":"Äöü"}]`, []string{"error value-too-long Patient.name[0].family"}},
		{"a least length", `{"path":"Patient.name.family","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/minLength","valueInteger":3}]}`, `"name":[{"family":"Äö"},{"family":"Äöü"}]`, []string{"error value-too-short Patient.name[0].family"}},
		{"a value that must be there", `{"extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue","valueBoolean":true}],"path":"Patient.birthDate"}`,
			`"_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}`, []string{"error no-value Patient.birthDate"}},
		{"a form", `{"path":"Patient.name.family","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"[A-Z]+"}]}`, `"name":[{"family":"Ab"},{"family":"AB"}]`, []string{"error value-form Patient.name[0].family"}},
		{"an invariant", `{"path":"Patient.name","constraint":[{"key":"t-1","severity":"error","human":"a","expression":"text.exists()"}]}`, `"name":[{"family":"a"}]`, []string{"error constraint-t-1 Patient.name[0]"}},
		{"an invariant that warns", `{"path":"Patient","constraint":[{"key":"t-1","severity":"warning","human":"a","expression":"name.family = 'b'"}]}`, `"name":[{"family":"a"}]`, []string{"warning constraint-t-1 Patient"}},
		{"good practice", `{"path":"Patient","constraint":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice","valueBoolean":true}],"key":"t-1","severity":"error","human":"a","expression":"name.exists()"}]}`, `"active":true`, []string{"warning constraint-t-1 Patient"}},
		{"an invariant that does not compile", `{"path":"Patient","constraint":[{"key":"t-1","severity":"error","human":"a","expression":"name.("}]}`, `"active":true`, []string{"warning invariant-not-evaluated Patient"}},
		{"an invariant that needs a clock", `{"path":"Patient","constraint":[{"key":"t-1","severity":"error","human":"a","expression":"birthDate < today()"}]}`, `"birthDate":"2000-01-01"`, nil},
		{"an invariant about a value set that is not known", `{"path":"Patient","constraint":[{"key":"t-1","severity":"error","human":"a","expression":"maritalStatus.memberOf('http://a.example/x')"}]}`, `"maritalStatus":{"coding":[{"system":"urn:a","code":"b"}]}`, nil},
		{"an element of a primitive", `{"path":"Patient.birthDate.extension","min":1}`, `"birthDate":"2000-01-01"`, []string{"error missing-element Patient.birthDate"}},
	})
}

func TestProfile_Bindings(t *testing.T) {
	const codes = `{"resourceType":"CodeSystem","url":"urn:codes","status":"active","content":"complete","concept":[{"code":"a"},{"code":"b"},{"code":"c"}]}`
	const ab = `{"resourceType":"ValueSet","url":"http://hearken.example.org/ValueSet/ab","status":"active","compose":{"include":[{"system":"urn:codes","concept":[{"code":"a"},{"code":"b"}]}]}}`
	bound := func(strength string) string {
		return `{"path":"Patient.maritalStatus","binding":{"strength":"` + strength + `","valueSet":"http://hearken.example.org/ValueSet/ab"}}`
	}
	status := func(system, code string) string {
		return `"maritalStatus":{"coding":[{"system":"` + system + `","code":"` + code + `"}]}`
	}
	maximum := `{"path":"Patient.maritalStatus","binding":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"http://hearken.example.org/ValueSet/ab"}],"strength":"example","valueSet":"http://a.example/x"}}`
	outside := []string{"error not-in-value-set Patient.maritalStatus"}
	checkRows(t, "Patient", patient, []profileRow{
		{"required, in", bound("required"), status("urn:codes", "a"), nil},
		{"required, not in", bound("required"), status("urn:codes", "c"), outside},
		{"required, another system", bound("required"), status("http://snomed.info/sct", "73211009"), outside},
		{"required, words alone", bound("required"), `"maritalStatus":{"text":"a"}`, []string{"error no-code Patient.maritalStatus"}},
		{"extensible, not in", bound("extensible"), status("urn:codes", "c"), []string{"warning not-in-value-set Patient.maritalStatus"}},
		{"preferred, not in", bound("preferred"), status("urn:codes", "c"), nil},
		{"example, not in", bound("example"), status("urn:codes", "c"), nil},
		{"a maximum", maximum, status("urn:codes", "c"), outside},
		{"an additional value set", `{"path":"Patient.maritalStatus","binding":{"extension":[{"url":"http://hl7.org/fhir/tools/StructureDefinition/additional-binding","extension":[{"url":"purpose","valueCode":"required"},{"url":"valueSet","valueCanonical":"http://hearken.example.org/ValueSet/ab"}]}],"strength":"example","valueSet":"http://a.example/x"}}`,
			status("urn:codes", "c"), outside},
		{"a value set that is not known", `{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"http://a.example/x"}}`, status("urn:codes", "c"), nil},
	}, codes, ab)
}

func TestProfile_References(t *testing.T) {
	const r4 = "http://hl7.org/fhir/StructureDefinition/"
	female := structureDefinition("female", "Patient", `{"path":"Patient.gender","min":1,"fixedCode":"female"}`)
	subject := func(more string) string {
		return `{"path":"Observation.subject","type":[{"code":"Reference",` + more + `}]}`
	}
	to := func(targets ...string) string {
		return `"targetProfile":["` + strings.Join(targets, `","`) + `"]`
	}
	contained := func(gender string) string {
		return `"contained":[{"resourceType":"Patient","id":"p","gender":"` + gender + `"}],"subject":{"reference":"#p"}`
	}
	checkRows(t, "Observation", observation, []profileRow{
		{"a type left", subject(to(r4 + "Patient")), `"subject":{"reference":"Group/1"}`, []string{"error reference-target Observation.subject,Observation.subject.reference"}},
		{"a profile, conformed to", subject(to(test + "female")), contained("female"), nil},
		{"a profile, not conformed to", subject(to(test + "female")), contained("male"), []string{"error reference-profile Observation.subject"}},
		{"a profile, of what is not here", subject(to(test + "female")), `"subject":{"reference":"Patient/1"}`, nil},
		{"a profile, of another type", subject(to(test + "female")), `"subject":{"reference":"Group/1"}`, []string{"error reference-target Observation.subject,Observation.subject.reference"}},
		{"a profile, or any of a type", subject(to(test+"female", r4+"Patient")), contained("male"), nil},
		{"a profile that is not known", subject(to(test + "unknown")), contained("male"), []string{"warning unknown-profile Observation.subject"}},
		{"contained", subject(to(r4+"Patient") + `,"aggregation":["contained"]`), `"subject":{"reference":"Patient/1"}`, []string{"error reference-aggregation Observation.subject"}},
		{"not contained", subject(to(r4+"Patient") + `,"aggregation":["referenced"]`), contained("male"), []string{"error reference-aggregation Observation.subject"}},
		{"of a version", subject(to(r4+"Patient") + `,"versioning":"specific"`), `"subject":{"reference":"Patient/1"}`, []string{"error reference-versioning Observation.subject.reference"}},
		{"of no version", subject(to(r4+"Patient") + `,"versioning":"independent"`), `"subject":{"reference":"Patient/1/_history/2"}`, []string{"error reference-versioning Observation.subject.reference"}},
	}, female)
}

// TestProfile_TellsNoValues: what was sent is not repeated, whatever is wrong with it.
func TestProfile_TellsNoValues(t *testing.T) {
	const secret = "Geheimnis"
	rows := sliced("Patient.telecom", `"rules":"closed"`, [2]string{"value", "use"}) + `,{"path":"Patient.telecom","sliceName":"home"},{"path":"Patient.telecom.use","min":1,"fixedCode":"home"},` +
		`{"path":"Patient.name","patternHumanName":{"family":"a"}},{"path":"Patient.name.family","fixedString":"a","maxLength":2,"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"a"}]},` +
		`{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"}},` +
		`{"path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Organization"],"versioning":"specific"}]}`
	source := patient(`"meta":{"profile":["http://` + secret + `"]},"extension":[{"url":"http://` + secret + `","valueString":"` + secret + `"},{"url":"` + secret + `","valueString":"` + secret + `"}],` +
		`"name":[{"family":"` + secret + `"}],"telecom":[{"system":"phone","value":"` + secret + `"}],"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"` + secret + `"}]},` +
		`"managingOrganization":{"reference":"Organization/` + secret + `"}`)
	outcome := measuring(t, []string{structureDefinition("p", "Patient", rows)}).Validate(parse(t, source), test+"p")
	if len(outcome) < 9 {
		t.Errorf("Validate = %q, want all that is wrong", remarks(outcome))
	}
	if text := fmt.Sprintf("%+v", outcome); strings.Contains(text, secret) {
		t.Errorf("Validate = %s, which repeats what was sent", text)
	}
}
