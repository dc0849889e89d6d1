package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hearken/internal/config"
	"hearken/profiles"
)

const bornURL = "http://trust.example/StructureDefinition/born"

// bornProfile is a profile of Patient that wants an element.
func bornProfile(id, status, wants string) string {
	return fmt.Sprintf(`{"resourceType":"StructureDefinition","id":%q,"url":%q,"name":"Born","status":%q,"kind":"resource","abstract":false,"type":"Patient",`+
		`"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.%s","path":"Patient.%s","min":1}]}}`,
		id, bornURL, status, wants, wants)
}

func bornPatient(more string) string {
	return `{"resourceType":"Patient","meta":{"profile":["` + bornURL + `"]}` + more + `}`
}

func transactionOf(entries ...string) string {
	return `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",") + `]}`
}

// A profile that is stored is in force with the next write, however it was written, and no longer than it is
// active; a restart changes nothing.
func TestLive_Profile(t *testing.T) {
	data := t.TempDir() + "/data"
	at := func(c *config.Config) { c.Data = data }
	s := start(t, at)
	expect := func(step string, nameless, named int) {
		t.Helper()
		if r := s.send("POST /Patient", bornPatient(`,"birthDate":"1950"`)); r.status != nameless {
			t.Fatalf("%s: without a name %d %s, want %d", step, r.status, shorten(r.body), nameless)
		}
		if r := s.send("POST /Patient", bornPatient(`,"name":[{"text":"X"}]`)); r.status != named {
			t.Fatalf("%s: with a name %d %s, want %d", step, r.status, shorten(r.body), named)
		}
	}
	expect("before", 201, 201)
	s.must(201, "PUT /StructureDefinition/born", bornProfile("born", "draft", "name"))
	expect("a draft", 201, 201)
	s.must(200, "PUT /StructureDefinition/born", bornProfile("born", "active", "name"))
	expect("active", 422, 201)
	s.must(200, "PUT /StructureDefinition/born", bornProfile("born", "active", "birthDate"))
	expect("changed", 201, 422)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s = start(t, at)
	expect("after a restart", 201, 422)
	s.must(204, "DELETE /StructureDefinition/born", "")
	expect("deleted", 201, 201)
	s.must(200, "POST /", transactionOf(entry(bornProfile("born", "active", "name"), "PUT", "StructureDefinition/born")))
	expect("stored in a transaction", 422, 201)
	s.must(200, "POST /", strings.Replace(transactionOf(entry(bornProfile("born", "retired", "name"), "PUT", "StructureDefinition/born")), "transaction", "batch", 1))
	expect("retired in a batch", 201, 201)
	s.must(201, "POST /StructureDefinition", bornProfile("x", "active", "birthDate"), "If-None-Exist: url="+bornURL+"&status=active")
	expect("created under a condition", 201, 422)
}

// What comes with a profile in one transaction is judged by it; what fails takes the profile with it.
func TestLive_InOneTransaction(t *testing.T) {
	s := start(t, nil)
	profile := entry(bornProfile("born", "active", "name"), "PUT", "StructureDefinition/born")
	if r := s.send("POST /", transactionOf(entry(bornPatient(""), "POST", "Patient"), profile)); r.status != 422 || !strings.Contains(string(r.body), "Bundle.entry[0]") {
		t.Errorf("a profile with what breaks it = %d %s, want 422 at the first entry", r.status, shorten(r.body))
	}
	s.must(404, "GET /StructureDefinition/born", "")
	s.must(201, "POST /Patient", bornPatient(""))
	s.must(200, "POST /", transactionOf(entry(bornPatient(`,"name":[{"text":"X"}]`), "POST", "Patient"), profile))
	s.must(422, "POST /Patient", bornPatient(""))
}

// A value set that is stored decides over the codes of a profile that binds to it, in both orders.
func TestLive_ValueSet(t *testing.T) {
	s := start(t, nil)
	const vs = "http://trust.example/ValueSet/v"
	s.must(201, "PUT /StructureDefinition/bound", strings.NewReplacer(`"Patient.name"`, `"Patient.maritalStatus"`, `"min":1`, `"binding":{"strength":"required","valueSet":"`+vs+`"}`).
		Replace(bornProfile("bound", "active", "name")))
	coded := func(code string) int {
		return s.send("POST /Patient", bornPatient(`,"maritalStatus":{"coding":[{"system":"urn:s","code":"`+code+`"}]}`)).status
	}
	valueSet := func(code string) string {
		return `{"resourceType":"ValueSet","id":"v","url":"` + vs + `","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"` + code + `"}]}]}}`
	}
	if got := coded("a"); got != 201 {
		t.Errorf("by a value set nobody has: %d, want 201", got)
	}
	for i, code := range []string{"a", "b"} {
		s.must(201-i, "PUT /ValueSet/v", valueSet(code))
		for _, sent := range []string{"a", "b"} {
			want := 422
			if sent == code {
				want = 201
			}
			if got := coded(sent); got != want {
				t.Errorf("code %s by a value set of %s: %d, want %d", sent, code, got, want)
			}
		}
	}
}

