package interaction_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/internal/interaction"
)

func organisationOf(id, code, more string) string {
	return `{"resourceType":"Organization","id":"` + id + `",` + more + fmt.Sprintf(ods, code) + `}`
}

// status is that of an answer, with the detail of what refused it.
func status(s *interaction.Server, who, method, target, body string) string {
	a := answer(s, as(principal(who, "user/*.cruds"), method, target, body))
	out := fmt.Sprint(a.Status)
	if a.Status >= 400 {
		_, rest, _ := strings.Cut(string(a.Body), `"details":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/issue-detail","code":"`)
		detail, _, _ := strings.Cut(rest, `"`)
		out += " " + detail
	}
	return out
}

// An organisation that is not active is one whose agreement has lapsed: at once, by one administrator. That
// it is active again takes two.
func TestOrganisation_NotActive(t *testing.T) {
	s := plane(t)
	expect := func(when string, want map[string]string) {
		t.Helper()
		for line, status_ := range want {
			who, target, _ := strings.Cut(line, " ")
			if got := status(s, who, "GET", target, ""); got != status_ {
				t.Errorf("%s: %s = %s, want %s", when, line, got, status_)
			}
		}
	}
	active := map[string]string{
		"paramedic CarePlan/cp1": "200", "adviser CarePlan/cp1": "200", "author CarePlan/cp1": "200", "client-partner CarePlan/cp1": "200", "officer AuditEvent": "200",
	}
	barred := map[string]string{
		"paramedic CarePlan/cp1": "403 emergency-access-available", "paramedic CarePlan?patient=p1": "403 emergency-access-available", "adviser CarePlan/cp1": "403 forbidden",
		"author CarePlan/cp1": "403 emergency-access-available", "client-partner CarePlan/cp1": "404 unknown-resource", "officer AuditEvent": "403 forbidden",
		"gp CarePlan/cp1": "200", "patient CarePlan/cp1": "200", "admin Contract/A": "200", "keeper Organization/a": "200",
	}
	expect("active", active) // and so what is kept of them is from before
	for _, code := range []string{"A", "U"} {
		id := strings.ToLower(code)
		if got := status(s, "admin", "PUT", "Organization/"+id, organisationOf(id, code, `"active":false,`)); got != "200" {
			t.Fatalf("not active: %s", got)
		}
	}
	expect("not active", barred)
	if a := answer(s, as(emergency("paramedic"), "POST", "Patient/$break-glass", glass(byReference("p2"), "emergency-care", sentence))); a.Status != 200 {
		t.Errorf("a paramedic breaks the glass: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(emergency("adviser"), "POST", "Patient/$break-glass", glass(byReference("p2"), "emergency-care", sentence))); a.Status != 403 {
		t.Errorf("an adviser breaks the glass: %d %s", a.Status, a.Body)
	}
	expect("a record opened", map[string]string{"paramedic CarePlan/cp2": "200", "paramedic CarePlan/cp1": "403 emergency-access-available"})

	back := organisationOf("u", "U", `"active":true,`)
	for name, row := range map[string]struct{ method, target, body, want string }{
		"deleted":              {"DELETE", "Organization/u", "", "409 second-person"},
		"in a transaction":     {"POST", "", bundleOf("transaction", ent("", back, "PUT", "Organization/u")), "403 second-person"},
		"deleted in one":       {"POST", "", bundleOf("transaction", ent("", "", "DELETE", "Organization/u")), "409 second-person"},
		"another one":          {"POST", "Organization", organisationOf("x", "U", `"active":true,`), "201"},
		"still not":            {"PUT", "Organization/u", organisationOf("u", "U", `"active":false,"name":"other",`), "200"},
		"active":               {"PUT", "Organization/u", back, "202"},
		"without a word of it": {"PUT", "Organization/u", organisationOf("u", "U", ""), "202"},
		"without its code":     {"PUT", "Organization/u", `{"resourceType":"Organization","id":"u","active":false,"name":"x"}`, "202"},
		"with another code":    {"PUT", "Organization/u", organisationOf("u", "V", `"active":false,`), "202"},
	} {
		if got := status(s, "admin", row.method, row.target, row.body); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
		expect(name, map[string]string{"paramedic CarePlan/cp1": "403 emergency-access-available", "adviser CarePlan/cp1": "403 forbidden"})
	}
}

// Two administrators let its people in again, and not before the second has confirmed.
func TestOrganisation_ActiveAgain(t *testing.T) {
	s := plane(t)
	if got := status(s, "admin", "PUT", "Organization/u", organisationOf("u", "U", `"active":false,`)); got != "200" {
		t.Fatalf("not active: %s", got)
	}
	if got := status(s, "admin", "PUT", "Organization/u", organisationOf("u", "U", `"active":true,`)); got != "202" {
		t.Fatalf("active again: %s", got)
	}
	task := theWaiting(t, s, "admin2")
	for _, row := range []struct{ who, want, sees string }{
		{"admin", "403 second-person", "403 emergency-access-available"}, {"admin2", "200", "200"},
	} {
		if got := status(s, row.who, "POST", task+"/$confirm-sharing", ""); got != row.want {
			t.Errorf("%s confirms: %s, want %s", row.who, got, row.want)
		}
		if got := status(s, "paramedic", "GET", "CarePlan/cp1", ""); got != row.sees {
			t.Errorf("after %s the paramedic reads: %s, want %s", row.who, got, row.sees)
		}
	}
}

// Everybody who works here may name an organisation, and nobody but the administrators may keep one out by it.
func TestOrganisation_KeptOutByOthers(t *testing.T) {
	s := plane(t)
	inactive := strings.Replace(organisationOf("i", "U", `"active":false,`), `"id":"i",`, "", 1)
	for _, who := range []string{"author", "client-partner", "gp"} {
		for name, row := range map[string]struct{ method, target, body, want string }{
			"created":          {"POST", "Organization", inactive, "403 admin-plane-only"},
			"in a transaction": {"POST", "", bundleOf("transaction", ent("", inactive, "POST", "Organization")), "403 admin-plane-only"},
			"by its own id":    {"PUT", "Organization/i", organisationOf("i", "U", `"active":false,`), map[bool]string{true: "403 admin-plane-only", false: "404 unknown-resource"}[who == "client-partner"]},
			"of no code":       {"POST", "Organization", `{"resourceType":"Organization","active":false,"name":"closed"}`, "201"},
			"active":           {"POST", "Organization", strings.Replace(inactive, "false", "true", 1), "201"},
		} {
			got := status(s, who, row.method, row.target, row.body)
			if row.want == "404 unknown-resource" && strings.HasPrefix(got, "404") {
				continue
			}
			if got != row.want {
				t.Errorf("%s, %s: %s, want %s", who, name, got, row.want)
			}
		}
		if got := status(s, "paramedic", "GET", "CarePlan/cp1", ""); got != "200" {
			t.Errorf("the paramedic reads: %s", got)
		}
	}
	if got := status(s, "admin", "POST", "Organization", inactive); got != "201" {
		t.Errorf("by an administrator: %s", got)
	}
	if got := status(s, "paramedic", "GET", "CarePlan/cp1", ""); got != "403 emergency-access-available" {
		t.Errorf("the paramedic reads: %s", got)
	}
}
