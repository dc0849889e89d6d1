package interaction_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/audit"
	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// eventsIn follows a search from page to page, and gives the AuditEvents on each.
func eventsIn(t *testing.T, s *interaction.Server, who, target string) (ids []string, text string) {
	t.Helper()
	judge := validation.New(r4.Definitions())
	for pages := 0; target != ""; pages++ {
		var page struct {
			Link  []struct{ Relation, URL string }
			Entry []struct{ Resource json.RawMessage }
		}
		a := answer(s, as(principal(who, "user/AuditEvent.rs"), "GET", target, ""))
		if a.Status != 200 || pages > 200 {
			t.Fatalf("%s = %d on page %d: %s", target, a.Status, pages, a.Body)
		}
		if err := json.Unmarshal(a.Body, &page); err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entry {
			var event struct{ ID, ResourceType string }
			if err := json.Unmarshal(e.Resource, &event); err != nil || event.ResourceType != "AuditEvent" {
				continue
			}
			ids, text = append(ids, event.ID), text+string(e.Resource)+"\n"
			tree, faults := element.ParseAs(r4.Definitions(), "AuditEvent", e.Resource, element.DefaultLimits())
			if faults.Failed() {
				t.Fatalf("not FHIR: %v\n%s", faults, e.Resource)
			}
			for _, issue := range judge.Validate(tree) {
				if issue.Severity != fhir.Information {
					t.Errorf("%s: %s\n%s", issue.Severity, issue.Diagnostics, e.Resource)
				}
			}
		}
		target = ""
		for _, l := range page.Link {
			if l.Relation == "next" {
				_, target, _ = strings.Cut(l.URL, "/fhir/")
			}
		}
	}
	return ids, text
}

