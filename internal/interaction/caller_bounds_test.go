package interaction_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"hearken/fhir/search/query"
	"hearken/internal/interaction"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// asks looks a caller up as often as told, each time by another principal.
func asks(t *testing.T, w *factWorld, n int, p func(i int) *smart.Principal) {
	t.Helper()
	w.view(func(rd store.Reader) error {
		for i := range n {
			if _, err := w.kept.Caller(w.reader(rd), p(i)); err != nil {
				t.Fatal(err)
			}
		}
		return nil
	})
}

// Whatever names the tokens of strangers have, nothing is kept of them, nor does anybody who works here go for them.
func TestCallers_Strangers(t *testing.T) {
	w := newFactWorld(t, "embedded", 1)
	put(t, w.writer, "PractitionerRole/s", staffEntry("s", "s1", "A", "clinical"))
	known := &smart.Principal{Issuer: issuer, Subject: "s1", User: true}
	asks(t, w, 1, func(int) *smart.Principal { return known })
	asks(t, w, 2000, func(i int) *smart.Principal {
		return &smart.Principal{Issuer: issuer, Subject: fmt.Sprint("stranger-", i), ClientID: fmt.Sprint("client-", i), User: i%2 == 0, OrganisationID: fmt.Sprint(i)}
	})
	if n, bytes, _ := w.kept.Kept(); n != 1 || bytes > 2048 {
		t.Errorf("%d callers are kept in %d bytes, want the one who is on a list", n, bytes)
	}
	put(t, w.writer, "PractitionerRole/t", staffEntry("t", "stranger-0", "A", "clinical"))
	w.compare1(&smart.Principal{Issuer: issuer, Subject: "stranger-0", User: true}, "A")
	w.reader = func(rd store.Reader) store.Reader { return factReader{Reader: rd, world: w} }
	asks(t, w, 1, func(int) *smart.Principal { return &smart.Principal{Issuer: issuer, Subject: "stranger-0", User: true} })
	if w.searches != 0 {
		t.Errorf("who was a stranger is looked up again")
	}
}

// compare1 checks for which organisation a caller is known to work.
func (w *factWorld) compare1(p *smart.Principal, organisation string) {
	w.t.Helper()
	w.view(func(rd store.Reader) error {
		c, err := w.kept.Caller(rd, p)
		if err != nil || c.Organisation != organisation {
			w.t.Errorf("%s works for %q (%v), want %q", p.Subject, c.Organisation, err, organisation)
		}
		return nil
	})
}

// Who is on a list and has tokens of ever new roles or of great length fills no more than is set aside, and
// who holds thousands of grants is not kept.
func TestCallers_Bounded(t *testing.T) {
	w := newFactWorld(t, "embedded", 1)
	put(t, w.writer, "PractitionerRole/s", staffEntry("s", "s1", "A", "clinical"))
	asks(t, w, interaction.MaxKept+100, func(i int) *smart.Principal {
		return &smart.Principal{Issuer: issuer, Subject: "s1", User: true, RoleID: fmt.Sprint(i)}
	})
	n, bytes, _ := w.kept.Kept()
	if n > interaction.MaxKept || n < interaction.MaxKept/2 || bytes > interaction.MaxKeptBytes {
		t.Errorf("%d callers are kept in %d bytes, want at most %d in %d", n, bytes, interaction.MaxKept, interaction.MaxKeptBytes)
	}
	long := strings.Repeat("x", 25<<10)
	asks(t, w, 2*interaction.MaxKeptBytes/(50<<10), func(i int) *smart.Principal {
		return &smart.Principal{Issuer: issuer, Subject: "s1", User: true, RoleID: fmt.Sprint(long, i)}
	})
	if n, bytes, _ = w.kept.Kept(); n > 400 || n < 100 || bytes > interaction.MaxKeptBytes {
		t.Errorf("%d long callers are kept in %d bytes, want at most %d", n, bytes, interaction.MaxKeptBytes)
	}
	asks(t, w, 10, func(i int) *smart.Principal {
		return &smart.Principal{Issuer: issuer, Subject: "s1", User: true, RoleID: fmt.Sprint(long, long, i)}
	})
	if _, _, texts := w.kept.Kept(); strings.Contains(strings.Join(texts, " "), long+long) {
		t.Errorf("more is kept of one caller than is set aside for one")
	}
}

