package interaction_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// told is an AuditEvent that another system sends; "" is one about nobody's record.
func told(id, patient string) string {
	entity := ""
	if patient != "" {
		entity = `,"entity":[{"what":{"reference":"Patient/` + patient + `"}}]`
	}
	return `{"resourceType":"AuditEvent","type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110100"},"recorded":"2024-02-01T12:00:00Z",` +
		`"agent":[{"requestor":true,"name":"told-` + id + `"}],"source":{"observer":{"display":"elsewhere"}}` + entity + `}`
}

// feeding is a guarded server on which systems of A and X have sent events, the n-th of A's after n seconds,
// with looks between.
func feeding(t *testing.T) (*interaction.Server, *clock) {
	t.Helper()
	s, now := newServer(t)
	guard(t, s)
	unguarded(s, func() {
		put(t, s, "PractitionerRole/s-client-foreign", staffEntry("s-client-foreign", "client-foreign", "X", "system"))
		put(t, s, "PractitionerRole/s-xofficer", staffEntry("s-xofficer", "xofficer", "X", "privacy-officer"))
		put(t, s, "Patient/x", `{"resourceType":"Patient","id":"x","managingOrganization":{"reference":"Organization/x"}}`)
	})
	send := func(who, id, patient string) {
		t.Helper()
		if a := answer(s, as(principal(who, ""), "POST", "AuditEvent", told(id, patient))); a.Status != 201 {
			t.Fatalf("%s sends: %d %s", who, a.Status, a.Body)
		}
	}
	for n, patient := range []string{"p1", "p2", "", "p1", "p4", "p1"} {
		send("client-partner", fmt.Sprint("A", n), patient)
		if n == 2 || n == 3 {
			continue // two are received at one moment, or nearly
		}
		now.pass(time.Second)
		answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan/cp1", ""))
		answer(s, as(principal("gp", "user/*.cruds"), "GET", "CarePlan?_count=100", ""))
		now.pass(time.Second)
	}
	send("client-foreign", "X0", "x")
	send("client-foreign", "X1", "")
	return s, now
}

// toldIn is which sent events a text shows, in order.
func toldIn(text string) (ids []string) {
	for {
		_, rest, found := strings.Cut(text, `"told-`)
		if !found {
			return ids
		}
		id, after, _ := strings.Cut(rest, `"`)
		ids, text = append(ids, id), after
	}
}

// A privacy officer reads what systems of their organisation sent, among the log and by the same search;
// nobody who sees a patient does, nor another organisation.
func TestFed_Readers(t *testing.T) {
	s, _ := feeding(t)
	for target, want := range map[string][]string{
		"AuditEvent?_count=1000":                           {"A5", "A4", "A3", "A2", "A1", "A0"},
		"AuditEvent?patient=p1&_count=1000":                {"A5", "A3", "A0"},
		"AuditEvent?patient=p1&date=lt2024-02-02":          {"A5", "A3", "A0"},
		"AuditEvent?date=ge2024-02-29&_count=1000":         nil,
		"AuditEvent?entity=Patient/p2&_sort=-date":         {"A1"},
		"AuditEvent?agent-name=told-A4":                    {"A4"},
		"AuditEvent?type=110100":                           {"A5", "A4", "A3", "A2", "A1", "A0"},
		"AuditEvent?type=110100&_lastUpdated=lt2024-02-29": nil,
		"AuditEvent?type=110100&_lastUpdated=ge2024-02-29": {"A5", "A4", "A3", "A2", "A1", "A0"},
	} {
		_, text := eventsIn(t, s, "officer", target)
		if got := toldIn(text); !slices.Equal(got, want) {
			t.Errorf("the officer finds %v by %s, want %v", got, target, want)
		}
	}
	ids, _ := eventsIn(t, s, "officer", "AuditEvent?agent-name=told-A0")
	for _, row := range []struct {
		who   string
		sees  bool
		other bool // what X sent
	}{
		{"officer", true, false}, {"client-partner", true, false}, {"xofficer", false, true}, {"client-foreign", false, true}, {"author", false, false}, {"gp", false, false}, {"paramedic", false, false},
		{"adviser", false, false}, {"breaker", false, false}, {"crew", false, false}, {"untrained", false, false}, {"patient", false, false}, {"attorney", false, false}, {"admin", false, false}, {"other", false, false},
	} {
		ask := func(target string) string {
			p := principal(row.who, "user/*.cruds patient/*.rs")
			if strings.HasPrefix(row.who, "client-") {
				p.Scopes = smart.ParseScopes("system/*.cruds")
			}
			return string(answer(s, as(p, "GET", target, "")).Body)
		}
		for target, shown := range map[string]bool{
			"AuditEvent/" + ids[0]: row.sees, "AuditEvent/" + ids[0] + "/_history/1": row.sees, "AuditEvent?_id=" + ids[0]: row.sees, "AuditEvent?patient=p1&_count=500": row.sees,
			"AuditEvent/" + ids[0] + "/_history": row.sees, "AuditEvent/_history?_count=500": row.sees, "Patient/p1/*?_count=500": false, "Patient/p1/AuditEvent": false, "_history?_count=500": false,
			"Patient?_id=p1&_revinclude=AuditEvent:patient": false, "Patient?_has:AuditEvent:patient:agent-name=told-A0": false, "?_lastUpdated=gt2000&_count=500": false,
		} {
			if body := ask(target); strings.Contains(body, "told-A0") != shown {
				t.Errorf("%s: %s shows it: %v", row.who, target, !shown)
			}
		}
		for _, target := range []string{"AuditEvent?agent-name=told-X0", "AuditEvent?agent-name=told-X1"} {
			if body := ask(target); strings.Contains(body, `"name":"told-X`) != row.other {
				t.Errorf("%s: %s shows it: %v", row.who, target, !row.other)
			}
		}
	}
}