// TestOversight has people of A, P and X look, and A's privacy officer read who did: what A's people did
// anywhere, and what anybody did with the records of A's patients; nothing else, and nobody else reads it.
func TestOversight(t *testing.T) {
	s := guarded(t)
	login := s.Login
	s.Login = nil
	put(t, s, "Organization/stranger", `{"resourceType":"Organization","id":"stranger","name":"x",`+strings.ReplaceAll(ods, "%s", "Z")+`}`)
	put(t, s, "Patient/z", `{"resourceType":"Patient","id":"z","managingOrganization":{"reference":"Organization/stranger"},"identifier":[{"system":"urn:n","value":"z"}]}`)
	s.Login = login
	for _, look := range [][2]string{{"author", "CarePlan/cp1"}, {"gp", "CarePlan/cp1"}, {"gp", "Patient/z"}, {"author", "CarePlan?_count=100"}, {"gp", "CarePlan?_count=100"}, {"other", "Patient/p1"}} {
		c := as(principal(look[0], "user/*.cruds"), "GET", look[1], "")
		c.Address = "192.0.2.7"
		answer(s, c)
	}
	before := headOf(t, s.Audit)
	_, all := eventsIn(t, s, "officer", "AuditEvent?_count=1000")
	for _, want := range []string{`"value":"author"`, `"value":"gp"`, `"value":"other"`, "Patient/p1", "IHE.BasicAudit.PatientRead"} {
		if !strings.Contains(all, want) {
			t.Errorf("the officer is not told %s", want)
		}
	}
	if strings.Contains(all, "Patient/z") {
		t.Error("the officer is told of a record that their organisation has nothing to do with")
	}
	own := looks(t, s.Audit, before, audit.Filter{Patient: "p1"})
	if len(own) != 1 || own[0].Agent.Subject != "officer" || own[0].Words().What != "looked at who had looked at the record" {
		t.Errorf("reading was recorded as %+v", own)
	}
	ids, one := eventsIn(t, s, "officer", "AuditEvent?patient=Patient/p1&date=ge2024-02-29&_count=100&date=lt2030")
	if len(ids) < 3 || strings.Contains(one, "Patient/p2") {
		t.Errorf("of p1: %v\n%s", ids, one)
	}
	for _, row := range []struct {
		target string
		some   bool
	}{
		{"AuditEvent?patient=p1&date=lt2020", false}, {"AuditEvent?patient=z", false}, {"AuditEvent?subtype=read", true}, {"AuditEvent?_id=" + ids[0], true}, {"AuditEvent?_id=audit-0-0", false},
		{"AuditEvent?agent:identifier=" + issuer + "|gp", true}, {"AuditEvent?agent:identifier=" + issuer + "|nobody", false}, {"AuditEvent?outcome=0&action=R&_sort=-date", true},
	} {
		if got, _ := eventsIn(t, s, "officer", row.target); len(got) > 0 != row.some {
			t.Errorf("%s = %v, want some %v", row.target, got, row.some)
		}
	}
	for target, status := range map[string]int{"AuditEvent/" + ids[0]: 200, "AuditEvent/audit-9-9": 404, "AuditEvent/x": 404, "AuditEvent?_sort=date": 400, "AuditEvent?_page=x": 400,
		"AuditEvent?_include=AuditEvent:patient": 400, "AuditEvent?patient.name=x": 400, "AuditEvent?_summary=count": 400, "AuditEvent?_summary=true": 200} {
		if a := answer(s, as(principal("officer", "user/*.cruds"), "GET", target, "")); a.Status != status {
			t.Errorf("%s = %d, want %d: %s", target, a.Status, status, a.Body)
		}
	}
	for _, who := range []string{"author", "gp", "paramedic", "patient", "client-partner", "admin"} {
		a := answer(s, as(principal(who, "user/*.cruds patient/*.rs"), "GET", "AuditEvent?_count=100", ""))
		if strings.Contains(string(a.Body), `"audit-`) {
			t.Errorf("%s reads the audit log: %s", who, a.Body)
		}
		if a := answer(s, as(principal(who, "user/*.cruds"), "GET", "AuditEvent/"+ids[0], "")); a.Status == 200 {
			t.Errorf("%s reads an event of the audit log", who)
		}
	}
	if a := answer(s, as(principal("officer", "user/Patient.rs"), "GET", "AuditEvent", "")); a.Status != 403 {
		t.Errorf("without a scope for it: %d", a.Status)
	}
}

// purgedLog is a log with many purged Records behind the others, and one of which reading is slow.
type purgedLog struct {
	audit.Log
	purged uint64
	free   int // Reads that had no bound
}

func (l *purgedLog) Read(ctx context.Context, f audit.Filter) (audit.Page, error) {
	if ctx.Err() != nil {
		return audit.Page{}, ctx.Err()
	}
	head, err := l.Head(ctx)
	if err != nil {
		return audit.Page{}, err
	}
	from := head.Sequence + l.purged
	if f.Before != (audit.Place{}) {
		from = f.Before.Sequence - 1
	}
	if from <= head.Sequence {
		return l.Log.Read(ctx, f)
	}
	if f.Most == 0 {
		l.free++
	}
	n := min(from-head.Sequence, uint64(max(f.Most, 1)))
	return audit.Page{Passed: int(n), Last: audit.Place{Chain: head.Chain, Sequence: from - n + 1}, Next: "more"}, nil
}

