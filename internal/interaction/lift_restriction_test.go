package interaction_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const liftWords = `{"resourceType":"Parameters","parameter":[{"name":"words","valueString":"The order of the court has ended, she told the ward"}]}`

// A restriction ends when somebody of the admin plane or the privacy officer of an author asks for it and an
// administrator who is somebody else confirms it; neither sees the record.
func TestSharing_RestrictionLifted(t *testing.T) {
	for _, first := range []string{"admin", "officer"} {
		t.Run(first, func(t *testing.T) {
			s := plane(t)
			before := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p3", "")).Body)
			for who, want := range map[string]int{"author": 403, "gp": 403, "keeper": 403, "patient": 403, "client-partner": 403, "paramedic": 403, "stranger": 403} {
				if got := statusFor(s, who, "POST", "Patient/p3/$lift-restriction", liftWords); got != want {
					t.Errorf("%s asks: %d, want %d", who, got, want)
				}
			}
			for target, want := range map[string]int{"Patient/p3": 202, "Patient/p1": 409, "Patient/p2": 409, "Patient/none": 404} {
				a := answer(s, as(principal(first, "user/*.cruds"), "POST", target+"/$lift-restriction", liftWords))
				if a.Status != want || strings.Contains(string(a.Body), "generalPractitioner") {
					t.Errorf("%s: %d %s, want %d", target, a.Status, a.Body, want)
				}
			}
			if got := statusFor(s, first, "POST", "Patient/p3/$lift-restriction", liftWords); got != 202 {
				t.Errorf("asked again: %d", got)
			}
			task := theWaiting(t, s, "admin2")
			restricted := func(when string) {
				t.Helper()
				for _, who := range []string{"gp", "paramedic", "other"} {
					if got := statusFor(s, who, "GET", "CarePlan/cp3", ""); got != 404 {
						t.Errorf("%s: %s reads %d", when, who, got)
					}
				}
			}
			restricted("asked")
			for who, want := range map[string]int{"author": 403, "keeper": 404, "gp": 404, "client-partner": 403} {
				if got := statusFor(s, who, "POST", "Patient/p3/$confirm-sharing", ""); got != want {
					t.Errorf("%s confirms: %d, want %d", who, got, want)
				}
			}
			if got := statusFor(s, first, "POST", task+"/$confirm-sharing", ""); got != 403 {
				t.Errorf("who asked confirms: %d", got)
			}
			restricted("refused")
			a := answer(s, as(principal("admin2", "user/*.cruds"), "POST", task+"/$confirm-sharing", ""))
			if a.Status != 200 || strings.Contains(string(a.Body), "Organization") {
				t.Fatalf("confirmed: %d %s", a.Status, a.Body)
			}
			for _, who := range []string{"gp", "paramedic"} {
				if got := statusFor(s, who, "GET", "CarePlan/cp3", ""); got != 200 {
					t.Errorf("confirmed: %s reads %d", who, got)
				}
			}
			for _, who := range []string{"admin", "admin2", "officer"} {
				if got := statusFor(s, who, "GET", "Patient/p3", ""); got != 404 {
					t.Errorf("%s reads the Patient: %d", who, got)
				}
			}
			after := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p3", "")).Body)
			want := strings.NewReplacer(`"code":"R"`, `"code":"N"`, `"versionId":"1"`, `"versionId":"2"`).Replace(before)
			if after != want {
				t.Errorf("more has changed than the label: %s, want %s", after, want)
			}
			if got := statusFor(s, "admin2", "POST", "Patient/p3/$lift-restriction", liftWords); got != 409 {
				t.Errorf("asked for what is lifted: %d", got)
			}
		})
	}
}

// What is agreed on is the label as it stood: a record restricted otherwise since stays so. Of many who
// confirm at once one does.
func TestSharing_RestrictionChanged(t *testing.T) {
	s := plane(t)
	if got := statusFor(s, "admin", "POST", "Patient/p3/$lift-restriction", liftWords); got != 202 {
		t.Fatalf("asked: %d", got)
	}
	patient := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p3", "")).Body)
	if got := statusFor(s, "author", "PUT", "Patient/p3", strings.Replace(patient, `"code":"R"`, `"code":"V"`, 1)); got != 200 {
		t.Fatalf("raised: %d", got)
	}
	if got := statusFor(s, "admin2", "POST", "Patient/p3/$confirm-sharing", ""); got != 409 || statusFor(s, "gp", "GET", "CarePlan/cp3", "") != 404 {
		t.Errorf("confirmed after that: %d, or the practice reads", got)
	}
	if got := statusFor(s, "admin2", "POST", "Patient/p3/$decline-sharing", ""); got != 200 {
		t.Errorf("declined: %d", got)
	}
	if got := statusFor(s, "admin", "POST", "Patient/p3/$lift-restriction", liftWords); got != 202 {
		t.Fatalf("asked again: %d", got)
	}
	var lifted atomic.Int32
	var group sync.WaitGroup
	for _, who := range []string{"admin2", "admin", "admin2"} {
		group.Go(func() {
			if statusFor(s, who, "POST", "Patient/p3/$confirm-sharing", "") == 200 {
				lifted.Add(1)
			}
		})
	}
	group.Wait()
	if lifted.Load() != 1 || statusFor(s, "gp", "GET", "CarePlan/cp3", "") != 200 {
		t.Errorf("lifted %d times, or the practice does not read", lifted.Load())
	}
}

