package interaction_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// unguarded does something as the admin plane's own tools do.
func unguarded(s *interaction.Server, do func()) {
	login := s.Login
	s.Login = nil
	do()
	s.Login = login
}

// theWaiting is the one Task that waits, as somebody finds it; "" for none.
func theWaiting(t *testing.T, s *interaction.Server, who string) string {
	t.Helper()
	a := answer(s, as(principal(who, "user/*.cruds"), "GET", "Task?code=waiting-change&status=requested", ""))
	if a.Status != 200 {
		t.Fatalf("%s lists what waits: %d %s", who, a.Status, a.Body)
	}
	_, rest, found := strings.Cut(string(a.Body), `"resourceType":"Task","id":"`)
	if !found {
		return ""
	}
	id, rest, _ := strings.Cut(rest, `"`)
	if strings.Contains(rest, `"resourceType":"Task"`) {
		t.Fatalf("several wait: %s", a.Body)
	}
	return "Task/" + id
}

// One person with two tokens is one person: the entry of a staff list is about both, by the entry itself, a
// role profile or a Practitioner.
func TestSharing_SecondToken(t *testing.T) {
	entry := staffEntry("s-double", "author", "A", "clinical")
	double := strings.Replace(entry, `"identifier":[`, `"identifier":[{"system":"https://other.test","value":"a.n.other"},`, 1)
	for name, entries := range map[string][]string{
		"one entry": {double},
		"one Practitioner": {strings.Replace(entry, `"active"`, `"practitioner":{"reference":"Practitioner/n"},"active"`, 1),
			strings.NewReplacer(`"id":"s-double"`, `"id":"s-second"`, `"value":"author"`, `"value":"a.n.other"`, issuer, "https://other.test", `"active"`, `"practitioner":{"reference":"Practitioner/n"},"active"`).Replace(entry)},
		"one role profile": {strings.Replace(entry, `"identifier":[`, `"identifier":[{"system":"https://fhir.nhs.uk/Id/sds-role-profile-id","value":"555"},`, 1)},
	} {
		for change, row := range map[string][3]string{
			"objection": {"DELETE", "Consent/no", ""}, "author": {"PUT", "CarePlan/cp2", contributedBy("cp2", "p2", byCode)},
		} {
			s := objected(t)
			unguarded(s, func() {
				put(t, s, "Practitioner/n", `{"resourceType":"Practitioner","id":"n"}`)
				for i, one := range entries {
					put(t, s, "PractitionerRole/"+[]string{"s-double", "s-second"}[i], one)
				}
			})
			if got := statusFor(s, "author", row[0], row[1], row[2]); got != 202 {
				t.Fatalf("%s, %s: %d", name, change, got)
			}
			second := principal("a.n.other", "user/*.cruds")
			second.Issuer = "https://other.test"
			if name == "one role profile" {
				second.RoleID = "555"
			}
			if a := answer(s, as(second, "GET", "CarePlan/cp2", "")); a.Status != 200 {
				t.Fatalf("%s: the second token reads %d", name, a.Status)
			}
			if a := answer(s, as(second, "POST", "Patient/p2/$confirm-sharing", "")); a.Status != 403 {
				t.Errorf("%s, %s: confirmed by the second token: %d", name, change, a.Status)
			}
			if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 200 {
				t.Errorf("%s, %s: confirmed by another: %d", name, change, got)
			}
		}
	}
}

