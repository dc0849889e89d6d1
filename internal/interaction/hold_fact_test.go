package interaction_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/interaction"
)

const roleCodes = "https://hearken.example.org/fhir/CodeSystem/access-role"

func contractOf(id, code, end string, roles ...string) string {
	subTypes := `{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}`
	for _, role := range roles {
		subTypes += `,{"system":"` + roleCodes + `","code":"` + role + `"}`
	}
	return `{"resourceType":"Contract","id":"` + id + `",` + factMeta + `,"status":"executed",` + fmt.Sprintf(ods, code) + `,"applies":{"start":"2023-01-01","end":"` + end + `"},
		"subType":[{"coding":[` + subTypes + `]}]}`
}

func grantOf(id, subject, until, kind, patient string) string {
	return `{"resourceType":"Basic","id":"` + id + `",` + factMeta + `,"identifier":[{"system":"` + issuer + `","value":"` + subject + `","period":{"end":"` + until + `"}}],
		"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"` + kind + `"}]},"subject":{"reference":"Patient/` + patient + `"}}`
}

func proxyOf(id, patient string) string {
	return `{"resourceType":"RelatedPerson","id":"` + id + `",` + factMeta + `,"patient":{"reference":"Patient/` + patient + `"}}`
}

// widenedFacts are writes by which one administrator would let somebody do more, and who reads what with it.
var widenedFacts = map[string]struct{ method, target, body, who, reads string }{
	"a new agreement":        {"POST", "Contract", contractOf("n", "N", "2030-01-01", "clinical"), "n-nurse", "CarePlan/cn"},
	"an agreement longer":    {"PUT", "Contract/N2", contractOf("N2", "N2", "2030-01-01", "clinical"), "n2-nurse", "CarePlan/cn2"},
	"for another role":       {"PUT", "Contract/N3", contractOf("N3", "N3", "2030-01-01", "clinical", "care-home"), "n3-carer", "CarePlan/cn3"},
	"in a batch":             {"POST", "", `{"resourceType":"Bundle","type":"batch","entry":[{"resource":` + contractOf("n", "N", "2030-01-01", "clinical") + `,"request":{"method":"POST","url":"Contract"}}]}`, "n-nurse", "CarePlan/cn"},
	"an entry":               {"POST", "PractitionerRole", staffEntry("x", "newcomer", "A", "clinical"), "newcomer", "CarePlan/cp4"},
	"an entry trained again": {"PUT", "PractitionerRole/s-untrained", staffEntry("s-untrained", "untrained", "A", "clinical"), "untrained", "CarePlan/cp1"},
	"an entry of another":    {"PUT", "PractitionerRole/s-other", staffEntry("s-other", "other", "A", "clinical"), "other", "CarePlan/cp4"},
	"a grant":                {"POST", "Basic", grantOf("x", "other", "2024-02-29T13:00:00Z", "break-glass", "p2"), "other", "CarePlan/cp2"},
	"a contact":              {"POST", "Basic", grantOf("x", "other", "2024-02-29T13:00:00Z", "urgent-care-contact", "p3"), "other", "CarePlan/cp3"},
	"a grant for another":    {"PUT", "Basic/g1", grantOf("g1", "breaker", "2024-02-29T13:00:00Z", "break-glass", "p4"), "breaker", "CarePlan/cp4"},
	"a grant again":          {"PUT", "Basic/g2", grantOf("g2", "breaker", "2024-02-29T13:00:00Z", "break-glass", "p3"), "breaker", "CarePlan/cp3"},
	"a proxy for another":    {"PUT", "RelatedPerson/attorney", proxyOf("attorney", "p2"), "attorney", "CarePlan/cp2"},
	"another's code":         {"PUT", "Organization/p", `{"resourceType":"Organization","id":"p",` + fmt.Sprintf(ods, "X") + `}`, "other", "CarePlan/cp1"},
	"made a fact":            {"PUT", "PractitionerRole/plain", staffEntry("plain", "newcomer", "A", "clinical"), "newcomer", "CarePlan/cp4"},
}

