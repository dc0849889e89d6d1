package interaction_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/audit"
	"hearken/internal/smart"
)

const (
	nhsSystem = "https://fhir.nhs.uk/Id/nhs-number"
	sentence  = "Found collapsed at home, no relative is there to ask"
)

// emergency is somebody who logged in a minute ago.
func emergency(subject string) *smart.Principal {
	p := principal(subject, "user/*.cruds")
	p.AuthTime = time.Date(2024, 2, 29, 11, 59, 0, 0, time.UTC)
	return p
}

func glass(who, reason, words string) string {
	return `{"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"` + reason + `"},{"name":"words","valueString":"` + words + `"},` + who + `]}`
}

func byReference(id string) string {
	return `{"name":"patient","valueReference":{"reference":"Patient/` + id + `"}}`
}

func byIdentifier(system, value string) string {
	return `{"name":"identifier","valueIdentifier":{"system":"` + system + `","value":"` + value + `"}}`
}

func TestBreakGlass_Who(t *testing.T) {
	stale := emergency("other")
	stale.AuthTime = stale.AuthTime.Add(-5 * time.Minute)
	unsaid := principal("other", "user/*.cruds")
	unscoped := emergency("other")
	unscoped.Scopes = smart.ParseScopes("user/Observation.cruds")
	fine := glass(byReference("p2"), "emergency-care", sentence)
	for _, row := range []struct {
		name string
		p    *smart.Principal
		body string
		want string
	}{
		{"a clinician", emergency("other"), fine, "200"},
		{"by identifier", emergency("other"), glass(byIdentifier("urn:n", "p2"), "emergency-care", sentence), "200"},
		{"one who could see the person anyway", emergency("author"), fine, "200"},
		{"one whose training has lapsed", emergency("untrained"), fine, "200"},
		{"the same, who has no access at all", emergency("lapsed"), fine, "200"},
		{"nobody's identifier", emergency("other"), glass(byIdentifier("urn:n", "nobody"), "emergency-care", sentence), "404 no-plan-here"},
		{"nobody's id", emergency("other"), glass(byReference("nobody"), "emergency-care", sentence), "404 no-plan-here"},
		{"a login of six minutes ago", stale, fine, "401 login-too-old"},
		{"a login of nobody knows when", unsaid, fine, "401 login-too-old"},
		{"no scope", unscoped, fine, "403 insufficient-scope"},
		{"an adviser", emergency("adviser"), fine, "403 forbidden"},
		{"a lapsed adviser", emergency("lapsed-adviser"), fine, "403 forbidden"},
		{"a privacy officer", emergency("officer"), fine, "403 forbidden"},
		{"an administrator", emergency("admin"), fine, "403 forbidden"},
		{"a patient", emergency("patient"), fine, "403 forbidden"},
		{"a stranger", emergency("stranger"), fine, "403 forbidden"},
		{"a client", principal("client-partner", ""), fine, "403 forbidden"},
		{"no reason of ours", emergency("other"), glass(byReference("p2"), "curious", sentence), "422 parameter-value"},
		{"one word", emergency("other"), glass(byReference("p2"), "emergency-care", "Emergency"), "422 parameter-value"},
		{"nobody named", emergency("other"), strings.Replace(fine, `,`+byReference("p2"), "", 1), "400 parameter-value"},
		{"two ways at once", emergency("other"), glass(byReference("p2")+","+byIdentifier("urn:n", "p2"), "emergency-care", sentence), "400 parameter-value"},
		{"two people", emergency("other"), glass(byReference("p2")+","+byReference("p3"), "emergency-care", sentence), "400 repeated-parameter"},
		{"no Patient", emergency("other"), strings.Replace(fine, "Patient/p2", "CarePlan/cp2", 1), "400 parameter-value"},
		{"an NHS number mistyped", emergency("other"), glass(byIdentifier(nhsSystem, "9000000008"), "emergency-care", sentence), "422 parameter-value"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := plane(t)
			a := answer(s, as(row.p, "POST", "Patient/$break-glass", row.body))
			got := fmt.Sprint(a.Status)
			if detail := text(t, a.Body, "issue.0.details.coding.0.code"); detail != "" {
				got += " " + detail
			}
			if got != row.want {
				t.Errorf("%s, want %s: %s", got, row.want, a.Body)
			}
			recorded := 0
			if strings.HasPrefix(row.want, "200") || strings.HasPrefix(row.want, "404") {
				recorded = 1
			}
			s.Login = nil
			if total := text(t, mustDo(t, s, 200, "GET", "Task?code=break-glass-review&_total=accurate", "").Body, "total"); total != fmt.Sprint(recorded) {
				t.Errorf("%s reviews, want %d", total, recorded)
			}
		})
	}
}

