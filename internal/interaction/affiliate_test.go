package interaction_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hearken/internal/interaction"
)

// roleOf, teamOf and practitionerOf are what a record may name for an organisation; "" for none.
func roleOf(id, organisation string) string {
	return `{"resourceType":"PractitionerRole","id":"` + id + `","identifier":[{"system":"urn:n","value":"` + id + `"}]` + referring("organization", organisation) + `}`
}

func teamOf(id, organisation string) string {
	return `{"resourceType":"CareTeam","id":"` + id + `","identifier":[{"system":"urn:n","value":"` + id + `"}]` + strings.NewReplacer(`{"r`, `[{"r`, `"}`, `"}]`).Replace(referring("managingOrganization", organisation)) + `}`
}

func practitionerOf(id, organisation string) string {
	identifier := `"identifier":[{"system":"urn:n","value":"` + id + `"}]`
	if organisation != "" {
		identifier = strings.Replace(fmt.Sprintf(ods, strings.ToUpper(organisation)), `[`, `[{"system":"urn:n","value":"`+id+`"},`, 1)
	}
	return `{"resourceType":"Practitioner","id":"` + id + `",` + identifier + `}`
}

// twoCodes is an Organization with two ODS codes, of which the first counts.
func twoCodes(first, second string) string {
	return `{"resourceType":"Organization","id":"two","identifier":[` + strings.TrimSuffix(strings.Replace(fmt.Sprintf(ods, first), `"identifier":[`, "", 1), "]") + `,` +
		strings.TrimSuffix(strings.Replace(fmt.Sprintf(ods, second), `"identifier":[`, "", 1), "]") + `]}`
}

func referring(element, organisation string) string {
	if organisation == "" {
		return ""
	}
	return `,"` + element + `":{"reference":"Organization/` + organisation + `"}`
}

// affiliated is plane with a record, p4's, that names somebody or something of A by each way, as an author or
// a practice, and names what is not there; and with a system of X's.
func affiliated(t testing.TB) *interaction.Server {
	t.Helper()
	s := plane(t)
	unguarded(s, func() {
		put(t, s, "PractitionerRole/s-client-x", staffEntry("s-client-x", "client-x", "X", "system"))
		for _, id := range []string{"role", "gone", "bare", "practice"} {
			organisation := "a"
			if id == "bare" {
				organisation = ""
			}
			put(t, s, "PractitionerRole/"+id, roleOf(id, organisation))
		}
		put(t, s, "CareTeam/team", teamOf("team", "a"))
		put(t, s, "PractitionerRole/lost", roleOf("lost", "later"))
		put(t, s, "Organization/two", twoCodes("A", "X"))
		put(t, s, "Practitioner/doctor", practitionerOf("doctor", "a"))
		put(t, s, "Patient/p4", `{"resourceType":"Patient","id":"p4","managingOrganization":{"reference":"Organization/a"},"generalPractitioner":[{"reference":"PractitionerRole/practice"}]}`)
		put(t, s, "CareTeam/theirs", strings.Replace(teamOf("theirs", "a"), `"id"`, `"subject":{"reference":"Patient/p1"},"id"`, 1))
		mustDo(t, s, 204, "DELETE", "PractitionerRole/gone", "")
	})
	writeOn(t, s)
	return s
}

// writeOn has an author write the plan of p4 anew, by which it is found out who sees it.
func writeOn(t testing.TB, s *interaction.Server) {
	t.Helper()
	named := `{"reference":"PractitionerRole/role"},{"reference":"PractitionerRole/gone"},{"reference":"PractitionerRole/bare"},{"reference":"PractitionerRole/X-1"},{"reference":"PractitionerRole/later"},
		{"reference":"CareTeam/team"},{"reference":"CareTeam/theirs"},{"reference":"Practitioner/doctor"},{"reference":"Organization/later"},{"reference":"Organization/two"}`
	if got := statusFor(s, "author", "PUT", "CarePlan/cp4", contributedBy("cp4", "p4", named)); got != 200 {
		t.Fatalf("the author writes: %d", got)
	}
}

