package interaction_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// plane is guarded with two administrators, and with administrators on the lists of A (keeper, keeper2) and X
// (foreign).
func plane(t testing.TB) *interaction.Server {
	t.Helper()
	return planeOn(t, guarded(t))
}

// twoAdministrators has people log in to a server, admin and admin2 among them.
func twoAdministrators(s *interaction.Server) {
	callers := &interaction.Callers{Server: s, Administrators: func(_, subject string) bool { return subject == "admin" || subject == "admin2" }}
	s.Login = &interaction.Login{Rules: interaction.NewRules(registry(), s.Parser), Caller: callers.Caller, Still: callers.Still}
}

// planeOn makes a guarded server such a one.
func planeOn(t testing.TB, s *interaction.Server) *interaction.Server {
	t.Helper()
	s.Login = nil
	for _, code := range []string{"A", "X"} {
		contract := string(mustDo(t, s, 200, "GET", "Contract/"+code, "").Body)
		put(t, s, "Contract/"+code, strings.Replace(contract, `"code":"privacy-officer"}`, `"code":"privacy-officer"},{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"administrator"}`, 1))
	}
	for subject, code := range map[string]string{"keeper": "A", "keeper2": "A", "foreign": "X"} {
		put(t, s, "PractitionerRole/s-"+subject, staffEntry("s-"+subject, subject, code, "administrator"))
	}
	twoAdministrators(s)
	return s
}

func staffEntry(id, subject, code, role string) string {
	return `{"resourceType":"PractitionerRole","id":"` + id + `",` + factMeta + `,"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/trained-until","valueDate":"2029-01-01"}],
		"identifier":[{"system":"` + issuer + `","value":"` + subject + `"}],"active":true,"period":{"start":"2023-01-01"},"organization":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"` + code + `"}},
		"code":[{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"` + role + `"}]}]}`
}

// listOf is a list as CSV: "subject role" each. Those in it are as plane has them stored.
func listOf(people ...string) string {
	out := "issuer,subject,role,from,trained-until\n"
	for _, one := range people {
		subject, role, _ := strings.Cut(one, " ")
		trained := "2029-01-01"
		if subject == "untrained" {
			trained = "2023-12-31"
		}
		out += issuer + "," + subject + "," + role + ",2023-01-01," + trained + "\n"
	}
	return out
}

// staffOfA are those on A's list.
var staffOfA = []string{"author clinical", "untrained clinical", "officer privacy-officer", "keeper administrator", "keeper2 administrator"}

func upload(p *smart.Principal, target, csv string) interaction.Call {
	c := as(p, "POST", target, csv)
	c.MediaType = "text/csv; charset=utf-8"
	return c
}

func counts(t testing.TB, a interaction.Answer) string {
	t.Helper()
	out := ""
	parameters, _ := at(t, a.Body, "parameter").([]any)
	for _, one := range parameters {
		p := one.(map[string]any)
		switch name := p["name"].(string); name {
		case "state", "waits-for-approval":
			out += fmt.Sprint(p["valueCode"], " ")
		case "added", "changed", "unchanged", "removed":
			out += fmt.Sprint(name[:1], p["valueInteger"], " ")
		}
	}
	return strings.TrimSpace(out)
}

func taskOf(t testing.TB, a interaction.Answer) string {
	t.Helper()
	for i := range 10 {
		if text(t, a.Body, fmt.Sprintf("parameter.%d.name", i)) == "task" {
			return strings.TrimPrefix(text(t, a.Body, fmt.Sprintf("parameter.%d.valueReference.reference", i)), "Task/")
		}
	}
	return ""
}

