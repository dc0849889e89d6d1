package interaction_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// staffed is plane where whatever a staff list adds waits, with so many on A's list that one may leave.
func staffed(t testing.TB) (s *interaction.Server, list []string) {
	t.Helper()
	s = plane(t)
	return s, staff(t, s)
}

// staff makes a server with the admin plane such a one, and gives who is on A's list.
func staff(t testing.TB, s *interaction.Server) (list []string) {
	t.Helper()
	list = append(list, staffOfA...)
	s.Policy.AdditionsWait = true
	unguarded(s, func() {
		for i := range 12 {
			id := fmt.Sprintf("nurse%d", i)
			put(t, s, "PractitionerRole/s-"+id, staffEntry("s-"+id, id, "A", "clinical"))
			list = append(list, id+" clinical")
		}
	})
	return list
}

// calling is a list in which one person has a name.
func calling(csv, who, name string) string {
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	for i, line := range lines {
		switch lines[i] += ","; {
		case i == 0:
			lines[i] += "name"
		case strings.Contains(line, ","+who+","):
			lines[i] += name
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

const staffListOfA = "Organization/a/$staff-list"

func approve(s *interaction.Server, p *smart.Principal, task string) interaction.Answer {
	return answer(s, as(p, "POST", staffListOfA+"?approve="+task, ""))
}

// What a list takes away counts with its commit, and what it gives when a second person approves it.
func TestStaffList_AdditionsWait(t *testing.T) {
	with := func(list []string, old, now string) []string {
		out := append([]string(nil), list...)
		for i := range out {
			if out[i] == old {
				out[i] = now
			}
		}
		return out
	}
	for name, row := range map[string]struct {
		change               func(list []string) string
		counts, who          string
		before, waits, after int // what they read of a record of A's: before, while it waits, and when it is approved
		leaver               int // and what nurse0 reads, once the list is sent
	}{
		"somebody is added, and somebody leaves": {func(l []string) string {
			return listOf(append(with(l, "nurse0 clinical", "newcomer clinical"), "x clinical")...)
		},
			"partly-applied a2 c0 u16 r1 adds", "newcomer", 403, 403, 200, 403},
		"somebody is added, and somebody trained no more": {func(l []string) string {
			return strings.Replace(listOf(append(l, "x clinical")...), "nurse1,clinical,2023-01-01,2029-01-01", "nurse1,clinical,2023-01-01,2023-12-31", 1)
		}, "partly-applied a1 c1 u16 r0 adds", "nurse1", 200, 403, 403, 200},
		"somebody is added, and somebody has a name": {func(l []string) string {
			return calling(listOf(append(l, "x clinical")...), "nurse1", "Sister Q")
		}, "partly-applied a1 c1 u16 r0 adds", "nurse1", 200, 200, 200, 200},
		"all trained longer": {func(l []string) string { return strings.ReplaceAll(listOf(l...), "2029-01-01", "2029-06-01") },
			"partly-applied a0 c16 u1 r0 adds", "nurse1", 200, 200, 200, 200},
		"another role":  {func(l []string) string { return listOf(with(l, "nurse1 clinical", "nurse1 urgent-non-clinical")...) }, "partly-applied a0 c1 u16 r0 adds", "nurse1", 200, 403, 200, 200},
		"trained again": {func(l []string) string { return strings.Replace(listOf(l...), "2023-12-31", "2029-01-01", 1) }, "partly-applied a0 c1 u16 r0 adds", "untrained", 403, 403, 200, 200},
		"trained longer, and begun later": {func(l []string) string {
			return strings.Replace(listOf(l...), "nurse1,clinical,2023-01-01,2029-01-01", "nurse1,clinical,2024-03-01,2029-06-01", 1)
		}, "partly-applied a0 c1 u16 r0 adds", "nurse1", 200, 403, 403, 200},
		"trained longer": {func(l []string) string {
			return strings.Replace(listOf(l...), "nurse1,clinical,2023-01-01,2029-01-01", "nurse1,clinical,2023-01-01,2029-06-01", 1)
		}, "partly-applied a0 c1 u16 r0 adds", "nurse1", 200, 200, 200, 200},
		"trained no more": {func(l []string) string {
			return strings.Replace(listOf(l...), "nurse1,clinical,2023-01-01,2029-01-01", "nurse1,clinical,2023-01-01,2023-12-31", 1)
		}, "applied a0 c1 u16 r0", "nurse1", 200, 403, 403, 200},
		"an administrator more": {func(l []string) string { return listOf(append(l, "boss administrator")...) }, "partly-applied a1 c0 u17 r0 adds", "boss", 403, 403, 404, 200},
		"nothing":               {func(l []string) string { return listOf(l...) }, "applied a0 c0 u17 r0", "nurse1", 200, 200, 200, 200},
	} {
		t.Run(name, func(t *testing.T) {
			s, list := staffed(t)
			var left atomic.Int32
			s.Left = func(func(*smart.Principal) bool) { left.Add(1) }
			reads := func(when, who string, want int) {
				t.Helper()
				if got := statusFor(s, who, "GET", "CarePlan/cp1", ""); got != want {
					t.Errorf("%s: %s reads %d, want %d", when, who, got, want)
				}
			}
			reads("before", row.who, row.before)
			csv := row.change(list)
			dry := answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA+"?dry-run=true", csv))
			if want := strings.Replace(strings.Replace(row.counts, "partly-applied", "dry-run", 1), "applied", "dry-run", 1); counts(t, dry) != want {
				t.Errorf("tried: %s", dry.Body)
			}
			if got := strings.Contains(string(dry.Body), `"name":"waits","valueBoolean":true`); got != strings.Contains(row.counts, "adds") {
				t.Errorf("tried, what would wait is told: %v %s", got, dry.Body)
			}
			reads("tried", row.who, row.before)
			a := answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA, csv))
			if counts(t, a) != row.counts || a.Status != map[bool]int{true: 202, false: 200}[strings.Contains(row.counts, "adds")] {
				t.Fatalf("%d %s, want %s", a.Status, a.Body, row.counts)
			}
			waiting := cmp.Or(map[string]int{"somebody is added, and somebody leaves": 2, "all trained longer": 16}[name], 1)
			if got := strings.Contains(string(a.Body), fmt.Sprintf(`{"name":"waiting","valueInteger":%d}`, waiting)); got != (a.Status == 202) {
				t.Errorf("how many wait is not told, or told of what does not: %s", a.Body)
			}
			reads("sent", row.who, row.waits)
			reads("sent", "nurse0", row.leaver)
			if kept := string(answer(s, as(principal("admin", "user/*.cruds"), "GET", "PractitionerRole/s-nurse1", "")).Body); strings.Contains(kept, "Sister Q") != strings.Contains(csv, "Sister Q") {
				t.Errorf("what lets nobody do more waits: %s", kept)
			}
			reads("sent", "nurse2", 200)
			if (left.Load() == 1) != (row.leaver == 403) {
				t.Errorf("told of those who left %d times", left.Load())
			}
			if a.Status == 200 {
				return
			}
			task := taskOf(t, a)
			for who, want := range map[string]int{"admin": 403, "author": 403, "foreign": 403} {
				if got := approve(s, principal(who, "user/*.cruds"), task).Status; got != want {
					t.Errorf("%s approves: %d, want %d", who, got, want)
				}
			}
			reads("refused", row.who, row.waits)
			if a := approve(s, principal("admin2", "user/*.cruds"), task); a.Status != 200 || !strings.HasPrefix(counts(t, a), "applied ") || !strings.Contains(counts(t, a), " r0") {
				t.Fatalf("approved: %d %s", a.Status, a.Body)
			}
			reads("approved", row.who, row.after)
			reads("approved", "nurse0", row.leaver)
			if got := approve(s, principal("keeper", "user/*.cruds"), task).Status; got != 409 {
				t.Errorf("approved twice: %d", got)
			}
		})
	}
}

