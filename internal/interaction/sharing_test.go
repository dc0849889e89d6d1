package interaction_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hearken/internal/interaction"
)

// objected is guarded with a colleague of the author. The gp and the paramedic would see p2 but for the objection.
func objected(t testing.TB) *interaction.Server {
	t.Helper()
	s := guarded(t)
	login := s.Login
	s.Login = nil
	put(t, s, "PractitionerRole/s-colleague", staffEntry("s-colleague", "colleague", "A", "clinical"))
	s.Login = login
	return s
}

func consentBy(id, status, category, date, provision string) string {
	return fmt.Sprintf(sharingConsent, id, status, category, "p2", date, provision)
}

const (
	sharingGiven    = "882921000000109"
	sharingObjected = "882941000000102"
)

func statusFor(s *interaction.Server, who, method, target, body string) int {
	return answer(s, as(principal(who, "user/*.cruds"), method, target, body)).Status
}

// Whichever way an objection is taken back, it stands until another person confirms; what was written is stored.
func TestSharing_TwoPeople(t *testing.T) {
	agreed := consentBy("no", "active", sharingGiven, "2024-01-01", "permit")
	newer := consentBy("yes", "active", sharingGiven, "2024-02-01", "permit")
	bundle := func(entry string) string {
		return `{"resourceType":"Bundle","type":"transaction","entry":[` + entry + `]}`
	}
	for _, row := range []struct{ name, who, method, target, body string }{
		{"changed to an agreement", "author", "PUT", "Consent/no", agreed},
		{"changed to nothing", "author", "PUT", "Consent/no", consentBy("no", "entered-in-error", sharingObjected, "2024-01-01", "deny")},
		{"made another's", "author", "PUT", "Consent/no", strings.Replace(consentBy("no", "active", sharingObjected, "2024-01-01", "deny"), "Patient/p2", "Patient/p4", 1)},
		{"deleted", "author", "DELETE", "Consent/no", ""},
		{"a newer agreement", "author", "POST", "Consent", newer},
		{"by a transaction", "author", "POST", "", bundle(`{"resource":` + agreed + `,"request":{"method":"PUT","url":"Consent/no"}}`)},
		{"deleted by a transaction", "author", "POST", "", bundle(`{"request":{"method":"DELETE","url":"Consent/no"}}`)},
		{"by a batch", "author", "POST", "", strings.Replace(bundle(`{"request":{"method":"DELETE","url":"Consent/no"}}`), "transaction", "batch", 1)},
		{"by a client", "client-partner", "PUT", "Consent/no", agreed},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := objected(t)
			a := answer(s, as(principal(row.who, "user/*.cruds"), row.method, row.target, row.body))
			want := 202
			if row.target == "" {
				want = 200
			}
			if a.Status != want || !strings.Contains(string(a.Body), `"second-person"`) {
				t.Fatalf("%d %s, want %d with second-person", a.Status, a.Body, want)
			}
			stands := func(when string) {
				t.Helper()
				for _, who := range []string{"gp", "paramedic"} {
					if got := statusFor(s, who, "GET", "CarePlan/cp2", ""); got != 404 {
						t.Errorf("%s: %s reads %d", when, who, got)
					}
				}
			}
			stands("written")
			if plan := planOf("cp2", "active", "p2", "a"); statusFor(s, "author", "PUT", "CarePlan/cp2", plan) != 200 {
				t.Error("the author cannot write on")
			}
			stands("another write")
			byClient := row.who == "client-partner"
			if byClient { // which is nobody: two people are still to come
				if got := statusFor(s, "author", "POST", "Patient/p2/$confirm-sharing", ""); got != 202 {
					t.Fatalf("the first person after a client: %d", got)
				}
				row.who = "author"
				stands("the first person has confirmed")
			}
			for who, want := range map[string]int{row.who: 403, "client-partner": 403, "gp": 404, "paramedic": 404, "other": 404, "officer": 404, "stranger": 403} {
				if got := statusFor(s, who, "POST", "Patient/p2/$confirm-sharing", ""); got != want {
					t.Errorf("%s confirms: %d, want %d", who, got, want)
				}
			}
			stands("refused")
			if got := statusFor(s, "author", "DELETE", "Patient/p2", ""); got != 409 {
				t.Errorf("deleting the Patient = %d", got)
			}
			if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 200 {
				t.Fatalf("the colleague confirms: %d", got)
			}
			for _, who := range []string{"gp", "paramedic"} {
				if got := statusFor(s, who, "GET", "CarePlan/cp2", ""); got != 200 {
					t.Errorf("confirmed: %s reads %d", who, got)
				}
			}
			if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 404 {
				t.Errorf("confirmed twice: %d", got)
			}
		})
	}
}

// What narrows counts at once, and so does a first agreement; who objects again ends what waited, and what it
// is taken back by then waits anew.
func TestSharing_OnePerson(t *testing.T) {
	s := objected(t)
	first := strings.Replace(consentBy("first", "active", sharingGiven, "2024-01-01", "permit"), "Patient/p2", "Patient/p1", 1)
	if got := statusFor(s, "author", "POST", "Consent", first); got != 201 {
		t.Errorf("a first agreement = %d", got)
	}
	no := strings.Replace(consentBy("x", "active", sharingObjected, "2024-01-02", "deny"), "Patient/p2", "Patient/p1", 1)
	if got := statusFor(s, "author", "POST", "Consent", no); got != 201 || statusFor(s, "gp", "GET", "CarePlan/cp1", "") != 404 {
		t.Errorf("an objection = %d, or the gp still reads", got)
	}
	if got := statusFor(s, "author", "PUT", "Consent/no", consentBy("no", "active", sharingGiven, "2024-01-01", "permit")); got != 202 {
		t.Fatalf("taken back = %d", got)
	}
	if got := statusFor(s, "author", "PUT", "Consent/no", consentBy("no", "active", sharingObjected, "2024-01-03", "deny")); got != 200 {
		t.Errorf("objected again = %d", got)
	}
	if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 404 {
		t.Errorf("what no longer waits is confirmed: %d", got)
	}
	if got := statusFor(s, "colleague", "PUT", "Consent/no", consentBy("no", "active", sharingGiven, "2024-01-03", "permit")); got != 202 {
		t.Errorf("taken back by the colleague = %d", got)
	}
	if got := statusFor(s, "colleague", "POST", "Patient/p2/$confirm-sharing", ""); got != 403 {
		t.Errorf("confirmed by the same person: %d", got)
	}
	if got := statusFor(s, "admin", "POST", "Patient/p2/$confirm-sharing", ""); got != 200 || statusFor(s, "gp", "GET", "CarePlan/cp2", "") != 200 {
		t.Errorf("confirmed by an administrator: %d, or the gp does not read", got)
	}
}

// Of those who confirm at once one does.
func TestSharing_Races(t *testing.T) {
	s := objected(t)
	if got := statusFor(s, "author", "DELETE", "Consent/no", ""); got != 202 {
		t.Fatalf("deleted = %d", got)
	}
	var confirmed atomic.Int32
	var group sync.WaitGroup
	for _, who := range []string{"colleague", "admin", "author", "colleague"} {
		group.Go(func() {
			if statusFor(s, who, "POST", "Patient/p2/$confirm-sharing", "") == 200 {
				confirmed.Add(1)
			}
		})
	}
	group.Wait()
	if confirmed.Load() != 1 {
		t.Errorf("confirmed %d times", confirmed.Load())
	}
}
