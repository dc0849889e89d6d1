package interaction_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// Beginnings and ends at once make one dispatch, and when an end was among them it is over.
func TestDispatch_Races(t *testing.T) {
	s, _ := dispatching(t)
	for round := range 30 {
		number := fmt.Sprint("race", round)
		var group sync.WaitGroup
		var ended atomic.Bool
		for i := range 6 {
			group.Go(func() {
				status := "planned"
				if i == 3 && round%3 > 0 {
					status = "finished"
				}
				a := telling(s, principal([]string{"client-cad", "client-cad2"}[i%2], ""), tells(number, status, referred("p4"), crewOf("paramedic")))
				if a.Status != 200 && (a.Status != 409 || !strings.Contains(string(a.Body), "dispatch-over")) {
					t.Errorf("%d %s", a.Status, a.Body)
				}
				if status == "finished" {
					ended.Store(true)
				}
			})
		}
		group.Wait()
		if want := map[bool]int{true: 404, false: 200}[ended.Load()]; statusOf(s, "paramedic", "p4") != want {
			t.Fatalf("round %d: the crew reads %d, want %d", round, statusOf(s, "paramedic", "p4"), want)
		}
		messageTaken(t, s, tells(number, "finished"))
		if round%10 == 9 {
			s.Now = func(now func() time.Time) func() time.Time { return func() time.Time { return now().Add(time.Hour) } }(s.Now)
		}
	}
	s.Login = nil
	if total := text(t, mustDo(t, s, 200, "GET", "Basic?author:identifier=U&_total=accurate", "").Body, "total"); total != "30" {
		t.Errorf("%s grants for 30 dispatches", total)
	}
}

// A contact ends with what it hangs on: the crew's own entry, the agreement, the registration of the system;
// and it goes nowhere with somebody who works for others.
func TestDispatch_OutlivesNothing(t *testing.T) {
	ended := func(target string) func(*testing.T, *interaction.Server) {
		return func(t *testing.T, s *interaction.Server) {
			body := string(mustDo(t, s, 200, "GET", target, "").Body)
			put(t, s, target, strings.NewReplacer(`"active":true`, `"active":false`, `"status":"executed"`, `"status":"terminated"`).Replace(body))
		}
	}
	for _, row := range []struct {
		name   string
		change func(*testing.T, *interaction.Server)
		want   int
	}{
		{"the system is taken off", ended("PractitionerRole/s-client-cad"), 404},
		{"another system is taken off", ended("PractitionerRole/s-client-cad2"), 200},
		{"the agreement ends", ended("Contract/U"), 403},
		{"the agreement is not for dispatch systems any more", func(t *testing.T, s *interaction.Server) {
			put(t, s, "Contract/U", strings.Replace(string(mustDo(t, s, 200, "GET", "Contract/U", "").Body), `"code":"dispatch"`, `"code":"system"`, 1))
		}, 404},
		{"the organisation is not active", func(t *testing.T, s *interaction.Server) {
			put(t, s, "Organization/u", `{"resourceType":"Organization","id":"u","active":false,"name":"x",`+fmt.Sprintf(ods, "U")+`}`)
		}, 403},
		{"the crew leaves", ended("PractitionerRole/s-paramedic"), 403},
		{"the crew works for another", func(t *testing.T, s *interaction.Server) {
			put(t, s, "PractitionerRole/s-paramedic", staffEntry("s-paramedic", "paramedic", "X", "clinical"))
		}, 404},
		{"the system becomes an exchange partner", func(t *testing.T, s *interaction.Server) {
			put(t, s, "PractitionerRole/s-client-cad", staffEntry("s-client-cad", "client-cad", "U", "system"))
		}, 404},
		{"the system is another's", func(t *testing.T, s *interaction.Server) {
			put(t, s, "PractitionerRole/s-client-cad", staffEntry("s-client-cad", "client-cad", "X", "dispatch"))
		}, 404},
		{"the person objects", func(t *testing.T, s *interaction.Server) {
			put(t, s, "Consent/no4", fmt.Sprintf(sharingConsent, "no4", "active", "882941000000102", "p4", "2024-01-01", "deny"))
		}, 404},
		{"nothing happens", func(*testing.T, *interaction.Server) {}, 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, _ := dispatching(t)
			messageTaken(t, s, tells("1", "planned", referred("p4"), crewOf("paramedic")))
			if statusOf(s, "paramedic", "p4") != 200 {
				t.Fatal("the crew does not see it")
			}
			login := s.Login
			s.Login = nil
			row.change(t, s)
			s.Login = login
			if got := statusOf(s, "paramedic", "p4"); got != row.want {
				t.Errorf("the crew reads %d, want %d", got, row.want)
			}
		})
	}
}