// Pages have each event once and in order, whichever their size, while others look and systems send.
func TestFed_Pages(t *testing.T) {
	for count := 1; count < 14; count++ {
		s, now := feeding(t)
		_, text := eventsIn(t, s, "officer", "AuditEvent?_count=1000")
		whole := toldIn(text)
		var all []string
		target, pages := fmt.Sprint("AuditEvent?_count=", count), 0
		last := "9999"
		for ; target != "" && pages < 200; pages++ {
			a := answer(s, as(principal("officer", "user/AuditEvent.rs"), "GET", target, ""))
			if a.Status != 200 {
				t.Fatalf("%s = %d %s", target, a.Status, a.Body)
			}
			body := string(a.Body)
			all = append(all, toldIn(body)...)
			for _, entry := range strings.Split(body, `"fullUrl"`)[1:] {
				at := between(entry, `"recorded":"`)
				if strings.Contains(entry, "told-") {
					at = between(entry, `"lastUpdated":"`)
				}
				if at > last {
					t.Fatalf("pages of %d: %s after %s", count, at, last)
				}
				last = at
			}
			target = ""
			if _, rest, more := strings.Cut(body, `"relation":"next","url":"`+base+`/`); more {
				target, _, _ = strings.Cut(rest, `"`)
			}
			now.pass(time.Second)
			if a := answer(s, as(principal("client-partner", ""), "POST", "AuditEvent", told(fmt.Sprint("late", count, "-", pages), "p1"))); a.Status != 201 {
				t.Fatal(a.Status)
			}
		}
		if tail := all[len(all)-len(whole):]; !slices.Equal(tail, whole) {
			t.Errorf("pages of %d end with %v, want %v", count, tail, whole)
		}
		slices.Sort(all)
		if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
			t.Errorf("pages of %d repeat %d events", count, len(all)-n)
		}
	}
	s, _ := feeding(t)
	for _, cursor := range []string{"x", "end.0", "end.0.0.0", "end.0.-1", "end.x.0", "1-1.0.0", "end.0.99999999", "0-0-0.00.0"} {
		if a := answer(s, as(principal("officer", "user/AuditEvent.rs"), "GET", "AuditEvent?_page="+cursor, "")); a.Status != 400 {
			t.Errorf("a page %q = %d", cursor, a.Status)
		}
	}
}

func between(text, before string) string {
	_, rest, _ := strings.Cut(text, before)
	out, _, _ := strings.Cut(rest, `"`)
	return out
}

// The person is told that another organisation's system told of something, in the place where that came in,
// and not what.
func TestFed_AccessLog(t *testing.T) {
	s, _ := feeding(t)
	body := string(answer(s, as(principal("patient", "user/*.cruds patient/*.rs"), "GET", "Patient/p1/$access-log", "")).Body)
	if n := strings.Count(body, "told what was done with the record in another system"); n != 3 || strings.Contains(body, "told-") {
		t.Errorf("%d are told of, want 3: %s", n, body)
	}
}

// It stays with who sent it when something becomes of the patient, on a server without an audit log too; and
// who sends it again finds what their own sent.
func TestFed_Stays(t *testing.T) {
	s, _ := feeding(t)
	if got := statusFor(s, "author", "PUT", "Consent/no", consentBy("no", "active", sharingGiven, "2024-01-01", "permit")); got != 202 && got != 200 {
		t.Fatalf("the objection is taken back: %d", got)
	}
	unguarded(s, func() {
		put(t, s, "Patient/p1", `{"resourceType":"Patient","id":"p1","managingOrganization":{"reference":"Organization/x"},"generalPractitioner":[{"reference":"Organization/p"}],"identifier":[{"system":"urn:n","value":"p1"}]}`)
	})
	_, text := eventsIn(t, s, "officer", "AuditEvent?patient=p1")
	if got := toldIn(text); !slices.Equal(got, []string{"A5", "A3", "A0"}) {
		t.Errorf("the officer finds %v", got)
	}
	again := as(principal("client-partner", ""), "POST", "AuditEvent", told("A4", "p4"))
	again.IfNoneExist = "agent-name=told-A4&patient=p4"
	if a := answer(s, again); a.Status != 200 {
		t.Errorf("sent again: %d %s", a.Status, a.Body)
	}
	foreign := as(principal("client-foreign", ""), "POST", "AuditEvent", told("A4", "x"))
	foreign.IfNoneExist = "agent-name=told-A4"
	if a := answer(s, foreign); a.Status != 201 {
		t.Errorf("the same of another organisation: %d %s", a.Status, a.Body)
	}
	s.Audit = nil
	for _, who := range []string{"gp", "author", "other", "patient", "paramedic", "admin"} {
		for _, target := range []string{"AuditEvent?_count=500", "Patient/p1/AuditEvent", "Patient/p1/*?_count=500", "Patient?_id=p1&_revinclude=AuditEvent:patient", "_history?_count=500", "?_lastUpdated=gt2000&_count=500"} {
			if a := answer(s, as(principal(who, "user/*.cruds patient/*.rs"), "GET", target, "")); strings.Contains(string(a.Body), `"told-`) {
				t.Errorf("without a log %s reads them by %s: %s", who, target, a.Body)
			}
		}
	}
}