// Two tokens of one administrator are one person by what whoever named them says, and anybody's are by the
// resource that their issuers say describes them, at the time too when they asked.
func TestSharing_OneOfTwoTokens(t *testing.T) {
	described := func(who, practitioner string) *smart.Principal {
		p := principal(who, "user/*.cruds")
		p.Context.FHIRUser = fhir.Key{Type: "Practitioner", ID: fhir.ID(practitioner)}
		return p
	}
	named := func(names map[string]string) func(string, string) string {
		return func(_, subject string) string { return names[subject] }
	}
	for name, row := range map[string]struct {
		first, second *smart.Principal
		person        func(issuer, subject string) string
		want          int
	}{
		"not said":                 {principal("admin", "user/*.cruds"), principal("admin2", "user/*.cruds"), nil, 200},
		"one name":                 {principal("admin", "user/*.cruds"), principal("admin2", "user/*.cruds"), named(map[string]string{"admin": "jo", "admin2": "jo"}), 403},
		"two names":                {principal("admin", "user/*.cruds"), principal("admin2", "user/*.cruds"), named(map[string]string{"admin": "jo", "admin2": "sam"}), 200},
		"named as no Practitioner": {described("admin", "jo"), principal("admin2", "user/*.cruds"), named(map[string]string{"admin2": "Practitioner/jo"}), 200},
		"one Practitioner":         {described("admin", "n"), described("admin2", "n"), nil, 403},
		"two Practitioners":        {described("admin", "n"), described("admin2", "m"), nil, 200},
		"one of them described":    {described("admin", "n"), principal("admin2", "user/*.cruds"), nil, 200},
	} {
		t.Run(name, func(t *testing.T) {
			s := plane(t)
			s.Login.Person = row.person
			if a := answer(s, as(row.first, "POST", "PractitionerRole", staffEntry("x", "newcomer", "A", "clinical"))); a.Status != 202 {
				t.Fatalf("asked: %d %s", a.Status, a.Body)
			}
			if a := answer(s, as(row.second, "POST", theWaiting(t, s, "admin")+"/$confirm-sharing", "")); a.Status != row.want {
				t.Errorf("confirmed: %d %s, want %d", a.Status, a.Body, row.want)
			}
			if got := statusFor(s, "newcomer", "GET", "CarePlan/cp1", ""); got == 200 != (row.want == 200) {
				t.Errorf("the newcomer reads %d", got)
			}
			task := taskOf(t, answer(s, upload(row.first, staffListOfA, listOf(staffOfA[1:]...))))
			if a := approve(s, row.second, task); a.Status != row.want {
				t.Errorf("a list approved: %d %s, want %d", a.Status, a.Body, row.want)
			}
		})
	}
}

// What waits is labelled anew with its record by a server that nobody logs in to, too: who stands for it is
// not asked there.
func TestSharing_WithoutLogin(t *testing.T) {
	s := objected(t)
	if got := statusFor(s, "author", "PUT", "CarePlan/cp2", contributedBy("cp2", "p2", byCode)); got != 202 {
		t.Fatalf("named: %d", got)
	}
	task := theWaiting(t, s, "author")
	unguarded(s, func() {
		put(t, s, "CarePlan/cp2", strings.ReplaceAll(contributedBy("cp2", "p2", byCode), "Organization/a", "Organization/u"))
		put(t, s, "Patient/p2", `{"resourceType":"Patient","id":"p2","managingOrganization":{"reference":"Organization/u"}}`)
	})
	for who, want := range map[string]int{"paramedic": 200, "author": 404} {
		if got := statusFor(s, who, "GET", task, ""); got != want {
			t.Errorf("%s, an author now or no more, reads what waits: %d, want %d", who, got, want)
		}
	}
}

