package interaction_test

import (
	"fmt"
	"strings"
	"testing"
)

// More ways to take p2's objection back, of whom there is an older agreement, too: each waits for another person.
func TestSharing_Ways(t *testing.T) {
	no := func(status, date string) string { return consentBy("no", status, sharingObjected, date, "deny") }
	yes := func(date string) string { return consentBy("yes", "active", sharingGiven, date, "permit") }
	transaction := func(entries ...string) string {
		return `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",") + `]}`
	}
	put := func(url, resource string) string {
		return `{"resource":` + resource + `,"request":{"method":"PUT","url":"` + url + `"}}`
	}
	remove := `{"request":{"method":"DELETE","url":"Consent/no"}}`
	for name, row := range map[string]struct{ method, target, body string }{
		"made a draft":                 {"PUT", "Consent/no", no("draft", "2024-01-01")},
		"made inactive":                {"PUT", "Consent/no", no("inactive", "2024-01-01")},
		"dated before the agreement":   {"PUT", "Consent/no", no("active", "2023-01-01")},
		"the agreement dated after it": {"PUT", "Consent/yes", yes("2024-02-01")},
		"made one of another scope":    {"PUT", "Consent/no", strings.Replace(consentBy("no", "active", "1", "2024-01-01", "deny"), "patient-privacy", "treatment", 1)},
		"deleted by criteria":          {"DELETE", "Consent?patient=Patient/p2&date=2024-01-01", ""},
		"by two halves":                {"POST", "", transaction(put("Consent/no", no("inactive", "2024-01-01")), put("Consent/yes", yes("2023-06-02")))},
		"twice in one transaction":     {"POST", "", transaction(put("Consent/no", no("inactive", "2024-01-01")), put("CarePlan/cp2", planOf("cp2", "active", "p2", "a")))},
		"deleted, and searched after":  {"POST", "", transaction(remove, `{"request":{"method":"GET","url":"CarePlan?patient=Patient/p2"}}`)},
	} {
		t.Run(name, func(t *testing.T) {
			s := objected(t)
			login := s.Login
			s.Login = nil
			mustDo(t, s, 201, "PUT", "Consent/yes", yes("2023-06-01"))
			s.Login = login
			if a := answer(s, as(principal("author", "user/*.cruds"), row.method, row.target, row.body)); a.Status >= 300 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			hidden := func(when string) {
				t.Helper()
				for _, who := range []string{"gp", "paramedic"} {
					found := string(answer(s, as(principal(who, "user/*.cruds"), "GET", "CarePlan?_count=100", "")).Body)
					if got := statusFor(s, who, "GET", "CarePlan/cp2", ""); got != 404 || strings.Contains(found, `"cp2"`) {
						t.Errorf("%s: %s reads %d, finds it %v", when, who, got, strings.Contains(found, `"cp2"`))
					}
				}
			}
			hidden("written")
			if got := statusFor(s, "author", "POST", "Patient/p2/$confirm-sharing", ""); got != 403 {
				t.Errorf("confirmed by the same person: %d", got)
			}
			hidden("confirmed by the same person")
			if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 200 || statusFor(s, "paramedic", "GET", "CarePlan/cp2", "") != 200 {
				t.Errorf("confirmed: %d, or the crew does not read", got)
			}
		})
	}
}

// The person and who acts for them are the first person, never the second: a professional they have spoken to is.
func TestSharing_ByThePerson(t *testing.T) {
	for _, who := range []string{"patient", "attorney"} {
		s := objected(t)
		for _, one := range []struct {
			who, consent string
			want         int
		}{
			{"author", consentBy("x", "active", sharingObjected, "2024-02-01", "deny"), 201},
			{who, consentBy("x", "active", sharingGiven, "2024-02-15", "permit"), 202},
		} {
			if got := statusFor(s, one.who, "POST", "Consent", strings.Replace(one.consent, "Patient/p2", "Patient/p1", 1)); got != one.want {
				t.Fatalf("%s writes: %d, want %d", one.who, got, one.want)
			}
		}
		for _, one := range []struct {
			who  string
			want int
		}{{"patient", 403}, {"attorney", 403}, {"author", 200}} {
			if got := statusFor(s, one.who, "POST", "Patient/p1/$confirm-sharing", ""); got != one.want {
				t.Errorf("taken back by the %s, confirmed by the %s: %d, want %d", who, one.who, got, one.want)
			}
			if got := statusFor(s, "gp", "GET", "CarePlan/cp1", ""); (got == 200) != (one.want == 200) {
				t.Errorf("taken back by the %s, confirmed by the %s: the gp reads %d", who, one.who, got)
			}
		}
	}
}

// What waits is no one person's to forge: not the Task, nor the operation in a Bundle with the write.
func TestSharing_NoTwoHalves(t *testing.T) {
	s := objected(t)
	if got := statusFor(s, "author", "DELETE", "Consent/no", ""); got != 202 {
		t.Fatalf("deleted = %d", got)
	}
	task := `{"resourceType":"Task",` + factMeta + `,"status":"completed","intent":"order","focus":{"reference":"Patient/p2"}}`
	for name, entry := range map[string]string{
		"the operation": `{"resource":{"resourceType":"Parameters"},"request":{"method":"POST","url":"Patient/p2/$confirm-sharing"}}`,
		"a Task":        `{"resource":` + task + `,"request":{"method":"POST","url":"Task"}}`,
	} {
		a := answer(s, as(principal("author", "user/*.cruds"), "POST", "", fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[%s]}`, entry)))
		if a.Status < 400 || statusFor(s, "gp", "GET", "CarePlan/cp2", "") != 404 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// Nobody is rid of an objection or a restriction by deleting the Patient, though nothing else says who the
