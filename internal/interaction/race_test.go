package interaction_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/interaction"
	"hearken/internal/store"
)

// racePatient answers to every one of raceCriteria for round n.
func racePatient(n int) string {
	return fmt.Sprintf(`{"resourceType":"Patient","birthDate":"1950-01-01","active":true,"name":[{"family":"Race"}],"identifier":[`+
		`{"system":"urn:race","value":"r%d"},{"system":"urn:alias","value":"a%d"}]}`, n, n)
}

// raceCriteria all mean the same person, in words that overlap and differ.
var raceCriteria = []string{
	"identifier=urn:race|r%[1]d",
	"identifier=r%[1]d",
	"identifier=urn:race|r%[1]d&birthdate=1950-01-01",
	"birthdate=1950&identifier=urn:race|r%[1]d",
	"identifier=urn:race|r%[1]d&identifier=urn:alias|a%[1]d",
	"identifier=urn:alias|a%[1]d&identifier=urn:race|r%[1]d&family=race",
	"identifier=urn:race|r%[1]d,urn:race|nobody",
}

// raceCall is one client of a round: a conditional create, alone or in a transaction.
func raceCall(n int) interaction.Call {
	criteria := fmt.Sprintf(raceCriteria[rand.IntN(len(raceCriteria))], n)
	switch rand.IntN(4) {
	case 0:
		return call(http.MethodPost, "", bundleOf("transaction",
			ent(uuid1, racePatient(n), "POST", "Patient", "ifNoneExist", criteria),
			ent("", observation(uuid1), "POST", "Observation")))
	case 1:
		return call(http.MethodPost, "", bundleOf("transaction",
			ent("", observation(uuid2), "POST", "Observation"),
			ent(uuid1, patient("", fmt.Sprintf("by-the-way-%d", n)), "POST", "Patient", "ifNoneExist", fmt.Sprintf("identifier=urn:test|by-the-way-%d", n)),
			ent(uuid2, racePatient(n), "POST", "Patient", "ifNoneExist", criteria)))
	}
	c := call(http.MethodPost, "Patient", racePatient(n))
	c.IfNoneExist = criteria
	return c
}

// race runs one round and gives how many patients there are after it, and how many clients were refused.
func race(t *testing.T, s *interaction.Server, n, clients int) (patients string, refused int32) {
	t.Helper()
	var ready sync.WaitGroup
	var failed atomic.Int32
	begin := make(chan struct{})
	for range clients {
		c := raceCall(n)
		ready.Go(func() {
			<-begin
			if a := answer(s, c); a.Status != 200 && a.Status != 201 {
				failed.Add(1)
				t.Logf("%d %s", a.Status, a.Body)
			}
		})
	}
	close(begin)
	ready.Wait()
	byTheWay := mustDo(t, s, 200, "GET", fmt.Sprintf("Patient?identifier=urn:test|by-the-way-%d&_summary=count", n), "")
	if total := text(t, byTheWay.Body, "total"); total != "0" && total != "1" {
		t.Logf("of the other patient in the transactions there are %s", total)
		failed.Add(1)
	}
	found := mustDo(t, s, 200, "GET", fmt.Sprintf("Patient?identifier=urn:race|r%d&_summary=count", n), "")
	return text(t, found.Body, "total"), failed.Load()
}

// Racing conditional creates with overlapping but different criteria never make twins: not on the engine, and
// not on the weakest store there may be, with delays between search, claim and commit.
func TestCreate_IfNoneExist_NeverTwins(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	tests := []struct {
		name string
		weak func(store.Store) store.Store
	}{
		{"embedded engine", func(s store.Store) store.Store { return s }},
		{"weakest store", func(s store.Store) store.Store { return &weakStore{Store: s, delay: time.Millisecond} }},
		{"weakest store, newest Gets", func(s store.Store) store.Store {
			return &weakStore{Store: s, delay: time.Millisecond, tipGets: true}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			s.Store = tt.weak(s.Store)
			for n := range rounds {
				clients := 2 + rand.IntN(31)
				patients, refused := race(t, s, n, clients)
				if patients != "1" || refused > 0 {
					t.Fatalf("round %d, %d clients: %s patients, %d refused; want 1 and 0", n, clients, patients, refused)
				}
			}
		})
	}
}

// Writers who wait for nobody take claims from one another without end, so that some give up, and make no twins: not by
// a claim that comes back to who had it before, past one who has created meanwhile, either.
func TestCreate_IfNoneExist_NeverTwinsImpatient(t *testing.T) {
	s, _ := newServer(t)
	s.Store = &weakStore{Store: s.Store, delay: time.Millisecond}
	s.Impatient()
	for n := range 40 {
		if patients, _ := race(t, s, n, 12); patients != "0" && patients != "1" {
			t.Fatalf("round %d: %s patients", n, patients)
		}
	}
}

// The test above can fail: without claims there are twins.
func TestCreate_IfNoneExist_MutantWithoutClaims(t *testing.T) {
	s, _ := newServer(t)
	s.Store = &weakStore{Store: s.Store, delay: time.Millisecond, mutant: true}
	for n := range 200 {
		if patients, _ := race(t, s, n, 8); patients != "1" {
			return
		}
	}
	t.Error("200 rounds without claims made no twins: the race test proves nothing")
}

