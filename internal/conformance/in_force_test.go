package conformance_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/terminology"
	"hearken/internal/conformance"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
	"hearken/profiles"
)

// server is a store with our guide in it.
type server struct {
	t         testing.TB
	store     store.Store
	guides    *conformance.Guides
	extractor *search.Extractor
	*conformance.InForce
}

// open opens the store in a folder.
func open(t testing.TB, folder string) *server {
	t.Helper()
	guides, outcome := conformance.NewGuides()
	if outcome.Failed() {
		t.Fatalf("NewGuides() = %v", outcome)
	}
	registry, err := search.NewRegistry(guides.Set())
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, guides: guides, extractor: &search.Extractor{Registry: registry}}
	s.store, err = embedded.Open(folder, embedded.Options{Parameters: registry.All(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.store.Close() }) // closed before, where the test is about that
	if err := guides.Seed(t.Context(), s.store, s.extractor); err != nil {
		t.Fatal(err)
	}
	s.InForce = conformance.New(guides, s.store, nil)
	return s
}

func (s *server) parse(text string) element.Node {
	s.t.Helper()
	tree, faults := element.Parse(s.guides.Set(), []byte(text), element.DefaultLimits())
	if faults.Failed() {
		s.t.Fatalf("%s: %v", text, faults)
	}
	return tree.Root()
}