func sentIn(kind, method, url, body string) string {
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[{"resource":` + body + `,"request":{"method":"` + method + `","url":"` + url + `"}}]}`
}

// To which organisation something belongs that a record names is nobody's alone to change, in whichever way:
// what an administrator writes waits for another, and nobody else changes it.
func TestAffiliation_TwoPeople(t *testing.T) {
	for name, row := range map[string]struct{ target, body string }{
		"a role":                  {"PractitionerRole/role", roleOf("role", "x")},
		"by its code":             {"PractitionerRole/role", strings.Replace(roleOf("role", "x"), `"reference":"Organization/x"`, `"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"X"}`, 1)},
		"a role of none":          {"PractitionerRole/bare", roleOf("bare", "x")},
		"of the practice":         {"PractitionerRole/practice", roleOf("practice", "x")},
		"of what is not there":    {"PractitionerRole/role", roleOf("role", "later")},
		"a team":                  {"CareTeam/team", teamOf("team", "x")},
		"a practitioner":          {"Practitioner/doctor", practitionerOf("doctor", "x")},
		"its codes, turned round": {"Organization/two", twoCodes("X", "A")},
		"found by an identifier":  {"PractitionerRole?identifier=urn:n|role", roleOf("role", "x")},
	} {
		t.Run(name, func(t *testing.T) {
			s := affiliated(t)
			reads := func(when string, want int) {
				t.Helper()
				writeOn(t, s)
				for who, want := range map[string]int{"other": want, "author": 200, "client-x": want} {
					if got := statusFor(s, who, "GET", "CarePlan/cp4", ""); got != want {
						t.Errorf("%s: %s reads %d, want %d", when, who, got, want)
					}
				}
			}
			reads("before", 404)
			url, detail := strings.Replace(row.target, "|", "%7C", 1), `"admin-plane-only"`
			if strings.HasPrefix(row.target, "Organization") {
				detail = `"forbidden"` // no client changes one, whatever of it
			}
			for _, who := range []string{"client-partner", "client-x"} {
				a := answer(s, as(principal(who, "user/*.cruds"), "PUT", row.target, row.body))
				if a.Status != 403 || !strings.Contains(string(a.Body), detail) {
					t.Errorf("%s: %d %s", who, a.Status, a.Body)
				}
				if got := statusFor(s, who, "POST", "", sentIn("transaction", "PUT", url, row.body)); got != 403 {
					t.Errorf("%s in a transaction: %d", who, got)
				}
				if a := answer(s, as(principal(who, "user/*.cruds"), "POST", "", sentIn("batch", "PUT", url, row.body))); !strings.Contains(string(a.Body), detail) {
					t.Errorf("%s in a batch: %s", who, a.Body)
				}
			}
			for who, want := range map[string]int{"author": 403, "other": 403, "patient": 404} {
				if got := statusFor(s, who, "PUT", row.target, row.body); got != want && got != 404 {
					t.Errorf("%s: %d, want %d", who, got, want)
				}
			}
			if got := statusFor(s, "admin", "POST", "", sentIn("transaction", "PUT", url, row.body)); got != 403 || theWaiting(t, s, "admin") != "" {
				t.Errorf("an administrator in a transaction: %d", got)
			}
			reads("refused", 404)
			if got := statusFor(s, "admin", "PUT", row.target, row.body); got != 202 {
				t.Fatalf("an administrator: %d", got)
			}
			reads("asked", 404)
			task := theWaiting(t, s, "admin2")
			for who, want := range map[string]int{"admin": 403, "author": 404, "client-x": 404} {
				if got := statusFor(s, who, "POST", task+"/$confirm-sharing", ""); got != want {
					t.Errorf("%s confirms: %d, want %d", who, got, want)
				}
			}
			if got := statusFor(s, "admin2", "POST", task+"/$confirm-sharing", ""); got != 200 {
				t.Fatalf("confirmed: %d", got)
			}
			if name == "of what is not there" {
				reads("confirmed", 404)
				if got := statusFor(s, "client-x", "PUT", "Organization/later", `{"resourceType":"Organization","id":"later",`+fmt.Sprintf(ods, "X")+`}`); got != 403 {
					t.Errorf("what it belongs to is made by a partner: %d", got)
				}
				reads("refused again", 404)
				return
			}
			reads("confirmed", 200)
		})
	}
}

