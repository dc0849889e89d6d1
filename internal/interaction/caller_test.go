package interaction_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/internal/smart"
)

// Somebody is who facts say they are, as far as these say it: with a fact that is not in force, or not about
// them, they are nobody.
func TestCallers_Facts(t *testing.T) {
	as1 := func(who string, change func(*smart.Principal)) *smart.Principal {
		p := principal(who, "user/*.cruds")
		if change != nil {
			change(p)
		}
		return p
	}
	of := func(organisation string) func(*smart.Principal) {
		return func(p *smart.Principal) { p.OrganisationID = organisation }
	}
	for _, purpose := range []func(*smart.Principal){nil, func(p *smart.Principal) { p.Purposes = []string{"TREAT"} }, func(p *smart.Principal) { p.Purposes = []string{"HRESCH", "TREAT"} }} {
		if got := seenBy(t, as1("author", purpose), nil); got != "p1 p2 p3 p4" {
			t.Errorf("the author sees %q", got)
		}
	}
	attorney := func(more string) map[string]string {
		return map[string]string{"RelatedPerson/attorney": `{"resourceType":"RelatedPerson","id":"attorney",` + factMeta + more + `}`}
	}
	entry := func(id, subject, code, role, more string) map[string]string {
		return map[string]string{"PractitionerRole/" + id: strings.Replace(staffEntry(id, subject, code, role), `"active":true`, more, 1)}
	}
	both := func(one, two map[string]string) map[string]string {
		all := map[string]string{}
		for _, facts := range []map[string]string{one, two} {
			for key, body := range facts {
				all[key] = body
			}
		}
		return all
	}
	unnamed := func(p *smart.Principal) { p.Subject = "" }
	contact := `{"resourceType":"Basic","id":"g3",` + factMeta + `,"identifier":[{"system":"` + issuer + `","value":"crew","period":{"end":"%s"}}],"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"urgent-care-contact"}]},"subject":{"reference":"Patient/p3"}}`
	for _, row := range []struct {
		name  string
		p     *smart.Principal
		facts map[string]string
		sees  string
	}{
		{"a token for research", as1("author", func(p *smart.Principal) { p.Purposes = []string{"HRESCH"} }), nil, ""},
		{"an attorney", as1("attorney", nil), nil, "p1"},
		{"an attorney who is one no more", as1("attorney", nil), attorney(`,"active":false,"patient":{"reference":"Patient/p1"}`), ""},
		{"an attorney whose time is over", as1("attorney", nil), attorney(`,"patient":{"reference":"Patient/p1"},"period":{"end":"2024-01-01"}`), ""},
		{"an attorney of whom it is not said whose", as1("attorney", nil), attorney(`,"patient":{"display":"p1"}`), ""},
		{"a client that says it is the person", as1("patient", func(p *smart.Principal) { p.User, p.ClientID = false, "client-x" }), nil, ""},
		{"a client that says it is their attorney", as1("attorney", func(p *smart.Principal) { p.User, p.ClientID = false, "client-x" }), nil, ""},
		{"a client by its name alone", as1("client-partner", unnamed), nil, "p1 p2 p3 p4"},
		{"another client", as1("client-other", unnamed), nil, ""},
		{"a person with the entry of a client", as1("odd", nil), entry("s-odd", "odd", "A", "system", `"active":true`), ""},
		{"a client with the entry of a person", as1("client-odd", unnamed), entry("s-odd", "client-odd", "A", "clinical", `"active":true`), ""},
		{"somebody of no organisation", as1("odd", nil), map[string]string{"PractitionerRole/s-odd": strings.Replace(staffEntry("s-odd", "odd", "A", "clinical"), "fhir.nhs.uk/Id/ods-organization-code", "example.org", 1)}, ""},
		{"somebody of two, who says for neither", as1("gp", nil), entry("s-two", "gp", "A", "clinical", `"active":true`), ""},
		{"who says for the one", as1("gp", of("P")), entry("s-two", "gp", "A", "clinical", `"active":true`), "p1"},
		{"who says for the other", as1("gp", of("A")), entry("s-two", "gp", "A", "clinical", `"active":true`), "p1 p2 p3 p4"},
		{"who says for one that they are not of", as1("gp", of("X")), nil, ""},
		{"two entries, the first over", as1("gp", nil), both(entry("s-gp", "gp", "P", "clinical", `"active":false`), entry("s-two", "gp", "P", "clinical", `"active":true`)), "p1"},
		{"two entries, the second over", as1("gp", nil), entry("s-two", "gp", "P", "clinical", `"active":false`), "p1"},
		{"a crew that is called", as1("crew", nil), nil, "p3"},
		{"a crew whose call is over", as1("crew", nil), map[string]string{"Basic/g3": fmt.Sprintf(contact, "2024-02-29T11:00:00Z")}, ""},
		{"a stranger with a grant", as1("odd", nil), map[string]string{"Basic/g3": strings.Replace(fmt.Sprintf(contact, "2024-02-29T13:00:00Z"), `"crew"`, `"odd"`, 1)}, ""},
		{"a client with a grant", as1("client-odd", nil), map[string]string{"Basic/g3": strings.Replace(fmt.Sprintf(contact, "2024-02-29T13:00:00Z"), `"crew"`, `"client-odd"`, 1)}, ""},
	} {
		if got := seenBy(t, row.p, row.facts); got != row.sees {
			t.Errorf("%s sees %q, want %q", row.name, got, row.sees)
		}
	}
}

// seenBy are the patients of a guarded server, with other facts, whose record somebody sees: by name, where a
// client before them was asked for.
func seenBy(t *testing.T, p *smart.Principal, facts map[string]string) string {
	t.Helper()
	s := guarded(t)
	s.Login = nil
	for key, body := range facts {
		put(t, s, key, body)
	}
	login(s)
	known := principal("client-partner", "")
	known.Subject = ""
	answer(s, as(known, "GET", "Patient/p1", ""))
	var sees []string
	for _, id := range []fhir.ID{"p1", "p2", "p3", "p4"} {
		if a := answer(s, as(p, "GET", "Patient/"+string(id), "")); a.Status == 200 {
			sees = append(sees, string(id))
		}
	}
	return strings.Join(sees, " ")
}