// A list that takes access from many waits whole, and so does one that would leave many without a role until
// it is approved; a list is refused for one's own entry as ever.
func TestStaffList_AdditionsWaitWhole(t *testing.T) {
	s, list := staffed(t)
	for name, csv := range map[string]string{
		"cut off":   listOf(append(list[:8:8], "newcomer clinical")...),
		"all roles": strings.ReplaceAll(listOf(list...), ",clinical,", ",care-home,"),
	} {
		tried := string(answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA+"?dry-run=true", csv)).Body)
		if changes := strings.Count(tried, `"name":"change"`); changes == 0 || strings.Count(tried, `{"name":"waits","valueBoolean":true}`) != changes {
			t.Errorf("%s, tried: %s", name, tried)
		}
		if a := answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA, csv)); a.Status != 202 || !strings.HasPrefix(counts(t, a), "waiting ") || !strings.Contains(counts(t, a), "removes-many") {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		for who, want := range map[string]int{"nurse11": 200, "nurse2": 200, "newcomer": 403} {
			if got := statusFor(s, who, "GET", "CarePlan/cp1", ""); got != want {
				t.Errorf("%s: %s reads %d, want %d", name, who, got, want)
			}
		}
	}
	raising := answer(s, upload(principal("keeper", "user/*.cruds"), staffListOfA, listOf(append(list[:16:16], "boss administrator")...)))
	if counts(t, raising) != "partly-applied a1 c0 u16 r1 raises adds" || statusFor(s, "nurse11", "GET", "CarePlan/cp1", "") != 403 {
		t.Errorf("an administrator more, and somebody leaves: %d %s, or who left reads", raising.Status, raising.Body)
	}
	unguarded(s, func() { put(t, s, "PractitionerRole/s-since", staffEntry("s-since", "since", "A", "clinical")) })
	if got := approve(s, principal("keeper2", "user/*.cruds"), taskOf(t, raising)).Status; got != 200 || statusFor(s, "since", "GET", "CarePlan/cp1", "") != 200 {
		t.Errorf("approved: %d, or who came since is gone", got)
	}
	if got := answer(s, upload(principal("keeper", "user/*.cruds"), staffListOfA, strings.Replace(listOf(list...), "keeper,administrator", "keeper,clinical", 1))).Status; got != 403 {
		t.Errorf("one's own entry: %d", got)
	}
}