// Criteria that overlap but mean different people do not stand in each other's way, however the claims move.
func TestCreate_IfNoneExist_SharedClaimDifferentPeople(t *testing.T) {
	s, _ := newServer(t)
	s.Store = &weakStore{Store: s.Store, delay: time.Millisecond, tipGets: true}
	for n := range 20 {
		var group sync.WaitGroup
		for i := range 12 {
			c := call("POST", "Patient", fmt.Sprintf(`{"resourceType":"Patient","birthDate":"19%02d-01-01","identifier":[{"system":"urn:race","value":"r%d"}]}`, i%3+10, n))
			c.IfNoneExist = fmt.Sprintf("identifier=urn:race|r%d&birthdate=19%02d-01-01", n, i%3+10)
			group.Go(func() {
				if a := answer(s, c); a.Status != 200 && a.Status != 201 {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		group.Wait()
		found := mustDo(t, s, 200, "GET", fmt.Sprintf("Patient?identifier=urn:race|r%d&_summary=count", n), "")
		if got := text(t, found.Body, "total"); got != "3" {
			t.Fatalf("round %d: %s people, want 3", n, got)
		}
	}
}

// Racing conditional updates that find nothing make one resource.
func TestUpdate_Conditional_NeverTwins(t *testing.T) {
	s, _ := newServer(t)
	s.Store = &weakStore{Store: s.Store, delay: time.Millisecond}
	for n := range 30 {
		var group sync.WaitGroup
		for range 8 {
			c := call("PUT", "Patient?"+fmt.Sprintf(raceCriteria[rand.IntN(2)], n), racePatient(n))
			group.Go(func() {
				if a := answer(s, c); a.Status != 200 && a.Status != 201 {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		group.Wait()
		found := mustDo(t, s, 200, "GET", fmt.Sprintf("Patient?identifier=urn:race|r%d&_summary=count", n), "")
		if got := text(t, found.Body, "total"); got != "1" {
			t.Fatalf("round %d: %s patients, want 1", n, got)
		}
	}
}

// Of several writers with one If-Match one wins, the others get 412, and its version is the one that stays.
func TestUpdate_IfMatch_OneWins(t *testing.T) {
	for _, weak := range []bool{false, true} {
		t.Run(fmt.Sprintf("weak=%v", weak), func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			if weak {
				s.Store = &weakStore{Store: s.Store, delay: time.Millisecond}
			}
			mustDo(t, s, 201, "PUT", "Patient/a", patient("a", "0"))
			for round := 1; round <= 30; round++ {
				var won, lost atomic.Int32
				var group sync.WaitGroup
				for w := range 2 + round%7 {
					c := call("PUT", "Patient/a", patient("a", fmt.Sprint(w)))
					c.IfMatch = fmt.Sprintf(`W/"%d"`, round)
					group.Go(func() {
						switch a := answer(s, c); a.Status {
						case 200:
							won.Add(1)
						case 412:
							lost.Add(1)
						default:
							t.Errorf("status %d: %s", a.Status, a.Body)
						}
					})
				}
				group.Wait()
				if won.Load() != 1 || int(lost.Load()) != 1+round%7 {
					t.Fatalf("round %d: %d won, %d lost; want 1 and %d", round, won.Load(), lost.Load(), 1+round%7)
				}
			}
		})
	}
}

// Transactions that need one another's outcome do not wait for each other for ever.
func TestTransaction_Concurrent(t *testing.T) {
	s, _ := newServer(t)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			var entries []string
			for j := range 8 {
				n := (i*5 + j*3) % 8
				entries = append(entries, ent(fmt.Sprintf("urn:uuid:%08d-0000-4000-8000-000000000000", j), patient("", fmt.Sprint("p", n)),
					"POST", "Patient", "ifNoneExist", fmt.Sprintf("identifier=urn:test|p%d", n)))
			}
			a := do(s, "POST", "", bundleOf("transaction", entries...))
			if a.Status != 200 || strings.Contains(string(a.Body), `"status":"4`) {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	group.Wait()
	if got := text(t, mustDo(t, s, 200, "GET", "Patient?_summary=count", "").Body, "total"); got != "8" {
		t.Errorf("patients = %s, want 8", got)
	}
}

// A transaction that failed after it had claimed leaves claims of resources that never came to be. They keep nobody for
// long, and several who find the same orphan still make one resource.
func TestCreate_IfNoneExist_OrphanedClaims(t *testing.T) {
	s, _ := newServer(t)
	s.Store = &weakStore{Store: s.Store, delay: time.Millisecond}
	for n := range 20 {
		criteria := fmt.Sprintf("identifier=urn:race|r%d", n)
		mustDo(t, s, 422, "POST", "", bundleOf("transaction",
			ent(uuid1, racePatient(n), "POST", "Patient", "ifNoneExist", criteria),
			ent("", observation("Patient?identifier=urn:test|nobody"), "POST", "Observation")))
		if patients, refused := race(t, s, n, 6); patients != "1" || refused > 0 {
			t.Fatalf("round %d: %s patients, %d refused; want 1 and 0", n, patients, refused)
		}
		put := call("PUT", fmt.Sprintf("Patient?identifier=urn:race|q%d", n), patient("", "x"))
		put.Body = []byte(strings.ReplaceAll(racePatient(n), fmt.Sprintf("r%d", n), fmt.Sprintf("q%d", n)))
		if a := answer(s, put); a.Status != 201 {
			t.Fatalf("round %d: %d %s", n, a.Status, a.Body)
		}
	}
}
