package careplan_test

import (
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/careplan"
)

func TestNumberOf(t *testing.T) {
	const system = "https://fhir.nhs.uk/Id/nhs-number"
	says := func(codeSystem, code string) string {
		return `"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{"coding":[{"system":"` + codeSystem + `","code":"` + code + `"}]}}],`
	}
	const england, retired = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland", "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus"
	number := func(extension, use string) string {
		return `{` + extension + use + `"system":"` + system + `","value":"9990000018"}`
	}
	for _, row := range []struct {
		name, identifiers string
		want              careplan.Verification
	}{
		{"no identifier of that system", `{"system":"urn:x","value":"9990000018"}`, careplan.NotNumbered},
		{"another number", `{"system":"` + system + `","value":"9990000026"}`, careplan.NotNumbered},
		{"nothing said", number("", ""), careplan.Unsaid},
		{"verified", number(says(england, "01"), ""), careplan.Verified},
		{"verified, by the retired code system", number(says(retired, "01"), ""), careplan.Verified},
		{"present and not traced", number(says(england, "02"), ""), careplan.Unverified},
		{"01 of something else", number(says("urn:x", "01"), ""), careplan.Unverified},
		{"another extension", number(`"extension":[{"url":"urn:x","valueString":"01"}],`, ""), careplan.Unsaid},
		{"no longer theirs", number(says(england, "01"), `"use":"old",`), careplan.NotNumbered},
		{"twice, once verified", number("", "") + "," + number(says(england, "01"), ""), careplan.Verified},
	} {
		tree, faults := element.Parse(r4.Definitions(), []byte(`{"resourceType":"Patient","identifier":[`+row.identifiers+`]}`), element.DefaultLimits())
		if faults.Failed() {
			t.Fatal(faults)
		}
		if got := careplan.NumberOf(tree.Root(), "9990000018"); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}
