package interaction_test

import (
	"strings"
	"testing"

	"hearken/internal/smart"
)

// Who looked at the record of a person at risk says which practice, ward or care home is theirs. Who is not
// told where they are is not told that either; those who are, and about people who are not at risk, are.
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

// What asks for a part of it is a number, a moment or a place in it, and nothing else is taken for one; what
// is asked for is what is told.
func TestAccessLog_Asked(t *testing.T) {
	s := guarded(t)
	for range 3 {
		answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p1", ""))
	}
	gp := principal("gp", "user/*.cruds")
	for _, row := range []struct {
		asked  string
		status int
		told   int // -1 for some
	}{
		{"", 200, -1}, {"_count=1", 200, 1}, {"_count=2", 200, 2}, {"_count=99999999999999999999", 400, 0}, {"_count=0", 400, 0}, {"_count=-1", 400, 0}, {"_count=many", 400, 0},
		{"_since=2024-01-01T00:00:00Z", 200, -1}, {"_since=2030-01-01T00:00:00Z", 200, 0}, {"until=2030-01-01T00:00:00Z", 200, -1}, {"until=2020-01-01T00:00:00Z", 200, 0},
		{"_since=yesterday", 400, 0}, {"until=2024", 400, 0}, {"cursor=nonsense", 400, 0},
	} {
		a := answer(s, as(gp, "GET", "Patient/p1/$access-log?"+row.asked, ""))
		told := strings.Count(string(a.Body), `"name":"access"`)
		if a.Status != row.status || told != row.told && (row.told >= 0 || told < 3) {
			t.Errorf("%q: %d with %d accesses, want %d with %d: %s", row.asked, a.Status, told, row.status, row.told, a.Body)
		}
	}
}

// An access by nobody's organisation is told without one, and not as by one that is not told. An organisation
// is called by its name where one alone has its code, and asked for once.
func TestAccessLog_Organisations(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "Organization/p", strings.Replace(`{"resourceType":"Organization","id":"p","name":"Practice",ODS}`, "ODS", strings.ReplaceAll(ods, "%s", "P"), 1))
	put(t, s, "Organization/a", strings.Replace(`{"resourceType":"Organization","id":"a","name":"One",ODS}`, "ODS", strings.ReplaceAll(ods, "%s", "A"), 1))
	put(t, s, "Organization/again", strings.Replace(`{"resourceType":"Organization","id":"again","name":"Another",ODS}`, "ODS", strings.ReplaceAll(ods, "%s", "A"), 1))
	login(s)
	person := principal("patient", "user/*.cruds")
	person.Context.FHIRUser.ID = "p3"
	for _, p := range []*smart.Principal{person, principal("author", "user/*.cruds"), principal("author", "user/*.cruds")} {
		for _, id := range []string{"p1", "p3"} {
			answer(s, as(p, "GET", "Patient/"+id, ""))
		}
	}
	log := string(answer(s, as(principal("crew", "user/*.cruds"), "GET", "Patient/p3/$access-log", "")).Body)
	if named, all := strings.Count(log, `"name":"organisation"`), strings.Count(log, `"name":"access"`); named >= all || named == 0 {
		t.Errorf("%d of %d accesses have an organisation, and the person has none: %s", named, all, log)
	}
	answer(s, as(principal("gp", "user/*.cruds"), "GET", "Patient/p1", ""))
	counting := &callStore{Store: s.Store}
	s.Store = counting
	log = string(answer(s, as(principal("gp", "user/*.cruds"), "GET", "Patient/p1/$access-log", "")).Body)
	if !strings.Contains(log, `"valueString":"A"`) || strings.Contains(log, "Another") || !strings.Contains(log, "Practice") {
		t.Errorf("an organisation whose code two have, and one whose code nobody else has: %s", log)
	}
	asked := 0
	for _, call := range counting.calls {
		if strings.HasPrefix(call, "Search") && strings.Contains(call, "Organization") {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("the names of two organisations are asked for %d times: %v", asked, counting.calls)
	}
}