// What takes an organisation away, and what leaves it as it is, is one person's and at once; and so is what
// is made under an id of this server's.
func TestAffiliation_OnePerson(t *testing.T) {
	asWere := strings.Replace(roleOf("role", "a"), `"identifier"`, `"active":false,"identifier"`, 1)
	byCode := strings.Replace(roleOf("role", "a"), `"reference":"Organization/a"`, `"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"A"}`, 1)
	for name, row := range map[string]struct {
		who, method, target, body string
		want                      int
	}{
		"none any more":                   {"admin", "PUT", "PractitionerRole/role", roleOf("role", ""), 200},
		"deleted":                         {"admin", "DELETE", "PractitionerRole/role", "", 204},
		"not found, and as it was":        {"admin", "PUT", "PractitionerRole/lost", strings.Replace(roleOf("lost", "later"), `"identifier"`, `"active":true,"identifier"`, 1), 200},
		"as it was":                       {"admin", "PUT", "PractitionerRole/role", asWere, 200},
		"the same by its code":            {"admin", "PUT", "PractitionerRole/role", byCode, 200},
		"a new one":                       {"admin", "POST", "PractitionerRole", roleOf("x", "x"), 201},
		"the partner's own":               {"client-partner", "PUT", "PractitionerRole/role", asWere, 200},
		"the partner's own, none":         {"client-partner", "PUT", "PractitionerRole/role", roleOf("role", ""), 200},
		"the partner's own, deleted":      {"client-partner", "DELETE", "PractitionerRole/role", "", 204},
		"a new one of the partner's":      {"client-partner", "POST", "PractitionerRole", roleOf("x", "a"), 201},
		"of another, a record to come":    {"client-partner", "POST", "PractitionerRole", roleOf("x", "x"), 201},
		"found by nothing, of another":    {"client-partner", "PUT", "PractitionerRole?identifier=urn:n|new", strings.Replace(roleOf("new", "x"), `"id":"new",`, "", 1), 201},
		"under an id of its own":          {"client-partner", "PUT", "PractitionerRole/A-1", roleOf("A-1", "a"), 201},
		"of none, under any id":           {"client-partner", "PUT", "PractitionerRole/later", roleOf("later", ""), 201},
		"what names none, anybody's":      {"client-x", "PUT", "PractitionerRole/bare", strings.Replace(roleOf("bare", ""), `"identifier"`, `"active":true,"identifier"`, 1), 200},
		"of another":                      {"client-x", "PUT", "PractitionerRole/role", asWere, 403},
		"of another, deleted":             {"client-x", "DELETE", "PractitionerRole/role", "", 403},
		"of another, none":                {"client-x", "PUT", "PractitionerRole/role", roleOf("role", ""), 403},
		"under an id that may be named":   {"client-x", "PUT", "PractitionerRole/later", roleOf("later", "x"), 403},
		"under one that nobody names":     {"client-x", "PUT", "PractitionerRole/unnamed", roleOf("unnamed", "x"), 403},
		"an id that begins with the code": {"client-x", "PUT", "PractitionerRole/X1", roleOf("X1", "x"), 403},
		"an id of another's":              {"client-x", "PUT", "PractitionerRole/A-2", roleOf("A-2", "x"), 403},
		"of another, an id of one's own":  {"client-x", "PUT", "PractitionerRole/X-2", roleOf("X-2", "a"), 403},
		"an Organization that may be":     {"client-x", "PUT", "Organization/later", `{"resourceType":"Organization","id":"later",` + fmt.Sprintf(ods, "X") + `}`, 403},
		"made anew":                       {"admin", "PUT", "PractitionerRole/gone", roleOf("gone", "x"), 404},
		"made anew by a partner":          {"client-x", "PUT", "PractitionerRole/gone", roleOf("gone", "x"), 404},
		"a team of a patient's, as it is": {"gp", "PUT", "CareTeam/theirs", strings.Replace(teamOf("theirs", "a"), `"id"`, `"name":"x","subject":{"reference":"Patient/p1"},"id"`, 1), 200},
		"a team of a patient's, none":     {"gp", "PUT", "CareTeam/theirs", strings.Replace(teamOf("theirs", ""), `"id"`, `"subject":{"reference":"Patient/p1"},"id"`, 1), 200},
		"a team of a patient's, taken":    {"gp", "PUT", "CareTeam/theirs", strings.Replace(teamOf("theirs", "p"), `"id"`, `"subject":{"reference":"Patient/p1"},"id"`, 1), 403},
		"of a patient's, by a partner":    {"client-partner", "PUT", "CareTeam/theirs", strings.Replace(teamOf("theirs", "x"), `"id"`, `"subject":{"reference":"Patient/p1"},"id"`, 1), 403},
	} {
		s := affiliated(t)
		if a := answer(s, as(principal(row.who, "user/*.cruds"), row.method, row.target, row.body)); a.Status != row.want {
			t.Errorf("%s: %d %s, want %d", name, a.Status, a.Body, row.want)
		}
		writeOn(t, s)
		if theWaiting(t, s, "admin2") != "" {
			t.Errorf("%s: something waits", name)
		}
		for _, who := range []string{"other", "gp"} {
			if got := statusFor(s, who, "GET", "CarePlan/cp4", ""); got != 404 {
				t.Errorf("%s: %s reads %d", name, who, got)
			}
		}
	}
}

