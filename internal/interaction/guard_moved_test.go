package interaction_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hearken/internal/access"
	"hearken/internal/interaction"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// meanwhile is a store on which something happens just before one of the Views and Updates of a request,
// counted from 1.
type meanwhile struct {
	store.Store
	lock      sync.Mutex // entries of a batch run at the same time
	at, calls int
	do        func()
	done      bool
	wrote     bool // an Update went through after it
}

func (m *meanwhile) begin() {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.calls++; m.calls == m.at {
		m.do()
		m.done = true
	}
}

func (m *meanwhile) View(ctx context.Context, fn func(store.Reader) error) error {
	m.begin()
	return m.Store.View(ctx, fn)
}

func (m *meanwhile) Update(ctx context.Context, fn func(store.Tx) error) error {
	m.begin()
	err := m.Store.Update(ctx, fn)
	m.lock.Lock()
	defer m.lock.Unlock()
	m.wrote = m.wrote || m.done && err == nil
	return err
}

// A request is under way when its caller is taken off the list, after which somebody writes what the caller
// was never to see: wherever in the request that happens, it shows nothing of it and writes nothing more.
// Where the change leaves the access as it was, the request is done all the same.
func TestGuard_FactsMove(t *testing.T) {
	requests := []struct{ who, method, target, body string }{
		{"author", "GET", "CarePlan/cp1", ""},
		{"author", "GET", "CarePlan/cp1/_history", ""},
		{"author", "GET", "CarePlan?patient._id=p1", ""},
		{"author", "GET", "Patient?_id=p1&_revinclude=CarePlan:subject", ""},
		{"author", "POST", "", bundleOf("batch", ent("", "", "GET", "CarePlan/cp1"), ent("", "", "GET", "CarePlan?_id=cp1"), ent("", observationOf("new", "p1"), "POST", "Observation"))},
		{"author", "POST", "", bundleOf("transaction", ent("", observationOf("new", "p1"), "POST", "Observation"), ent("", "", "GET", "CarePlan/cp1"))},
		{"author", "POST", "Observation", observationOf("new", "p1")},
		{"author", "PUT", "CarePlan/cp1", strings.Replace(planOf("cp1", "active", "p1", "a"), `"status"`, `"title":"of a leaver","status"`, 1)},
		{"author", "DELETE", "Observation/op1", ""},
		{"author", "GET", "Patient/p1/$access-log", ""},
		{"gp", "GET", "CarePlan/cp1", ""},
		{"crew", "GET", "CarePlan/cp3", ""},
		{"attorney", "GET", "CarePlan/cp1", ""},
		{"attorney", "POST", "Observation", observationOf("new", "p1")},
		{"citizen", "GET", "CarePlan/cp1", ""},
		{"client-partner", "PUT", "Observation/op1", observationOf("op1", "p1")},
		{"keeper", "POST", "Organization/a/$staff-list", ""},
	}
	for _, stays := range []bool{false, true} {
		for _, r := range requests {
			if stays && r.who == "keeper" {
				continue // nobody sends a list that has another entry of their own
			}
			t.Run(fmt.Sprintf("%s %s %s, in force %v", r.who, r.method, r.target, stays), func(t *testing.T) {
				most := 2
				for at := 1; at <= most+1; at++ {
					s := plane(t)
					writer := &interaction.Server{Store: s.Store, Definitions: s.Definitions, Registry: s.Registry, Parser: s.Parser, Extractor: s.Extractor, NewID: s.NewID, Now: s.Now}
					m := &meanwhile{Store: s.Store, at: at, do: func() {
						leaves(t, writer, r.who, stays)
						for _, id := range []string{"p1", "p3"} {
							put(t, writer, "CarePlan/c"+id, strings.Replace(planOf("c"+id, "active", id, "a"), `"status"`, `"title":"written later","status"`, 1))
						}
					}}
					s.Store = m
					c := as(principal(r.who, "user/*.cruds"), r.method, r.target, r.body)
					if r.who == "citizen" {
						c.Principal.NHSNumber = "9990000018"
						put(t, writer, "Patient/p1", citizen)
					}
					if strings.HasSuffix(r.target, "$staff-list") {
						c = upload(c.Principal, r.target, listOf(append(staffOfA, "newcomer clinical")...))
					}
					a := answer(s, c)
					most = max(most, m.calls)
					body := string(a.Body)
					switch {
					case stays && (a.Status >= 300 || strings.Contains(body, `"status":"4`)):
						t.Errorf("at %d: %d %.600s", at, a.Status, a.Body)
					case stays:
					case strings.Contains(body, "written later"):
						t.Errorf("at %d it shows what was written when the caller had left: %d %.600s", at, a.Status, a.Body)
					case m.wrote:
						t.Errorf("at %d it writes when the caller has left: %d %.600s", at, a.Status, a.Body)
					case m.done && at <= 2 && r.target != "" && a.Status != 403 && a.Status != 404:
						t.Errorf("at %d: %d, want a refusal: %.600s", at, a.Status, a.Body)
					}
					if !m.done && at <= 2 {
						t.Errorf("nothing happened meanwhile: the request took %d calls", m.calls)
					}
				}
			})
		}
	}
}