// The record is open for an hour, whole, to that clinician alone, to look at and not to write; the answer
// does not tell whether there is a plan.
func TestBreakGlass_Opens(t *testing.T) {
	s := plane(t)
	clock := s.Now
	other := emergency("other")
	plan := func(p *smart.Principal, id string) int {
		return answer(s, as(p, "GET", "CarePlan/"+id, "")).Status
	}
	if plan(other, "cp2") != 404 {
		t.Fatal("open before")
	}
	a := answer(s, as(other, "POST", "Patient/$break-glass", glass(byReference("p2"), "emergency-care", sentence)))
	if a.Status != 200 || text(t, a.Body, "parameter.1.valueInstant") != "2024-02-29T13:00:00Z" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if plan(other, "cp2") != 200 || plan(other, "cp3") != 404 || plan(emergency("crew"), "cp2") != 404 {
		t.Errorf("p2 %d, p3 %d, to another %d", plan(other, "cp2"), plan(other, "cp3"), plan(emergency("crew"), "cp2"))
	}
	if w := answer(s, as(other, "POST", "Observation", observationOf("x", "p2"))); w.Status != 403 {
		t.Errorf("writes: %d", w.Status)
	}
	s.Now = func() time.Time { return clock().Add(61 * time.Minute) }
	if plan(other, "cp2") != 404 {
		t.Error("open after an hour")
	}
	s.Now = clock
	login := s.Login
	s.Login = nil
	put(t, s, "Patient/planless", `{"resourceType":"Patient","id":"planless","identifier":[{"system":"urn:n","value":"planless"}]}`)
	s.Login = login
	b := answer(s, as(emergency("other"), "POST", "Patient/$break-glass", glass(byReference("planless"), "emergency-care", sentence)))
	if b.Status != 200 || strings.ReplaceAll(string(b.Body), "planless", "p2") != string(a.Body) {
		t.Errorf("without a plan: %d %s", b.Status, b.Body)
	}
}