// What a partner is told is the same whether a record names what it writes, or one does not: it learns
// nothing of records that it does not see.
func TestAffiliation_NoOracle(t *testing.T) {
	s := affiliated(t)
	unguarded(s, func() { put(t, s, "PractitionerRole/idle", roleOf("idle", "a")) })
	for name, pair := range map[string][2]string{
		"there":     {"role", "idle"},
		"not there": {"later", "never"},
	} {
		for _, organisation := range []string{"x", "a"} {
			var bodies [2]string
			for i, id := range pair {
				a := answer(s, as(principal("client-x", "user/*.cruds"), "PUT", "PractitionerRole/"+id, roleOf(id, organisation)))
				bodies[i] = fmt.Sprint(a.Status, " ", strings.ReplaceAll(string(a.Body), id, "ID"))
			}
			if bodies[0] != bodies[1] {
				t.Errorf("%s, %s: named %s\nnot named %s", name, organisation, bodies[0], bodies[1])
			}
		}
	}
}

// A client of the administrators that chooses ids waits for two people, for a record may name what it makes.
func TestAffiliation_ChosenID(t *testing.T) {
	s := affiliated(t)
	client := principal("admin", "user/*.cruds")
	client.User, client.Scopes = false, principal("client-x", "").Scopes
	for target, body := range map[string]string{
		"PractitionerRole/later": roleOf("later", "x"),
		"Organization/later":     `{"resourceType":"Organization","id":"later",` + fmt.Sprintf(ods, "X") + `}`,
	} {
		if a := answer(s, as(client, "PUT", target, body)); a.Status != 202 {
			t.Fatalf("%s: %d %s", target, a.Status, a.Body)
		}
		writeOn(t, s)
		task := theWaiting(t, s, "admin")
		for _, row := range []struct {
			who  string
			want int
		}{{"admin", 202}, {"admin", 403}, {"admin2", 200}} {
			if got := statusFor(s, "other", "GET", "CarePlan/cp4", ""); got != 404 {
				t.Errorf("%s: X reads %d", target, got)
			}
			if got := statusFor(s, row.who, "POST", task+"/$confirm-sharing", ""); got != row.want {
				t.Errorf("%s: %s confirms: %d, want %d", target, row.who, got, row.want)
			}
		}
		writeOn(t, s)
		if got := statusFor(s, "other", "GET", "CarePlan/cp4", ""); got != 200 {
			t.Errorf("%s: confirmed, X reads %d", target, got)
		}
		unguarded(s, func() { mustDo(t, s, 204, "DELETE", target, "") })
		writeOn(t, s)
	}
	if got := answer(s, as(client, "PUT", "PractitionerRole/plain", roleOf("plain", ""))).Status; got != 201 {
		t.Errorf("of no organisation: %d", got)
	}
}