// What waits is superseded by the next list, by what has become of somebody since, and by time; then nobody finds it.
func TestStaffList_AdditionsEnd(t *testing.T) {
	for name, row := range map[string]struct {
		how  func(*testing.T, *interaction.Server, []string)
		want string // of the Task
	}{
		"another list": {func(t *testing.T, s *interaction.Server, list []string) {
			if a := answer(s, upload(principal("admin2", "user/*.cruds"), staffListOfA, listOf(list...))); a.Status != 200 {
				t.Errorf("the next list: %d %s", a.Status, a.Body)
			}
		}, "cancelled"},
		"who was to come has come and gone": {func(t *testing.T, s *interaction.Server, list []string) {
			unguarded(s, func() {
				entry := staffEntry("direct", "newcomer", "A", "clinical")
				put(t, s, "PractitionerRole/direct", entry)
				put(t, s, "PractitionerRole/direct", strings.Replace(entry, `"active":true`, `"active":false`, 1))
			})
		}, "requested"},
		"who was to be trained has left": {func(t *testing.T, s *interaction.Server, list []string) {
			left := strings.Replace(staffEntry("s-nurse1", "nurse1", "A", "clinical"), `"active":true`, `"active":false`, 1)
			if got := statusFor(s, "admin", "PUT", "PractitionerRole/s-nurse1", left); got != 200 {
				t.Errorf("ended: %d", got)
			}
		}, "requested"},
		"three days": {func(t *testing.T, s *interaction.Server, list []string) {
			if n, err := s.ExpireWaiting(context.Background()); n != 0 || err != nil {
				t.Errorf("swept too early: %d, %v", n, err)
			}
			clock := s.Now
			s.Now = func() time.Time { return clock().Add(73 * time.Hour) }
		}, "requested"},
		"three days, and swept": {func(t *testing.T, s *interaction.Server, list []string) {
			clock := s.Now
			s.Now = func() time.Time { return clock().Add(73 * time.Hour) }
			for _, want := range []int{1, 0} {
				if n, err := s.ExpireWaiting(context.Background()); n != want || err != nil {
					t.Errorf("swept: %d, %v, want %d", n, err, want)
				}
			}
		}, "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			s, list := staffed(t)
			csv := strings.Replace(listOf(append(list, "newcomer clinical")...), "nurse1,clinical,2023-01-01,2029-01-01", "nurse1,clinical,2023-01-01,2029-06-01", 1)
			task := taskOf(t, answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA, csv)))
			listed := string(answer(s, as(principal("admin2", "user/*.cruds"), "GET", "Task?code=staff-list&status=requested", "")).Body)
			if !strings.Contains(listed, `"id":"`+task+`"`) || !strings.Contains(listed, `"restriction":{"period":{"end":"2024-03-03T12:00:0`) || !strings.Contains(listed, `"code":"adds"`) {
				t.Errorf("it is not listed with its end and why: %s", listed)
			}
			row.how(t, s, list)
			if a := approve(s, principal("admin2", "user/*.cruds"), task); a.Status != 409 {
				t.Errorf("approved: %d %s", a.Status, a.Body)
			}
			if got := statusFor(s, "newcomer", "GET", "CarePlan/cp1", ""); got != 403 {
				t.Errorf("the newcomer reads %d", got)
			}
			if got := text(t, answer(s, as(principal("admin", "user/*.cruds"), "GET", "Task/"+task, "")).Body, "status"); got != row.want {
				t.Errorf("the Task is %s, want %s", got, row.want)
			}
		})
	}
}

