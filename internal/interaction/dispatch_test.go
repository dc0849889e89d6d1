package interaction_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// dispatching is a guarded server with a dispatch system of organisation U (client-cad), whose agreement lets
// it be one, and one of X (client-xcad), whose agreement is not for urgent care; and with NHS numbers on the
// patients who objected (p2), are at risk (p3) and have a draft alone (p4).
func dispatching(t testing.TB) (*interaction.Server, *clock) {
	t.Helper()
	s, c := newServer(t)
	dispatches(t, s)
	return s, c
}

func dispatches(t testing.TB, s *interaction.Server) {
	t.Helper()
	guard(t, s)
	withKeySafe(t, s)
	login := s.Login
	s.Login = nil
	for _, code := range []string{"U", "X"} {
		contract := string(mustDo(t, s, 200, "GET", "Contract/"+code, "").Body)
		put(t, s, "Contract/"+code, strings.Replace(contract, `"code":"privacy-officer"}`, `"code":"privacy-officer"},{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"dispatch"}`, 1))
	}
	for _, one := range []string{"client-cad U dispatch", "client-cad2 U dispatch", "client-xcad X dispatch", "client-uplain U system", "medic U clinical", "uofficer U privacy-officer"} {
		parts := strings.Fields(one)
		put(t, s, "PractitionerRole/s-"+parts[0], staffEntry("s-"+parts[0], parts[0], parts[1], parts[2]))
	}
	for id, number := range map[string]string{"p2": "9990000018", "p3": "9990000085", "p4": "9990000158"} {
		body := string(mustDo(t, s, 200, "GET", "Patient/"+id, "").Body)
		put(t, s, "Patient/"+id, strings.Replace(body, `"identifier":[`, `"identifier":[{"system":"`+nhsSystem+`","value":"`+number+`"},`, 1))
	}
	s.Login = login
}

var cad = principal("client-cad", "")

// crewOf are participants by the subjects of their tokens.
func crewOf(subjects ...string) string {
	var all []string
	for _, subject := range subjects {
		all = append(all, `{"individual":{"identifier":{"system":"`+issuer+`","value":"`+subject+`"}}}`)
	}
	return `"participant":[` + strings.Join(all, ",") + `]`
}

func numbered(number string) string {
	return `"subject":{"identifier":{"system":"` + nhsSystem + `","value":"` + number + `"}}`
}

func referred(id string) string { return `"subject":{"reference":"Patient/` + id + `"}` }

// tells is a message; more are further members of the Encounter.
func tells(number, status string, more ...string) string {
	return `{"resourceType":"Encounter","status":"` + status + `","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"EMER"},"identifier":[{"system":"urn:cad","value":"` + number + `"}],` +
		strings.Join(more, ",") + `}`
}

func telling(s *interaction.Server, p *smart.Principal, body string) interaction.Answer {
	return answer(s, as(p, "POST", "Encounter/$dispatch", strings.Replace(body, ",}", "}", 1)))
}

// messageTaken sends a message that is taken, and gives its status: open or ended.
func messageTaken(t testing.TB, s *interaction.Server, body string) string {
	t.Helper()
	a := telling(s, cad, body)
	if a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return text(t, a.Body, "parameter.0.valueCode")
}

// statusOf is how a read of a patient's Observation is answered, which is no draft.
func statusOf(s *interaction.Server, who, patient string) int {
	return answer(s, as(principal(who, "user/*.cruds"), "GET", "Observation/o"+patient, "")).Status
}

func detailOf(t testing.TB, a interaction.Answer) string {
	t.Helper()
	return strings.TrimSpace(fmt.Sprint(a.Status) + " " + text(t, a.Body, "issue.0.details.coding.0.code"))
}

