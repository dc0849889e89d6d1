package validation_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// TestProfile_HostileIsLinear measures resources made to be slow by profiles that could make them so: ten
// times the resource must not take more than sixty times as long.
func TestProfile_HostileIsLinear(t *testing.T) {
	const many = 40
	slices := sliced("Patient.telecom", `"rules":"open"`, [2]string{"value", "system"}, [2]string{"value", "value"})
	for i := range many {
		slices += fmt.Sprintf(`,{"path":"Patient.telecom","sliceName":"s%d"},{"path":"Patient.telecom.system","fixedCode":"phone"},{"path":"Patient.telecom.value","min":1,"fixedString":"%d"},{"path":"Patient.telecom.use","min":1}`, i, i)
	}
	conforming := `{"path":"Patient.name","slicing":{"rules":"open"}}`
	for i := range many {
		conforming += fmt.Sprintf(`,{"path":"Patient.name","sliceName":"s%d","max":"1"},{"path":"Patient.name.family","fixedString":"%d"},{"path":"Patient.name.given","min":1}`, i, i)
	}
	v := measuring(t, []string{
		structureDefinition("slices", "Patient", slices),
		structureDefinition("conforming", "Patient", conforming),
		structureDefinition("linked", "Patient", `{"path":"Patient.gender","min":1,"fixedCode":"other"},{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["`+test+`linked"]}]}`),
		structureDefinition("either", "Patient", `{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["`+test+`linked","`+test+`either"]}]}`),
		structureDefinition("pattern", "Patient", `{"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"system":"urn:a","code":"b"},{"system":"urn:a","code":"c"}]}}`),
		structureDefinition("regex", "Patient", `{"path":"Patient.name.family","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"(a+)+b"}]}`),
		structureDefinition("invariant", "Patient", `{"path":"Patient","constraint":[{"key":"t-1","severity":"error","human":"a","expression":"name.all(family.exists() implies %resource.name.where(family = 'x').empty())"}]}`),
		extensionDefinition("ext", `{"type":"fhirpath","expression":"Patient.name.where(use = 'usual')"}`),
	})
	linked := func(profile, gender string) func(n int) string {
		return func(n int) string {
			return bundle(repeated(n, func(i int) string {
				return fmt.Sprintf(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-%012d","resource":{"resourceType":"Patient","meta":{"profile":["%s"]},"gender":"%s","link":[{"other":{"reference":"urn:uuid:00000000-0000-4000-8000-%012d"},"type":"seealso"},{"other":{"reference":"urn:uuid:00000000-0000-4000-8000-%012d"},"type":"seealso"}]}}`,
					i, test+profile, gender, i, i^1)
			}))
		}
	}
	for _, row := range []struct {
		name    string
		profile string
		source  func(n int) string
	}{
		{"many items, many slices", "slices", func(n int) string {
			return patient(`"telecom":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"system":"phone","use":"home","value":"%d"}`, i) }) + `]`)
		}},
		{"slices told by conforming", "conforming", func(n int) string {
			return patient(`"name":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"family":"f%d","given":["a"]}`, i) }) + `]`)
		}},
		{"resources in circles", "", linked("linked", "other")},
		{"resources in circles that fail", "", linked("linked", "male")},
		{"resources in circles, of two profiles", "", linked("either", "male")},
		{"profiles declared again and again", "", func(n int) string {
			return patient(`"meta":{"profile":[` + repeated(n, func(i int) string { return `"` + test + `slices"` }) + `]},"telecom":[{"system":"phone","value":"1"}]`)
		}},
		{"profiles nobody knows", "", func(n int) string {
			return patient(`"meta":{"profile":[` + repeated(n, func(i int) string { return fmt.Sprintf(`"%sslices|%d"`, test, i) }) + `]}`)
		}},
		{"a pattern in a wide concept", "pattern", func(n int) string {
			return patient(`"maritalStatus":{"coding":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"system":"urn:a","code":"x%d"}`, i) }) + `]}`)
		}},
		{"a form that backtracks elsewhere", "regex", func(n int) string { return patient(`"name":[{"family":"` + strings.Repeat("a", n) + `"}]`) }},
		{"an invariant over all for each", "invariant", func(n int) string {
			return patient(`"name":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"family":"%d"}`, i) }) + `]`)
		}},
		{"extensions in a deep row", "", func(n int) string {
			deep := min(n, 8_000) / 200
			return patient(`"extension":[` + repeated(n/deep, func(int) string {
				return strings.Repeat(`{"url":"a","extension":[`, deep) + `{"url":"b","valueString":"c"}` + strings.Repeat(`]}`, deep)
			}) + `]`)
		}},
		{"extensions all over", "", func(n int) string {
			return patient(`"name":[` + repeated(n, func(int) string {
				return `{"text":"a","use":"usual","extension":[{"url":"` + test + `ext","valueBoolean":true}]}`
			}) + `]`)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 60, 500, func(n int) func() {
				tree := parse(t, row.source(n))
				var profiles []string
				if row.profile != "" {
					profiles = append(profiles, test+row.profile)
				}
				return func() { v.Validate(tree, profiles...) }
			})
		})
	}
}