// A definition that cannot work is refused with why and where; the server goes on.
func TestLive_Refused(t *testing.T) {
	s := start(t, nil)
	r := s.must(422, "POST /StructureDefinition", bornProfile("born", "active", "nonsense"))
	if !strings.Contains(string(r.body), "StructureDefinition.differential.element[0]") || !strings.Contains(string(r.body), "there is no nonsense in Patient") {
		t.Errorf("refused with %s, want the row and what is wrong with it", r.body)
	}
	s.must(422, "POST /ValueSet", `{"resourceType":"ValueSet","url":"urn:v","name":"V","status":"active","compose":{"include":[{"valueSet":["urn:v"]}]}}`)
	if n := len(issuesIn(t, r.body)); n != 1 {
		t.Errorf("refused with %d issues, want one: %s", n, r.body)
	}
	unknown := strings.Replace(bornProfile("born", "active", "name"), "http://hl7.org/fhir/StructureDefinition/Patient", "http://trust.example/absent", 1)
	s.must(422, "POST /StructureDefinition", unknown)
	s.must(201, "POST /StructureDefinition", strings.Replace(unknown, "active", "draft", 1))
	s.must(422, "PUT /StructureDefinition/odd", strings.Replace(bornProfile("odd", "active", "name"), `"min":1`, `"constraint":[{"key":"odd-1","severity":"error","human":"h","expression":"frobnicate("}]`, 1))
	// Without validation it is taken, and nobody comes to harm by it.
	careless := start(t, func(c *config.Config) { c.Validation = config.ValidationOff })
	careless.must(201, "PUT /StructureDefinition/odd", strings.Replace(bornProfile("odd", "draft", "nonsense"), "draft", "retired", 1))
	careless.must(201, "POST /Patient", bornPatient(""))
}

// While a profile changes back and forth, with the value set it is bound to, each write is judged by one of
// the two states.
func TestLive_Race(t *testing.T) {
	s := start(t, nil)
	state := func(element, other string) string {
		return transactionOf(entry(bornProfile("a", "active", element), "PUT", "StructureDefinition/a"),
			entry(strings.Replace(bornProfile("b", "active", other), bornURL, bornURL+"2", 1), "PUT", "StructureDefinition/b"))
	}
	s.must(200, "POST /", state("name", "birthDate"))
	both := `{"resourceType":"Patient","meta":{"profile":["` + bornURL + `","` + bornURL + `2"]}`
	var done atomic.Bool
	var writers sync.WaitGroup
	for range 3 {
		writers.Go(func() {
			for !done.Load() {
				// In either state one of the profiles wants a name and the other a date of birth.
				if r := s.send("POST /Patient", both+`,"name":[{"text":"X"}]}`); r.status != 422 {
					t.Errorf("half of what the profiles want = %d %s, want 422", r.status, shorten(r.body))
					return
				}
				if r := s.send("POST /Patient", both+`,"name":[{"text":"X"}],"birthDate":"1950"}`); r.status != 201 {
					t.Errorf("all that they want = %d %s, want 201", r.status, shorten(r.body))
					return
				}
			}
		})
	}
	for i := range 12 {
		if i%2 == 0 {
			s.must(200, "POST /", state("birthDate", "name"))
		} else {
			s.must(200, "POST /", state("name", "birthDate"))
		}
	}
	done.Store(true)
	writers.Wait()
}