func TestDispatch_Who(t *testing.T) {
	fine := tells("1", "planned", referred("p4"), crewOf("paramedic"))
	unscoped, reading := *cad, *cad
	unscoped.Scopes, reading.Scopes = smart.ParseScopes("system/Patient.cruds"), smart.ParseScopes("system/*.rs")
	narrow, research := *cad, *cad
	narrow.Scopes, research.Purposes = smart.ParseScopes("system/Encounter.u?status=planned"), []string{"HRESCH"}
	only := *cad
	only.Scopes = smart.ParseScopes("system/Encounter.u")
	person := principal("client-cad", "user/*.cruds")
	person.User, person.Scopes = true, smart.ParseScopes("user/*.cruds")
	for _, row := range []struct {
		name string
		p    *smart.Principal
		want string
	}{
		{"a dispatch system", cad, "200"},
		{"with no scope but for it", &only, "200"},
		{"with scopes for reading", &reading, "403 insufficient-scope"},
		{"with scopes for something else", &unscoped, "403 insufficient-scope"},
		{"with scopes for some Encounters", &narrow, "403 insufficient-scope"},
		{"for research", &research, "403 forbidden"},
		{"one whose organisation's agreement is not for urgent care", principal("client-xcad", ""), "403 forbidden"},
		{"an exchange partner", principal("client-partner", ""), "403 forbidden"},
		{"another client of the organisation", principal("client-uplain", ""), "403 forbidden"},
		{"a client on no list", principal("client-other", ""), "403 forbidden"},
		{"a person by the name of the system", person, "403 forbidden"},
		{"the crew themself", principal("paramedic", "user/*.cruds"), "403 forbidden"},
		{"an author", principal("author", "user/*.cruds"), "403 forbidden"},
		{"an administrator", principal("admin", "user/*.cruds"), "403 forbidden"},
		{"a privacy officer", principal("uofficer", "user/*.cruds"), "403 forbidden"},
		{"the person", principal("patient", "user/*.cruds"), "403 forbidden"},
		{"nobody", nil, "401 token-missing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, _ := dispatching(t)
			if got := detailOf(t, telling(s, row.p, fine)); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
			if want := map[bool]int{true: 200, false: 404}[row.want == "200"]; statusOf(s, "paramedic", "p4") != want {
				t.Errorf("the crew reads %d, want %d", statusOf(s, "paramedic", "p4"), want)
			}
		})
	}
	s, _ := dispatching(t)
	s.Audit = nil
	if got := detailOf(t, telling(s, cad, fine)); got != "400 no-audit" {
		t.Errorf("without an audit log: %s", got)
	}
	s.Login = nil
	if got := detailOf(t, telling(s, nil, fine)); got != "400 no-login" {
		t.Errorf("without a login: %s", got)
	}
}

