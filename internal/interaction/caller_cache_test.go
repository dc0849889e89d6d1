package interaction_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/interaction"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// factWorld is a store that a server without a login writes facts into, and what callers are known by on
// another server of the same store.
type factWorld struct {
	t      testing.TB
	writer *interaction.Server
	clock  *clock
	random *rand.Rand
	kept   *interaction.Callers
	reader func(store.Reader) store.Reader // what is between the store and kept

	still                 bool     // of a mutant whose clock is another
	asked, searches, free int      // looks at callers, the searches they took, and how many took none
	wrong                 []string // what kept said and no look-up would
}

var errTakenBack = errors.New("an Update that comes to nothing")

func newFactWorld(t testing.TB, engine string, seed uint64) *factWorld {
	w := &factWorld{t: t, random: rand.New(rand.NewPCG(seed, 1)), clock: newClock(), reader: func(rd store.Reader) store.Reader { return rd }}
	w.writer = engines[engine](t)
	w.writer.Now = w.clock.now
	w.kept = &interaction.Callers{Server: w.writer}
	for _, code := range []string{"a", "b"} {
		put(t, w.writer, "Organization/"+code, `{"resourceType":"Organization","id":"`+code+`","name":"x",`+fmt.Sprintf(ods, strings.ToUpper(code))+`}`)
	}
	return w
}

// callers are those who ask: staff by name, by the role they chose, of one organisation by their token or
// not; clients; a person and a proxy.
func (w *factWorld) callers() []*smart.Principal {
	all := []*smart.Principal{{Issuer: issuer, Subject: "nobody", User: true}}
	for _, subject := range []string{"s1", "s2", "s3"} {
		all = append(all, &smart.Principal{Issuer: issuer, Subject: subject, User: true}, &smart.Principal{Issuer: issuer, Subject: subject, User: true, OrganisationID: "B"},
			&smart.Principal{Issuer: issuer, Subject: "other-" + subject, User: true, RoleID: "role-" + subject}, &smart.Principal{Issuer: issuer, ClientID: subject})
	}
	return append(all, &smart.Principal{Issuer: issuer, Subject: "s1", User: true, Purposes: []string{"HRESCH"}},
		&smart.Principal{Issuer: issuer, Subject: "s1", User: true, NHSNumber: "9990000018"},
		&smart.Principal{Issuer: issuer, Subject: "s1", User: true, Context: smart.LaunchContext{FHIRUser: fhir.Key{Type: "RelatedPerson", ID: "attorney"}}})
}

// compare has kept, and a look-up that keeps nothing, say what is known of everybody.
func (w *factWorld) compare(rd store.Reader, when string) {
	w.t.Helper()
	for _, p := range w.callers() {
		fresh := interaction.Callers{Server: w.writer}
		want, err := fresh.Caller(rd, p)
		if err != nil {
			w.t.Fatalf("%s: the look-up: %v", when, err)
		}
		before := w.searches
		got, err := w.kept.Caller(w.reader(rd), p)
		if err != nil {
			w.t.Fatalf("%s: %v", when, err)
		}
		if w.searches == before {
			w.free++
		}
		if w.still {
			got.Now = want.Now
		}
		if still, err := w.kept.Still(w.reader(rd), p, &want); err != nil || !still && !w.still {
			w.wrong = append(w.wrong, fmt.Sprintf("%s, %s: what counts is said to have changed, and has not (%v)", when, p.Subject, err))
		}
		w.asked++
		if diff := cmp.Diff(want, got) + cmp.Diff(fmt.Sprintf("%+v", access.Decide(want)), fmt.Sprintf("%+v", access.Decide(got))); diff != "" {
			w.wrong = append(w.wrong, fmt.Sprintf("%s, %s %s as %q at %q (-looked up +kept):\n%s", when, p.Subject, p.ClientID, p.RoleID, p.OrganisationID, diff))
		}
	}
}

func (w *factWorld) one(of ...string) string { return of[w.random.IntN(len(of))] }

// day is a date that is near.
func (w *factWorld) day() string {
	return w.clock.now().AddDate(0, 0, w.random.IntN(12)-5).Format(time.DateOnly)
}

// period is one that begins or ends near, or neither.
func (w *factWorld) period() string {
	return w.one(`{"start":"2023-01-01","end":"2039-01-01"}`, `{"start":"2023-01-01"}`, `{"start":"2023-01-01","end":"`+w.day()+`"}`, `{"start":"`+w.day()+`","end":"2039-01-01"}`)
}

