package interaction_test

import (
	"strings"
	"testing"
)

// A reference that is withheld is followed by nothing: no include, _has, chain or compartment.
func TestGuard_WithheldReferences(t *testing.T) {
	s := guarded(t)
	author, crew := principal("author", "user/*.cruds"), principal("crew", "user/*.cruds")
	a := answer(s, as(author, "POST", "Practitioner", `{"resourceType":"Practitioner","name":[{"family":"Carer"}],"identifier":[{"system":"urn:n","value":"carer"}]}`))
	if a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	carer := text(t, a.Body, "id")
	a = answer(s, as(author, "POST", "CareTeam", `{"resourceType":"CareTeam","identifier":[{"system":"urn:n","value":"team"}],"subject":{"reference":"Patient/p3"},"participant":[{"member":{"reference":"Practitioner/`+carer+`"}}]}`))
	if a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for target, shows := range map[string]string{
		"Practitioner?_has:CareTeam:participant:identifier=urn:n|team":                             `"Carer"`,
		"Practitioner?_has:CareTeam:participant:patient=p3":                                        `"Carer"`,
		"CareTeam?identifier=urn:n|team&_include=CareTeam:participant":                             `"Carer"`,
		"CareTeam?identifier=urn:n|team&_include=*":                                                `"Carer"`,
		"Practitioner?identifier=urn:n|carer&_revinclude=CareTeam:participant":                     `"CareTeam"`,
		"Practitioner?identifier=urn:n|carer&_revinclude=CareTeam:*":                               `"CareTeam"`,
		"CareTeam?participant=Practitioner/" + carer:                                               `"CareTeam"`,
		"CareTeam?participant:Practitioner.identifier=urn:n|carer":                                 `"CareTeam"`,
		"CareTeam?participant:missing=false&identifier=urn:n|team":                                 `"CareTeam"`,
		"Practitioner/" + carer + "/CareTeam":                                                      `"CareTeam"`,
		"Practitioner/" + carer + "/*":                                                             `"CareTeam"`,
		"CarePlan?_id=cp3&_include=CarePlan:subject&_include:iterate=Patient:general-practitioner": `"Organization"`,
	} {
		if a := answer(s, as(author, "GET", target, "")); a.Status != 200 || !strings.Contains(string(a.Body), shows) {
			t.Errorf("the author: GET %s = %d %.300s", target, a.Status, a.Body)
		}
		if a := answer(s, as(crew, "GET", target, "")); a.Status != 200 || strings.Contains(strings.ReplaceAll(string(a.Body), target, ""), shows) {
			t.Errorf("the crew: GET %s = %d %.600s", target, a.Status, a.Body)
		}
	}
	for _, target := range []string{"CareTeam?patient=p3", "Patient/p3/CareTeam"} {
		if a := answer(s, as(crew, "GET", target, "")); !strings.Contains(string(a.Body), `"total":1`) {
			t.Errorf("the crew does not find the team by its patient, %s: %s", target, a.Body)
		}
	}
	open := `{"resourceType":"CareTeam","identifier":[{"system":"urn:n","value":"open"}],"subject":{"reference":"Patient/p1"},"participant":[{"member":{"reference":"Practitioner/` + carer + `"}}]}`
	if a := answer(s, as(author, "POST", "CareTeam", open)); a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for include, shows := range map[string]string{"CareTeam:subject": "Patient", "CareTeam:participant": "Practitioner", "*": "Patient Practitioner", "CareTeam:*": "Patient Practitioner"} {
		a := answer(s, as(principal("gp", "user/*.cruds"), "GET", "CareTeam?identifier=urn:n|open&_include="+include, ""))
		for _, typ := range []string{"Patient", "Practitioner"} {
			if got := strings.Contains(string(a.Body), `"resourceType":"`+typ+`"`); got != strings.Contains(shows, typ) {
				t.Errorf("of a record in which nothing is withheld, _include=%s has a %s: %v: %s", include, typ, got, a.Body)
			}
		}
	}
}