// Nobody asks for one record after the other, one after another or at once.
func TestBreakGlass_Limit(t *testing.T) {
	s := plane(t)
	var opened, refused atomic.Int32
	var group sync.WaitGroup
	for i := range 9 {
		group.Go(func() {
			who := byIdentifier("urn:n", fmt.Sprintf("nobody%d", i))
			if i%2 == 0 {
				who = byReference("p2")
			}
			switch a := answer(s, as(emergency("other"), "POST", "Patient/$break-glass", glass(who, "emergency-care", sentence))); a.Status {
			case 200, 404:
				opened.Add(1)
			case 429:
				refused.Add(1)
			default:
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	group.Wait()
	if opened.Load() != 5 || refused.Load() != 4 {
		t.Errorf("%d answered, %d refused; want 5 and 4", opened.Load(), refused.Load())
	}
	if a := answer(s, as(emergency("crew"), "POST", "Patient/$break-glass", glass(byReference("p2"), "emergency-care", sentence))); a.Status != 200 {
		t.Errorf("another caller: %d %s", a.Status, a.Body)
	}
}

// An officer of the organisation looks into it, and nobody else; never the one who asked.
func TestBreakGlass_Review(t *testing.T) {
	s := plane(t)
	login := s.Login
	s.Login = nil
	put(t, s, "PractitionerRole/s-xofficer", staffEntry("s-xofficer", "xofficer", "X", "privacy-officer"))
	put(t, s, "PractitionerRole/s-other", strings.Replace(staffEntry("s-other", "other", "X", "clinical"), `"active":true`, `"active":true,"practitioner":{"reference":"Practitioner/other","display":"Dr Ann Smith"}`, 1))
	put(t, s, "PractitionerRole/s-mate", strings.Replace(staffEntry("s-mate", "mate", "X", "clinical"), `"active":true`, `"active":true,"practitioner":{"display":"bob SMITH"}`, 1))
	put(t, s, "Practitioner/other", `{"resourceType":"Practitioner","id":"other","name":[{"family":"Smith","given":["Ann"]}],"address":[{"line":["1 High Street"],"postalCode":"LS1 1AA"}]}`)
	put(t, s, "Patient/p5", `{"resourceType":"Patient","id":"p5","name":[{"family":"Smith","given":["Bob"]}],"address":[{"line":["1, High Street"],"postalCode":"ls11aa"}]}`)
	s.Login = login
	if a := answer(s, as(emergency("other"), "POST", "Patient/$break-glass", glass(byReference("p5"), "cannot-ask", sentence))); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	officer, list := emergency("xofficer"), "Task?code=break-glass-review&status=requested"
	found := answer(s, as(officer, "GET", list, ""))
	id := text(t, found.Body, "entry.0.resource.id")
	if found.Status != 200 || text(t, found.Body, "total") != "1" || id == "" {
		t.Fatalf("the officer's list: %d %s", found.Status, found.Body)
	}
	for _, named := range []string{"p5", "other", "Smith", "collapsed"} {
		if strings.Contains(string(found.Body), named) {
			t.Errorf("the Task names %q: %s", named, found.Body)
		}
	}
	for _, alert := range []string{"same-surname", "same-address", "colleague"} {
		if !strings.Contains(string(found.Body), alert) {
			t.Errorf("no alert %s: %s", alert, found.Body)
		}
	}
	if strings.Contains(string(found.Body), "oneself") {
		t.Error("alert oneself")
	}
	closing := `{"resourceType":"Parameters","parameter":[{"name":"outcome","valueCode":"justified"}]}`
	body := string(answer(s, as(officer, "GET", "Task/"+id, "")).Body)
	for _, who := range []string{"other", "officer", "author", "admin", "keeper", "patient", "client-partner", "foreign"} {
		p := emergency(who)
		if a := answer(s, as(p, "GET", "Task/"+id, "")); a.Status != 404 {
			t.Errorf("%s reads the review: %d", who, a.Status)
		}
		for target, sent := range map[string]string{"/$break-glass-resolve": "", "/$break-glass-close": closing} {
			if a := answer(s, as(p, "POST", "Task/"+id+target, sent)); a.Status != 404 && a.Status != 403 {
				t.Errorf("%s does %s: %d", who, target, a.Status)
			}
		}
	}
	for _, row := range []struct {
		name, method, target, body string
		want                       int
	}{
		{"changed by hand", "PUT", "Task/" + id, strings.Replace(body, `"requested"`, `"completed"`, 1), 403},
		{"deleted", "DELETE", "Task/" + id, "", 403},
		{"changed in a transaction", "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + strings.Replace(body, `"requested"`, `"completed"`, 1) + `,"request":{"method":"PUT","url":"Task/` + id + `"}}]}`, 403},
		{"the grant itself", "GET", text(t, found.Body, "entry.0.resource.focus.reference"), "", 404},
		{"an outcome that is none", "POST", "Task/" + id + "/$break-glass-close", strings.Replace(closing, "justified", "fine", 1), 422},
		{"who it was", "POST", "Task/" + id + "/$break-glass-resolve", "", 200},
		{"closed", "POST", "Task/" + id + "/$break-glass-close", closing, 200},
		{"closed twice", "POST", "Task/" + id + "/$break-glass-close", closing, 409},
	} {
		a := answer(s, as(officer, row.method, row.target, row.body))
		if a.Status != row.want {
			t.Errorf("%s: %d %s, want %d", row.name, a.Status, a.Body, row.want)
		}
		if row.name == "who it was" && (!strings.Contains(string(a.Body), "Patient/p5") || !strings.Contains(string(a.Body), `"other"`) || !strings.Contains(string(a.Body), sentence)) {
			t.Errorf("resolved: %s", a.Body)
		}
	}
	closed := string(answer(s, as(officer, "GET", "Task/"+id, "")).Body)
	if !strings.Contains(closed, `"completed"`) || !strings.Contains(closed, `"resolved"`) || !strings.Contains(closed, "justified") {
		t.Errorf("closed: %s", closed)
	}
	tree := parseTree(t, closed)
	if issues := validator().Validate(tree); issues.Failed() {
		t.Errorf("the Task is not valid: %v", issues)
	}
}

// The officer who asked for access under another role does not look into it.
func TestBreakGlass_NotOnesOwn(t *testing.T) {
	s := plane(t)
	if a := answer(s, as(emergency("other"), "POST", "Patient/$break-glass", glass(byReference("p2"), "emergency-care", sentence))); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	login := s.Login
	s.Login = nil
	put(t, s, "PractitionerRole/s-other", staffEntry("s-other", "other", "X", "privacy-officer"))
	id := text(t, mustDo(t, s, 200, "GET", "Task?code=break-glass-review", "").Body, "entry.0.resource.id")
	s.Login = login
	for target, body := range map[string]string{"$break-glass-resolve": "", "$break-glass-close": `{"resourceType":"Parameters","parameter":[{"name":"outcome","valueCode":"justified"}]}`} {
		if a := answer(s, as(emergency("other"), "POST", "Task/"+id+"/"+target, body)); a.Status != 403 {
			t.Errorf("%s: %d %s", target, a.Status, a.Body)
		}
	}
}

func parseTree(t testing.TB, body string) *element.Tree {
	t.Helper()
	tree, faults := element.Parse(r4.Definitions(), []byte(body), element.DefaultLimits())
	if faults.Failed() {
		t.Fatal(faults)
	}
	return tree
}

// What was done by emergency access is recorded with its reason, the asking and each look; what was done
// without it, and the words that were given for it, are not.
func TestBreakGlass_Ground(t *testing.T) {
	s := plane(t)
	other := emergency("other")
	for _, row := range []struct {
		p              *smart.Principal
		method, target string
		body           string
	}{
		{other, "POST", "Patient/$break-glass", glass(byReference("p2"), "emergency-care", sentence)},
		{other, "GET", "CarePlan/cp2", ""},
		{other, "GET", "CarePlan?patient=p2", ""},
		{principal("author", "user/*.cruds"), "GET", "CarePlan/cp2", ""},
	} {
		if a := answer(s, as(row.p, row.method, row.target, row.body)); a.Status != 200 {
			t.Fatalf("%s %s = %d %s", row.method, row.target, a.Status, a.Body)
		}
	}
	records, err := s.Audit.Read(t.Context(), auditOf("p2"))
	if err != nil {
		t.Fatal(err)
	}
	acts := 0
	for _, e := range records.Entries {
		if e.Agent.IsZero() {
			continue // what the world was made of
		}
		want := audit.Ground{Reason: "emergency-care", Emergency: true}
		if e.Agent.Subject != "other" {
			want = audit.Ground{}
		}
		if acts++; e.Ground.Reason != want.Reason || e.Ground.Emergency != want.Emergency || len(e.Ground.Words) > 0 {
			t.Errorf("%s %s by %s has the ground %+v, want %+v", e.Interaction, e.Operation, e.Agent.Subject, e.Ground, want)
		}
	}
	if acts != 4 {
		t.Errorf("%d acts are recorded, want 4", acts)
	}
	told := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p2/$access-log", "")).Body)
	if got := strings.Count(told, `"emergency access: emergency care"`); got != 3 || strings.Contains(told, sentence) {
		t.Errorf("the access log tells %d of emergency access, want 3: %s", got, told)
	}
}