func TestStaffList_Who(t *testing.T) {
	for _, row := range []struct {
		who, target string
		list        []string
		want        int
		counts      string
	}{
		{"admin", "Organization/a/$staff-list", append(staffOfA, "newcomer clinical"), 200, "applied a1 c0 u5 r0"},
		{"keeper", "Organization/a/$staff-list", append(staffOfA, "newcomer clinical"), 200, "applied a1 c0 u5 r0"},
		{"admin", "Organization/a/$staff-list", staffOfA, 200, "applied a0 c0 u5 r0"},
		{"admin", "Organization/a/$staff-list", staffOfA[:4], 202, "waiting a0 c0 u4 r1 removes-many"},
		{"admin", "Organization/a/$staff-list?dry-run=true", staffOfA[1:], 200, "dry-run a0 c0 u4 r1 removes-many"},
		{"admin", "Organization/a/$staff-list", append(staffOfA, "boss administrator"), 200, "applied a1 c0 u5 r0"},
		{"keeper", "Organization/a/$staff-list", append(staffOfA, "boss administrator"), 202, "waiting a1 c0 u5 r0 raises"},
		{"keeper", "Organization/a/$staff-list", append(staffOfA, "spy privacy-officer"), 202, "waiting a1 c0 u5 r0 raises"},
		{"keeper", "Organization/x/$staff-list", staffOfA, 403, ""},
		{"foreign", "Organization/a/$staff-list", staffOfA, 403, ""},
		{"author", "Organization/a/$staff-list", staffOfA, 403, ""},
		{"officer", "Organization/a/$staff-list", staffOfA, 403, ""},
		{"patient", "Organization/a/$staff-list", staffOfA, 403, ""},
		{"stranger", "Organization/a/$staff-list", staffOfA, 403, ""},
		{"client-partner", "Organization/a/$staff-list", staffOfA, 403, ""},
		{"author", "Organization/none/$staff-list", staffOfA, 403, ""},
		{"admin", "Organization/none/$staff-list", staffOfA, 404, ""},
		{"keeper", "Organization/a/$staff-list", []string{"author clinical", "untrained clinical", "officer privacy-officer", "keeper clinical", "keeper2 administrator"}, 403, ""},
		{"admin", "Organization/a/$staff-list", append(staffOfA, "admin clinical"), 403, ""},
		{"admin", "Organization/a/$staff-list", append(staffOfA, "author clinical"), 422, ""},
		{"admin", "Organization/a/$staff-list", append(staffOfA, "client-partner system"), 422, ""},
	} {
		t.Run(row.who+" "+row.target, func(t *testing.T) {
			s := plane(t)
			a := answer(s, upload(principal(row.who, "user/*.cruds"), row.target, listOf(row.list...)))
			if a.Status != row.want || row.counts != "" && counts(t, a) != row.counts {
				t.Errorf("%d %s, want %d %s", a.Status, a.Body, row.want, row.counts)
			}
			if row.counts == "" || strings.HasPrefix(row.counts, "w") || strings.HasPrefix(row.counts, "d") {
				if got := answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan/cp1", "")).Status; got != 200 {
					t.Errorf("what was not applied has changed something: %d", got)
				}
			}
		})
	}
}

// A token that may not write entries writes none, whoever it is for.
func TestStaffList_Scopes(t *testing.T) {
	s := plane(t)
	for _, scopes := range []string{"user/Organization.cruds", "user/PractitionerRole.cruds", "user/Organization.r user/PractitionerRole.u", "user/Organization.r user/PractitionerRole.cu?active=true"} {
		if a := answer(s, upload(principal("admin", scopes), "Organization/a/$staff-list", listOf(staffOfA...))); a.Status != 403 {
			t.Errorf("%s: %d %s", scopes, a.Status, a.Body)
		}
	}
	if a := answer(s, upload(principal("admin", "user/Organization.r user/PractitionerRole.cu"), "Organization/a/$staff-list", listOf(staffOfA...))); a.Status != 200 {
		t.Errorf("what suffices: %d %s", a.Status, a.Body)
	}
}

