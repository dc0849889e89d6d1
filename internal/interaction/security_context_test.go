package interaction_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/audit"
	"hearken/internal/interaction"
	"hearken/internal/store"
)

// Whatever is written in whatever order, in transactions or not, by every engine: each Binary has the label
// of its context as that is now, and none where that is not there.
func TestLabelling_BinaryFollows(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(6) {
				s := open(t)
				people(t, s)
				w := contextWorld{t: t, s: s, r: rand.New(rand.NewPCG(seed, 25))}
				for step := range 40 {
					w.write()
					if faults := w.faults(); len(faults) > 0 {
						t.Fatalf("seed %d, step %d, after %s:\n%s", seed, step, w.last, strings.Join(faults, "\n"))
					}
				}
			}
		})
	}
}

// contextWorld writes what Binaries name, and Binaries, at random.
type contextWorld struct {
	t    *testing.T
	s    *interaction.Server
	r    *rand.Rand
	last string
}

func (w *contextWorld) one(of ...string) string { return of[w.r.IntN(len(of))] }

// entry is one write.
func (w *contextWorld) entry() (method, key, body string) {
	n, patient := w.one("1", "2", "3"), w.one("p1", "p2", "p3")
	contexts := []string{"Observation/o1", "Observation/o2", "Observation/o3", "CarePlan/c1", "CarePlan/c2", "Patient/p1", "Patient/p2", "Patient/p3", "Consent/s1", "Binary/b1", "Practitioner/w"}
	switch w.r.IntN(9) {
	case 0, 1, 2:
		return "PUT", "Binary/b" + n, binaryOf("b"+n, w.one(contexts...))
	case 3:
		return "PUT", "Observation/o" + n, observationOf("o"+n, patient, w.one("p1", "p2", patient))
	case 4:
		return "PUT", "CarePlan/c" + n, planOf("c"+n, w.one("active", "draft"), patient, w.one("a", "h"))
	case 5:
		return "PUT", "Consent/s" + n, fmt.Sprintf(sharingConsent, "s"+n, w.one("active", "inactive"), "882941000000102", patient, "2024-01-01", "deny")
	case 6:
		return "PUT", "Patient/" + patient, `{"resourceType":"Patient","id":"` + patient + `",` + w.one("", `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`) + `"managingOrganization":{"reference":"Organization/` + w.one("a", "p") + `"}}`
	case 7:
		return "PUT", "Observation/o" + n, strings.Replace(observationOf("o"+n, patient), `"status"`, thirdParty+`"status"`, 1)
	}
	return "DELETE", w.one("Observation/o1", "Observation/o2", "CarePlan/c1", "Binary/b2", "Patient/p3", "Consent/s1"), ""
}

func (w *contextWorld) write() {
	entries, written := []string{}, map[string]bool{}
	for range 1 + w.r.IntN(3)*w.r.IntN(2) {
		method, key, body := w.entry()
		if written[key] {
			continue
		}
		written[key] = true
		entries = append(entries, ent("", body, method, key))
	}
	w.last = strings.Join(entries, "\n")
	mustDo(w.t, w.s, 200, "POST", "", bundleOf("transaction", entries...))
}