// A restriction that nobody agrees to lift in time stays, and so does an objection when the restriction goes.
func TestSharing_RestrictionStays(t *testing.T) {
	s := plane(t)
	no := strings.Replace(consentBy("x", "active", sharingObjected, "2024-01-02", "deny"), "Patient/p2", "Patient/p3", 1)
	if got := statusFor(s, "author", "POST", "Consent", no); got != 201 {
		t.Fatalf("objected: %d", got)
	}
	for _, days := range []int{3, 0} {
		clock := s.Now
		if got := statusFor(s, "officer", "POST", "Patient/p3/$lift-restriction", liftWords); got != 202 {
			t.Fatalf("asked: %d", got)
		}
		s.Now = func() time.Time { return clock().Add(time.Duration(days) * 24 * time.Hour) }
		want := 200
		if days > 0 {
			want = 409
		}
		if got := statusFor(s, "admin", "POST", "Patient/p3/$confirm-sharing", ""); got != want {
			t.Errorf("confirmed after %d days: %d, want %d", days, got, want)
		}
		s.Now = clock
		if days > 0 {
			if got := statusFor(s, "admin", "POST", "Patient/p3/$decline-sharing", ""); got != 200 {
				t.Errorf("declined: %d", got)
			}
		}
		if got := statusFor(s, "gp", "GET", "CarePlan/cp3", ""); got != 404 {
			t.Errorf("after %d days the practice reads %d", days, got)
		}
	}
}

// Who asked that a restriction end withdraws it, and sees nothing of the record all the same; nobody else of
// the same role does. Of a withdrawal and a confirmation at once one counts.
func TestSharing_RestrictionWithdrawn(t *testing.T) {
	s := plane(t)
	unguarded(s, func() {
		put(t, s, "PractitionerRole/s-officer2", staffEntry("s-officer2", "officer2", "A", "privacy-officer"))
		put(t, s, "PractitionerRole/s-officer3", staffEntry("s-officer3", "officer3", "X", "privacy-officer"))
	})
	ask := func() string {
		t.Helper()
		if got := statusFor(s, "officer", "POST", "Patient/p3/$lift-restriction", liftWords); got != 202 {
			t.Fatalf("asked: %d", got)
		}
		return theWaiting(t, s, "admin2")
	}
	for _, target := range []string{"Task", "Patient/p3"} {
		task := ask()
		if target == "Task" {
			target = task
		}
		for who, want := range map[string]int{"officer2": 404, "officer3": 404, "gp": 404, "patient": 404, "client-x": 404} {
			if got := statusFor(s, who, "POST", target+"/$decline-sharing", ""); got != want {
				t.Errorf("%s withdraws: %d, want %d", who, got, want)
			}
		}
		for target, want := range map[string]int{task: 404, "Patient/p3": 404, "CarePlan/cp3": 404} {
			if got := statusFor(s, "officer", "GET", target, ""); got != want {
				t.Errorf("the officer reads %s: %d, want %d", target, got, want)
			}
		}
		if got := statusFor(s, "officer", "POST", target+"/$decline-sharing", ""); got != 200 {
			t.Errorf("withdrawn: %d", got)
		}
		if done := string(answer(s, as(principal("admin", "user/*.cruds"), "GET", task, "")).Body); !strings.Contains(done, `"status":"rejected"`) {
			t.Errorf("what is kept: %s", done)
		}
		if got := statusFor(s, "admin2", "POST", task+"/$confirm-sharing", ""); got != 409 || statusFor(s, "gp", "GET", "CarePlan/cp3", "") != 404 {
			t.Errorf("confirmed after that: %d, or the practice reads", got)
		}
	}
	task := ask()
	var confirmed, withdrawn atomic.Int32
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if statusFor(s, "admin2", "POST", task+"/$confirm-sharing", "") == 200 {
				confirmed.Add(1)
			}
		})
		group.Go(func() {
			if statusFor(s, "officer", "POST", task+"/$decline-sharing", "") == 200 {
				withdrawn.Add(1)
			}
		})
	}
	group.Wait()
	if confirmed.Load()+withdrawn.Load() != 1 || (statusFor(s, "gp", "GET", "CarePlan/cp3", "") == 200) != (confirmed.Load() == 1) {
		t.Errorf("confirmed %d times, withdrawn %d times, or the practice reads otherwise", confirmed.Load(), withdrawn.Load())
	}
}