// put stores a resource under the id it has, "" for a deletion of key.
func (s *server) put(texts ...string) {
	s.t.Helper()
	err := s.store.Update(s.t.Context(), func(tx store.Tx) error {
		for _, text := range texts {
			n := s.parse(text)
			index, err := s.extractor.Index(n)
			if err != nil {
				return err
			}
			key := fhir.Key{Type: fhir.Type(n.Structure().Name), ID: fhir.ID(n.Child("id").Text())}
			if _, err := tx.Put(store.Prepared{Key: key, Method: store.Update, Index: index, Stamp: func(v fhir.VersionID, at time.Time) []byte {
				return element.Stamp(n, key.ID, v, at)
			}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Touch()
}

func (s *server) delete(typ fhir.Type, id fhir.ID) {
	s.t.Helper()
	err := s.store.Update(s.t.Context(), func(tx store.Tx) error {
		_, err := tx.Put(store.Prepared{Key: fhir.Key{Type: typ, ID: id}, Method: store.Delete})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Touch()
}

func (s *server) now() *conformance.Definitions {
	s.t.Helper()
	d, err := s.Current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

const example = "http://example.org/StructureDefinition/"

// profile is a StructureDefinition of Patient with a version and a status.
func profile(id, version, status string) string {
	return fmt.Sprintf(`{"resourceType":"StructureDefinition","id":%q,"url":%q,"version":%q,"name":"P","status":%q,"kind":"resource","abstract":false,"type":"Patient",`+
		`"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1}]}}`,
		id, example+"p", version, status)
}

func valueSet(id, url, status, code string) string {
	return fmt.Sprintf(`{"resourceType":"ValueSet","id":%q,"url":%q,"status":%q,"compose":{"include":[{"system":"urn:s","concept":[{"code":%q}]}]}}`, id, url, status, code)
}

// What is stored takes effect at once and goes at once, after a restart too.
func TestInForce_Structures(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	s := open(t, folder)
	found := func() string {
		if p := s.now().Structure(example + "p"); p != nil {
			return p.Version
		}
		return "none"
	}
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"nothing", func() {}, "none"},
		{"a draft", func() { s.put(profile("a", "1", "draft")) }, "none"},
		{"active", func() { s.put(profile("a", "1", "active")) }, "1"},
		{"another that is newer", func() { s.put(profile("b", "1.10", "active")) }, "1.10"},
		{"a third between them", func() { s.put(profile("c", "1.9", "active")) }, "1.10"},
		{"restarted", func() {
			if err := s.store.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, folder)
		}, "1.10"},
		{"the newest deleted", func() { s.delete("StructureDefinition", "b") }, "1.9"},
		{"the next retired", func() { s.put(profile("c", "1.9", "retired")) }, "1"},
		{"two changes before anybody asks", func() {
			s.put(profile("a", "2", "active"))
			s.put(profile("a", "3", "active"), profile("b", "2", "active"))
		}, "3"},
		{"deleted and stored again", func() { s.delete("StructureDefinition", "a"); s.put(profile("a", "4", "active")) }, "4"},
	} {
		if step.do(); found() != step.want {
			t.Fatalf("%s: version %s is in force, want %s", step.name, found(), step.want)
		}
	}
	if p := s.now().Structure(example + "p|2"); p == nil || p.Version != "2" {
		t.Errorf("Structure(…|2) = %v, want version 2", p)
	}
	if p := s.now().Structure(example + "p|7"); p != nil {
		t.Errorf("Structure(…|7) = %v, want none", p)
	}
}

func TestInForce_Terminology(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data"))
	const url = "http://example.org/ValueSet/v"
	has := func(vs, code string) terminology.Answer {
		return s.now().Terminology().Validate(vs, "urn:s", code).Answer
	}
	if got := has(url, "x"); got != terminology.Unknown {
		t.Errorf("before it is stored the answer is %v, want unknown", got)
	}
	s.put(valueSet("v", url, "active", "x"))
	if got := has(url, "x"); got != terminology.In {
		t.Errorf("stored: %v, want in", got)
	}
	s.put(valueSet("v", url, "active", "y"))
	if got := has(url, "x"); got != terminology.NotIn {
		t.Errorf("changed: %v, want not in", got)
	}
	s.put(valueSet("w", url, "active", "z")) // the same canonical: the last counts
	if got := has(url, "z"); got != terminology.In {
		t.Errorf("stored a second time: %v, want in", got)
	}
	s.delete("ValueSet", "w")
	if got := has(url, "y"); got != terminology.In {
		t.Errorf("the second deleted: %v, want in", got)
	}
}

// A Questionnaire is found by its canonical, the newest version by that alone, and none that is not active.
func TestInForce_Questionnaires(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data"))
	form := func(id, version, status string) string {
		return `{"resourceType":"Questionnaire","id":"` + id + `","url":"` + example + `q","version":"` + version + `","status":"` + status + `"}`
	}
	s.put(form("a", "1", "active"), form("b", "10", "active"), form("c", "11", "draft"))
	for canonical, want := range map[string]string{"q": "10", "q|1": "1", "q|11": "", "r": ""} {
		if got := s.now().Questionnaire(example + canonical).Child("version").Text(); got != want {
			t.Errorf("Questionnaire(%s) has version %q, want %q", canonical, got, want)
		}
	}
	s.delete("Questionnaire", "b")
	if got := s.now().Questionnaire(example + "q").Child("version").Text(); got != "1" {
		t.Errorf("the newest deleted: version %q, want 1", got)
	}
}

// Nothing takes the place of what FHIR or a guide defines.
func TestInForce_ReplacesNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data"))
	const gender = "http://hl7.org/fhir/ValueSet/administrative-gender"
	s.put(valueSet("g", gender, "active", "x"), valueSet("mine", profiles.Base+"/ValueSet/place-of-care", "active", "x"),
		strings.Replace(profile("p", "9", "active"), example+"p", "http://hl7.org/fhir/StructureDefinition/vitalsigns", 1))
	d := s.now()
	if got := d.Terminology().Validate(gender, "urn:s", "x").Answer; got != terminology.NotIn {
		t.Errorf("FHIR's value set has the code of a client: %v", got)
	}
	if got := d.Terminology().Validate(profiles.Base+"/ValueSet/place-of-care", "urn:s", "x").Answer; got != terminology.NotIn {
		t.Errorf("the guide's value set has the code of a client: %v", got)
	}
	if p := d.Structure("http://hl7.org/fhir/StructureDefinition/vitalsigns"); p == nil || p.Version == "9" {
		t.Errorf("vitalsigns is %v, want FHIR's", p)
	}
	if d != s.now() {
		t.Error("what has no effect makes another set of definitions")
	}
}

// The definitions of a transaction are in force for what comes with them, and for nobody else.
func TestDefinitions_With(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data"))
	s.put(profile("a", "1", "active"), profile("b", "2", "active"))
	key := func(id fhir.ID) fhir.Key { return fhir.Key{Type: "StructureDefinition", ID: id} }
	d := s.now()
	for _, row := range []struct {
		name    string
		changes []conformance.Change
		want    string
	}{
		{"nothing", nil, "2"},
		{"a draft", []conformance.Change{{Key: key("c"), Node: s.parse(profile("c", "3", "draft"))}}, "2"},
		{"another", []conformance.Change{{Key: key("c"), Node: s.parse(profile("c", "3", "active"))}}, "3"},
		{"one retired", []conformance.Change{{Key: key("b"), Node: s.parse(profile("b", "2", "retired"))}}, "1"},
		{"one deleted", []conformance.Change{{Key: key("b")}}, "1"},
	} {
		if got := d.With(row.changes...).Structure(example + "p").Version; got != row.want {
			t.Errorf("%s: version %s, want %s", row.name, got, row.want)
		}
	}
	if got := s.now().Structure(example + "p").Version; got != "2" {
		t.Errorf("afterwards version %s is in force, want 2", got)
	}
}

// Whoever reads while definitions are written sees one set: never a part of what one commit has stored.
func TestInForce_Race(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data"))
	const a, b = "http://example.org/ValueSet/a", "http://example.org/ValueSet/b"
	s.put(valueSet("a", a, "active", "0"), valueSet("b", b, "active", "0"))
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				d, err := s.Current(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				for i := range 20 {
					code := fmt.Sprint(i)
					if x, y := d.Terminology().Validate(a, "urn:s", code).Answer, d.Terminology().Validate(b, "urn:s", code).Answer; x != y {
						t.Errorf("code %s is %v the one and %v the other", code, x, y)
						return
					}
				}
			}
		})
	}
	for i := range 20 {
		code := fmt.Sprint(i)
		s.put(valueSet("a", a, "active", code), valueSet("b", b, "active", code))
		if got := s.now().Terminology().Validate(a, "urn:s", code).Answer; got != terminology.In {
			t.Fatalf("code %s is %v after it was stored, want in", code, got)
		}
	}
	close(stop)
	readers.Wait()
}
