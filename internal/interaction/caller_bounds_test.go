package interaction_test

import (
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

// Who is on a list and has tokens of ever new roles or of great length fills no more than is set aside, and who holds thousands of grants is not kept.
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