const citizen = `{"resourceType":"Patient","id":"p1","managingOrganization":{"reference":"Organization/a"},"generalPractitioner":[{"reference":"Organization/p"}],"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]}`

// leaves writes the fact by which somebody sees what they see: that it is so no more, or something else of it.
func leaves(t *testing.T, s *interaction.Server, who string, stays bool) {
	target, old, changed := "PractitionerRole/s-"+who, `"active":true`, `"active":false`
	switch {
	case who == "attorney":
		target, old, changed = "RelatedPerson/attorney", "Patient/p1", "Patient/p2"
		if stays {
			old, changed = `"patient"`, `"active":true,"patient"`
		}
	case who == "citizen":
		target, old, changed = "Patient/p1", "9990000018", "9990000085"
		if stays {
			old, changed = `"identifier"`, `"gender":"male","identifier"`
		}
	case stays:
		old, changed = `2029-01-01`, `2028-01-01`
	}
	fact := string(mustDo(t, s, 200, "GET", target, "").Body)
	if !strings.Contains(fact, old) {
		t.Fatalf("%s has no %s", fact, old)
	}
	put(t, s, target, strings.Replace(fact, old, changed, 1))
}

// Facts that a transaction writes let nobody do anything in it.
func TestGuard_OwnFacts(t *testing.T) {
	for _, who := range []string{"admin", "keeper", "other", "client-partner", "stranger"} {
		s := plane(t)
		facts := []string{
			ent("", staffEntry("own", who, "A", "clinical"), "POST", "PractitionerRole"),
			ent("", `{"resourceType":"Basic","id":"own",`+factMeta+`,"identifier":[{"system":"`+issuer+`","value":"`+who+`","period":{"end":"2024-03-29T13:00:00Z"}}],
				"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"break-glass"}]},"subject":{"reference":"Patient/p2"}}`, "POST", "Basic"),
		}
		p := principal(who, "user/*.cruds")
		if who == "admin" {
			if a := answer(s, as(p, "POST", "", bundleOf("transaction", facts...))); a.Status != 403 || !strings.Contains(string(a.Body), "second-person") {
				t.Fatalf("the facts alone: %d %s", a.Status, a.Body)
			}
		}
		for _, kind := range []string{"transaction", "batch"} {
			a := answer(s, as(p, "POST", "", bundleOf(kind, append(facts, ent("", "", "GET", "CarePlan/cp2"))...)))
			if strings.Contains(string(a.Body), `"id":"cp2"`) && who != "client-partner" {
				t.Errorf("%s, %s: %d %.600s", who, kind, a.Status, a.Body)
			}
			if who != "admin" && kind == "transaction" && a.Status < 400 {
				t.Errorf("%s writes facts: %d %.600s", who, a.Status, a.Body)
			}
		}
	}
}

