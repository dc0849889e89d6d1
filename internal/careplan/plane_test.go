package careplan

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/access"
)

// What resources of the admin plane let whom do; without the label of facts nothing.
func TestTimes_Fact(t *testing.T) {
	times := Times(func(text string) (start, end time.Time, ok bool) {
		at, err := time.Parse(time.DateOnly, text)
		return at, at.AddDate(0, 0, 1), err == nil
	})
	day := func(text string) time.Time { at, _ := time.Parse(time.DateOnly, text); return at }
	const label = `"meta":{"security":[{"system":"` + access.LabelSystem + `","code":"fact"}]}`
	const ods = `"identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"A"}]`
	for name, row := range map[string]struct {
		json string
		want access.Fact
	}{
		"an agreement": {`{"resourceType":"Contract",` + label + `,"status":"executed",` + ods + `,"applies":{"start":"2023-01-01","end":"2029-12-31"},
			"subType":[{"coding":[{"system":"` + RoleSystem + `","code":"clinical"},{"system":"` + PurposeSystem + `","code":"TREAT"}]}]}`,
			access.Fact{Of: "A", What: []string{"clinical", "purpose 1"}, From: day("2023-01-01"), Until: day("2030-01-01"), Lapses: true}},
		"one that is not in force": {`{"resourceType":"Contract",` + label + `,"status":"terminated",` + ods + `}`, access.Fact{Of: "A", Ended: true, Lapses: true}},
		"no fact":                  {`{"resourceType":"Contract","status":"executed",` + ods + `}`, access.Fact{}},
		"an entry": {`{"resourceType":"PractitionerRole",` + label + `,"extension":[{"url":"` + TrainedUntil + `","valueDate":"2024-12-31"}],"identifier":[{"system":"i","value":"ann"}],
			"active":true,"organization":{` + `"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"A"}},"code":[{"coding":[{"system":"` + RoleSystem + `","code":"clinical"}]}]}`,
			access.Fact{Of: "A", Who: []string{"i|ann"}, What: []string{"clinical"}, Trained: day("2025-01-01"), Lapses: true}},
		"a grant": {`{"resourceType":"Basic",` + label + `,"identifier":[{"system":"i","value":"ann","period":{"end":"2024-02-29"}}],"code":{"coding":[{"system":"` + GrantSystem + `","code":"break-glass"}]},
			"subject":{"reference":"Patient/p"}}`, access.Fact{Of: "p", Who: []string{"i|ann"}, What: []string{"break-glass"}, Until: day("2024-03-01")}},
		"a grant without end": {`{"resourceType":"Basic",` + label + `,"identifier":[{"system":"i","value":"ann"}],"code":{"text":"x"},"subject":{"reference":"Patient/p"}}`,
			access.Fact{Of: "p", Who: []string{"i|ann"}, Ended: true}},
		"a contact": {`{"resourceType":"Basic",` + label + `,"identifier":[{"system":"i","value":"ann","period":{"start":"2024-02-28","end":"2024-02-29"}},{"system":"i","value":"bob","period":{"start":"2024-02-28","end":"2024-02-29"}}],
			"code":{"coding":[{"system":"` + GrantSystem + `","code":"urgent-care-contact"}]},"subject":{"reference":"Patient/p"},"extension":[{"url":"other","extension":[{"url":"also","valueReference":{"reference":"Patient/x"}}]},
			{"url":"` + GrantReason + `","extension":[{"url":"organisation","valueString":"U"},{"url":"by","valueIdentifier":{"system":"i","value":"cad"}},{"url":"also","valueReference":{"reference":"Patient/q"}},{"url":"also","valueReference":{"reference":"Group/g"}}]}]}`,
			access.Fact{Of: " p q", Who: []string{"i|ann", "i|bob"}, What: []string{"urgent-care-contact U i|cad"}, From: day("2024-02-28"), Until: day("2024-03-01")}},
		"a contact that ended": {`{"resourceType":"Basic",` + label + `,"identifier":[{"system":"i","value":"ann","period":{"end":"2024-02-29"}}],"code":{"coding":[{"system":"` + GrantSystem + `","code":"urgent-care-contact"}]},
			"extension":[{"url":"` + GrantReason + `","extension":[{"url":"ended","valueInstant":"2024-02-28T03:00:00Z"}]}]}`,
			access.Fact{Who: []string{"i|ann"}, What: []string{"urgent-care-contact  |"}, Until: day("2024-03-01"), Ended: true}},
		"a contact without end": {`{"resourceType":"Basic",` + label + `,"identifier":[{"system":"i","value":"ann"}],"code":{"coding":[{"system":"` + GrantSystem + `","code":"urgent-care-contact"}]},"subject":{"reference":"Patient/p"}}`,
			access.Fact{Of: " p", Who: []string{"i|ann"}, What: []string{"urgent-care-contact  |"}, Ended: true}},
		"a proxy":           {`{"resourceType":"RelatedPerson",` + label + `,"patient":{"reference":"Patient/p"}}`, access.Fact{Of: "p", What: []string{"proxy"}}},
		"a proxy no longer": {`{"resourceType":"RelatedPerson",` + label + `,"active":false,"patient":{"reference":"Patient/p"}}`, access.Fact{Of: "p", What: []string{"proxy"}, Ended: true}},
		"a proxy for a time": {`{"resourceType":"RelatedPerson",` + label + `,"patient":{"reference":"Patient/p"},"period":{"start":"2024-01-01","end":"2024-01-31"}}`,
			access.Fact{Of: "p", What: []string{"proxy"}, From: day("2024-01-01"), Until: day("2024-02-01")}},
		"an organisation":    {`{"resourceType":"Organization",` + ods + `,"name":"x"}`, access.Fact{Of: "Organization", What: []string{"A"}}},
		"one that is active": {`{"resourceType":"Organization",` + ods + `,"active":true}`, access.Fact{Of: "Organization", What: []string{"A"}}},
		"one that is not":    {`{"resourceType":"Organization",` + ods + `,"active":false}`, access.Fact{Of: "Organization", What: []string{"A"}, Bars: []string{"A"}}},
		"anything else":      {`{"resourceType":"Patient",` + label + `}`, access.Fact{}},
	} {
		tree, faults := element.Parse(r4.Definitions(), []byte(row.json), element.DefaultLimits())
		if faults.Failed() {
			t.Fatalf("%s: %v", name, faults)
		}
		if diff := cmp.Diff(row.want, times.Fact(tree.Root())); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// What lies between a record and an organisation is what R4 lets a record name as its author, its practice or
// a home, and nothing that is a record itself.
func TestFactReader_Leads(t *testing.T) {
	r := NewFactReader(r4.Definitions())
	var got []string
	for _, name := range r4.Definitions().Resources() {
		if r.Leads(fhir.Type(name)) {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"CareTeam", "Device", "Organization", "Practitioner", "PractitionerRole", "RelatedPerson"}, got); diff != "" {
		t.Errorf("Leads (-want +got):\n%s", diff)
	}
}
