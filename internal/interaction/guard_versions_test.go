package interaction_test

import (
	"context"
	"strings"
	"testing"

	"hearken/internal/interaction"
	"hearken/internal/store"
)

// nextPage is the target of the next page of a search of a type, "" for none.
func nextPage(a interaction.Answer, typ string) string {
	_, link, found := strings.Cut(string(a.Body), `"relation":"next","url":"`)
	if !found {
		return ""
	}
	link, _, _ = strings.Cut(link, `"`)
	return link[strings.Index(link, typ+"?"):]
}

// An earlier version goes by what it was: a draft of what is approved now, what was withheld from the person,
// and what was in another's record are not shown to who would not have been shown them; by no way, and not
// counted.
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
	put(t, s, "Observation/q", observationOf("q", "nobody"))
	put(t, s, "Observation/q", observationOf("q", "p1"))
	login(s)
	for _, row := range []struct {
		who, key string
		versions string // that are seen
	}{
		{"author", "CarePlan/v", "1234"}, {"gp", "CarePlan/v", "1234"}, {"patient", "CarePlan/v", "1234"}, {"paramedic", "CarePlan/v", "34"}, {"adviser", "CarePlan/v", "34"},
		{"author", "Observation/w", "12"}, {"gp", "Observation/w", "12"}, {"paramedic", "Observation/w", "12"}, {"patient", "Observation/w", "2"}, {"attorney", "Observation/w", "2"},
		{"author", "Observation/m", "12"}, {"gp", "Observation/m", "2"}, {"paramedic", "Observation/m", "2"}, {"patient", "Observation/m", "2"}, {"breaker", "Observation/m", ""},
		{"author", "Observation/q", "2"}, {"gp", "Observation/q", "2"}, {"patient", "Observation/q", "2"},
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
			hidden := map[string]string{"CarePlan/v": "Thought", "Observation/w": "third-party", "Observation/m": `"reference":"Patient/p2"`, "Observation/q": "Patient/nobody"}[row.key]
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

// A later page of a search shows what was there when the first was asked for, but not what its caller would
// not have been shown then: a plan that was a draft, a record that was another patient's, an observation that
// was withheld; nor includes it.
func TestGuard_LaterPagesAreAsHidden(t *testing.T) {
	for _, row := range []struct {
		who, typ, include, hidden string
		key                       string // of what is changed: the resource z, that is found last, or that is included
		before, after             string
		fill                      func(id string) string
	}{
		{"paramedic", "CarePlan", "", "Thought aloud", "CarePlan/z", strings.Replace(planOf("z", "draft", "p1", "a"), `"status"`, `"title":"Thought aloud","status"`, 1), planOf("z", "active", "p1", "a"),
			func(id string) string { return planOf(id, "active", "p1", "a") }},
		{"patient", "Observation", "", "third-party", "Observation/z", strings.Replace(observationOf("z", "p1"), `"status"`, `"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"third-party"}]},"status"`, 1),
			observationOf("z", "p1"), func(id string) string { return observationOf(id, "p1") }},
		{"paramedic", "Observation", "", `"reference":"Patient/p2"`, "Observation/z", observationOf("z", "p2"), observationOf("z", "p1"), func(id string) string { return observationOf(id, "p1") }},
		{"paramedic", "Observation", "&_include=Observation:based-on", "Thought aloud", "CarePlan/z",
			strings.Replace(planOf("z", "draft", "p1", "a"), `"status"`, `"title":"Thought aloud","status"`, 1), planOf("z", "active", "p1", "a"),
			func(id string) string {
				return strings.Replace(observationOf(id, "p1"), `"status"`, `"basedOn":[{"reference":"CarePlan/z"}],"status"`, 1)
			}},
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
			put(t, s, row.key, row.before)
		})
		next, pages := row.typ+"?_sort=_id&_count=1"+row.include, 0
		for next != "" && pages < 40 {
			a := answer(s, as(principal(row.who, "user/*.cruds"), "GET", next, ""))
			if a.Status != 200 || strings.Contains(string(a.Body), row.hidden) {
				t.Errorf("%s: page %d of %s = %d %s", row.who, pages+1, row.typ, a.Status, a.Body)
			}
			if pages++; pages == 1 {
				outside(func() { put(t, s, row.key, row.after) })
			}
			next = nextPage(a, row.typ)
		}
		if pages < 3 {
			t.Errorf("%s: %d pages of %s, want more", row.who, pages, row.typ)
		}
	}
}

// What was deleted and is there again has its history whole, for who sees it.
func TestGuard_DeletedInBetween(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "CarePlan/again", planOf("again", "active", "p1", "a"))
	mustDo(t, s, 204, "DELETE", "CarePlan/again", "")
	put(t, s, "CarePlan/again", planOf("again", "active", "p1", "a"))
	returns := `{"resourceType":"Patient","id":"again","managingOrganization":{"reference":"Organization/a"}}`
	put(t, s, "Patient/again", returns)
	mustDo(t, s, 204, "DELETE", "Patient/again", "")
	put(t, s, "Patient/again", returns)
	login(s)
	for _, row := range [][2]string{{"author", "CarePlan"}, {"paramedic", "CarePlan"}, {"patient", "CarePlan"}, {"author", "Patient"}} {
		who, target := row[0], row[1]+"/again/_history"
		if a := answer(s, as(principal(who, "user/*.cruds"), "GET", target, "")); a.Status != 200 || text(t, a.Body, "total") != "3" || text(t, a.Body, "entry.1.request.method") != "DELETE" {
			t.Errorf("%s: %s = %d %s", who, target, a.Status, a.Body)
		}
	}
}

// longStore has a history of any length.
type longStore struct {
	store.Store
	total int
}

func (s longStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(rd store.Reader) error { return fn(longReader{rd, s.total}) })
}

type longReader struct {
	store.Reader
	total int
}

func (r longReader) History(q store.HistoryQuery) (store.HistoryPage, error) {
	page, err := r.Reader.History(q)
	page.Total = r.total
	return page, err
}

// A total is of what the caller sees, and there is none where too many versions would have to be looked at.
func TestGuard_HistoryTotal(t *testing.T) {
	s := guarded(t)
	kept := s.Store
	for total, want := range map[int]string{1: "1", 1000: "1", 1001: ""} { // one is there
		s.Store = longStore{kept, total}
		if a := answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan/cp1/_history", "")); a.Status != 200 || text(t, a.Body, "total") != want {
			t.Errorf("%d versions: %d, want the total %q: %s", total, a.Status, want, a.Body)
		}
	}
}

// What was deleted and might have had something to withhold has nothing to be read for.
func TestGuard_DeletedAndWithheld(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "CareTeam/t3", `{"resourceType":"CareTeam","id":"t3","subject":{"reference":"Patient/p3"}}`)
	mustDo(t, s, 204, "DELETE", "CareTeam/t3", "")
	login(s)
	for target, want := range map[string]int{"CareTeam/t3": 410, "CareTeam/t3/_history": 200} {
		if a := answer(s, as(principal("crew", "user/*.cruds"), "GET", target, "")); a.Status != want {
			t.Errorf("%s = %d, want %d: %s", target, a.Status, want, a.Body)
		}
	}
}