// The same list in every form that it can come in.
func TestStaffList_Forms(t *testing.T) {
	csv := listOf(append(staffOfA, "newcomer clinical")...)
	binary := `{"resourceType":"Binary","contentType":"text/csv","data":"` + base64.StdEncoding.EncodeToString([]byte(csv)) + `"}`
	var roles []string
	for _, one := range append(staffOfA, "newcomer clinical") {
		subject, role, _ := strings.Cut(one, " ")
		entry := strings.Replace(staffEntry("x", subject, "A", role), `"id":"x",`, "", 1)
		if subject == "untrained" {
			entry = strings.Replace(entry, "2029", "2023", 1)
			entry = strings.Replace(entry, "2023-01-01", "2023-12-31", 1)
		}
		roles = append(roles, entry)
	}
	bundle := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + strings.Join(roles, `},{"resource":`) + `}]}`
	for name, body := range map[string]string{"Binary": binary, "Bundle": bundle, "Parameters": `{"resourceType":"Parameters","parameter":[{"name":"list","resource":` + bundle + `}]}`} {
		s := plane(t)
		if a := answer(s, as(principal("admin", "user/*.cruds"), "POST", "Organization/a/$staff-list", body)); a.Status != 200 || counts(t, a) != "applied a1 c0 u5 r0" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		s.Login = nil
		stored := string(mustDo(t, s, 200, "GET", "PractitionerRole?identifier="+issuer+"|newcomer", "").Body)
		if !strings.Contains(stored, `"total":1`) || !strings.Contains(stored, `"code":"fact"`) {
			t.Errorf("%s: stored %s", name, stored)
		}
	}
	s := plane(t)
	for name, body := range map[string]string{"nothing": "", "another resource": `{"resourceType":"Patient"}`, "another Binary": `{"resourceType":"Binary","contentType":"text/plain","data":""}`} {
		if a := answer(s, as(principal("admin", "user/*.cruds"), "POST", "Organization/a/$staff-list", body)); a.Status != 400 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// Who left sees nothing from that commit on, is told of, and is still there to be read of; who is back gets
// their entry.
func TestStaffList_Leavers(t *testing.T) {
	s := plane(t)
	var left []string
	s.Left = func(gone func(*smart.Principal) bool) {
		for _, who := range staffOfA {
			if subject, _, _ := strings.Cut(who, " "); gone(principal(subject, "")) {
				left = append(left, subject)
			}
		}
	}
	author, admin, second := principal("author", "user/*.cruds"), principal("admin", "user/*.cruds"), principal("admin2", "user/*.cruds")
	read := func() int { return answer(s, as(author, "GET", "CarePlan/cp1", "")).Status }
	a := answer(s, upload(admin, "Organization/a/$staff-list", listOf(staffOfA[1:]...)))
	task := taskOf(t, a)
	if a.Status != 202 || read() != 200 || len(left) > 0 {
		t.Fatalf("waiting: %d %s, author %d, left %v", a.Status, a.Body, read(), left)
	}
	for _, row := range []struct {
		name   string
		p      *smart.Principal
		target string
		want   int
	}{
		{"who sent it", admin, "Organization/a/$staff-list?approve=" + task, 403},
		{"no administrator", author, "Organization/a/$staff-list?approve=" + task, 403},
		{"of another organisation", principal("foreign", "user/*.cruds"), "Organization/x/$staff-list?approve=" + task, 404},
		{"a Task that is not there", second, "Organization/a/$staff-list?approve=none", 404},
		{"looking first", second, "Organization/a/$staff-list?dry-run=true&approve=" + task, 200},
		{"another administrator", second, "Organization/a/$staff-list?approve=" + task, 200},
		{"twice", principal("keeper", "user/*.cruds"), "Organization/a/$staff-list?approve=" + task, 409},
	} {
		before := read()
		if a := answer(s, as(row.p, "POST", row.target, "")); a.Status != row.want {
			t.Errorf("approved by %s: %d %s, want %d", row.name, a.Status, a.Body, row.want)
		}
		if row.name != "another administrator" && read() != before {
			t.Errorf("%s changed what the author sees", row.name)
		}
	}
	if got := read(); got != 403 || strings.Join(left, " ") != "author" {
		t.Errorf("after: author %d, left %v", got, left)
	}
	stored := string(answer(s, as(admin, "GET", "PractitionerRole/s-author", "")).Body)
	if !strings.Contains(stored, `"active":false`) {
		t.Errorf("the entry of who left: %s", stored)
	}
	if a := answer(s, upload(admin, "Organization/a/$staff-list", listOf(staffOfA...))); counts(t, a) != "applied a1 c0 u4 r0" || read() != 200 {
		t.Errorf("back again: %d %s, author %d", a.Status, a.Body, read())
	}
	if a := answer(s, as(admin, "GET", "PractitionerRole/s-author", "")); text(t, a.Body, "meta.versionId") != "3" {
		t.Errorf("another entry than before: %s", a.Body)
	}
}

// A list that waits cannot be approved any more when another has come; its Task is nobody's but the administrators'.
func TestStaffList_Superseded(t *testing.T) {
	s := plane(t)
	admin := principal("admin", "user/*.cruds")
	task := taskOf(t, answer(s, upload(admin, "Organization/a/$staff-list", listOf(staffOfA[1:]...))))
	if a := answer(s, upload(admin, "Organization/a/$staff-list", listOf(staffOfA...))); a.Status != 200 {
		t.Fatalf("the next list: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(principal("admin2", "user/*.cruds"), "POST", "Organization/a/$staff-list?approve="+task, "")); a.Status != 409 {
		t.Errorf("approved after another: %d %s", a.Status, a.Body)
	}
	for who, want := range map[string]int{"admin2": 200, "keeper": 404, "author": 404, "officer": 404, "patient": 404} {
		if a := answer(s, as(principal(who, "user/*.cruds"), "GET", "Task/"+task, "")); a.Status != want {
			t.Errorf("%s reads the Task: %d, want %d", who, a.Status, want)
		}
	}
	// nobody makes such a Task by themselves
	forged := strings.Replace(string(answer(s, as(admin, "GET", "Task/"+task, "")).Body), `"completed"`, `"requested"`, 1)
	if a := answer(s, as(principal("keeper", "user/*.cruds"), "POST", "Task", forged)); a.Status != 403 {
		t.Errorf("a forged Task: %d %s", a.Status, a.Body)
	}
}

// An administrator on a list is none of the admin plane: no fact is theirs to write or see, by any way.
func TestStaffList_KeepersKeepTheListAlone(t *testing.T) {
	s := plane(t)
	keeper := principal("keeper", "user/*.cruds")
	entry := staffEntry("s-keeper", "keeper", "A", "clinical")
	for _, row := range []struct {
		method, target, body string
		want                 int
	}{
		{"PUT", "PractitionerRole/s-keeper", entry, 404},
		{"POST", "PractitionerRole", entry, 403},
		{"POST", "Contract", `{"resourceType":"Contract",` + factMeta + `}`, 403},
		{"POST", "Basic", `{"resourceType":"Basic",` + factMeta + `,"code":{"text":"x"}}`, 403},
		{"POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + entry + `,"request":{"method":"PUT","url":"PractitionerRole/s-keeper"}}]}`, 404},
		{"POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Bundle","type":"collection"},"request":{"method":"POST","url":"Organization/a/$staff-list"}}]}`, 400},
		{"GET", "PractitionerRole/s-author", "", 404},
		{"GET", "Contract/A", "", 404},
		{"GET", "CarePlan/cp1", "", 404},
		{"GET", "Organization/a", "", 200},
		{"PUT", "Organization/a", `{"resourceType":"Organization","id":"a","name":"x"}`, 403},
	} {
		if a := answer(s, as(keeper, row.method, row.target, row.body)); a.Status != row.want {
			t.Errorf("%s %s = %d %s, want %d", row.method, row.target, a.Status, a.Body, row.want)
		}
	}
	batch := `{"resourceType":"Bundle","type":"batch","entry":[{"resource":` + entry + `,"request":{"method":"PUT","url":"PractitionerRole/s-keeper"}}]}`
	if a := answer(s, as(keeper, "POST", "", batch)); !strings.Contains(string(a.Body), `"404`) {
		t.Errorf("in a batch: %s", a.Body)
	}
	// who has left keeps nothing
	if a := answer(s, as(principal("admin", "user/*.cruds"), "PUT", "PractitionerRole/s-keeper", strings.Replace(staffEntry("s-keeper", "keeper", "A", "administrator"), `"active":true`, `"active":false`, 1))); a.Status != 200 {
		t.Fatalf("ended: %d %s", a.Status, a.Body)
	}
	if a := answer(s, upload(keeper, "Organization/a/$staff-list", listOf(staffOfA...))); a.Status != 403 {
		t.Errorf("a keeper who left: %d", a.Status)
	}
}

// Two who approve at once, and many lists at once while people read: one approval counts, nobody is listed
// twice, and who is off the list for good sees nothing.
func TestStaffList_Races(t *testing.T) {
	s := plane(t)
	task := taskOf(t, answer(s, upload(principal("admin", "user/*.cruds"), "Organization/a/$staff-list", listOf(staffOfA[1:]...))))
	var approved, left atomic.Int32
	s.Left = func(func(*smart.Principal) bool) { left.Add(1) }
	var group sync.WaitGroup
	for _, who := range []string{"admin2", "keeper", "keeper2", "admin2"} {
		group.Go(func() {
			if a := answer(s, as(principal(who, "user/*.cruds"), "POST", "Organization/a/$staff-list?approve="+task, "")); a.Status == 200 {
				approved.Add(1)
			} else if a.Status != 409 {
				t.Errorf("%s approves: %d %s", who, a.Status, a.Body)
			}
		})
	}
	group.Wait()
	if approved.Load() != 1 || left.Load() != 1 {
		t.Errorf("approved %d times, %d left", approved.Load(), left.Load())
	}
	for i := range 8 {
		group.Go(func() {
			who := []string{"admin", "admin2"}[i%2]
			if a := answer(s, upload(principal(who, "user/*.cruds"), "Organization/a/$staff-list", listOf(append(staffOfA[1:], "newcomer clinical", fmt.Sprintf("n%d clinical", i/4))...))); a.Status >= 500 {
				t.Errorf("list %d: %d %s", i, a.Status, a.Body)
			}
		})
		group.Go(func() {
			if a := answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan/cp1", "")); a.Status != 403 {
				t.Errorf("who left reads: %d", a.Status)
			}
		})
	}
	group.Wait()
	s.Login = nil
	if found := mustDo(t, s, 200, "GET", "PractitionerRole?_total=accurate&active=true&identifier="+issuer+"|newcomer", ""); text(t, found.Body, "total") != "1" {
		t.Errorf("listed %s times", text(t, found.Body, "total"))
	}
}

// A list that waits is approved within three days, by another person and not by another token of the same;
// and sent by a person.
func TestStaffList_SecondPerson(t *testing.T) {
	s := plane(t)
	unguarded(s, func() {
		put(t, s, "Practitioner/n", `{"resourceType":"Practitioner","id":"n"}`)
		of := func(entry string) string {
			return strings.Replace(entry, `"active"`, `"practitioner":{"reference":"Practitioner/n"},"active"`, 1)
		}
		put(t, s, "PractitionerRole/s-keeper", of(staffEntry("s-keeper", "keeper", "A", "administrator")))
		put(t, s, "PractitionerRole/s-again", of(staffEntry("s-again", "again", "A", "administrator")))
	})
	client := principal("admin", "user/*.cruds")
	client.User, client.Scopes = false, smart.ParseScopes("system/*.cruds")
	if a := answer(s, upload(client, "Organization/a/$staff-list", listOf(staffOfA[1:]...))); a.Status != 403 || !strings.Contains(string(a.Body), "second-person") {
		t.Errorf("sent by a client: %d %s", a.Status, a.Body)
	}
	task := taskOf(t, answer(s, upload(principal("keeper", "user/*.cruds"), "Organization/a/$staff-list", listOf(append(staffOfA[1:], "again administrator")...))))
	approve := func(p *smart.Principal) string {
		a := answer(s, as(p, "POST", "Organization/a/$staff-list?approve="+task, ""))
		return fmt.Sprint(a.Status)
	}
	if got := approve(principal("again", "user/*.cruds")); got != "403" {
		t.Errorf("approved by the same person: %s", got)
	}
	if got := approve(client); got != "403" {
		t.Errorf("approved by a client: %s", got)
	}
	clock := s.Now
	s.Now = func() time.Time { return clock().Add(72 * time.Hour) }
	if got := approve(principal("admin2", "user/*.cruds")); got != "409" {
		t.Errorf("approved three days later: %s", got)
	}
	s.Now = clock
	if got := approve(principal("admin2", "user/*.cruds")); got != "200" {
		t.Errorf("approved in time: %s", got)
	}
}