// outsiders is plane with organisations whose agreements are not there, too short or too narrow, and their staff.
func outsiders(t testing.TB) *interaction.Server {
	t.Helper()
	s := plane(t)
	unguarded(s, func() {
		for _, code := range []string{"N", "N2", "N3"} {
			id := strings.ToLower(code)
			put(t, s, "Organization/"+id, `{"resourceType":"Organization","id":"`+id+`",`+fmt.Sprintf(ods, code)+`}`)
			put(t, s, "CarePlan/c"+id, planOf("c"+id, "active", "p1", id))
			role := map[bool]string{true: "care-home", false: "clinical"}[code == "N3"]
			put(t, s, "PractitionerRole/s-"+id, staffEntry("s-"+id, id+map[bool]string{true: "-carer", false: "-nurse"}[code == "N3"], code, role))
		}
		put(t, s, "Contract/N2", contractOf("N2", "N2", "2024-01-01", "clinical"))
		put(t, s, "Contract/N3", contractOf("N3", "N3", "2030-01-01", "clinical"))
		put(t, s, "PractitionerRole/plain", strings.Replace(staffEntry("plain", "newcomer", "A", "clinical"), factMeta+",", "", 1))
	})
	return s
}

// What lets somebody do more is nobody's alone, in whichever way an administrator writes it; nothing is
// stored before another confirms.
func TestFacts_TwoPeople(t *testing.T) {
	for name, row := range widenedFacts {
		t.Run(name, func(t *testing.T) {
			s := outsiders(t)
			reads := func(when string, want bool) {
				t.Helper()
				if got := statusFor(s, row.who, "GET", row.reads, ""); (got == 200) != want {
					t.Errorf("%s: %s reads %s: %d", when, row.who, row.reads, got)
				}
			}
			reads("before", false)
			a := answer(s, as(principal("admin", "user/*.cruds"), row.method, row.target, row.body))
			if want := map[bool]int{true: 202, false: 200}[row.target != ""]; a.Status != want || !strings.Contains(string(a.Body), `"second-person"`) {
				t.Fatalf("%d %s, want %d with second-person", a.Status, a.Body, want)
			}
			task := theWaiting(t, s, "admin2")
			if row.target != "" && !strings.HasSuffix(a.Location, task) {
				t.Errorf("the answer says %q, the Task is %s", a.Location, task)
			}
			if row.method == "PUT" {
				if a := answer(s, as(principal("admin", "user/*.cruds"), "GET", row.target, "")); !strings.Contains(string(a.Body), `"versionId":"1"`) {
					t.Errorf("it is stored: %s", a.Body)
				}
			}
			if strings.HasPrefix(row.target, "Organization/") {
				if got := statusFor(s, "author", "PUT", "CarePlan/cp1", planOf("cp1", "active", "p1", "a")); got != 200 {
					t.Errorf("the author writes on: %d", got)
				}
			}
			reads("written", false)
			for who, want := range map[string]int{"admin": 403, "author": 404, "keeper": 404, "officer": 404, "client-partner": 404} {
				if got := statusFor(s, who, "POST", task+"/$confirm-sharing", ""); got != want {
					t.Errorf("%s confirms: %d, want %d", who, got, want)
				}
			}
			reads("refused", false)
			if got := statusFor(s, "admin2", "POST", task+"/$confirm-sharing", ""); got != 200 {
				t.Fatalf("confirmed: %d", got)
			}
			if strings.HasPrefix(row.target, "Organization/") { // it is looked at when something else is written
				if got := statusFor(s, "author", "PUT", "CarePlan/cp1", planOf("cp1", "active", "p1", "a")); got != 200 {
					t.Errorf("the author writes on: %d", got)
				}
			}
			reads("confirmed", true)
			if got := statusFor(s, "admin2", "POST", task+"/$confirm-sharing", ""); got != 409 {
				t.Errorf("confirmed twice: %d", got)
			}
		})
	}
}

