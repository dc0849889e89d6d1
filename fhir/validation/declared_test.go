package validation_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/validation"
)

// declaring is a Patient with members that declares profiles.
func declaring(profiles, members string) string {
	return patient(`"meta":{"profile":[` + profiles + `]},` + members)
}

func TestDeclared(t *testing.T) {
	const vitalSigns = "http://hl7.org/fhir/StructureDefinition/vitalsigns"
	const rules = `{"path":"Patient","constraint":[{"key":"t-1","severity":"error","human":"a","expression":"name.exists()"},{"key":"t-2","severity":"warning","human":"a","expression":"gender.exists()"}]}`
	definitions := []string{
		structureDefinition("named", "Patient", `{"path":"Patient.name","min":1}`, `"version":"2"`),
		structureDefinition("rules", "Patient", rules),
		structureDefinition("more", "Patient", rules),
		structureDefinition("organisation", "Organization", `{"path":"Organization.name","min":1}`),
		structureDefinition("broken", "Patient", `{"path":"Patient.nonsense","min":1}`),
	}
	call := validation.Call{Type: "Patient", When: "gender = 'female'", Profile: test + "named"}
	for _, row := range []struct {
		name    string
		options []validation.Option
		source  string
		ask     []string
		want    []string
	}{
		{"declared", nil, declaring(`"`+test+`named"`, `"active":true`), nil, []string{"error missing-element Patient"}},
		{"declared with a version", nil, declaring(`"`+test+`named|2"`, `"active":true`), nil, []string{"error missing-element Patient"}},
		{"declared with another version", nil, declaring(`"`+test+`named|3"`, `"active":true`), nil, []string{"warning unknown-profile Patient.meta.profile[0]"}},
		{"declared twice", nil, declaring(`"`+test+`named","`+test+`named|2"`, `"active":true`), []string{test + "named"}, []string{"error missing-element Patient"}},
		{"two with the same rules", nil, declaring(`"`+test+`rules","`+test+`more"`, `"active":true`), nil, []string{"error constraint-t-1 Patient", "warning constraint-t-2 Patient"}},
		{"unknown", nil, declaring(`"http://a.example/x"`, `"active":true`), nil, []string{"warning unknown-profile Patient.meta.profile[0]"}},
		{"without a snapshot that can be made", nil, declaring(`"`+test+`broken"`, `"active":true`), nil, []string{"warning unknown-profile Patient.meta.profile[0]"}},
		{"of another type", nil, declaring(`"`+test+`organisation"`, `"active":true`), nil, []string{"error profile-type Patient"}},
		{"the type itself", []validation.Option{validation.WithAllowedProfiles()}, declaring(`"http://hl7.org/fhir/StructureDefinition/Patient"`, `"active":true`), nil, []string{}},
		{"of R4", nil, observation(`"meta":{"profile":["` + vitalSigns + `"]},"valueString":"a"`), nil, []string{
			"error missing-element Observation", "error slice-missing Observation", "error missing-element Observation", "error missing-element Observation"}},
		{"asked for", nil, patient(`"active":true`), []string{test + "named"}, []string{"error missing-element Patient"}},
		{"asked for and unknown", nil, patient(`"active":true`), []string{"http://a.example/x"}, []string{"error unknown-profile Patient"}},
		{"contained", nil, observation(`"contained":[` + declaring(`"`+test+`named"`, `"id":"p"`) + `],"subject":{"reference":"#p"}`), nil, []string{"error missing-element Observation.contained[0]/*Patient*/"}},
		{"in a Bundle", nil, bundle(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":` + declaring(`"`+test+`named"`, `"active":true`) + `}`), nil, []string{"error missing-element Bundle.entry[0].resource/*Patient*/"}},
		{"in Parameters", nil, `{"resourceType":"Parameters","parameter":[{"name":"a","resource":` + declaring(`"`+test+`named"`, `"active":true`) + `}]}`, nil, []string{"error missing-element Parameters.parameter[0].resource/*Patient*/"}},
		{"of the list", []validation.Option{validation.WithAllowedProfiles(test + "named")}, declaring(`"`+test+`named"`, `"active":true`), nil, []string{"error missing-element Patient"}},
		{"not of the list", []validation.Option{validation.WithAllowedProfiles(test + "organisation")}, declaring(`"`+test+`named"`, `"name":[{"text":"a"}]`), nil, []string{"error profile-not-allowed Patient.meta.profile[0]"}},
		{"unknown, with a list", []validation.Option{validation.WithAllowedProfiles(test + "named")}, declaring(`"http://a.example/x"`, `"active":true`), nil, []string{"error profile-not-allowed Patient.meta.profile[0]"}},
		{"called for", []validation.Option{validation.WithCalls(call)}, patient(`"gender":"female"`), nil, []string{"error missing-element Patient"}},
		{"not called for", []validation.Option{validation.WithCalls(call)}, patient(`"gender":"male"`), nil, []string{}},
	} {
		got := remarks(measuring(t, definitions, row.options...).Validate(parse(t, row.source), row.ask...))
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: Validate (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestWithCalls_DoesNotCompile(t *testing.T) {
	v := measuring(t, nil, validation.WithCalls(validation.Call{Type: "Patient", When: "name.(", Profile: test + "x"}))
	if len(v.Unsupported()) != 1 {
		t.Errorf("Unsupported() = %v, want the call", v.Unsupported())
	}
}

// TestProfile_Circles: profiles whose resources refer to each other. Resources in a circle conform or fail
// together, whatever the order they are asked in.
func TestProfile_Circles(t *testing.T) {
	linked := structureDefinition("linked", "Patient", `{"path":"Patient.gender","min":1,"fixedCode":"other"},{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["`+test+`linked"]}]}`)
	v := measuring(t, []string{linked})
	circle := func(genders ...string) string {
		entries := ""
		for i, gender := range genders {
			if i > 0 {
				entries += ","
			}
			profile := `"meta":{"profile":["` + test + `linked"]},`
			entries += fmt.Sprintf(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-%012d","resource":{"resourceType":"Patient",%s"gender":"%s","link":[{"other":{"reference":"urn:uuid:00000000-0000-4000-8000-%012d"},"type":"seealso"},{"other":{"reference":"urn:uuid:00000000-0000-4000-8000-%012d"},"type":"seealso"}]}}`,
				i, profile, gender, (i+1)%len(genders), i)
		}
		return bundle(entries)
	}
	if got := remarks(v.Validate(parse(t, circle("other", "other", "other")))); len(got) > 0 {
		t.Errorf("a circle = %q, want nothing", got)
	}
	for at := range 3 {
		genders := []string{"other", "other", "other"}
		genders[at] = "male"
		got := v.Validate(parse(t, circle(genders...)))
		targets := 0
		for _, issue := range got {
			if issue.Detail == validation.DetailTargetProfile {
				targets++
			}
		}
		if targets != 6 { // each refers to itself and to the next, and all of them fail
			t.Errorf("a circle with a fault in %d has %d references to what does not conform, want 6: %q", at, targets, remarks(got))
		}
	}
}