// The Task lists what waits to whoever may confirm it, names who did it, and is nobody's to write.
func TestSharing_Tasks(t *testing.T) {
	s := objected(t)
	if got := statusFor(s, "author", "DELETE", "Consent/no", ""); got != 202 {
		t.Fatalf("deleted = %d", got)
	}
	task := theWaiting(t, s, "colleague")
	body := string(answer(s, as(principal("colleague", "user/*.cruds"), "GET", task, "")).Body)
	for _, want := range []string{`"code":"objection"`, `"Patient/p2"`, `"value":"author"`, `"restriction":{"period":{"end":"2024-03-03T12:00:0`} {
		if !strings.Contains(body, want) {
			t.Errorf("the Task does not have %s: %s", want, body)
		}
	}
	for who, want := range map[string]bool{"author": true, "admin": true, "client-partner": true, "gp": false, "paramedic": false, "other": false, "officer": false, "patient": false, "breaker": false} {
		if got := theWaiting(t, s, who) != ""; got != want {
			t.Errorf("%s finds it: %v, want %v", who, got, want)
		}
	}
	forged := strings.Replace(body, `"value":"author"`, `"value":"colleague"`, 1)
	for who, want := range map[string]int{"author": 403, "admin": 403} {
		for _, row := range [][3]string{{"PUT", task, forged}, {"DELETE", task, ""}, {"POST", "Task", forged}, {"PUT", task, strings.Replace(forged, `"code":"fact"`, `"code":"other"`, 1)}} {
			if got := statusFor(s, who, row[0], row[1], row[2]); got != want {
				t.Errorf("%s: %s %s = %d, want %d", who, row[0], row[1], got, want)
			}
		}
	}
	if got := statusFor(s, "colleague", "POST", task+"/$confirm-sharing", ""); got != 200 {
		t.Fatalf("confirmed: %d", got)
	}
	if a := answer(s, as(principal("gp", "user/*.cruds"), "GET", task, "")); a.Status != 404 {
		t.Errorf("the practice reads who confirmed: %d", a.Status)
	}
	done := string(answer(s, as(principal("admin", "user/*.cruds"), "GET", task, "")).Body)
	if !strings.Contains(done, `"status":"completed"`) || !strings.Contains(done, `"value":"colleague"`) {
		t.Errorf("what is kept: %s", done)
	}
}