// record is kept from, nor by making the Patient anew: another fact that goes afterwards, or comes, has the
// label worked out again.
func TestSharing_PatientDeleted(t *testing.T) {
	episode := `{"resourceType":"EpisodeOfCare","id":"e","status":"active","patient":{"reference":"Patient/%s"},"managingOrganization":{"reference":"Organization/a"}}`
	for _, id := range []string{"p2", "p3"} {
		for name, rows := range map[string][][3]string{
			"another fact deleted":           {{"author", "DELETE", "Patient/" + id}, {"author", "DELETE", "EpisodeOfCare/e"}},
			"the objection deleted":          {{"author", "DELETE", "Patient/" + id}, {"author", "DELETE", "Consent/no"}, {"author", "DELETE", "EpisodeOfCare/e"}},
			"the objection deleted first":    {{"author", "DELETE", "Consent/no"}, {"author", "DELETE", "Patient/" + id}, {"author", "DELETE", "EpisodeOfCare/e"}},
			"a Patient made anew":            {{"author", "DELETE", "Patient/" + id}, {"client-partner", "PUT", "Patient/" + id}},
			"the objection deleted, and one": {{"author", "DELETE", "Patient/" + id}, {"author", "DELETE", "Consent/no"}, {"client-partner", "PUT", "Patient/" + id}},
		} {
			for _, together := range []bool{false, true} {
				s := objected(t)
				login := s.Login
				s.Login = nil
				mustDo(t, s, 201, "PUT", "EpisodeOfCare/e", fmt.Sprintf(episode, id))
				s.Login = login
				var said []string
				entries := make([]string, len(rows))
				for i, row := range rows {
					body, resource := "", ""
					if row[1] == "PUT" {
						body = `{"resourceType":"Patient","id":"` + id + `","generalPractitioner":[{"reference":"Organization/p"}],"managingOrganization":{"reference":"Organization/a"}}`
						resource = `"resource":` + body + `,`
					}
					entries[i] = `{` + resource + `"request":{"method":"` + row[1] + `","url":"` + row[2] + `"}}`
					if !together {
						said = append(said, fmt.Sprint(answer(s, as(principal(row[0], "user/*.cruds"), row[1], row[2], body)).Status))
					}
				}
				if together {
					who := rows[len(rows)-1][0]
					said = append(said, fmt.Sprint(answer(s, as(principal(who, "user/*.cruds"), "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[`+strings.Join(entries, ",")+`]}`)).Status))
				}
				for _, who := range []string{"gp", "paramedic"} {
					if got := statusFor(s, who, "GET", "CarePlan/c"+id, ""); got != 404 {
						t.Errorf("%s, %s (%v): %s reads %d", id, name, said, who, got)
					}
				}
			}
		}
	}
}
