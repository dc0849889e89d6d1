package interaction_test

import (
	"strings"
	"testing"
)

// Who looked at the record of a person at risk says which practice, ward or care home is theirs. Who is not told where they are is not told that either; those who
// are, and about people who are not at risk, are.
func TestAccessLog_WhereaboutsWithheld(t *testing.T) {
	s := guarded(t)
	login := s.Login
	s.Login = nil
	put(t, s, "Organization/a", strings.Replace(`{"resourceType":"Organization","id":"a","name":"Authors of Overton",ODS}`, "ODS", strings.ReplaceAll(ods, "%s", "A"), 1))
	put(t, s, "Organization/x", strings.Replace(`{"resourceType":"Organization","id":"x","name":"Xanadu",ODS}`, "ODS", strings.ReplaceAll(ods, "%s", "X"), 1))
	put(t, s, "Basic/g9", `{"resourceType":"Basic","id":"g9",`+factMeta+`,"identifier":[{"system":"`+issuer+`","value":"breaker","period":{"end":"2024-02-29T13:00:00Z"}}],"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"break-glass"}]},"subject":{"reference":"Patient/p3"}}`)
	s.Login = login
	for _, who := range []string{"author", "gp", "crew", "other"} {
		answer(s, as(principal(who, "user/*.cruds"), "GET", "Patient/p3", ""))
		answer(s, as(principal(who, "user/*.cruds"), "GET", "Patient/p1", ""))
	}
	for _, row := range []struct {
		who, target   string
		shows, hidden []string
	}{
		{"crew", "Patient/p3/$access-log", []string{"Xanadu", "masked"}, []string{"Overton", `"P"`, `"A"`}},
		{"breaker", "Patient/p3/$access-log", []string{"Xanadu", "masked"}, []string{"Overton", `"P"`, `"A"`}},
		{"author", "Patient/p3/$access-log", []string{"Xanadu", "Overton"}, []string{"masked"}},
		{"gp", "Patient/p1/$access-log", []string{"Xanadu", "Overton"}, []string{"masked"}},
		{"patient", "Patient/p1/$access-log", []string{"Xanadu", "Overton"}, []string{"masked", `"X"`, `"A"`}},
	} {
		a := answer(s, as(principal(row.who, "user/*.cruds patient/*.rs"), "GET", row.target, ""))
		if a.Status != 200 {
			t.Errorf("%s: %s = %d %s", row.who, row.target, a.Status, a.Body)
		}
		for _, text := range row.shows {
			if !strings.Contains(string(a.Body), text) {
				t.Errorf("%s: %s does not say %s: %s", row.who, row.target, text, a.Body)
			}
		}
		for _, text := range row.hidden {
			if strings.Contains(string(a.Body), text) {
				t.Errorf("%s: %s says %s: %s", row.who, row.target, text, a.Body)
			}
		}
	}
}