// What waits ends when it is declined, and after three days; then it is as before, and waits anew when it is
// done again, for others to confirm.
func TestSharing_Ends(t *testing.T) {
	agreed := consentBy("yes", "active", sharingGiven, "2024-02-02", "permit")
	for change, row := range map[string]struct{ first, again [3]string }{
		"objection": {[3]string{"PUT", "Consent/no", consentBy("no", "active", sharingGiven, "2024-02-01", "permit")}, [3]string{"POST", "Consent", agreed}},
		"author":    {[3]string{"PUT", "CarePlan/cp2", contributedBy("cp2", "p2", byCode)}, [3]string{"PUT", "CarePlan/cp2", contributedBy("cp2", "p2", byCode)}},
	} {
		for end, how := range map[string]func(*testing.T, *interaction.Server, string){
			"declined": func(t *testing.T, s *interaction.Server, task string) {
				for who, want := range map[string]int{"other": 404, "gp": 404, "client-partner": 403, "stranger": 403} {
					if got := statusFor(s, who, "POST", task+"/$decline-sharing", ""); got != want {
						t.Errorf("%s declines: %d, want %d", who, got, want)
					}
				}
				words := `{"resourceType":"Parameters","parameter":[{"name":"words","valueString":"She told me that she has not changed her mind"}]}`
				if got := statusFor(s, "colleague", "POST", task+"/$decline-sharing", words); got != 200 {
					t.Errorf("declined: %d", got)
				}
				done := string(answer(s, as(principal("admin", "user/*.cruds"), "GET", task, "")).Body)
				if !strings.Contains(done, `"status":"rejected"`) || !strings.Contains(done, "has not changed her mind") {
					t.Errorf("what is kept: %s", done)
				}
			},
			"withdrawn": func(t *testing.T, s *interaction.Server, task string) {
				if got := statusFor(s, "author", "POST", "Patient/p2/$decline-sharing", ""); got != 200 {
					t.Errorf("withdrawn by who did it: %d", got)
				}
			},
			"expired": func(t *testing.T, s *interaction.Server, task string) {
				clock := s.Now
				s.Now = func() time.Time { return clock().Add(72 * time.Hour) }
				for _, target := range []string{task, "Patient/p2"} {
					if a := answer(s, as(principal("colleague", "user/*.cruds"), "POST", target+"/$confirm-sharing", "")); a.Status != 409 || !strings.Contains(string(a.Body), "expired") {
						t.Errorf("%s, three days later: %d %s", target, a.Status, a.Body)
					}
				}
			},
			"expired and swept": func(t *testing.T, s *interaction.Server, task string) {
				if n, err := s.ExpireWaiting(context.Background()); n != 0 || err != nil {
					t.Errorf("swept too early: %d, %v", n, err)
				}
				clock := s.Now
				s.Now = func() time.Time { return clock().Add(73 * time.Hour) }
				if n, err := s.ExpireWaiting(context.Background()); n != 1 || err != nil {
					t.Errorf("swept: %d, %v", n, err)
				}
				if n, err := s.ExpireWaiting(context.Background()); n != 0 || err != nil {
					t.Errorf("swept again: %d, %v", n, err)
				}
			},
		} {
			t.Run(change+" "+end, func(t *testing.T) {
				s := objected(t)
				if got := statusFor(s, "author", row.first[0], row.first[1], row.first[2]); got != 202 {
					t.Fatalf("done: %d", got)
				}
				task := theWaiting(t, s, "colleague")
				how(t, s, task)
				if got := statusFor(s, "admin", "POST", task+"/$confirm-sharing", ""); got != 409 {
					t.Errorf("confirmed afterwards: %d", got)
				}
				hidden := func(when string) {
					t.Helper()
					for _, who := range []string{"gp", "paramedic", "other"} {
						if got := statusFor(s, who, "GET", "CarePlan/cp2", ""); got != 404 {
							t.Errorf("%s: %s reads %d", when, who, got)
						}
					}
				}
				hidden("ended")
				if a := answer(s, as(principal("colleague", "user/*.cruds"), "POST", "CarePlan", planOf("n", "active", "p2", "a"))); a.Status != 201 {
					t.Errorf("a colleague who knows nothing of it writes: %d %s", a.Status, a.Body)
				}
				hidden("a colleague wrote")
				if got := statusFor(s, "author", "POST", "Patient/p2/$confirm-sharing", ""); got == 200 {
					t.Errorf("the first person confirms: %d", got)
				}
				if change == "author" { // it is named already: taken away, and named again
					if got := statusFor(s, "author", "PUT", "CarePlan/cp2", planOf("cp2", "active", "p2", "a")); got != 200 {
						t.Errorf("taken away: %d", got)
					}
				}
				if got := statusFor(s, "author", row.again[0], row.again[1], row.again[2]); got != 202 {
					t.Fatalf("done again: %d", got)
				}
				hidden("done again")
				if got := statusFor(s, "author", "POST", "Patient/p2/$confirm-sharing", ""); got != 403 {
					t.Errorf("by the first person: %d", got)
				}
				if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 200 {
					t.Errorf("by another: %d", got)
				}
				who := map[string]string{"objection": "gp", "author": "other"}[change]
				if got := statusFor(s, who, "GET", "CarePlan/cp2", ""); got != 200 {
					t.Errorf("confirmed: %s reads %d", who, got)
				}
			})
		}
	}
}

// Of those who confirm and decline at once one is heard.
func TestSharing_AtOnce(t *testing.T) {
	s := objected(t)
	unguarded(s, func() {
		put(t, s, "PractitionerRole/s-third", staffEntry("s-third", "third", "A", "clinical"))
	})
	if got := statusFor(s, "author", "PUT", "CarePlan/cp2", contributedBy("cp2", "p2", byCode)); got != 202 {
		t.Fatalf("named: %d", got)
	}
	task := theWaiting(t, s, "colleague")
	var confirmed, declined atomic.Int32
	var group sync.WaitGroup
	for _, who := range []string{"colleague", "third", "admin", "colleague"} {
		group.Go(func() {
			if statusFor(s, who, "POST", task+"/$confirm-sharing", "") == 200 {
				confirmed.Add(1)
			}
		})
		group.Go(func() {
			if statusFor(s, who, "POST", task+"/$decline-sharing", "") == 200 {
				declined.Add(1)
			}
		})
	}
	group.Wait()
	if confirmed.Load()+declined.Load() != 1 || (statusFor(s, "other", "GET", "CarePlan/cp2", "") == 200) != (confirmed.Load() == 1) {
		t.Errorf("confirmed %d times, declined %d times, or X reads otherwise", confirmed.Load(), declined.Load())
	}
}