// An end counts for the next request, and for one that is under way: wherever in it the end comes, it shows
// nothing that was written after.
func TestDispatch_EndsAtOnce(t *testing.T) {
	for _, line := range []string{"GET Observation/op4", "GET Observation?_id=op4", "GET Observation/op4/_history", "GET Patient?_id=p4&_revinclude=Observation:patient", "POST Patient/p1/$reveal-key-safe"} {
		method, target, _ := strings.Cut(line, " ")
		for at, most := 1, 2; at <= most+1; at++ {
			s, _ := dispatching(t)
			for _, id := range []string{"p4", "p1"} {
				messageTaken(t, s, tells(id, "planned", referred(id), crewOf("paramedic")))
			}
			beside := &interaction.Server{Store: s.Store, Definitions: s.Definitions, Registry: s.Registry, Parser: s.Parser, Extractor: s.Extractor, NewID: s.NewID, Now: s.Now, Audit: s.Audit}
			login(beside)
			writer := &interaction.Server{Store: s.Store, Definitions: s.Definitions, Registry: s.Registry, Parser: s.Parser, Extractor: s.Extractor, NewID: s.NewID, Now: s.Now}
			m := &meanwhile{Store: s.Store, at: at, do: func() {
				for _, id := range []string{"p4", "p1"} {
					messageTaken(t, beside, tells(id, "finished"))
				}
				put(t, writer, "Observation/op4", strings.Replace(observationOf("op4", "p4"), `"text":"`, `"text":"written later `, 1))
				put(t, writer, "Patient/p1", strings.Replace(livesAt("", withSafe(home, keySafe)), "SecretCode", "LaterCode", 1))
			}}
			s.Store = m
			sent := ""
			if method == "POST" {
				sent = `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"code"},{"name":"reason","valueCode":"going-in"}]}`
			}
			a := answer(s, as(principal("paramedic", "user/*.cruds"), method, target, sent))
			most = max(most, m.calls)
			if strings.Contains(string(a.Body), "written later") || strings.Contains(string(a.Body), "LaterCode") {
				t.Errorf("%s at %d shows what was written after the end: %d %s", line, at, a.Status, a.Body)
			}
			if !m.done && at <= 2 {
				t.Errorf("%s at %d: nothing happened meanwhile", line, at)
			}
			s.Store = m.Store
			if after := answer(s, as(principal("paramedic", "user/*.cruds"), "GET", "Observation/op4", "")); m.done && after.Status != 404 {
				t.Errorf("%s at %d: the next request is %d", line, at, after.Status)
			}
		}
	}
}

// One person is sent to so many at once and in an hour, whoever sends them; ends are always taken; and what
// is spent names nobody.
func TestDispatch_CrewBounds(t *testing.T) {
	s, c := dispatching(t)
	send := func(number string) int {
		return telling(s, []*smart.Principal{cad, principal("client-cad2", "")}[len(number)%2], tells(number, "planned", referred("p4"), crewOf("paramedic"))).Status
	}
	for i := range 8 {
		if got := send(fmt.Sprint("a", i)); got != 200 {
			t.Fatalf("%d: %d", i, got)
		}
	}
	if got := detailOf(t, telling(s, cad, tells("ninth", "planned", referred("p3"), crewOf("medic", "paramedic")))); got != "429 dispatch-limit" || statusOf(s, "medic", "p3") != 404 {
		t.Errorf("the ninth at once: %s", got)
	}
	if got := send("a3"); got != 200 {
		t.Errorf("what is open already: %d", got)
	}
	for i := range 8 {
		messageTaken(t, s, tells(fmt.Sprint("a", i), "finished"))
	}
	for i, want := range []int{200, 200, 200, 200, 429, 429} {
		if got := send(fmt.Sprint("b", i)); got != want {
			t.Errorf("number %d within the hour: %d, want %d", 9+i, got, want)
		}
	}
	named := func() string {
		officer := principal("uofficer", "user/*.cruds")
		return text(t, answer(s, as(officer, "GET", "Basic?identifier="+issuer+"|paramedic&_total=accurate", "")).Body, "total") + " of " +
			text(t, answer(s, as(officer, "GET", "Basic?code=urgent-care-contact&_total=accurate", "")).Body, "total")
	}
	if got := named(); got != "12 of 12" {
		t.Errorf("%s name them", got)
	}
	c.pass(5 * time.Hour)
	if got := send("later"); got != 200 || named() != "1 of 13" {
		t.Errorf("five hours later: %d, %s name them", got, named())
	}
	if got := send("b0"); got != 200 || named() != "2 of 13" || statusOf(s, "paramedic", "p4") != 200 {
		t.Errorf("told anew of one that was spent and did not end: %d, %s", got, named())
	}
}