// A client that sends lists of its own accord is nobody: who leaves is out at once, and what it adds takes two people.
func TestStaffList_AdditionsOfAClient(t *testing.T) {
	s, list := staffed(t)
	client := principal("admin", "user/*.cruds")
	client.User, client.Scopes = false, principal("client-x", "").Scopes
	a := answer(s, upload(client, staffListOfA, listOf(append(list[:16:16], "newcomer clinical")...)))
	if counts(t, a) != "partly-applied a1 c0 u16 r1 adds" || statusFor(s, "nurse11", "GET", "CarePlan/cp1", "") != 403 {
		t.Fatalf("%d %s, or who left reads", a.Status, a.Body)
	}
	task := taskOf(t, a)
	if kept := string(answer(s, as(principal("admin2", "user/*.cruds"), "GET", "Task/"+task, "")).Body); strings.Contains(kept, `"requester"`) || !strings.Contains(kept, `"code":"client"`) {
		t.Errorf("what is kept of who sent it: %s", kept)
	}
	for _, row := range []struct {
		p    *smart.Principal
		want int
	}{{client, 403}, {principal("keeper", "user/*.cruds"), 202}, {principal("keeper", "user/*.cruds"), 403}, {client, 403}, {principal("admin2", "user/*.cruds"), 200}} {
		if got := statusFor(s, "newcomer", "GET", "CarePlan/cp1", ""); got != 403 {
			t.Errorf("the newcomer reads %d", got)
		}
		if a := approve(s, row.p, task); a.Status != row.want {
			t.Errorf("approved by %s: %d %s, want %d", row.p.Subject, a.Status, a.Body, row.want)
		}
	}
	if got := statusFor(s, "newcomer", "GET", "CarePlan/cp1", ""); got != 200 {
		t.Errorf("approved: the newcomer reads %d", got)
	}
}