// fact is a fact about somebody: how it is written, and the whole of it.
func (w *factWorld) fact() (target, body string) {
	meta := factMeta
	if w.random.IntN(10) == 0 {
		meta = `"language":"en"` // it is none
	}
	if w.random.IntN(6) == 0 {
		return w.withheld()
	}
	subject := w.one("s1", "s2", "s3")
	coded := func(role string) string {
		return `{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"` + role + `"}`
	}
	switch w.random.IntN(7) {
	case 6:
		id := "o" + w.one("1", "2")
		return "Organization/" + id, `{"resourceType":"Organization","id":"` + id + `","active":` + w.one("true", "false") + `,` + fmt.Sprintf(ods, w.one("A", "B")) + `}`
	case 0, 1:
		id := "e" + w.one("1", "2", "3", "4", "5")
		return "PractitionerRole/" + id, `{"resourceType":"PractitionerRole","id":"` + id + `",` + meta + `,"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/trained-until","valueDate":"` + w.day() + `"}],
			"identifier":[{"system":"` + w.one(issuer, "https://fhir.nhs.uk/Id/sds-role-profile-id") + `","value":"` + w.one("", "role-") + subject + `"}],"active":` + w.one("true", "true", "false") + `,
			"period":` + w.period() + `,
			"organization":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"` + w.one("A", "A", "B") + `"}},"code":[{"coding":[` + coded(w.one("clinical", "clinical", "system", "dispatch", "privacy-officer", "administrator")) + `]}]}`
	case 2:
		id := w.one("A", "B")
		return "Contract/" + id, `{"resourceType":"Contract","id":"` + id + `",` + meta + `,"status":"` + w.one("executed", "executed", "terminated") + `",` + fmt.Sprintf(ods, id) + `,
			"applies":` + w.period() + `,"subType":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"` + w.one("TREAT", "ETREAT", "HOPERAT") + `"},` +
			coded("clinical") + `,` + coded(w.one("system", "dispatch", "privacy-officer", "administrator")) + `]}]}`
	case 3, 4:
		id := "g" + w.one("1", "2", "3", "4")
		until := w.clock.now().Add(time.Duration(w.random.IntN(72)-24) * time.Hour).Format(time.RFC3339)
		return "Basic/" + id, `{"resourceType":"Basic","id":"` + id + `",` + meta + `,"identifier":[{"system":"` + issuer + `","value":"` + subject + `","period":{"end":"` + until + `"}}],
			"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"` + w.one("break-glass", "urgent-care-contact", "x") + `"}]},"subject":{"reference":"Patient/` + w.one("p1", "p2") + `"}` +
			w.one("", w.toldOf()) + `}`
	}
	if w.random.IntN(2) == 0 {
		return "RelatedPerson/attorney", `{"resourceType":"RelatedPerson","id":"attorney",` + meta + `,"patient":{"reference":"Patient/` + w.one("p1", "p2") + `"}}`
	}
	id := w.one("p1", "p2")
	return "Patient/" + id, `{"resourceType":"Patient","id":"` + id + `","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"` + w.one("9990000018", "9990000085") + `"}]}`
}

// withheld is something of a patient's that they are not to see, or part of which they are not, until a time
// that is near; or no longer.
func (w *factWorld) withheld() (target, body string) {
	until := `"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/withholding","extension":[{"url":"until","valueInstant":"` +
		w.clock.now().Add(time.Duration(w.random.IntN(72)-24)*time.Hour).Format(time.RFC3339) + `"}`
	about, id := `"subject":{"reference":"Patient/`+w.one("p1", "p2")+`"}`, "w"+w.one("1", "2")
	switch w.random.IntN(4) {
	case 0:
		return "Observation/" + id, `{"resourceType":"Observation","id":"` + id + `","meta":{"security":[{"system":"` + access.LabelSystem + `","code":"third-party"}]},` + until + `]}],"status":"final","code":{"text":"x"},` + about + `}`
	case 1:
		return "Observation/" + id, `{"resourceType":"Observation","id":"` + id + `","status":"final","code":{"text":"x",` + until + `]},{"url":"` + careplan.InlineLabel +
			`","valueCoding":{"system":"` + access.LabelSystem + `","code":"safeguarding"}}]},` + about + `}`
	case 2:
		return "Condition/" + id, `{"resourceType":"Condition","id":"` + id + `","meta":{"security":[{"system":"` + access.LabelSystem + `","code":"third-party"}]},` + until + `]}],"code":{"text":"x"},` + about + `}`
	}
	return "Observation/" + id, `{"resourceType":"Observation","id":"` + id + `","status":"final","code":{"text":"x"},` + about + `}`
}