// What was purged costs a page no more than what is there, and nobody waits for a page that nobody waits for.
func TestOversight_Bounded(t *testing.T) {
	s := guarded(t)
	answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan/cp1", ""))
	whole, _ := eventsIn(t, s, "officer", "AuditEvent?_count=1000&date=lt2030")
	log := &purgedLog{Log: s.Audit, purged: 130_000}
	s.Audit = log
	first := answer(s, as(principal("officer", "user/AuditEvent.rs"), "GET", "AuditEvent?_count=1000", ""))
	if first.Status != 200 || strings.Contains(string(first.Body), `"audit-`) || !strings.Contains(string(first.Body), `"next"`) {
		t.Errorf("the first page = %d %s", first.Status, first.Body)
	}
	got, _ := eventsIn(t, s, "officer", "AuditEvent?_count=1000")
	if log.free > 0 || len(got) < len(whole) || !slices.Equal(got[len(got)-len(whole):], whole) {
		t.Errorf("behind what was purged: %d events, want %d at their end; %d reads without a bound", len(got), len(whole), log.free)
	}
	for _, target := range []string{"AuditEvent?_count=1000", "AuditEvent/" + whole[0]} {
		ctx, cancel := context.WithCancel(t.Context())
		s.Audit = cancelling{log, cancel}
		if _, err := s.Do(ctx, as(principal("officer", "user/AuditEvent.rs"), "GET", target, "")); err == nil {
			t.Errorf("%s was answered, though nobody waits for it", target)
		}
	}
}

// cancelling is a log whose reader goes away when it is read.
type cancelling struct {
	audit.Log
	cancel func()
}

func (l cancelling) Read(ctx context.Context, f audit.Filter) (audit.Page, error) {
	l.cancel()
	return l.Log.Read(ctx, f)
}

// Pages neither lose nor repeat an event while others are recorded: reading them is itself recorded.
func TestOversight_Pages(t *testing.T) {
	s := guarded(t)
	for range 20 {
		answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan?_count=100", ""))
	}
	whole, _ := eventsIn(t, s, "officer", "AuditEvent?_count=1000")
	paged, _ := eventsIn(t, s, "officer", "AuditEvent?_count=7")
	if !slices.Equal(paged[len(paged)-len(whole):], whole) {
		t.Errorf("pages of 7 gave %d events, want at their end the %d there were", len(paged), len(whole))
	}
	slices.Sort(paged)
	if n := len(slices.Compact(slices.Clone(paged))); n != len(paged) {
		t.Errorf("%d events are repeated", len(paged)-n)
	}
}

// Of what others did with several people at once the officer is told what it had to do with those who are
// theirs: not whom it concerned besides, by whatever it names them.
func TestOversight_Several(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "Patient/z", `{"resourceType":"Patient","id":"z","generalPractitioner":[{"reference":"Organization/p"}]}`)
	put(t, s, "CarePlan/cz", planOf("cz", "active", "z", "p"))
	login(s)
	act := audit.Record{Interaction: "search-type", Action: audit.Execute, Outcome: audit.Success, Agent: audit.Agent{Issuer: issuer, Subject: "gp", Organisation: "P"},
		Patients: []fhir.ID{"p1", "z", "never"}, Query: "of=z&{1}", Sought: []audit.Digest{{0xab}},
		Versions: []audit.Version{{Key: fhir.Key{Type: "CarePlan", ID: "cp1"}, Version: 1}, {Key: fhir.Key{Type: "CarePlan", ID: "cz"}, Version: 1}, {Key: fhir.Key{Type: "CarePlan", ID: "none"}, Version: 1}}}
	batch := audit.Record{Interaction: "batch", Action: audit.Execute, Outcome: audit.Success, Agent: act.Agent, Patients: act.Patients[:2]}
	for _, row := range []struct {
		name   string
		record audit.Record
		target fhir.Key
		tells  string
	}{
		{"a search", act, fhir.Key{Type: "CarePlan"}, "CarePlan/cp1"},
		{"one in the record of the other", act, fhir.Key{Type: "Patient", ID: "z"}, "CarePlan/cp1"},
		{"something done to the other", batch, fhir.Key{Type: "Patient", ID: "z"}, `"reference":"Patient"`},
		{"something done to the one", batch, fhir.Key{Type: "Patient", ID: "p1"}, `"reference":"Patient/p1"`},
	} {
		row.record.Target = row.target
		if err := s.Audit.Append(t.Context(), &row.record); err != nil {
			t.Fatal(err)
		}
		for _, own := range []bool{false, true} {
			officer, ids := "officer", []string(nil)
			if own {
				officer = "officer-p" // whose organisation did it
			}
			a := answer(s, as(officerOf(t, s, officer), "GET", "AuditEvent?_count=1000&agent:identifier="+issuer+"|gp", ""))
			var page struct {
				Entry []struct{ Resource json.RawMessage }
			}
			if err := json.Unmarshal(a.Body, &page); err != nil || a.Status != 200 {
				t.Fatalf("%s: %d %s", row.name, a.Status, a.Body)
			}
			for _, e := range page.Entry {
				ids = append(ids, string(e.Resource))
			}
			all := strings.Join(ids, "\n")
			if !own && !strings.Contains(all, row.tells) {
				t.Errorf("%s, to the officer of its own %v: does not tell %s: %s", row.name, own, row.tells, all)
			}
			for _, hidden := range []string{"CarePlan/cz", "Patient/z", "CarePlan/none", base64.StdEncoding.EncodeToString([]byte("CarePlan?of=z"))[:12]} {
				if !own && strings.Contains(all, hidden) {
					t.Errorf("%s tells of somebody else, %s: %s", row.name, hidden, all)
				}
			}
			if own && !strings.Contains(all, "Patient/z") {
				t.Errorf("%s is not told to whose people did it: %s", row.name, all)
			}
		}
	}
}