// Two halves of a change in one transaction, each of which looks like nothing, are refused whole.
func TestAffiliation_NoTwoHalves(t *testing.T) {
	made := `{"fullUrl":"urn:uuid:5b4a2f1e-8b8e-4b57-9c6a-0d2f5ad3c0aa","resource":{"resourceType":"Organization",` + fmt.Sprintf(ods, "X") + `},"request":{"method":"%s","url":"Organization%s"}}`
	role := `{"resource":` + strings.Replace(roleOf("role", "x"), "Organization/x", "urn:uuid:5b4a2f1e-8b8e-4b57-9c6a-0d2f5ad3c0aa", 1) + `,"request":{"method":"PUT","url":"PractitionerRole/role"}}`
	for name, entries := range map[string]string{
		"an organisation made on the way": fmt.Sprintf(made, "POST", "") + "," + role,
		"made after":                      role + "," + fmt.Sprintf(made, "PUT", "?identifier=urn:n%7Cnew"),
		"another deleted on the way":      `{"request":{"method":"DELETE","url":"PractitionerRole/practice"}},` + role + "," + fmt.Sprintf(made, "POST", ""),
	} {
		s := affiliated(t)
		for _, who := range []string{"client-partner", "client-x", "admin"} {
			if got := statusFor(s, who, "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[`+entries+`]}`); got != 403 {
				t.Errorf("%s, by %s: %d", name, who, got)
			}
		}
		writeOn(t, s)
		if got := statusFor(s, "other", "GET", "CarePlan/cp4", ""); got != 404 {
			t.Errorf("%s: X reads %d", name, got)
		}
	}
}

// Of many who ask and confirm at once, while others take away, no record opens by one hand.
func TestAffiliation_AtOnce(t *testing.T) {
	s := affiliated(t)
	if got := statusFor(s, "admin", "PUT", "PractitionerRole/role", roleOf("role", "x")); got != 202 {
		t.Fatalf("asked: %d", got)
	}
	task := theWaiting(t, s, "admin2")
	var confirmed, taken atomic.Int32
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			if statusFor(s, []string{"admin2", "admin"}[i%2], "POST", task+"/$confirm-sharing", "") == 200 {
				confirmed.Add(1)
			}
		})
		group.Go(func() {
			if statusFor(s, "client-x", "PUT", "PractitionerRole/role", roleOf("role", "x")) == 200 && confirmed.Load() == 0 {
				t.Error("a partner took it")
			}
		})
		group.Go(func() {
			if statusFor(s, "admin2", "PUT", "PractitionerRole/role", roleOf("role", "")) == 200 {
				taken.Add(1)
			}
		})
	}
	group.Wait()
	writeOn(t, s)
	if confirmed.Load() > 1 {
		t.Errorf("confirmed %d times", confirmed.Load())
	}
	now := string(answer(s, as(principal("admin", "user/*.cruds"), "GET", "PractitionerRole/role", "")).Body)
	if got := statusFor(s, "other", "GET", "CarePlan/cp4", ""); (got == 200) != (confirmed.Load() == 1 && strings.Contains(now, "Organization/x")) {
		t.Errorf("confirmed %d times, taken away %d, X reads %d: %s", confirmed.Load(), taken.Load(), got, now)
	}
}

// A store that fails at any call fails the write, for an administrator and a client, of what is there and of
// what is not.
func TestAffiliation_StoreFails(t *testing.T) {
	s := affiliated(t)
	broken := &failingStore{Store: s.Store, left: -1, err: errBroken}
	s.Store = broken
	for _, row := range []struct{ who, method, target, body string }{
		{"client-partner", "PUT", "PractitionerRole/role", strings.Replace(roleOf("role", "a"), `"identifier"`, `"active":true,"identifier"`, 1)},
		{"client-partner", "PUT", "PractitionerRole/A-1", roleOf("A-1", "a")},
		{"client-partner", "DELETE", "PractitionerRole/A-1", ""},
		{"admin", "PUT", "PractitionerRole/role", roleOf("role", "x")},
	} {
		t.Run(row.who+" "+row.method+" "+row.target, func(t *testing.T) {
			broken.failEach(t, func() interaction.Answer {
				return answer(s, as(principal(row.who, "user/*.cruds"), row.method, row.target, row.body))
			})
		})
	}
}
