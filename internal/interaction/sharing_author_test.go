package interaction_test

import (
	"fmt"
	"strings"
	"testing"
)

func contributedBy(id, patient, reference string) string {
	return strings.Replace(planOf(id, "active", patient, "a"), `"author"`, `"contributor":[`+reference+`],"author"`, 1)
}

const byCode = `{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"X"}}`

// Whichever way an organisation is named as an author of a record that is closed, it sees nothing until
// another person confirms; what was written is stored.
func TestSharing_AuthorAdded(t *testing.T) {
	transaction := func(url, resource string) string {
		return `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + resource + `,"request":{"method":"PUT","url":"` + url + `"}}]}`
	}
	for name, row := range map[string]struct {
		method, target string
		body           func(id string) string
	}{
		"a contributor":       {"PUT", "CarePlan/c%s", func(id string) string { return contributedBy("c"+id, id, `{"reference":"Organization/x"}`) }},
		"by its code":         {"PUT", "CarePlan/c%s", func(id string) string { return contributedBy("c"+id, id, byCode) }},
		"by a role":           {"PUT", "CarePlan/c%s", func(id string) string { return contributedBy("c"+id, id, `{"reference":"PractitionerRole/role-x"}`) }},
		"by a care team":      {"PUT", "CarePlan/c%s", func(id string) string { return contributedBy("c"+id, id, `{"reference":"CareTeam/team-x"}`) }},
		"author of another":   {"POST", "CarePlan", func(id string) string { return planOf("new", "active", id, "x") }},
		"in a transaction":    {"POST", "", func(id string) string { return transaction("CarePlan/c"+id, contributedBy("c"+id, id, byCode)) }},
		"custodian":           {"PUT", "Patient/%s", patientOfX},
		"a plan of another's": {"PUT", "CarePlan/theirs", func(id string) string { return contributedBy("theirs", id, byCode) }},
		"contained":           {"PUT", "CarePlan/c%s", func(id string) string { return withContained(contributedBy("c"+id, id, `{"reference":"#o"}`)) }},
		"a draft":             {"POST", "CarePlan", func(id string) string { return contributedBy("new", id, byCode) }},
	} {
		for _, id := range []string{"p2", "p3"} {
			t.Run(name+" "+id, func(t *testing.T) {
				s := objected(t)
				unguarded(s, func() {
					put(t, s, "PractitionerRole/role-x", `{"resourceType":"PractitionerRole","id":"role-x","organization":{"reference":"Organization/x"}}`)
					put(t, s, "CareTeam/team-x", `{"resourceType":"CareTeam","id":"team-x","managingOrganization":[{"reference":"Organization/x"}]}`)
					put(t, s, "CarePlan/theirs", contributedBy("theirs", "p4", byCode))
				})
				target := row.target
				if strings.Contains(target, "%s") {
					target = fmt.Sprintf(target, id)
				}
				a := answer(s, as(principal("author", "user/*.cruds"), row.method, target, row.body(id)))
				want := 202
				if row.target == "" {
					want = 200
				}
				if a.Status != want || !strings.Contains(string(a.Body), `"second-person"`) {
					t.Fatalf("%d %s, want %d with second-person", a.Status, a.Body, want)
				}
				sees := func(when string, want int) {
					t.Helper()
					for _, target := range []string{"CarePlan/c" + id, "Patient/" + id, "Observation/o" + id} {
						if got := statusFor(s, "other", "GET", target, ""); got != want {
							t.Errorf("%s: X reads %s: %d, want %d", when, target, got, want)
						}
					}
				}
				sees("written", 404)
				if got := statusFor(s, "colleague", "PUT", "Observation/o"+id, observationOf("o"+id, id)); got != 200 {
					t.Errorf("a colleague writes on: %d", got)
				}
				if a := answer(s, as(principal("colleague", "user/*.cruds"), "POST", "CarePlan", planOf("n", "active", id, "a"))); a.Status != 201 {
					t.Errorf("a colleague writes another plan: %d %s", a.Status, a.Body)
				}
				sees("another write", 404)
				task := theWaiting(t, s, "colleague")
				for who, want := range map[string]int{"author": 403, "client-partner": 403, "other": 404, "gp": 404, "paramedic": 404, "officer": 404, "stranger": 403} {
					for _, target := range []string{task, "Patient/" + id} {
						if got := statusFor(s, who, "POST", target+"/$confirm-sharing", ""); got != want {
							t.Errorf("%s confirms %s: %d, want %d", who, target, got, want)
						}
					}
				}
				sees("refused", 404)
				if got := statusFor(s, "colleague", "POST", task+"/$confirm-sharing", ""); got != 200 {
					t.Fatalf("the colleague confirms: %d", got)
				}
				sees("confirmed", 200)
				if got := statusFor(s, "gp", "GET", "CarePlan/c"+id, ""); got != 404 {
					t.Errorf("the practice reads %d", got)
				}
				if got := statusFor(s, "admin", "POST", task+"/$confirm-sharing", ""); got != 409 {
					t.Errorf("confirmed twice: %d", got)
				}
				if theWaiting(t, s, "colleague") != "" {
					t.Error("it is listed still")
				}
				if got := statusFor(s, "author", "PUT", "Observation/o"+id, observationOf("o"+id, id)); got != 200 {
					t.Errorf("the author writes on: %d", got)
				}
				sees("later", 200)
			})
		}
	}
}

func patientOfX(id string) string {
	meta := ""
	if id == "p3" {
		meta = `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`
	}
	return `{"resourceType":"Patient","id":"` + id + `",` + meta + `"generalPractitioner":[{"reference":"Organization/p"}],"managingOrganization":` + byCode + `}`
}

func withContained(plan string) string {
	return strings.Replace(plan, `"status"`, `"contained":[{"resourceType":"Organization","id":"o",`+fmt.Sprintf(ods, "X")+`}],"status"`, 1)
}

// Who is an author sees a record that closes; one named while it is open, and one that is removed, takes one person.
func TestSharing_AuthorAtOnce(t *testing.T) {
	s := objected(t)
	if got := statusFor(s, "author", "PUT", "CarePlan/cp1", contributedBy("cp1", "p1", byCode)); got != 200 || statusFor(s, "other", "GET", "CarePlan/cp1", "") != 200 {
		t.Errorf("of an open record: %d, or X does not read", got)
	}
	no := strings.Replace(consentBy("x", "active", sharingObjected, "2024-01-02", "deny"), "Patient/p2", "Patient/p1", 1)
	if got := statusFor(s, "author", "POST", "Consent", no); got != 201 || statusFor(s, "other", "GET", "CarePlan/cp1", "") != 200 {
		t.Errorf("as it closes: %d, or X does not read", got)
	}
	if got := statusFor(s, "author", "PUT", "CarePlan/cp1", planOf("cp1", "active", "p1", "a")); got != 200 || statusFor(s, "other", "GET", "CarePlan/cp1", "") != 404 {
		t.Errorf("removed: %d, or X reads", got)
	}
	if got := statusFor(s, "author", "PUT", "CarePlan/cp1", contributedBy("cp1", "p1", byCode)); got != 202 || statusFor(s, "other", "GET", "CarePlan/cp1", "") != 404 {
		t.Errorf("named again: %d, or X reads", got)
	}
}

// An author who waits is withdrawn with the plan that names it; and is told nothing of a key safe before.
func TestSharing_AuthorWithdrawn(t *testing.T) {
	s := objected(t)
	if got := statusFor(s, "author", "PUT", "CarePlan/cp3", contributedBy("cp3", "p3", byCode)); got != 202 {
		t.Fatalf("named: %d", got)
	}
	reveal := `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"code"},{"name":"reason","valueCode":"visit"}]}`
	if got := statusFor(s, "other", "POST", "Patient/p3/$reveal-key-safe", reveal); got != 404 && got != 400 && got != 422 {
		t.Errorf("X asks for the key safe: %d", got)
	}
	task := theWaiting(t, s, "colleague")
	if got := statusFor(s, "colleague", "PUT", "CarePlan/cp3", planOf("cp3", "active", "p3", "a")); got != 200 {
		t.Fatalf("removed: %d", got)
	}
	if got := statusFor(s, "colleague", "POST", task+"/$confirm-sharing", ""); got != 404 || theWaiting(t, s, "admin") != "" {
		t.Errorf("confirmed what is not named any more: %d", got)
	}
	if got := statusFor(s, "author", "PUT", "CarePlan/cp3", contributedBy("cp3", "p3", byCode)); got != 202 || theWaiting(t, s, "colleague") == task {
		t.Errorf("named again: %d", got)
	}
}

// Several wait apart from each other, and none takes the other along.
func TestSharing_SeveralWait(t *testing.T) {
	s := objected(t)
	for name, row := range map[string][3]string{
		"author":    {"PUT", "CarePlan/cp2", contributedBy("cp2", "p2", byCode)},
		"objection": {"DELETE", "Consent/no", ""},
	} {
		if got := statusFor(s, "author", row[0], row[1], row[2]); got != 202 {
			t.Fatalf("%s: %d", name, got)
		}
	}
	if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 409 {
		t.Errorf("by the Patient: %d", got)
	}
	all := string(answer(s, as(principal("colleague", "user/*.cruds"), "GET", "Task?code=waiting-change&status=requested", "")).Body)
	for _, part := range strings.Split(all, `"resourceType":"Task","id":"`)[1:] {
		if id, _, _ := strings.Cut(part, `"`); strings.Contains(part, `"code":"author"`) {
			if got := statusFor(s, "colleague", "POST", "Task/"+id+"/$confirm-sharing", ""); got != 200 {
				t.Errorf("the author confirmed: %d", got)
			}
		}
	}
	if statusFor(s, "other", "GET", "CarePlan/cp2", "") != 200 || statusFor(s, "gp", "GET", "CarePlan/cp2", "") != 404 {
		t.Error("X does not read, or the practice does")
	}
	if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 200 || statusFor(s, "gp", "GET", "CarePlan/cp2", "") != 200 {
		t.Errorf("the other confirmed: %d, or the practice does not read", got)
	}
}