// One system sends so many crews an hour; those before a restart count, messages about them do not.
func TestDispatch_SystemBounds(t *testing.T) {
	s, c := dispatching(t)
	var group sync.WaitGroup
	for i := range 1200 {
		group.Go(func() {
			r := audit.Record{Interaction: "operation", Operation: "dispatch", Action: audit.Execute, Outcome: audit.Success, Ground: audit.Ground{Reason: "dispatched"},
				Agent: audit.Agent{Issuer: issuer, Subject: "client-cad", Client: "client-cad"}}
			if i >= 598 {
				r.Ground.Reason = []string{"dispatch-renewed", "dispatch-ended"}[i%2]
			}
			if err := s.Audit.Append(t.Context(), &r); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i, want := range []string{"open", "open again", "422", "open", "429", "open again", "ended", "429"} {
		number, crew := fmt.Sprint("n", i), "paramedic"
		status := "planned"
		switch want {
		case "open again":
			number = "n0"
		case "ended":
			number, status = "n0", "finished"
		case "422":
			crew = "nobody"
		}
		a := telling(s, cad, tells(number, status, referred("p4"), crewOf(crew)))
		got := fmt.Sprint(a.Status)
		if a.Status == 200 {
			got = text(t, a.Body, "parameter.0.valueCode")
		}
		if got != strings.Fields(want)[0] {
			t.Errorf("%d: %s, want %s: %s", i, got, want, a.Body)
		}
	}
	if got := detailOf(t, telling(s, principal("client-cad2", ""), tells("other", "planned", referred("p4"), crewOf("medic")))); got != "200" {
		t.Errorf("another system: %s", got)
	}
	c.pass(time.Hour + time.Second)
	if got := detailOf(t, telling(s, cad, tells("later", "planned", referred("p4"), crewOf("medic")))); got != "200" {
		t.Errorf("an hour later: %s", got)
	}
}

// Each message is in the access log of the person, in plain words, and in what the privacy officers see whom
// it concerns: of the organisation that sent, and of the authors. The grant says who was sent to officers of
// the former alone.
func TestDispatch_Recorded(t *testing.T) {
	s, _ := dispatching(t)
	messageTaken(t, s, tells("1", "planned", numbered("9990000158"), crewOf("paramedic")))
	messageTaken(t, s, tells("1", "arrived", numbered("9990000158"), crewOf("paramedic", "medic")))
	if a := telling(s, cad, tells("2", "planned", numbered("9990000158"), crewOf("nobody"))); a.Status != 422 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	messageTaken(t, s, tells("1", "finished"))
	log := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p4/$access-log", "")).Body)
	for words, want := range map[string]int{"sent a crew to the person": 1, "told again of the crew": 1, "the crew is no longer sent": 1, "tried to send a crew to the person, and could not": 1,
		"a computer system that sends crews": 4, "treatment in an emergency": 4} {
		if got := strings.Count(log, words); got != want {
			t.Errorf("the access log says %q %d times, want %d: %s", words, got, want, log)
		}
	}
	for who, want := range map[string]string{"uofficer": "4", "officer": "4", "paramedic": "0", "client-cad": "0"} {
		a := answer(s, as(principal(who, "user/*.cruds"), "GET", "AuditEvent?patient=p4&_count=100", ""))
		if got := fmt.Sprint(strings.Count(string(a.Body), `"dispatch`)); a.Status != 200 || (got != "0") != (want != "0") {
			t.Errorf("%s finds %s in the audit log: %d %.300s", who, got, a.Status, a.Body)
		}
	}
	for who, want := range map[string]int{"uofficer": 1, "admin": 1, "officer": 0, "author": 0, "paramedic": 0, "client-cad": 0, "patient": 0} {
		a := answer(s, as(principal(who, "user/*.cruds"), "GET", "Basic?code=urgent-care-contact&author:identifier=U", ""))
		if got := strings.Count(string(a.Body), `"resourceType":"Basic"`); got != want {
			t.Errorf("%s sees %d grants, want %d: %s", who, got, want, a.Body)
		}
	}
	grant := answer(s, as(principal("uofficer", "user/*.cruds"), "GET", "Basic?code=urgent-care-contact&author:identifier=U", ""))
	if issues := validator().Validate(parseTree(t, string(answer(s, as(principal("uofficer", "user/*.cruds"), "GET", "Basic/"+text(t, grant.Body, "entry.0.resource.id"), "")).Body))); issues.Failed() {
		t.Errorf("the grant is not valid: %v", issues)
	}
	records, err := s.Audit.Read(t.Context(), auditOf("p4"))
	if err != nil {
		t.Fatal(err)
	}
	reasons := ""
	for _, e := range records.Entries {
		if e.Operation == "dispatch" {
			reasons += e.Ground.Reason + " " + string(e.Target.Type) + ", "
			if e.Ground.Emergency {
				t.Error("it is taken for break-glass")
			}
		}
	}
	if want := "dispatch-ended Encounter, dispatched Encounter, dispatch-renewed Encounter, dispatched Encounter, "; reasons != want {
		t.Errorf("recorded %s, want %s", reasons, want)
	}
}

// The number of a dispatch lets nobody in, whatever it looks like; and by an NHS number all records of one
// person are opened, recorded and closed as one.
func TestDispatch_Grants(t *testing.T) {
	s, _ := dispatching(t)
	login := s.Login
	s.Login = nil
	verified := `{"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{"coding":[{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland","code":"01"}]}}],"system":"` + nhsSystem + `","value":"9990000158"}`
	put(t, s, "Patient/q4", `{"resourceType":"Patient","id":"q4","managingOrganization":{"reference":"Organization/a"},"identifier":[`+verified+`]}`)
	put(t, s, "Observation/oq4", observationOf("oq4", "q4"))
	s.Login = login
	as4 := strings.Replace(tells("medic", "planned", numbered("9990000158"), crewOf("paramedic")), "urn:cad", issuer, 1)
	messageTaken(t, s, as4)
	if got := fmt.Sprint(statusOf(s, "paramedic", "p4"), statusOf(s, "paramedic", "q4"), statusOf(s, "medic", "p4")); got != "200 200 404" {
		t.Errorf("read %s", got)
	}
	for _, id := range []fhir.ID{"p4", "q4"} {
		records, err := s.Audit.Read(t.Context(), auditOf(id))
		if err != nil || !strings.Contains(fmt.Sprint(records.Entries), "dispatched") {
			t.Errorf("%s: %v, %v", id, records.Entries, err)
		}
	}
	messageTaken(t, s, strings.Replace(as4, "planned", "finished", 1))
	if got := fmt.Sprint(statusOf(s, "paramedic", "p4"), statusOf(s, "paramedic", "q4")); got != "404 404" {
		t.Errorf("read %s after the end", got)
	}
}

// In a batch it is done as by itself; a transaction, which is all or nothing, has none.
func TestDispatch_InBundles(t *testing.T) {
	s, _ := dispatching(t)
	entry := ent("", tells("1", "planned", referred("p4"), crewOf("paramedic")), "POST", "Encounter/$dispatch")
	if a := answer(s, as(cad, "POST", "", bundleOf("transaction", entry))); a.Status < 400 || statusOf(s, "paramedic", "p4") != 404 {
		t.Errorf("in a transaction: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(cad, "POST", "", bundleOf("batch", entry))); a.Status != 200 || statusOf(s, "paramedic", "p4") != 200 {
		t.Errorf("in a batch: %d %s", a.Status, a.Body)
	}
	x := as(cad, "POST", "Encounter/$dispatch", `<Encounter xmlns="http://hl7.org/fhir"><identifier><system value="urn:cad"/><value value="1"/></identifier><status value="finished"/><class><code value="EMER"/></class></Encounter>`)
	x.MediaType = "application/fhir+xml"
	if a := answer(s, x); a.Status != 200 || statusOf(s, "paramedic", "p4") != 404 {
		t.Errorf("the end in XML: %d %s", a.Status, a.Body)
	}
}
