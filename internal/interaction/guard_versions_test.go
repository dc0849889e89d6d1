package interaction_test

import (
	"strings"
	"testing"
)

// An earlier version goes by what it was: a draft of what is approved now, what was withheld from the person, and what was in another's record are not shown to who would not
// have been shown them; by no way, and not counted.
func TestGuard_VersionsAreAsHidden(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	draft := strings.Replace(planOf("v", "draft", "p1", "a"), `"status"`, `"title":"Thought aloud","status"`, 1)
	put(t, s, "CarePlan/v", draft)
	put(t, s, "CarePlan/v", strings.Replace(draft, "Thought aloud", "Thought again", 1))
	put(t, s, "CarePlan/v", planOf("v", "active", "p1", "a"))
	put(t, s, "CarePlan/v", strings.Replace(planOf("v", "active", "p1", "a"), `"status"`, `"title":"Approved","status"`, 1))
	harm := strings.Replace(observationOf("w", "p1"), `"status"`, `"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"third-party"}]},"status"`, 1)
	put(t, s, "Observation/w", harm)
	put(t, s, "Observation/w", observationOf("w", "p1"))
	put(t, s, "Observation/m", observationOf("m", "p2"))
	put(t, s, "Observation/m", observationOf("m", "p1"))
	login(s)
	for _, row := range []struct {
		who, key string
		versions string // that are seen
	}{
		{"author", "CarePlan/v", "1234"}, {"gp", "CarePlan/v", "1234"}, {"patient", "CarePlan/v", "1234"}, {"paramedic", "CarePlan/v", "34"}, {"adviser", "CarePlan/v", "34"},
		{"author", "Observation/w", "12"}, {"gp", "Observation/w", "12"}, {"paramedic", "Observation/w", "12"}, {"patient", "Observation/w", "2"}, {"attorney", "Observation/w", "2"},
		{"author", "Observation/m", "12"}, {"gp", "Observation/m", "2"}, {"paramedic", "Observation/m", "2"}, {"patient", "Observation/m", "2"}, {"breaker", "Observation/m", ""},
	} {
		p := principal(row.who, "user/*.cruds")
		typ, id, _ := strings.Cut(row.key, "/")
		for version := range strings.SplitSeq("1234", "") {
			want := map[bool]int{true: 200, false: 404}[strings.Contains(row.versions, version)]
			if a := answer(s, as(p, "GET", row.key+"/_history/"+version, "")); a.Status != want {
				t.Errorf("%s: vread %s of %s = %d, want %d\n%s", row.who, version, row.key, a.Status, want, a.Body)
			}
		}
		for _, target := range []string{row.key + "/_history", row.key + "/_history?_count=1", typ + "/_history?_count=100", "_history?_count=500", row.key + "/_history?_at=2024-02-29"} {
			a := answer(s, as(p, "GET", target, ""))
			if row.versions == "" {
				continue
			}
			found := ""
			for version := range strings.SplitSeq("1234", "") {
				if strings.Contains(string(a.Body), `"etag":"W/\"`+version+`\""`) && strings.Contains(target, id+"/") && !strings.Contains(target, "=") {
					found += version
				}
			}
			if a.Status != 200 || strings.Contains(target, id+"/") && !strings.Contains(target, "=") && found != row.versions {
				t.Errorf("%s: %s = %d with %s, want %s\n%s", row.who, target, a.Status, found, row.versions, a.Body)
			}
			hidden := map[string]string{"CarePlan/v": "Thought", "Observation/w": "third-party", "Observation/m": `"reference":"Patient/p2"`}[row.key]
			if !strings.Contains(row.versions, "1") && strings.Contains(string(a.Body), hidden) {
				t.Errorf("%s: %s shows it\n%s", row.who, target, a.Body)
			}
			if total := text(t, a.Body, "total"); strings.Contains(target, id+"/") && !strings.Contains(target, "_at") && total != string(rune('0'+len(row.versions))) {
				t.Errorf("%s: %s has the total %s, want %d", row.who, target, total, len(row.versions))
			}
		}
	}
	if a, b := answer(s, as(principal("paramedic", "user/*.cruds"), "GET", "CarePlan/v/_history/1", "")), answer(s, as(principal("paramedic", "user/*.cruds"), "GET", "CarePlan/v/_history/9", "")); string(a.Body) != string(b.Body) {
		t.Errorf("a draft is answered otherwise than what never was:\n%s\n%s", a.Body, b.Body)
	}
}

// A later page of a search shows what was there when the first was asked for, but not what its caller would not have been shown then: a plan that was a draft, a record
// that was another patient's, an observation that was withheld.
func TestGuard_LaterPagesAreAsHidden(t *testing.T) {
	for _, row := range []struct {
		who, typ, hidden string
		before, after    string // of the resource z, that is found last
		fill             func(id string) string
	}{
		{"paramedic", "CarePlan", "Thought aloud", strings.Replace(planOf("z", "draft", "p1", "a"), `"status"`, `"title":"Thought aloud","status"`, 1), planOf("z", "active", "p1", "a"),
			func(id string) string { return planOf(id, "active", "p1", "a") }},
		{"patient", "Observation", "third-party", strings.Replace(observationOf("z", "p1"), `"status"`, `"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"third-party"}]},"status"`, 1),
			observationOf("z", "p1"), func(id string) string { return observationOf(id, "p1") }},
		{"paramedic", "Observation", `"reference":"Patient/p2"`, observationOf("z", "p2"), observationOf("z", "p1"), func(id string) string { return observationOf(id, "p1") }},
	} {
		s := guarded(t)
		outside := func(do func()) {
			kept := s.Login
			s.Login = nil
			do()
			s.Login = kept
		}
		outside(func() {
			put(t, s, row.typ+"/y1", row.fill("y1"))
			put(t, s, row.typ+"/y2", row.fill("y2"))
			put(t, s, row.typ+"/z", row.before)
		})
		next, pages := row.typ+"?_sort=_id&_count=1", 0
		for next != "" && pages < 40 {
			a := answer(s, as(principal(row.who, "user/*.cruds"), "GET", next, ""))
			if a.Status != 200 || strings.Contains(string(a.Body), row.hidden) {
				t.Errorf("%s: page %d of %s = %d %s", row.who, pages+1, row.typ, a.Status, a.Body)
			}
			if pages++; pages == 1 {
				outside(func() { put(t, s, row.typ+"/z", row.after) })
			}
			next = ""
			if _, link, found := strings.Cut(string(a.Body), `"relation":"next","url":"`); found {
				link, _, _ = strings.Cut(link, `"`)
				next = link[strings.Index(link, row.typ+"?"):]
			}
		}
		if pages < 3 {
			t.Errorf("%s: %d pages of %s, want more", row.who, pages, row.typ)
		}
	}
}