// withSnapshot is a profile that has a snapshot, and nothing else.
func withSnapshot(id, typ, rows string) string {
	return strings.Replace(structureDefinition(id, typ, ``), `"differential":{"element":[]}`, `"snapshot":{"element":[`+rows+`]}`, 1)
}

// TestProfile_HostileProfiles are profiles that lead to themselves: they are made ready all the same.
func TestProfile_HostileProfiles(t *testing.T) {
	self := withSnapshot("self", "Extension", `{"path":"Extension","min":0,"max":"*"},{"path":"Extension.extension","min":1,"max":"*","slicing":{"discriminator":[{"type":"value","path":"extension"}],"rules":"open"}},`+
		`{"path":"Extension.extension","sliceName":"a","min":1,"max":"*","type":[{"code":"Extension","profile":["`+test+`self"]}]}`)
	content := `{"path":"Questionnaire","min":0,"max":"*"},{"path":"Questionnaire.item","min":1,"max":"*","contentReference":"#Questionnaire.code"},{"path":"Questionnaire.code","min":1,"max":"*","contentReference":"#Questionnaire.item"}`
	round := withSnapshot("round", "Questionnaire", content)
	asks := structureDefinition("asks", "Patient", `{"path":"Patient","constraint":[{"key":"t-1","severity":"error","human":"a","expression":"conformsTo('`+test+`asks') and name.exists()"}]}`)
	v := measuring(t, []string{self, round, asks})
	for name, row := range map[string][2]string{
		"an extension of itself": {patient(`"extension":[{"url":"` + test + `self","extension":[{"url":"` + test + `self","valueString":"a"}]}]`), ""},
		"content of each other":  {`{"resourceType":"Questionnaire","status":"draft"}`, test + "round"},
		"asks of itself":         {patient(`"active":true`), test + "asks"},
	} {
		var profiles []string
		if row[1] != "" {
			profiles = append(profiles, row[1])
		}
		if got := v.Validate(parse(t, row[0]), profiles...); !got.Failed() {
			t.Errorf("%s: %q, want an error", name, remarks(got))
		}
	}
}

// TestProfile_Depth: references that lead from resource to resource, each to be of a profile, are followed as
// far as is sensible, and no further.
func TestProfile_Depth(t *testing.T) {
	v := measuring(t, []string{structureDefinition("linked", "Patient", `{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["`+test+`linked"]}]},{"path":"Patient.name","max":"1"}`)})
	chain := func(n int) string {
		return bundle(repeated(n, func(i int) string {
			return fmt.Sprintf(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-%012d","resource":{"resourceType":"Patient","meta":{"profile":["%slinked"]},"link":[{"other":{"reference":"urn:uuid:00000000-0000-4000-8000-%012d"},"type":"seealso"}]}}`, i, test, min(i+1, n-1))
		}))
	}
	for n, want := range map[int]string{90: "", 200_000: validation.DetailProfileRecursion} {
		found := ""
		for _, issue := range v.Validate(parse(t, chain(n))) {
			if issue.Severity == fhir.SeverityError {
				found = issue.Detail
			}
		}
		if found != want {
			t.Errorf("a chain of %d: %q, want %q", n, found, want)
		}
	}
}