// lookedUp is how many searches it takes to ask for a caller now.
func (w *factWorld) lookedUp(ask func(fn func(store.Reader)), p *smart.Principal) int {
	w.t.Helper()
	before := w.searches
	ask(func(rd store.Reader) {
		if _, err := w.kept.Caller(rd, p); err != nil {
			w.t.Error(err)
		}
	})
	return w.searches - before
}

// What is kept is used: on the state it was found on and on others with the same facts, in an Update too,
// after a look at an older state, and after as many others as one generation holds, for who comes back before
// that.
func TestCallers_Keep(t *testing.T) {
	w := newFactWorld(t, "embedded", 1)
	known := &smart.Principal{Issuer: issuer, Subject: "s1", User: true}
	write := func() { put(t, w.writer, "PractitionerRole/s", staffEntry("s", "s1", "A", "clinical")) }
	inView := func(fn func(store.Reader)) {
		w.view(func(rd store.Reader) error { fn(factReader{Reader: rd, world: w}); return nil })
	}
	inUpdate := func(fn func(store.Reader)) {
		_ = w.writer.Store.Update(t.Context(), func(tx store.Tx) error { fn(factTx{tx, w}); return errTakenBack })
	}
	want := func(when string, got, searches int) {
		t.Helper()
		if (got > 0) != (searches > 0) {
			t.Errorf("%s: %d searches, want %d", when, got, searches)
		}
	}
	write()
	want("first", w.lookedUp(inView, known), 3)
	want("again", w.lookedUp(inView, known), 0)
	mustDo(t, w.writer, 201, "POST", "Patient", patient("", "n"))
	want("in an Update, after another write", w.lookedUp(inUpdate, known), 0)
	want("after another write", w.lookedUp(inView, known), 0)
	w.view(func(old store.Reader) error {
		write()
		want("in an Update, after a fact", w.lookedUp(inUpdate, known), 3)
		want("after a fact", w.lookedUp(inView, known), 3)
		want("on the older state", w.lookedUp(func(fn func(store.Reader)) { fn(factReader{Reader: old, world: w}) }, known), 3)
		want("after a look at the older state", w.lookedUp(inView, known), 0)
		return nil
	})
	for range 100 {
		write()
		_ = w.lookedUp(inView, known)
	}
	if _, bytes, _ := w.kept.Kept(); w.kept.Counted() > bytes {
		t.Errorf("%d bytes are counted and %d kept", w.kept.Counted(), bytes)
	}
	for range 5 {
		asks(t, w, interaction.MaxKept/4, func(i int) *smart.Principal {
			return &smart.Principal{Issuer: issuer, Subject: "s1", User: true, RoleID: fmt.Sprint(w.searches, i)}
		})
		want("after many others", w.lookedUp(inView, known), 0)
		w.searches++
	}
}

// factTx is factReader for an Update.
type factTx struct {
	store.Tx
	world *factWorld
}

func (r factTx) Search(q *query.Query) (store.Page, error) {
	r.world.searches++
	return r.Tx.Search(q)
}

// A fact counts however many other commits there were since somebody asked, before it or after.
func TestCallers_ManyCommits(t *testing.T) {
	w := newFactWorld(t, "embedded", 1)
	known := &smart.Principal{Issuer: issuer, Subject: "s1", User: true}
	others := func(n int) {
		for range n {
			mustDo(t, w.writer, 201, "POST", "Patient", patient("", "n"))
		}
	}
	for i, n := range []int{0, 1, 62, 63, 64, 65, 66, 130} {
		for _, before := range []int{0, n / 2, n} {
			for j, code := range []string{"A", "B"} {
				others(before)
				put(t, w.writer, "PractitionerRole/s", staffEntry("s", "s1", code, "clinical"))
				others(n - before)
				if (i+j)%2 == 0 {
					_ = w.writer.Store.Update(t.Context(), func(tx store.Tx) error {
						if c, err := w.kept.Caller(tx, known); err != nil || c.Organisation != code {
							t.Errorf("%d commits, %d before: in an Update %q (%v), want %q", n, before, c.Organisation, err, code)
						}
						return errTakenBack
					})
				}
				w.compare1(known, code)
			}
		}
	}
}