// What takes away is one person's and at once.
func TestFacts_OnePerson(t *testing.T) {
	for name, row := range map[string]struct {
		method, target, body string
		want                 int
	}{
		"an agreement ended":    {"PUT", "Contract/A", strings.Replace(contractOf("A", "A", "2030-01-01", "clinical"), "executed", "terminated", 1), 200},
		"narrower and shorter":  {"PUT", "Contract/A", contractOf("A", "A", "2029-01-01", "clinical"), 200},
		"deleted":               {"DELETE", "Contract/A", "", 204},
		"an entry ended":        {"PUT", "PractitionerRole/s-author", strings.Replace(staffEntry("s-author", "author", "A", "clinical"), `"active":true`, `"active":false`, 1), 200},
		"a grant that is over":  {"POST", "Basic", grantOf("x", "other", "2024-02-29T11:00:00Z", "break-glass", "p2"), 201},
		"a grant ended":         {"PUT", "Basic/g1", grantOf("g1", "breaker", "2024-02-29T11:00:00Z", "break-glass", "p2"), 200},
		"a proxy no longer":     {"PUT", "RelatedPerson/attorney", strings.Replace(proxyOf("attorney", "p1"), `"patient"`, `"active":false,"patient"`, 1), 200},
		"a proxy, over":         {"PUT", "RelatedPerson/attorney", strings.Replace(proxyOf("attorney", "p1"), `"patient"`, `"period":{"end":"2024-01-01"},"patient"`, 1), 200},
		"an Organization named": {"PUT", "Organization/p", `{"resourceType":"Organization","id":"p","name":"other",` + fmt.Sprintf(ods, "P") + `}`, 200},
		"a new one":             {"POST", "Organization", `{"resourceType":"Organization",` + fmt.Sprintf(ods, "Q") + `}`, 201},
		"a role that is no one": {"POST", "PractitionerRole", strings.Replace(staffEntry("x", "newcomer", "A", "clinical"), factMeta+",", "", 1), 201},
	} {
		s := outsiders(t)
		if a := answer(s, as(principal("admin", "user/*.cruds"), row.method, row.target, row.body)); a.Status != row.want {
			t.Errorf("%s: %d %s, want %d", name, a.Status, a.Body, row.want)
		}
		if theWaiting(t, s, "admin2") != "" {
			t.Errorf("%s: something waits", name)
		}
		if strings.HasPrefix(name, "a proxy") {
			if got := statusFor(s, "attorney", "GET", "CarePlan/cp1", ""); got == 200 {
				t.Errorf("%s: the attorney reads", name)
			}
		}
	}
}