// officerOf is the privacy officer of A, or one of P.
func officerOf(t *testing.T, s *interaction.Server, who string) *smart.Principal {
	t.Helper()
	if who != "officer" {
		s.Login = nil
		put(t, s, "PractitionerRole/s-"+who, staffEntry("s-"+who, who, "P", "privacy-officer"))
		login(s)
	}
	return principal(who, "user/AuditEvent.rs")
}

// A page has no more events than were asked for, ends where enough were looked at, whatever was found, and
// looks at whose record it is once.
func TestOversight_PageEnds(t *testing.T) {
	s := guarded(t)
	for range 5 {
		answer(s, as(principal("gp", "user/*.cruds"), "GET", "Patient/p1", ""))
	}
	officer := principal("officer", "user/AuditEvent.rs")
	counting := &callStore{Store: s.Store}
	s.Store = counting
	a := answer(s, as(officer, "GET", "AuditEvent?_count=3&agent:identifier="+issuer+"|gp", ""))
	if found := strings.Count(string(a.Body), `"fullUrl"`); a.Status != 200 || found != 3 || !strings.Contains(string(a.Body), `"next"`) {
		t.Errorf("%d with %d events of 5, asked for 3 at a time: %s", a.Status, found, a.Body)
	}
	if labels := len(slices.DeleteFunc(counting.calls, func(call string) bool { return call != "Label Patient/p1" })); labels != 1 {
		t.Errorf("whose record it is is looked at %d times", labels)
	}
	many := audit.Record{Interaction: "search-type", Action: audit.Execute, Outcome: audit.Success, Agent: audit.Agent{Issuer: issuer, Subject: "author", Organisation: "A"}}
	for i := range 2100 {
		many.Patients = append(many.Patients, fhir.ID(fmt.Sprintf("n%d", i)))
	}
	if err := s.Audit.Append(t.Context(), &many); err != nil {
		t.Fatal(err)
	}
	target, pages, found := "AuditEvent?_count=10&agent:identifier="+issuer+"|gp", 0, 0
	for ; target != "" && pages < 10; pages++ {
		a := answer(s, as(officer, "GET", target, ""))
		if found += strings.Count(string(a.Body), `"fullUrl"`); pages == 0 && found > 0 || a.Status != 200 {
			t.Errorf("the first page, of 2100 events that nobody asked for: %d %.400s", a.Status, a.Body)
		}
		target = nextPage(a, "AuditEvent")
	}
	if found != 5 || pages != 2 {
		t.Errorf("%d events on %d pages, want 5 on 2", found, pages)
	}
}