// toldOf is what a contact that a dispatch system told of says besides.
func (w *factWorld) toldOf() string {
	ended := w.one("", "", `,{"url":"ended","valueInstant":"2024-02-29T12:00:00Z"}`)
	return `,"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/grant-reason","extension":[{"url":"organisation","valueString":"` + w.one("A", "A", "B") + `"},
		{"url":"by","valueIdentifier":{"system":"` + issuer + `","value":"` + w.one("s1", "s2", "s3") + `"}},{"url":"also","valueReference":{"reference":"Patient/` + w.one("p1", "p2") + `"}}` + ended + `]}]`
}

// write changes facts, by one of the ways there are, or something else.
func (w *factWorld) write() string {
	target, body := w.fact()
	switch w.random.IntN(10) {
	case 0:
		mustDo(w.t, w.writer, 204, "DELETE", target, "")
		return "DELETE " + target
	case 1:
		entries := []string{ent("", body, "PUT", target), ent("", patient("", "t"), "POST", "Patient")}
		if other, more := w.fact(); other != target {
			entries = append(entries, ent("", more, "PUT", other))
		}
		mustDo(w.t, w.writer, 200, "POST", "", bundleOf("transaction", entries...))
		return "transaction " + target
	case 2:
		list := []string{}
		for _, subject := range []string{"s1", "s2", "s3"} {
			if w.random.IntN(2) == 0 {
				list = append(list, subject+" "+w.one("clinical", "privacy-officer"))
			}
		}
		code := w.one("a", "b")
		c := upload(nil, "Organization/"+code+"/$staff-list", listOf(list...))
		if a := answer(w.writer, c); a.Status != 200 {
			w.t.Fatalf("$staff-list %v: %d %s", list, a.Status, a.Body)
		}
		return "$staff-list of " + code
	case 3:
		for range 1 + w.random.IntN(3)*40 { // at times more than are looked through
			mustDo(w.t, w.writer, 201, "POST", "Patient", patient("", "n"))
		}
		return "other writes"
	case 4:
		w.clock.pass(time.Duration(w.random.IntN(96)-32) * time.Hour)
		return "the clock"
	case 5:
		w.takenBack(target, body)
		return "an Update taken back of " + target
	}
	a := do(w.writer, "PUT", target, body)
	if a.Status != 200 && a.Status != 201 {
		w.t.Fatalf("PUT %s: %d %s", target, a.Status, a.Body)
	}
	return "PUT " + target
}