// A transaction is all or nothing, and does not wait; a client is nobody; what is wrong is said to the first
// person; and what has changed meanwhile is not written over.
func TestFacts_Refused(t *testing.T) {
	s := outsiders(t)
	agreement := contractOf("n", "N", "2030-01-01", "clinical")
	bundle := `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + agreement + `,"request":{"method":"POST","url":"Contract"}},
		{"resource":{"resourceType":"Organization","name":"new"},"request":{"method":"POST","url":"Organization"}}]}`
	if a := answer(s, as(principal("admin", "user/*.cruds"), "POST", "", bundle)); a.Status != 403 || !strings.Contains(string(a.Body), "second-person") || theWaiting(t, s, "admin") != "" {
		t.Errorf("a transaction: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(principal("admin", "user/*.cruds"), "POST", "Contract", strings.Replace(agreement, `"applies"`, `"x_applies"`, 1))); a.Status < 400 {
		t.Errorf("no period: %d", a.Status)
	}
	noRole := strings.Replace(agreement, roleCodes, "urn:x", 1)
	if a := answer(s, as(principal("admin", "user/*.cruds"), "POST", "Contract", noRole)); a.Status != 422 || theWaiting(t, s, "admin") != "" {
		t.Errorf("no role: %d %s", a.Status, a.Body)
	}
	client := principal("admin", "user/*.cruds")
	client.User, client.Scopes = false, principal("client-x", "").Scopes
	if a := answer(s, as(client, "POST", "Contract", agreement)); a.Status != 202 {
		t.Fatalf("by a client: %d %s", a.Status, a.Body)
	}
	task := theWaiting(t, s, "admin")
	for _, row := range []struct {
		who  string
		want int
	}{{"admin", 202}, {"admin", 403}, {"admin2", 200}} {
		if got := statusFor(s, row.who, "POST", task+"/$confirm-sharing", ""); got != row.want {
			t.Errorf("by a client, confirmed by %s: %d, want %d", row.who, got, row.want)
		}
	}
	if got := statusFor(s, "admin", "PUT", "Contract/N2", contractOf("N2", "N2", "2030-01-01", "clinical")); got != 202 {
		t.Fatalf("longer: %d", got)
	}
	if got := statusFor(s, "admin2", "PUT", "Contract/N2", contractOf("N2", "N2", "2023-06-01", "clinical")); got != 200 {
		t.Fatalf("shorter: %d", got)
	}
	if got := statusFor(s, "admin2", "POST", theWaiting(t, s, "admin2")+"/$confirm-sharing", ""); got != 409 {
		t.Errorf("confirmed after that: %d", got)
	}
}

// What waits ends in three days, or declined, with nothing written; of those who confirm at once one does; a
// server that ended in between goes on.
func TestFacts_Ends(t *testing.T) {
	s := outsiders(t)
	ask := func() string {
		t.Helper()
		if got := statusFor(s, "admin", "POST", "PractitionerRole", staffEntry("x", "newcomer", "A", "clinical")); got != 202 {
			t.Fatalf("asked: %d", got)
		}
		return theWaiting(t, s, "admin2")
	}
	out := func(when string) {
		t.Helper()
		if got := statusFor(s, "newcomer", "GET", "CarePlan/cp4", ""); got != 403 {
			t.Errorf("%s: the newcomer reads %d", when, got)
		}
	}
	for _, who := range []string{"admin2", "admin"} {
		if got := statusFor(s, who, "POST", ask()+"/$decline-sharing", ""); got != 200 {
			t.Errorf("declined by %s: %d", who, got)
		}
		out("declined")
	}
	task, clock := ask(), s.Now
	s.Now = func() time.Time { return clock().Add(72 * time.Hour) }
	if got := statusFor(s, "admin2", "POST", task+"/$confirm-sharing", ""); got != 409 {
		t.Errorf("three days later: %d", got)
	}
	s.Now = clock
	out("three days later")
	var confirmed atomic.Int32
	var group sync.WaitGroup
	for _, who := range []string{"admin2", "admin", "admin2", "admin2"} {
		group.Go(func() {
			if statusFor(s, who, "POST", task+"/$confirm-sharing", "") == 200 {
				confirmed.Add(1)
			}
		})
	}
	group.Wait()
	found := string(answer(s, as(principal("admin", "user/*.cruds"), "GET", "PractitionerRole?identifier=newcomer&_summary=count", "")).Body)
	if confirmed.Load() != 1 || !strings.Contains(found, `"total":2`) { // and the one that is no fact
		t.Errorf("confirmed %d times: %s", confirmed.Load(), found)
	}
}

// A proxy is told in the access log of whom they act for, the asking and the confirming.
func TestFacts_Recorded(t *testing.T) {
	s := outsiders(t)
	if got := statusFor(s, "admin", "PUT", "RelatedPerson/attorney", proxyOf("attorney", "p2")); got != 202 {
		t.Fatalf("asked: %d", got)
	}
	if got := statusFor(s, "admin2", "POST", theWaiting(t, s, "admin2")+"/$confirm-sharing", ""); got != 200 {
		t.Fatalf("confirmed: %d", got)
	}
	told := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p2/$access-log", "")).Body)
	if !strings.Contains(told, "agreed that more people may see the record") || strings.Count(told, "administrator") < 2 {
		t.Errorf("the access log does not tell of both: %s", told)
	}
}