// Of many lists and approvals at once one list is the last, nobody is listed twice, and who left stays out.
func TestStaffList_AdditionsAtOnce(t *testing.T) {
	s, list := staffed(t)
	csv := listOf(append(list[:16:16], "newcomer clinical")...)
	task := taskOf(t, answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA, csv)))
	var approved atomic.Int32
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			switch a := approve(s, principal([]string{"admin2", "keeper"}[i%2], "user/*.cruds"), task); a.Status {
			case 200:
				approved.Add(1)
			case 409:
			default:
				t.Errorf("approved: %d %s", a.Status, a.Body)
			}
		})
		group.Go(func() {
			if a := answer(s, upload(principal("admin2", "user/*.cruds"), staffListOfA, csv)); a.Status >= 300 {
				t.Errorf("another list: %d %s", a.Status, a.Body)
			}
		})
		group.Go(func() {
			if got := statusFor(s, "nurse11", "GET", "CarePlan/cp1", ""); got != 403 {
				t.Errorf("who left reads %d", got)
			}
		})
	}
	group.Wait()
	if approved.Load() > 1 {
		t.Errorf("approved %d times", approved.Load())
	}
	unguarded(s, func() {
		waiting := text(t, mustDo(t, s, 200, "GET", "Task?_summary=count&code=staff-list&status=requested", "").Body, "total")
		found := text(t, mustDo(t, s, 200, "GET", "PractitionerRole?_summary=count&active=true&identifier="+issuer+"|newcomer", "").Body, "total")
		if found != fmt.Sprint(approved.Load()) || waiting != fmt.Sprint(1-approved.Load()) {
			t.Errorf("approved %d times: the newcomer is listed %s times, and %s lists wait", approved.Load(), found, waiting)
		}
	})
}

// A list that was applied stays so when the next comes; and where nobody logs in nothing waits, for people
// cannot be told apart.
func TestStaffList_AdditionsApplied(t *testing.T) {
	s, list := staffed(t)
	first := taskOf(t, answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA, listOf(list...))))
	if a := answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA, listOf(list...))); a.Status != 200 {
		t.Fatalf("the next list: %d %s", a.Status, a.Body)
	}
	if got := text(t, answer(s, as(principal("admin", "user/*.cruds"), "GET", "Task/"+first, "")).Body, "status"); got != "completed" {
		t.Errorf("the list before is %s", got)
	}
	unguarded(s, func() {
		c := call("POST", staffListOfA, listOf(append(list, "newcomer clinical")...))
		c.MediaType = "text/csv"
		if a := answer(s, c); counts(t, a) != "applied a1 c0 u17 r0" {
			t.Errorf("without a login: %d %s", a.Status, a.Body)
		}
	})
}

// A store that fails at any call fails the list whole: nobody is taken off it, and nobody put on it, by half of one.
func TestStaffList_AdditionsStoreFails(t *testing.T) {
	s, list := staffed(t)
	broken := &failingStore{Store: s.Store, left: -1, err: errBroken}
	s.Store = broken
	csv := strings.Replace(listOf(append(list[:16:16], "newcomer clinical")...), "nurse1,clinical,2023-01-01,2029-01-01", "nurse1,clinical,2024-03-01,2029-06-01", 1)
	var sent interaction.Answer
	reads := func(who string) int { return statusFor(s, who, "GET", "CarePlan/cp1", "") }
	broken.failEach(t, func() interaction.Answer {
		sent = answer(s, upload(principal("admin", "user/*.cruds"), staffListOfA, csv))
		failed, left := broken.failed, broken.left
		if broken.left = -1; failed && (reads("nurse11") != 200 || reads("nurse1") != 200) {
			t.Error("a list that failed has taken somebody away")
		}
		broken.failed, broken.left = failed, left
		return sent
	})
	broken.left = -1
	if reads("nurse11") != 403 || reads("nurse1") != 403 || reads("newcomer") != 403 {
		t.Errorf("sent: %s", sent.Body)
	}
	task := taskOf(t, sent)
	broken.failEach(t, func() interaction.Answer { return approve(s, principal("admin2", "user/*.cruds"), task) })
	broken.left = -1
	if reads("newcomer") != 200 {
		t.Error("approved, and the newcomer does not read")
	}
}