// Warnings of our guide come back however a resource is written, and are no reason to refuse it; what was
// sent is stored as it was.
func TestRemarks_ComeBack(t *testing.T) {
	s := start(t, nil)
	const legacy = `{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"365870005"}]},` +
		`"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"304252001"}]},"effectiveDateTime":"2026-01-01"}`
	const prefer = "Prefer: return=OperationOutcome"
	const want = "constraint-cpr-4"
	check := func(name string, r reply) {
		t.Helper()
		if !strings.Contains(string(r.body), want) {
			t.Errorf("%s: %s, want the warning %s", name, shorten(r.body), want)
		}
	}
	check("create", s.must(201, "POST /Observation", legacy, prefer))
	check("update that creates", s.must(201, "PUT /Observation/o", legacy, prefer))
	check("update", s.must(200, "PUT /Observation/o", legacy, prefer))
	check("conditional create", s.must(201, "POST /Observation", legacy, prefer, "If-None-Exist: _tag=urn:x|none"))
	check("conditional update", s.must(200, "PUT /Observation?_id=o", legacy, prefer))
	for _, kind := range []string{"batch", "transaction"} {
		b := asBundle(t, s.must(200, "POST /", strings.Replace(transactionOf(entry(legacy, "PUT", "Observation/o"), entry(goodPatient, "PUT", "Patient/p")), "transaction", kind, 1)).body)
		if !strings.Contains(string(b.Entry[0].Response.Outcome), want) || len(b.Entry[1].Response.Outcome) != 0 && strings.Contains(string(b.Entry[1].Response.Outcome), want) {
			t.Errorf("%s: outcomes %s and %s, want the warning with the first", kind, b.Entry[0].Response.Outcome, b.Entry[1].Response.Outcome)
		}
	}
	stored := s.must(200, "GET /Observation/o", "").body
	if code := text(value(t, stored), "valueCodeableConcept", "coding", 0, "code"); code != "304252001" {
		t.Errorf("the code is stored as %s, want it as it was sent", code)
	}
}

// The settings decide what is judged: nothing but structure, declared profiles, or what a plan calls for as
// well; and which profiles may be declared.
func TestValidation_Settings(t *testing.T) {
	// A CPR decision without a Patient as subject: R4 allows it, our profile does not. The second declares the profile.
	const called = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://snomed.info/sct","code":"365870005"}]},"valueString":"x"%s}`
	plain, declared := fmt.Sprintf(called, ""), fmt.Sprintf(called, `,"meta":{"profile":["`+profiles.CprDecision+`"]}`)
	const broken, unknown = `{"resourceType":"Patient","gender":"x"}`, `{"resourceType":"Patient","meta":{"profile":["http://trust.example/absent"]}}`
	for _, row := range []struct {
		validation                       string
		allowed                          []string
		plain, declared, broken, unknown int
	}{
		{config.ValidationOff, nil, 201, 201, 201, 201},
		{config.ValidationCore, nil, 201, 422, 422, 201},
		{config.ValidationFull, nil, 422, 422, 422, 201},
		{config.ValidationCore, []string{bornURL}, 201, 422, 422, 422},
		{config.ValidationCore, []string{profiles.CprDecision}, 201, 422, 422, 422},
	} {
		s := start(t, func(c *config.Config) { c.Validation, c.AllowedProfiles = row.validation, row.allowed })
		for _, one := range []struct {
			name, line, body string
			want             int
		}{
			{"called for", "POST /Observation", plain, row.plain}, {"declared", "POST /Observation", declared, row.declared},
			{"broken", "POST /Patient", broken, row.broken}, {"unknown", "POST /Patient", unknown, row.unknown},
		} {
			if r := s.send(one.line, one.body); r.status != one.want {
				t.Errorf("--validation %s --allowed-profiles %q: %s = %d %s, want %d", row.validation, row.allowed, one.name, r.status, shorten(r.body), one.want)
			}
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	}
}

// The CapabilityStatement names the guide, its profiles and the operations, and all of them are here to be read.
func TestCapabilityStatement_Guide(t *testing.T) {
	s := start(t, nil)
	var c struct {
		ImplementationGuide []string
		Rest                []struct {
			Resource []struct {
				Type, Profile    string
				SupportedProfile []string
				Operation        []struct{ Name, Definition string }
			}
		}
	}
	body := s.must(200, "GET /metadata", "").body
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	if len(c.ImplementationGuide) != 1 || len(s.search("/ImplementationGuide?url="+c.ImplementationGuide[0]).Entry) != 1 {
		t.Errorf("implementationGuide = %q, want our guide", c.ImplementationGuide)
	}
	supported, validates := 0, 0
	for _, r := range c.Rest[0].Resource {
		for _, profile := range r.SupportedProfile {
			supported++
			found := s.search("/StructureDefinition?url=" + profile + "&type=" + r.Type)
			if len(found.Entry) != 1 {
				t.Errorf("%s: %s is found %d times, want once", r.Type, profile, len(found.Entry))
			}
		}
		for _, o := range r.Operation {
			if o.Name == "validate" && o.Definition == "http://hl7.org/fhir/OperationDefinition/Resource-validate" {
				validates++
			}
		}
	}
	if supported != 15 || validates != len(c.Rest[0].Resource) {
		t.Errorf("%d profiles and %d types with $validate, want 15 and all %d", supported, validates, len(c.Rest[0].Resource))
	}
	r := s.must(200, "POST /CapabilityStatement/$validate", string(body))
	for _, issue := range issuesIn(t, r.body) {
		if text(issue, "severity") == "error" || text(issue, "severity") == "warning" {
			t.Errorf("the CapabilityStatement: %v", issue)
		}
	}
}