// faults holds every label of a Binary against that of its context.
func (w *contextWorld) faults() (faults []string) {
	err := w.s.Store.View(context.Background(), func(r store.Reader) error {
		for _, id := range []fhir.ID{"b1", "b2", "b3"} {
			rec, err := r.Get(fhir.Key{Type: "Binary", ID: id})
			if err != nil || rec.Deleted() {
				continue
			}
			named := text(w.t, rec.Body, "securityContext.reference")
			got, err := r.Label(rec.Key)
			if err != nil {
				return err
			}
			got = access.WithoutMarks(got)
			typ, of, _ := strings.Cut(named, "/")
			var want []query.Token
			if context, err := r.Get(fhir.Key{Type: fhir.Type(typ), ID: fhir.ID(of)}); typ != "Binary" && err == nil && !context.Deleted() {
				if want, err = r.Label(context.Key); err != nil {
					return err
				}
			}
			if want = access.WithoutMarks(want); !slices.Equal(labelsSorted(got), labelsSorted(want)) {
				faults = append(faults, fmt.Sprintf("Binary/%s is seen by %s, and %s by %s", id, labelText(got), named, labelText(want)))
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return faults
}

func labelsSorted(label []query.Token) []string {
	texts := strings.Fields(labelText(label))
	return slices.DeleteFunc(texts, func(t string) bool { return strings.HasPrefix(t, "waits|") })
}

// Whoever looks at a Binary, writes one or is refused one has it recorded in the record of who its context is
// about, of the version that is shown: also where nobody logs in.
func TestAudit_Binaries(t *testing.T) {
	open, _ := newServer(t)
	people(t, open)
	put(t, open, "Observation/o", observationOf("o", "p1"))
	put(t, open, "Observation/both", observationOf("both", "p1", "p2"))
	closed := guarded(t)
	unguarded(closed, func() { put(t, closed, "Observation/o", observationOf("o", "p1")) })
	for name, s := range map[string]*interaction.Server{"without a login": open, "with one": closed} {
		by := func(method, target, body string) interaction.Call {
			return as(principal("client-partner", ""), method, target, body)
		}
		for _, row := range []struct{ method, target, body, want string }{
			{"PUT", "Binary/b", binaryOf("b", "Observation/o"), "update U success Binary/b [p1] +Binary/b/1"},
			{"GET", "Binary/b", "", "read R success Binary/b [p1] Binary/b/1"},
			{"GET", "Binary/b/_history/1", "", "vread R success Binary/b [p1] Binary/b/1"},
			{"GET", "Binary/b/_history", "", "history-instance R success Binary/b [p1] Binary/b/1"},
			{"GET", "Binary?_id=b", "", "search-type E success Binary [p1] Binary/b/1 _id=b"},
			{"GET", "Binary?_id=none", "", "search-type E success Binary [] _id=none"},
			{"POST", "", bundleOf("batch", ent("", "", "GET", "Binary/b")), "batch E success [p1] Binary/b/1"},
			{"POST", "", bundleOf("transaction", ent("", "", "GET", "Binary/b")), "transaction E success [p1] Binary/b/1"},
			{"POST", "", bundleOf("transaction", ent("", observationOf("t", "p2"), "PUT", "Observation/t"), ent("", binaryOf("t", "Observation/t"), "PUT", "Binary/t")), "transaction E success [p2] +Observation/t/1 +Binary/t/1"},
			{"PUT", "Observation/o", observationOf("o", "p2"), "update U success Observation/o [p2 p1] +Observation/o/2"},
			{"GET", "Binary/b", "", "read R success Binary/b [p2] Binary/b/1"},
			{"PUT", "Observation/o", observationOf("o", "p1"), "update U success Observation/o [p1 p2] +Observation/o/3"},
			{"GET", "?_type=Binary,Patient&_id=b,p2", "", "search-system E success [p1 p2] Patient/p2/1 Binary/b/1 _type=Binary,Patient&_id=b,p2"},
			{"DELETE", "Binary/b", "", "delete D success Binary/b [p1] +Binary/b/2"},
			{"GET", "Binary/b/_history", "", "history-instance R success Binary/b [p1] Binary/b/2 Binary/b/1"},
		} {
			if row.method != "GET" && s == closed && row.target == "Observation/o" {
				continue // from one patient to another: by who may
			}
			if s == closed && strings.HasSuffix(row.want, "Binary/b/1") && strings.Contains(row.want, "Binary/b/2") {
				continue // what was deleted is not there
			}
			since := headOf(t, s.Audit)
			c := call(row.method, row.target, row.body)
			if s == closed {
				c = by(row.method, row.target, row.body)
			}
			if a := answer(s, c); a.Status >= 300 {
				t.Fatalf("%s: %s %s = %d %s", name, row.method, row.target, a.Status, a.Body)
			}
			var got []string
			for _, e := range looks(t, s.Audit, since, audit.Filter{}) {
				slices.Sort(e.Patients)
				got = append(got, sketch(e))
			}
			want := strings.Replace(row.want, "[p2 p1]", "[p1 p2]", 1)
			if s == closed && row.target == "Binary/b" && strings.Contains(want, "[p2]") {
				want = strings.Replace(want, "[p2]", "[p1]", 1)
			}
			if diff := cmp.Diff([]string{want}, got); diff != "" {
				t.Errorf("%s: %s %s (-want +got):\n%s", name, row.method, row.target, diff)
			}
		}
	}
	put(t, open, "Binary/both", binaryOf("both", "Observation/both"))
	since := headOf(t, open.Audit)
	mustDo(t, open, 200, "GET", "Binary/both", "")
	if got := looks(t, open.Audit, since, audit.Filter{Patient: "p2"}); len(got) != 1 {
		t.Errorf("a look at what is of two is in the record of the second %d times", len(got))
	}
	answer(closed, as(principal("gp", "user/*.cruds"), "GET", "Binary/bp1", ""))
	if a := answer(closed, as(principal("patient", "user/*.cruds"), "GET", "Patient/p1/$access-log", "")); !strings.Contains(string(a.Body), "looked at: binary") {
		t.Errorf("the person is not told who looked at it: %d %s", a.Status, a.Body)
	}
}

// The Binaries of an older store, labelled for administrators or for nobody, are hidden from all others until
// they are labelled: at the next start.
func TestLabelBinaries(t *testing.T) {
	s := guarded(t)
	admins := []query.Token{{System: "admin"}}
	old := func(id, context string, label []query.Token) {
		key := fhir.Key{Type: "Binary", ID: fhir.ID(id)}
		put(t, s, "Binary/"+id, binaryOf(id, context))
		if err := s.Store.Update(t.Context(), func(tx store.Tx) error { return tx.Relabel(key, label) }); err != nil {
			t.Fatal(err)
		}
	}
	unguarded(s, func() {
		old("first", "CarePlan/cp1", admins)
		old("nobodys", "CarePlan/cp2", nil)
		old("bare", "", admins)
		old("dangling", "CarePlan/none", admins)
		for n := range 40 {
			old(fmt.Sprint("many", n), "CarePlan/cp4", admins)
		}
	})
	if got := whoSees(t, s, "first") + whoSees(t, s, "nobodys"); got != "admin" {
		t.Errorf("before, they are seen by %q", got)
	}
	counted := &failingStore{Store: s.Store, left: -1}
	s.Store = counted
	if n, err := s.LabelBinaries(t.Context()); n != 44 || err != nil || counted.updates != 3 {
		t.Errorf("LabelBinaries() = %d, %v in %d commits, want 44 in 3", n, err, counted.updates)
	}
	for id, want := range map[string]string{"first": ofOpen, "nobodys": ofObjected, "bare": "", "dangling": "", "many0": "author client-partner untrained", "many39": "author client-partner untrained"} {
		if got := whoSees(t, s, id); got != want {
			t.Errorf("%s is seen by %q, want %q", id, got, want)
		}
	}
	unguarded(s, func() { put(t, s, "CarePlan/none", planOf("none", "active", "p1", "a")) })
	if got := whoSees(t, s, "dangling"); got != ofOpen {
		t.Errorf("when its context has come, it is seen by %q", got)
	}
	unguarded(s, func() { put(t, s, "CarePlan/cp4", planOf("cp4", "active", "p4", "a")) })
	for _, id := range []string{"many0", "many39"} {
		if got, want := whoSees(t, s, id), "adviser author client-partner paramedic untrained"; got != want {
			t.Errorf("when its context is approved, %s is seen by %q, want %q", id, got, want)
		}
	}
	if n, err := s.LabelBinaries(t.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	counted.left, counted.err = 0, errBroken
	if n, err := s.LabelBinaries(t.Context()); n != 0 || !errors.Is(err, errBroken) {
		t.Errorf("on a store that is broken: %d, %v", n, err)
	}
	unguarded(s, func() { old("more", "CarePlan/cp1", nil) })
	s.Store = failingUpdates{s.Store}
	if n, err := s.LabelBinaries(t.Context()); n != 0 || !errors.Is(err, store.ErrFull) {
		t.Errorf("on a full disk: %d, %v", n, err)
	}
}

// failingUpdates is a store that takes no more.
type failingUpdates struct{ store.Store }

func (failingUpdates) Update(context.Context, func(store.Tx) error) error { return store.ErrFull }