func TestDispatch_Messages(t *testing.T) {
	const number, stranger = `"identifier":[{"system":"urn:cad","value":"1"}]`, `{"individual":{"identifier":{"system":"` + issuer + `","value":"nobody"}}}`
	base := tells("1", "planned", referred("p4"), crewOf("paramedic"))
	with := func(old, changed string) string { return strings.Replace(base, old, changed, 1) }
	for _, row := range []struct{ name, body, want string }{
		{"as it should be", base, "200"},
		{"in Parameters", `{"resourceType":"Parameters","parameter":[{"name":"resource","resource":` + base + `}]}`, "200"},
		{"by reference to the entry", with(crewOf("paramedic"), `"participant":[{"individual":{"reference":"PractitionerRole/s-paramedic"}}]`), "200"},
		{"of its own organisation, which it names", with(`"subject"`, `"serviceProvider":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"U"}},"subject"`), "200"},
		{"with one who has left", with(`"participant":[`, `"participant":[{"period":{"end":"2024-02-29T11:00:00Z"},"individual":{"identifier":{"system":"`+issuer+`","value":"medic"}}},`), "200"},
		{"with others who are on no list", with(`"participant":[`, `"participant":[`+stranger+`,`), "200"},
		{"nothing", "", "400 missing-parameter"},
		{"something else", `{"resourceType":"Patient"}`, "400 parameter-value"},
		{"what is no Encounter", with(`"planned"`, `"driving"`), "422 code-invalid"},
		{"a status that says nothing", with(`"planned"`, `"unknown"`), "422 dispatch-status"},
		{"without a number", with(number+",", ""), "422 dispatch-identifier"},
		{"by two", with(number, `"identifier":[{"system":"urn:cad","value":"1"},{"system":"urn:cad","value":"2"}]`), "422 dispatch-identifier"},
		{"by a number of no system", with(`"system":"urn:cad",`, ""), "422 dispatch-identifier"},
		{"by a system without number", with(`"system":"urn:cad","value":"1"`, `"system":"urn:cad"`), "422 dispatch-identifier"},
		{"of another organisation", with(`"subject"`, `"serviceProvider":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"X"}},"subject"`), "422 dispatch-organisation"},
		{"to nobody", with(referred("p4")+",", ""), "422 dispatch-subject"},
		{"to a Group", with("Patient/p4", "Group/p4"), "422 dispatch-subject"},
		{"to one by a number of another system", with(referred("p4"), `"subject":{"identifier":{"system":"urn:n","value":"p4"}}`), "422 dispatch-subject"},
		{"to one twice over", with(referred("p4"), `"subject":{"reference":"Patient/p4","identifier":{"system":"`+nhsSystem+`","value":"9990000158"}}`), "422 dispatch-subject"},
		{"to one by a mistyped number", with(referred("p4"), numbered("9990000019")), "422 nhs-number"},
		{"without crew", with(","+crewOf("paramedic"), ""), "422 dispatch-crew"},
		{"with nobody left", with(`"individual"`, `"period":{"end":"2024-02-29T11:59:59Z"},"individual"`), "422 dispatch-crew"},
		{"with too many", with(crewOf("paramedic"), crewOf(strings.Split(strings.Repeat("paramedic ", 21), " ")[:21]...)), "422 dispatch-crew"},
		{"with people of others", with(`"paramedic"`, `"author"`), "422 dispatch-crew"},
		{"with people of others by reference", with(crewOf("paramedic"), `"participant":[{"individual":{"reference":"PractitionerRole/s-author"}}]`), "422 dispatch-crew"},
		{"with nobody's name", with(`"paramedic"`, `"nobody"`), "422 dispatch-crew"},
		{"with one by no name", with(`"identifier":{"system":"`+issuer+`","value":"paramedic"}`, `"display":"paramedic"`), "422 dispatch-crew"},
		{"with itself", with(`"paramedic"`, `"client-cad"`), "422 dispatch-crew"},
		{"with a privacy officer", with(`"paramedic"`, `"uofficer"`), "422 dispatch-crew"},
		{"with one whose training is over", with(`"paramedic"`, `"lapsed-adviser"`), "422 dispatch-crew"},
		{"with what a plan brought along", with(crewOf("paramedic"), `"participant":[{"individual":{"reference":"PractitionerRole/plain"}}]`), "422 dispatch-crew"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, _ := dispatching(t)
			login := s.Login
			s.Login = nil
			put(t, s, "PractitionerRole/plain", strings.Replace(staffEntry("plain", "paramedic", "U", "clinical"), factMeta+",", "", 1))
			s.Login = login
			a := telling(s, cad, row.body)
			if got := detailOf(t, a); got != row.want && !(strings.HasPrefix(row.want, "422 ") && a.Status == 422 && strings.Contains(string(a.Body), strings.Fields(row.want)[1])) {
				t.Errorf("%s, want %s: %s", got, row.want, a.Body)
			}
			if want := map[bool]int{true: 200, false: 404}[row.want == "200"]; statusOf(s, "paramedic", "p4") != want {
				t.Errorf("the crew reads %d, want %d", statusOf(s, "paramedic", "p4"), want)
			}
			if statusOf(s, "medic", "p4") != 404 {
				t.Error("somebody else sees it")
			}
			if left := strings.Contains(string(a.Body), `"resourceType":"OperationOutcome"`); row.want == "200" && left != (row.name == "with others who are on no list") {
				t.Errorf("left out: %s", a.Body)
			}
		})
	}
	s, _ := dispatching(t)
	if a := telling(s, cad, tells("1", "unknown")); strings.Count(string(a.Body), `"severity":"error"`) != 3 {
		t.Errorf("not every fault is told: %s", a.Body)
	}
}