// What waits is in the store: a server that ended in between goes on where it was.
func TestSharing_Reopened(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	s := serverOn(openStore(t, dir, c), c)
	guard(t, s)
	unguarded(s, func() {
		put(t, s, "PractitionerRole/s-colleague", staffEntry("s-colleague", "colleague", "A", "clinical"))
	})
	if got := statusFor(s, "author", "DELETE", "Consent/no", ""); got != 202 {
		t.Fatalf("deleted = %d", got)
	}
	if got := statusFor(s, "author", "PUT", "CarePlan/cp3", contributedBy("cp3", "p3", byCode)); got != 202 {
		t.Fatalf("named = %d", got)
	}
	reopen := func() {
		t.Helper()
		if err := s.Store.Close(); err != nil {
			t.Fatal(err)
		}
		s = serverOn(openStore(t, dir, c), c)
		login(s)
	}
	reopen()
	defer func() { _ = s.Store.Close() }()
	for who, plan := range map[string]string{"gp": "CarePlan/cp2", "other": "CarePlan/cp3"} {
		if got := statusFor(s, who, "GET", plan, ""); got != 404 {
			t.Errorf("opened again: %s reads %s: %d", who, plan, got)
		}
	}
	for _, id := range []string{"p2", "p3"} {
		if got := statusFor(s, "author", "POST", "Patient/"+id+"/$confirm-sharing", ""); got != 403 {
			t.Errorf("%s: the first person confirms: %d", id, got)
		}
		if got := statusFor(s, "colleague", "POST", "Patient/"+id+"/$confirm-sharing", ""); got != 200 {
			t.Errorf("%s: the colleague confirms: %d", id, got)
		}
	}
	reopen()
	for who, plan := range map[string]string{"gp": "CarePlan/cp2", "other": "CarePlan/cp3"} {
		if got := statusFor(s, who, "GET", plan, ""); got != 200 {
			t.Errorf("opened once more: %s reads %s: %d", who, plan, got)
		}
	}
}

// Each step is in the audit log, and in the access log of whose record it is.
func TestSharing_Recorded(t *testing.T) {
	s := objected(t)
	if s.Audit == nil {
		t.Fatal("nothing is recorded")
	}
	step := func(who, method, target, body string, want int) {
		t.Helper()
		if got := statusFor(s, who, method, target, body); got != want {
			t.Fatalf("%s: %s %s = %d, want %d", who, method, target, got, want)
		}
	}
	step("author", "DELETE", "Consent/no", "", 202)
	step("author", "POST", "Patient/p2/$confirm-sharing", "", 403)
	step("colleague", "POST", theWaiting(t, s, "colleague")+"/$decline-sharing", "", 200)
	step("author", "POST", "Consent", consentBy("yes", "active", sharingGiven, "2024-02-01", "permit"), 202)
	step("colleague", "POST", theWaiting(t, s, "colleague")+"/$confirm-sharing", "", 200)
	step("author", "POST", "Consent", consentBy("n", "active", sharingObjected, "2024-02-10", "deny"), 201)
	step("author", "POST", "Consent", consentBy("y", "active", sharingGiven, "2024-02-20", "permit"), 202)
	clock := s.Now
	s.Now = func() time.Time { return clock().Add(73 * time.Hour) }
	if n, err := s.ExpireWaiting(context.Background()); n != 1 || err != nil {
		t.Fatalf("swept: %d, %v", n, err)
	}
	told := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p2/$access-log", "")).Body)
	at := 0
	for _, want := range []string{"ended the waiting for a second person", "agreed that more people may see", "declined that more people may see", "and was not allowed"} {
		i := strings.Index(told[at:], want)
		if i < 0 {
			t.Errorf("the access log does not tell, or not in this order, %q: %s", want, told)
			continue
		}
		at += i
	}
}
