package interaction_test

import (
	"regexp"
	"strings"
	"testing"
)

// anOver is a grant that lets nobody do more, so that one administrator writes it.
func anOver(patient string) string {
	return strings.Replace(grantOf("x", "other", "2024-02-29T11:00:00Z", "break-glass", patient), `"id":"x",`, "", 1)
}

// Administrators write facts about patients they do not see, by the ids they were given, when references are
// enforced; about nobody they do not.
func TestReferentialIntegrity_Facts(t *testing.T) {
	proxy := strings.Replace(proxyOf("new", "ID"), `"id":"new",`, `"active":false,`, 1)
	for _, row := range []struct {
		name, method, target, body string
		there                      int
	}{
		{"a grant that is over", "POST", "Basic", anOver("ID"), 201},
		{"a grant ended", "PUT", "Basic/g1", grantOf("g1", "breaker", "2024-02-29T11:00:00Z", "break-glass", "ID"), 200},
		{"a grant", "POST", "Basic", grantOf("x", "other", "2024-02-29T13:00:00Z", "break-glass", "ID"), 202},
		{"a proxy no longer", "POST", "RelatedPerson", proxy, 201},
		{"by condition", "PUT", "Basic?identifier=" + issuer + "|crew", anOver("ID"), 200},
		{"if there is none", "POST IF identifier=" + issuer + "|nobody", "Basic", anOver("ID"), 201},
		{"in a transaction", "POST", "", bundleOf("transaction", ent("", anOver("ID"), "POST", "Basic")), 200},
		{"in a transaction, by its id", "POST", "", bundleOf("transaction", ent("", proxy, "POST", "RelatedPerson"), ent("", grantOf("g1", "breaker", "2024-02-29T11:00:00Z", "break-glass", "ID"), "PUT", "Basic/g1")), 200},
		{"to be validated", "POST", "Basic/$validate?mode=create", anOver("ID"), 200},
	} {
		s := outsiders(t)
		s.Policy.ReferentialIntegrity = true
		ask := func(id string) (int, string) {
			method, condition, _ := strings.Cut(row.method, " IF ")
			c := as(principal("admin", "user/*.cruds"), method, row.target, strings.ReplaceAll(row.body, "ID", id))
			c.IfNoneExist = condition
			a := answer(s, c)
			return a.Status, string(a.Body)
		}
		for _, nobody := range []string{"absent", "deleted"} {
			if nobody == "deleted" {
				unguarded(s, func() {
					put(t, s, "Patient/deleted", patient("deleted", "d"))
					mustDo(t, s, 204, "DELETE", "Patient/deleted", "")
				})
			}
			got, words := ask(nobody)
			if refused := strings.Contains(words, `"dangling-reference"`); !refused || got != 422 && !strings.Contains(row.target, "$validate") {
				t.Errorf("%s, about one who is %s: %d %s, want 422 and dangling-reference", row.name, nobody, got, words)
			}
			if theWaiting(t, s, "admin2") != "" {
				t.Errorf("%s, about one who is %s: it waits", row.name, nobody)
			}
		}
		if got, words := ask("p2"); got != row.there || strings.Contains(words, `"dangling-reference"`) {
			t.Errorf("%s: %d %s, want %d", row.name, got, words, row.there)
		}
	}
	s := outsiders(t)
	s.Policy.ReferentialIntegrity = true
	a := answer(s, as(principal("admin", "user/*.cruds"), "POST", "", bundleOf("batch", ent("", anOver("p2"), "POST", "Basic"), ent("", anOver("absent"), "POST", "Basic"))))
	if first, second := text(t, a.Body, "entry.0.response.status"), text(t, a.Body, "entry.1.response.status"); !strings.HasPrefix(first, "201") || !strings.HasPrefix(second, "422") {
		t.Errorf("a batch: %s and %s, want 201 and 422", first, second)
	}
}

var madeID = regexp.MustCompile(`new-\d+`) // of what is stored

// Nobody else learns by it whether somebody is there, nor does an administrator by what is no fact, or by searching.
func TestReferentialIntegrity_TellsNobodyElse(t *testing.T) {
	s := outsiders(t)
	s.Policy.ReferentialIntegrity = true
	plain := strings.Replace(anOver("ID"), factMeta+",", "", 1)
	byNumber := strings.Replace(anOver("ID"), "Patient/ID", "Patient?identifier=urn:n|ID", 1)
	organization := `{"resourceType":"Organization","extension":[{"url":"urn:x","valueReference":{"reference":"Patient/ID"}}]}`
	for _, who := range []string{"admin", "keeper", "officer", "client-partner", "other", "paramedic", "attorney", "untrained", "stranger"} {
		for _, body := range []string{anOver("ID"), proxyOf("x", "ID"), plain, observation("Patient/ID"), organization, byNumber} {
			if who == "admin" && strings.Contains(body, factMeta) && body != byNumber {
				continue
			}
			_, typ, _ := strings.Cut(body, `"resourceType":"`)
			typ, _, _ = strings.Cut(typ, `"`)
			for _, row := range [][2]string{
				{"POST " + typ, body}, {"POST " + typ + "/$validate?mode=create", body},
				{"POST ", bundleOf("batch", ent("", body, "POST", typ))}, {"POST ", bundleOf("transaction", ent("", body, "POST", typ))},
			} {
				ask := func(id string) (int, string) {
					method, target, _ := strings.Cut(row[0], " ")
					a := answer(s, as(principal(who, "user/*.cruds"), method, target, strings.ReplaceAll(row[1], "ID", id)))
					return a.Status, madeID.ReplaceAllString(strings.ReplaceAll(string(a.Body), id, "ID"), "new")
				}
				hidden := "p2"
				if who == "client-partner" {
					hidden = "hidden"
					unguarded(s, func() {
						put(t, s, "Patient/hidden", `{"resourceType":"Patient","id":"hidden","identifier":[{"system":"urn:n","value":"hidden"}],"managingOrganization":{"reference":"Organization/x"}}`)
					})
				}
				there, words := ask(hidden)
				if absent, others := ask(strings.Repeat("z", len(hidden))); there != absent || words != others {
					t.Errorf("%s, %s %s: hidden %d %s\nabsent %d %s", who, row[0], row[1], there, words, absent, others)
				}
			}
		}
	}
}