// The crew see the record of the person for four hours from the last that was told of it, and for twelve at
// most; with their key safe, and without what is closed to a contact.
func TestDispatch_Opens(t *testing.T) {
	s, c := dispatching(t)
	look := func(want string) {
		t.Helper()
		got := ""
		for _, id := range []string{"p1", "p2", "p3", "p4"} {
			got += fmt.Sprint(statusOf(s, "paramedic", id), " ")
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("at %s the crew reads %swant %s", c.now().Format(time.TimeOnly), got, want)
		}
		if got := fmt.Sprint(statusOf(s, "medic", "p3"), statusOf(s, "medic", "p4"), statusOf(s, "other", "p4"), statusOf(s, "client-cad", "p1")); got != "404 404 404 404" {
			t.Errorf("others read %s", got)
		}
	}
	look("200 404 404 404")
	for id, number := range map[string]string{"p2": "9990000018", "p3": "9990000085", "p4": "9990000158"} {
		if got := messageTaken(t, s, tells(id, "planned", numbered(number), crewOf("paramedic"))); got != "open" {
			t.Errorf("%s is %s", id, got)
		}
	}
	look("200 404 200 200")
	paramedic := principal("paramedic", "user/*.cruds")
	if a := answer(s, as(paramedic, "GET", "CarePlan/cp4", "")); a.Status != 404 {
		t.Errorf("a draft: %d", a.Status)
	}
	if a := answer(s, as(paramedic, "GET", "Patient/p3", "")); a.Status != 200 || strings.Contains(string(a.Body), "managingOrganization") {
		t.Errorf("where a person at risk is: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(paramedic, "POST", "Observation", observationOf("x", "p4"))); a.Status != 403 {
		t.Errorf("the crew writes: %d", a.Status)
	}
	if a := revealing(s, paramedic, "code", ""); a.Status != 403 {
		t.Errorf("the key safe before: %d %s", a.Status, a.Body)
	}
	messageTaken(t, s, tells("p1", "planned", referred("p1"), crewOf("paramedic")))
	if a := revealing(s, paramedic, "code", ""); a.Status != 200 || !strings.Contains(string(a.Body), "SecretCode") {
		t.Errorf("the key safe: %d %s", a.Status, a.Body)
	}
	c.pass(4*time.Hour - time.Second)
	look("200 404 200 200")
	messageTaken(t, s, tells("p3", "in-progress", numbered("9990000085"), crewOf("paramedic")))
	c.pass(2 * time.Second)
	look("200 404 200 404")
	if a := revealing(s, paramedic, "code", ""); a.Status != 403 {
		t.Errorf("the key safe after: %d %s", a.Status, a.Body)
	}
	messageTaken(t, s, tells("p4", "in-progress", numbered("9990000158"), crewOf("paramedic")))
	look("200 404 200 200")
	for range 2 {
		c.pass(3 * time.Hour)
		messageTaken(t, s, tells("p3", "in-progress", numbered("9990000085"), crewOf("paramedic")))
		messageTaken(t, s, tells("p4", "arrived", numbered("9990000158"), crewOf("paramedic")))
	}
	c.pass(2*time.Hour - 2*time.Second)
	look("200 404 200 200")
	c.pass(time.Second)
	look("200 404 404 404")
	for _, id := range []string{"p3", "p4"} {
		number := map[string]string{"p3": "9990000085", "p4": "9990000158"}[id]
		if got := detailOf(t, telling(s, cad, tells(id, "in-progress", numbered(number), crewOf("paramedic")))); got != "409 dispatch-over" {
			t.Errorf("%s after twelve hours: %s", id, got)
		}
		messageTaken(t, s, tells(id, "finished"))
	}
	messageTaken(t, s, tells("another", "planned", numbered("9990000158"), crewOf("paramedic")))
	look("200 404 404 200")
	if a := telling(s, cad, tells("another", "finished")); a.Status != 200 || text(t, a.Body, "parameter.0.valueCode") != "ended" || strings.Contains(string(a.Body), "until") {
		t.Errorf("the end: %d %s", a.Status, a.Body)
	}
	look("200 404 404 404")
}

// Of a person who is here, of one who closed their record and of one who is not the system is told the same,
// whatever it tells and however often.
func TestDispatch_HiddenAndAbsentAlike(t *testing.T) {
	for _, by := range []struct {
		name    string
		subject func(string) string
		who     []string
	}{
		{"by NHS number", numbered, []string{"9990000085", "9990000018", "9990000158", "9990000220"}},
		{"by reference", referred, []string{"p1", "p2", "p3", "p4", "zz"}},
	} {
		t.Run(by.name, func(t *testing.T) {
			var first string
			for _, who := range by.who {
				s, c := dispatching(t)
				subject, got := by.subject(who), ""
				say := func(p *smart.Principal, body string) {
					a := telling(s, p, body)
					got += fmt.Sprintf("%d %d %s\n", a.Status, a.Version, a.Body)
				}
				say(cad, tells("1", "planned", subject, crewOf("paramedic")))
				say(cad, tells("1", "planned", subject, crewOf("paramedic")))
				c.pass(time.Hour)
				say(cad, tells("1", "arrived", subject, crewOf("paramedic", "medic")))
				say(cad, tells("1", "arrived", by.subject(map[bool]string{true: "9990000999", false: "another"}[by.name == "by NHS number"]), crewOf("paramedic")))
				say(cad, tells("2", "arrived", subject, crewOf("nobody")))
				say(cad, tells("2", "arrived", subject, crewOf("medic", "nobody")))
				for i := range 12 {
					say(cad, tells(fmt.Sprint("more", i), "planned", subject, crewOf("medic")))
				}
				say(cad, tells("1", "finished", subject, crewOf("paramedic")))
				say(cad, tells("1", "planned", subject, crewOf("paramedic")))
				say(cad, tells("1", "cancelled"))
				for _, line := range []string{"Patient?identifier=" + nhsSystem + "|" + who, "Patient/" + who, "Basic", "Encounter?identifier=urn:cad|1", "Patient/" + who + "/$access-log", "Basic?subject=Patient/" + who} {
					a := answer(s, as(cad, "GET", line, ""))
					got += fmt.Sprintf("%d %s\n", a.Status, a.Body)
				}
				got = regexp.MustCompile(`Basic/[A-Za-z0-9.-]+|"(id|lastUpdated)":"[^"]*"`).ReplaceAllString(strings.ReplaceAll(got, who, "WHO"), "ID")
				if first == "" {
					first = got
				}
				if got != first {
					t.Errorf("of %s it is told\n%s\nand of %s\n%s", who, got, by.who[0], first)
				}
			}
		})
	}
}

// Messages come twice, late and in another order: the dispatch is one, and what is over stays over.
func TestDispatch_Order(t *testing.T) {
	at := func(clock string) string { return `"meta":{"lastUpdated":"2024-02-29T` + clock + `Z"}` }
	for _, row := range []struct {
		name     string
		messages []string // status, crew, and when the system changed it
		want     string   // of the answers
		sees     string
	}{
		{"twice", []string{"planned paramedic", "planned paramedic"}, "open open", "paramedic"},
		{"an end", []string{"planned paramedic", "finished paramedic"}, "open ended", ""},
		{"an end twice", []string{"planned paramedic", "finished", "finished"}, "open ended ended", ""},
		{"the end first", []string{"finished", "planned paramedic"}, "ended 409", ""},
		{"the end first, twice", []string{"cancelled", "cancelled", "planned paramedic"}, "ended ended 409", ""},
		{"the beginning after the end", []string{"planned paramedic", "cancelled", "planned paramedic"}, "open ended 409", ""},
		{"sent by mistake", []string{"planned paramedic", "entered-in-error"}, "open ended", ""},
		{"another crew", []string{"planned paramedic", "planned medic"}, "open open", "medic"},
		{"one more", []string{"planned paramedic", "planned paramedic+medic"}, "open open", "paramedic medic"},
		{"by order of time", []string{"planned paramedic 11:00:00", "planned medic 11:00:01"}, "open open", "medic"},
		{"the older later", []string{"planned medic 11:00:01", "planned paramedic 11:00:00"}, "open open", "medic"},
		{"at one time", []string{"planned medic 11:00:01", "planned paramedic 11:00:01"}, "open open", "paramedic"},
		{"by a clock that is ahead", []string{"planned medic 23:00:00", "planned paramedic 12:00:00"}, "open open", "paramedic"},
		{"an end that is older", []string{"planned medic 11:00:01", "finished medic 11:00:00"}, "open ended", ""},
		{"the older of three later", []string{"planned medic 11:00:00", "planned medic 11:00:02", "planned paramedic 11:00:01"}, "open open open", "medic"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, _ := dispatching(t)
			got := ""
			for _, one := range row.messages {
				parts := append(strings.Fields(one), "", "")
				more := []string{referred("p4")}
				if parts[1] != "" {
					more = append(more, crewOf(strings.Split(parts[1], "+")...))
				}
				if parts[2] != "" {
					more = append(more, at(parts[2]))
				}
				a := telling(s, cad, tells("1", parts[0], more...))
				if a.Status == 200 {
					got += " " + text(t, a.Body, "parameter.0.valueCode")
				} else if got += fmt.Sprint(" ", a.Status); text(t, a.Body, "issue.0.details.coding.0.code") != "dispatch-over" {
					t.Errorf("%s", a.Body)
				}
			}
			if strings.TrimSpace(got) != row.want {
				t.Errorf("answers%s, want %s", got, row.want)
			}
			for _, who := range []string{"paramedic", "medic"} {
				if want := map[bool]int{true: 200, false: 404}[slices.Contains(strings.Fields(row.sees), who)]; statusOf(s, who, "p4") != want {
					t.Errorf("%s reads %d, want %d", who, statusOf(s, who, "p4"), want)
				}
			}
			s.Login = nil
			if total := text(t, mustDo(t, s, 200, "GET", "Basic?author:identifier=U&_total=accurate", "").Body, "total"); total != "1" {
				t.Errorf("%s grants", total)
			}
		})
	}
	s, _ := dispatching(t)
	messageTaken(t, s, tells("1", "planned", referred("p4"), crewOf("paramedic")))
	if got := detailOf(t, telling(s, cad, tells("1", "planned", referred("p3"), crewOf("paramedic")))); got != "409 dispatch-subject" || statusOf(s, "paramedic", "p3") != 404 || statusOf(s, "paramedic", "p4") != 200 {
		t.Errorf("to another person: %s", got)
	}
	if got := detailOf(t, telling(s, principal("client-cad2", ""), tells("1", "finished"))); got != "200" || statusOf(s, "paramedic", "p4") != 404 {
		t.Errorf("ended by another system of the organisation: %s", got)
	}
	messageTaken(t, s, tells("2", "planned", referred("p4"), crewOf("paramedic")))
	before := answer(s, as(principal("uofficer", "user/*.cruds"), "GET", "Basic?code=urgent-care-contact", ""))
	id := text(t, before.Body, "entry.0.resource.id")
	if text(t, before.Body, "entry.0.resource.subject.reference") == "" {
		id = text(t, before.Body, "entry.1.resource.id")
	}
	for _, one := range []string{text(t, before.Body, "entry.0.resource.id"), text(t, before.Body, "entry.1.resource.id"), id} {
		_ = answer(s, as(principal("admin", "user/*.cruds"), "DELETE", "Basic/"+one, ""))
	}
	if got := detailOf(t, telling(s, cad, tells("2", "arrived", referred("p4"), crewOf("paramedic")))); got != "409 dispatch-over" || statusOf(s, "paramedic", "p4") != 404 {
		t.Errorf("after an administrator deleted the grant: %s, the crew reads %d", got, statusOf(s, "paramedic", "p4"))
	}
	if got := messageTaken(t, s, tells("2", "finished")); got != "ended" {
		t.Errorf("the end of what was deleted: %s", got)
	}
}

// A dispatch system keeps no ids of its own, as other systems do: the answer would tell it who is here.
func TestDispatch_ChoosesNoIDs(t *testing.T) {
	s, _ := dispatching(t)
	if a := answer(s, as(principal("client-cad", ""), "PUT", "Location/mine", `{"resourceType":"Location","id":"mine"}`)); a.Status != 404 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
