package interaction_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/interaction"
)

// restarted is a server whose process ends and begins anew, on what is on disk.
type restarted struct {
	*interaction.Server
	t      *testing.T
	folder string
	clock  *clock
	runs   int
	killed bool // it does not end in order: what it has answered is what the file system has
}

func (r *restarted) begin() {
	r.runs++
	r.Server = serverOn(openStore(r.t, r.folder, r.clock), r.clock)
	r.NewID = identifiers(r.runs)
	twoAdministrators(r.Server)
}

func identifiers(run int) func() fhir.ID {
	n := 0
	return func() fhir.ID {
		n++
		return fhir.ID(fmt.Sprintf("run%d-%d", run, n))
	}
}

func (r *restarted) restart() {
	r.t.Helper()
	policy := r.Policy
	if r.killed {
		before := r.Store
		r.t.Cleanup(func() { _ = before.Close() })
		left := r.t.TempDir()
		if err := os.CopyFS(left, os.DirFS(r.folder)); err != nil {
			r.t.Fatal(err)
		}
		r.folder = left
	} else if err := r.Store.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.begin()
	r.Policy = policy
}

// What waits survives the end of a server between the two people, in order or not, and ends at its time after
// it; and what the second has confirmed counts as soon as it is answered.
func TestSharing_Restarted(t *testing.T) {
	for name, killed := range map[string]bool{"closed": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			r := &restarted{t: t, folder: t.TempDir(), clock: newClock(), killed: killed}
			r.begin()
			r.Login = nil
			guard(t, r.Server)
			planeOn(t, r.Server)
			list := staff(t, r.Server)
			unguarded(r.Server, func() { put(t, r.Server, "PractitionerRole/role", roleOf("role", "a")) })
			defer func() { _ = r.Store.Close() }()
			writeOn := func() {
				t.Helper()
				if got := statusFor(r.Server, "author", "PUT", "CarePlan/cp4", contributedBy("cp4", "p4", `{"reference":"PractitionerRole/role"}`)); got != 200 {
					t.Fatalf("the author writes: %d", got)
				}
			}
			writeOn()
			ask := func(who, method, target, body string) string {
				t.Helper()
				a := answer(r.Server, as(principal(who, "user/*.cruds"), method, target, body))
				if a.Status != 202 {
					t.Fatalf("%s %s: %d %s", method, target, a.Status, a.Body)
				}
				_, task, _ := strings.Cut(string(a.Body), "Task/")
				task, _, _ = strings.Cut(task, "/")
				return "Task/" + task
			}
			list = append(list[:16], "joiner clinical")
			waits := []struct{ task, first, who, reads string }{
				{ask("admin", "POST", "PractitionerRole", staffEntry("x", "newcomer", "A", "clinical")), "admin", "newcomer", "CarePlan/cp1"},
				{ask("admin", "PUT", "PractitionerRole/role", roleOf("role", "x")), "admin", "other", "CarePlan/cp4"},
				{ask("officer", "POST", "Patient/p3/$lift-restriction", liftWords), "officer", "gp", "CarePlan/cp3"},
			}
			sent := taskOf(t, answer(r.Server, upload(principal("admin", "user/*.cruds"), staffListOfA, listOf(list...))))
			reads := func(when, who, target string, want bool) {
				t.Helper()
				writeOn()
				if got := statusFor(r.Server, who, "GET", target, ""); (got == 200) != want {
					t.Errorf("%s: %s reads %s: %d", when, who, target, got)
				}
			}
			r.restart()
			reads("after the list", "nurse11", "CarePlan/cp1", false)
			reads("after the list", "joiner", "CarePlan/cp1", false)
			for _, w := range waits {
				reads("asked, and restarted", w.who, w.reads, false)
				if got := statusFor(r.Server, w.first, "POST", w.task+"/$confirm-sharing", ""); got != 403 {
					t.Errorf("%s confirms what they asked for: %d", w.first, got)
				}
				if got := statusFor(r.Server, "admin2", "POST", w.task+"/$confirm-sharing", ""); got != 200 {
					t.Fatalf("confirmed: %d", got)
				}
				r.restart()
				reads("confirmed, and restarted", w.who, w.reads, true)
				if got := statusFor(r.Server, "admin2", "POST", w.task+"/$confirm-sharing", ""); got != 409 {
					t.Errorf("confirmed twice: %d", got)
				}
			}
			if got := approve(r.Server, principal("admin", "user/*.cruds"), sent).Status; got != 403 {
				t.Errorf("who sent the list approves it: %d", got)
			}
			if got := approve(r.Server, principal("admin2", "user/*.cruds"), sent).Status; got != 200 {
				t.Errorf("the list approved: %d", got)
			}
			r.restart()
			reads("approved, and restarted", "joiner", "CarePlan/cp1", true)
			reads("who came since stays", "newcomer", "CarePlan/cp1", true)
			late := []string{ask("admin", "POST", "PractitionerRole", staffEntry("x", "late", "A", "clinical"))}
			sent = taskOf(t, answer(r.Server, upload(principal("admin", "user/*.cruds"), staffListOfA, listOf(append(list, "newcomer clinical", "later clinical")...))))
			r.clock.pass(71 * time.Hour)
			r.restart()
			if n, err := r.ExpireWaiting(context.Background()); n != 0 || err != nil {
				t.Errorf("swept too early: %d, %v", n, err)
			}
			r.clock.pass(2 * time.Hour)
			r.restart()
			if got := statusFor(r.Server, "admin2", "POST", late[0]+"/$confirm-sharing", ""); got != 409 {
				t.Errorf("confirmed too late: %d", got)
			}
			if got := approve(r.Server, principal("admin2", "user/*.cruds"), sent).Status; got != 409 {
				t.Errorf("approved too late: %d", got)
			}
			if n, err := r.ExpireWaiting(context.Background()); n != 2 || err != nil {
				t.Errorf("swept: %d, %v", n, err)
			}
			r.restart()
			reads("too late", "late", "CarePlan/cp1", false)
			reads("too late", "later", "CarePlan/cp1", false)
			for _, task := range append(late, "Task/"+sent) {
				if got := text(t, answer(r.Server, as(principal("admin", "user/*.cruds"), "GET", task, "")).Body, "status"); got != "cancelled" {
					t.Errorf("%s is %s", task, got)
				}
			}
		})
	}
}