// One of several who read all the time is taken off the list and put on it again: from the answer on every
// request goes by it, and nobody sees what is only there while they are off it.
func TestCallers_RevokedAtOnce(t *testing.T) {
	s := guarded(t)
	writer := &interaction.Server{Store: s.Store, Definitions: s.Definitions, Registry: s.Registry, Parser: s.Parser, Extractor: s.Extractor, NewID: s.NewID, Now: s.Now}
	author, other := principal("author", "user/*.cruds"), principal("gp", "user/*.cruds")
	on := string(mustDo(t, writer, 200, "GET", "PractitionerRole/s-author", "").Body)
	off := strings.Replace(on, `"active":true`, `"active":false`, 1)
	open := planOf("cp1", "active", "p1", "a")
	secret := strings.Replace(open, `"status"`, `"title":"written later","status"`, 1)

	var stop atomic.Bool
	var group sync.WaitGroup
	var refused, shown atomic.Int64
	for range 4 {
		group.Go(func() {
			for !stop.Load() {
				a := answer(s, as(author, "GET", "CarePlan/cp1", ""))
				switch {
				case strings.Contains(string(a.Body), "written later"):
					t.Errorf("seen: %d %.300s", a.Status, a.Body)
					return
				case a.Status == 403:
					refused.Add(1)
				case a.Status == 200:
					shown.Add(1)
				default:
					t.Errorf("%d %.300s", a.Status, a.Body)
					return
				}
				if a := answer(s, as(other, "GET", "CarePlan/cp1", "")); a.Status != 200 {
					t.Errorf("another: %d %.300s", a.Status, a.Body)
				}
			}
		})
	}
	for i := 0; i < 150 || refused.Load() == 0 || shown.Load() == 0; i++ {
		for _, step := range []struct {
			staff  bool
			body   string
			status int
		}{{true, off, 403}, {false, secret, 403}, {false, open, 403}, {true, on, 200}} {
			target := "CarePlan/cp1"
			if step.staff {
				target = "PractitionerRole/s-author"
			}
			put(t, writer, target, step.body)
			if a := answer(s, as(author, "GET", "CarePlan/cp1", "")); a.Status != step.status {
				t.Fatalf("round %d, after the answer to PUT %s: %d, want %d", i, target, a.Status, step.status)
			}
		}
		if t.Failed() {
			break
		}
	}
	stop.Store(true)
	group.Wait()
}

// Whether a decision still holds on another state is for Login.Still to say, and nobody is looked up again,
// or asked to wait for what is done anew, where it does.
func TestGuard_Still(t *testing.T) {
	for _, row := range []struct {
		name            string
		still           bool
		err             error
		status, callers int
	}{
		{"it holds", true, nil, 200, 1},
		{"it does not, and is decided anew", false, nil, 200, 2},
		{"that cannot be found out", false, errBroken, 503, 1},
		{"that cannot be found out of what would hold", true, errBroken, 503, 1},
	} {
		s := guarded(t)
		writer := &interaction.Server{Store: s.Store, Definitions: s.Definitions, Registry: s.Registry, Parser: s.Parser, Extractor: s.Extractor, NewID: s.NewID, Now: s.Now}
		s.Store = &meanwhile{Store: s.Store, at: 2, do: func() { put(t, writer, "Organization/new", `{"resourceType":"Organization","id":"new","name":"New"}`) }}
		callers, known := 0, *s.Login
		s.Login = &interaction.Login{Rules: known.Rules,
			Caller: func(rd store.Reader, p *smart.Principal) (access.Caller, error) {
				callers++
				return known.Caller(rd, p)
			},
			Still: func(store.Reader, *smart.Principal, *access.Caller) (bool, error) { return row.still, row.err },
		}
		a := answer(s, as(principal("author", "user/*.cruds"), "GET", "CarePlan/cp1", ""))
		if a.Status != row.status || callers != row.callers {
			t.Errorf("%s: %d by %d look-ups, want %d by %d: %s", row.name, a.Status, callers, row.status, row.callers, a.Body)
		}
	}
}