// takenBack asks within an Update, before it writes a fact and after, and takes it back.
func (w *factWorld) takenBack(target, body string) {
	name, id, _ := strings.Cut(target, "/")
	key := fhir.Key{Type: fhir.Type(name), ID: fhir.ID(id)}
	index, err := extract(key, []byte(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if w.random.IntN(2) == 0 { // after more than is looked through, of which nobody asked
		other, more := w.fact()
		first := w.random.IntN(80)
		for i := range 80 {
			if mustDo(w.t, w.writer, 201, "POST", "Patient", patient("", "n")); i == first {
				put(w.t, w.writer, other, more)
			}
		}
	}
	err = w.writer.Store.Update(context.Background(), func(tx store.Tx) error {
		w.compare(tx, "in an Update")
		if _, err := tx.Put(store.Prepared{Key: key, Method: store.Update, Index: index, Stamp: func(fhir.VersionID, time.Time) []byte { return []byte(body) }}); err != nil {
			return err
		}
		for _, p := range w.callers() {
			if _, err := w.kept.Caller(w.reader(tx), p); err != nil {
				return err
			}
		}
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		w.t.Fatalf("Update = %v", err)
	}
}

// step writes, mostly, and asks; at times on a state that is older than what is written meanwhile.
func (w *factWorld) step() {
	ask := func(rd store.Reader) error {
		if w.random.IntN(4) == 0 {
			w.compare(rd, "before writes")
			what := []string{w.write(), w.write()}
			w.view(func(rd store.Reader) error { w.compare(rd, "beside an older state"); return nil })
			w.compare(rd, "on the older state, after "+strings.Join(what, ", "))
		}
		return nil
	}
	w.view(ask)
	what := w.write()
	for range 2 { // what is kept of the first is given to the second
		w.view(func(rd store.Reader) error { w.compare(rd, "after "+what); return nil })
	}
}

func (w *factWorld) view(fn func(store.Reader) error) {
	w.t.Helper()
	if err := w.writer.Store.View(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// factReader counts searches, and is deaf to what is written of a type.
type factReader struct {
	store.Reader
	world *factWorld
	deaf  fhir.Type
}

func (r factReader) Search(q *query.Query) (store.Page, error) {
	r.world.searches++
	return r.Reader.Search(q)
}

func (r factReader) Changes(since store.Commit, limit int) ([]store.Change, error) {
	changes, err := r.Reader.Changes(since, limit)
	return slices.DeleteFunc(changes, func(c store.Change) bool { return c.Key.Type == r.deaf }), err
}

// Facts are written at random, by every way there is, the clock goes to and fro, and many callers ask on the
// newest state, on older ones and in Updates: what is kept is what a look-up finds, each time.
func TestCallers_KeptIsLookedUp(t *testing.T) {
	for _, engine := range []string{"embedded", "oracle"} {
		t.Run(engine, func(t *testing.T) {
			for seed := range uint64(4) {
				w := newFactWorld(t, engine, seed)
				w.reader = func(rd store.Reader) store.Reader {
					if _, tip := rd.(store.Tx); tip {
						return rd
					}
					return factReader{Reader: rd, world: w}
				}
				for range 60 {
					w.step()
				}
				if len(w.wrong) > 0 {
					t.Fatalf("seed %d: %d of %d differ: %s", seed, len(w.wrong), w.asked, w.wrong[0])
				}
				if w.free < w.asked/8 {
					t.Errorf("seed %d: of %d looks only %d are at what is kept: this says little", seed, w.asked, w.free)
				}
			}
		})
	}
}

// The same test fails when a kind of fact is not noticed when it changes, when an Update's own writes are
// taken for what is stored, and when the clock of the first look is gone by.
func TestCallers_KeptIsLookedUp_Mutants(t *testing.T) {
	mutants := map[string]func(*factWorld){
		"an Update is taken for a View": func(w *factWorld) {
			w.reader = func(rd store.Reader) store.Reader { return factReader{Reader: rd, world: w} }
		},
		"the clock stands still": func(w *factWorld) {
			then, other := w.clock.now(), serverOn(w.writer.Store, w.clock)
			other.Now = func() time.Time { return then }
			w.kept, w.still = &interaction.Callers{Server: other}, true
		},
	}
	for _, deaf := range []fhir.Type{"PractitionerRole", "Contract", "Basic", "Organization", "Observation", "Condition"} {
		mutants["deaf to "+string(deaf)] = func(w *factWorld) {
			w.reader = func(rd store.Reader) store.Reader {
				if _, tip := rd.(store.Tx); tip {
					return rd
				}
				return factReader{Reader: rd, world: w, deaf: deaf}
			}
		}
	}
	for name, mutate := range mutants {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				w := newFactWorld(t, "embedded", seed)
				mutate(w)
				for range 60 {
					if w.step(); len(w.wrong) > 0 {
						t.Logf("seed %d: %s", seed, w.wrong[0])
						return
					}
				}
			}
			t.Error("nothing fails without it")
		})
	}
}

// What is known of a person takes no search once nothing that ends is known to be stored, and one of the
// types that have some where something is.
func TestCallers_PersonSearches(t *testing.T) {
	s := guarded(t)
	calls := &callStore{Store: s.Store}
	s.Store = calls
	searches := func() (made []string) {
		t.Helper()
		calls.calls = nil
		if a := answer(s, as(principal("patient", "user/*.cruds"), "GET", "CarePlan/cp1", "")); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		for _, call := range calls.calls {
			if strings.HasPrefix(call, "Search") {
				made = append(made, call)
			}
		}
		return made
	}
	if first, second := searches(), searches(); len(first) == 0 || len(second) != 0 {
		t.Errorf("the first look made %d searches, the second %q", len(first), second)
	}
	author := principal("author", "user/*.cruds")
	if a := answer(s, as(author, "POST", "Observation", decision("", metaLabel("third-party")+extensions(decidedBy("", "2024-03-01")), ""))); a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	searches()
	if made := searches(); len(made) != 1 || strings.Contains(made[0], "CarePlan") || !strings.Contains(made[0], "Observation") {
		t.Errorf("with one observation that ends: %q", made)
	}
}