// brokenLog is a Reader that cannot tell what has changed.
type brokenLog struct{ store.Reader }

var errNoChanges = errors.New("the change log cannot be read")

func (brokenLog) Changes(store.Commit, int) ([]store.Change, error) { return nil, errNoChanges }

// When it cannot be told whether facts have changed, nobody is told what they were; and when it can be again,
// it is what they are now.
func TestCallers_LogBroken(t *testing.T) {
	w := newFactWorld(t, "embedded", 1)
	known := &smart.Principal{Issuer: issuer, Subject: "s1", User: true}
	put(t, w.writer, "PractitionerRole/s", staffEntry("s", "s1", "A", "clinical"))
	w.compare1(known, "A")
	put(t, w.writer, "PractitionerRole/s", staffEntry("s", "s1", "B", "clinical"))
	w.view(func(rd store.Reader) error {
		if c, err := w.kept.Caller(brokenLog{rd}, known); !errors.Is(err, errNoChanges) {
			t.Errorf("%+v, %v", c, err)
		}
		return nil
	})
	w.compare1(known, "B")
}

// bodyReader notes the resources that were read.
type bodyReader struct {
	store.Reader
	bodies *[][]byte
}

func (r bodyReader) Search(q *query.Query) (store.Page, error) {
	page, err := r.Reader.Search(q)
	for _, rec := range page.Matches {
		*r.bodies = append(*r.bodies, rec.Body)
	}
	return page, err
}

// What is kept holds on to no resource and no token: a grant says in words what is the matter with somebody.
func TestCallers_KeepNoResource(t *testing.T) {
	w := newFactWorld(t, "embedded", 1)
	put(t, w.writer, "PractitionerRole/s", staffEntry("s", "s1", "A", "clinical"))
	put(t, w.writer, "Contract/A", agreementOf("A", "A", "2023-01-01", "2039-01-01"))
	put(t, w.writer, "Basic/g", `{"resourceType":"Basic","id":"g",`+factMeta+`,"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/grant-reason","extension":[{"url":"reason","valueCode":"unconscious"},{"url":"words","valueString":"found on the floor"}]}],
		"identifier":[{"system":"`+issuer+`","value":"s1","period":{"end":"2024-02-29T13:00:00Z"}}],"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"break-glass"}]},"subject":{"reference":"Patient/p1"}}`)
	var bodies [][]byte
	w.reader = func(rd store.Reader) store.Reader { return bodyReader{rd, &bodies} }
	token := []byte(issuer + "s1role")
	claim := func(from, to int) string { return unsafe.String(&token[from], to-from) }
	n := len(issuer)
	asks(t, w, 1, func(int) *smart.Principal {
		return &smart.Principal{Issuer: claim(0, n), Subject: claim(n, n+2), RoleID: claim(n+2, n+6), User: true}
	})
	bodies = append(bodies, token)
	callers, _, texts := w.kept.Kept()
	if callers != 1 || len(bodies) != 4 || !strings.Contains(strings.Join(texts, " "), "unconscious") {
		t.Fatalf("%d callers of %d resources: %q", callers, len(bodies)-1, texts)
	}
	for _, text := range texts {
		for _, body := range bodies {
			if text == "" {
				continue
			}
			at, from := uintptr(unsafe.Pointer(unsafe.StringData(text))), uintptr(unsafe.Pointer(&body[0]))
			if at >= from && at < from+uintptr(len(body)) {
				t.Errorf("%q is kept in place", text)
			}
		}
	}
}
