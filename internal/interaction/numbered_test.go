package interaction_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/interaction"
	"hearken/internal/smart"
)

const ownNumber = "9990000018"

// numberedPatient has the NHS number, with a verification status: "" for none.
func numberedPatient(id, organisation, status string) string {
	extension := ""
	if status != "" {
		extension = `"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{"coding":[{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland","code":"` + status + `"}]}}],`
	}
	name := `"id":"` + id + `",`
	if id == "" {
		name = ""
	}
	return `{"resourceType":"Patient",` + name + `"managingOrganization":{"reference":"Organization/` + organisation + `"},"identifier":[{` + extension + `"system":"` + nhsSystem + `","value":"` + ownNumber + `"}]}`
}

// whoseNumber logged in with their NHS number.
func whoseNumber(scopes string) *smart.Principal {
	p := principal("citizen", scopes)
	p.NHSNumber = ownNumber
	return p
}

// sees is which of some patients somebody reads, by id.
func sees(s *interaction.Server, p *smart.Principal, ids ...string) (seen string) {
	for _, id := range ids {
		if answer(s, as(p, "GET", "Patient/"+id, "")).Status == 200 {
			seen += " " + id
		}
	}
	return strings.TrimSpace(seen)
}

// A second Patient with somebody's NHS number, whoever made it and whatever it says, takes their record
// neither from them nor from a crew in an emergency. It is opened with it where it says that the number is
// verified.
func TestNumbered_SecondPatient(t *testing.T) {
	for _, row := range []struct {
		first, second    string // what they say of the number
		person, crew     string // what is open to them
		late             bool   // the second was here before, and is given the number later
		personNow, crew1 string // before there was a second
	}{
		{first: "", second: "", person: "own", crew: "own", personNow: "own", crew1: "own"},
		{first: "", second: "01", person: "own second", crew: "own second", personNow: "own", crew1: "own"},
		{first: "", second: "03", person: "own", crew: "own", personNow: "own", crew1: "own"},
		{first: "01", second: "", person: "own second", crew: "own second", personNow: "own", crew1: "own"},
		{first: "01", second: "01", person: "own second", crew: "own second", personNow: "own", crew1: "own"},
		{first: "01", second: "03", person: "own", crew: "own second", personNow: "own", crew1: "own"},
		{first: "03", second: "", person: "second", crew: "own", personNow: "", crew1: "own"},
		{first: "03", second: "03", person: "", crew: "own", personNow: "", crew1: "own"},
		{first: "", second: "", late: true, person: "own", crew: "own", personNow: "own", crew1: "own"},
		{first: "", second: "01", late: true, person: "own second", crew: "own second", personNow: "own", crew1: "own"},
	} {
		t.Run(fmt.Sprintf("%q then %q, late %v", row.first, row.second, row.late), func(t *testing.T) {
			s := plane(t)
			clinician := s.Login
			s.Login = nil
			if row.late {
				put(t, s, "Patient/second", `{"resourceType":"Patient","id":"second","managingOrganization":{"reference":"Organization/x"}}`)
			}
			put(t, s, "Patient/own", numberedPatient("own", "a", row.first))
			put(t, s, "CarePlan/cown", planOf("cown", "active", "own", "a"))
			s.Login = clinician
			if got := sees(s, whoseNumber("user/*.rs"), "own", "second"); got != row.personNow {
				t.Errorf("the person saw %q, want %q", got, row.personNow)
			}
			s.Login = nil
			put(t, s, "Patient/second", numberedPatient("second", "x", row.second))
			put(t, s, "Patient/p9", strings.ReplaceAll(numberedPatient("p9", "x", "01"), ownNumber, "9990000026")) // somebody else's
			s.Login = clinician
			if got := sees(s, whoseNumber("user/*.rs"), "own", "second", "p9"); got != row.person {
				t.Errorf("the person sees %q, want %q", got, row.person)
			}
			crew := emergency("untrained")
			a := answer(s, as(crew, "POST", "Patient/$break-glass", glass(byIdentifier(nhsSystem, ownNumber), "emergency-care", sentence)))
			if a.Status != 200 {
				t.Fatalf("break-glass = %d %s", a.Status, a.Body)
			}
			if got := sees(s, crew, "own", "second", "p9"); got != row.crew {
				t.Errorf("the crew sees %q, want %q", got, row.crew)
			}
			opened := []string{}
			for i := 0; ; i++ {
				reference := text(t, a.Body, fmt.Sprintf("parameter.%d.valueReference.reference", i))
				if reference == "" {
					break
				}
				opened = append(opened, strings.TrimPrefix(reference, "Patient/"))
			}
			want := strings.Fields(row.crew)
			slices.Sort(opened)
			if !slices.Equal(opened, want) {
				t.Errorf("break-glass opened %v, want %v", opened, want)
			}
			if got := answer(s, as(crew, "GET", "CarePlan/cown", "")).Status; got != 200 && strings.Contains(row.crew, "own") {
				t.Errorf("the crew reads the plan: %d", got)
			}
			s.Login = nil
			if total := text(t, mustDo(t, s, 200, "GET", "Task?code=break-glass-review&_total=accurate", "").Body, "total"); total != fmt.Sprint(len(want)) {
				t.Errorf("%s reviews, want %d", total, len(want))
			}
		})
	}
}

// Scopes for one patient are for the one in context, and else for the record that was here first.
func TestNumbered_PatientScopes(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "Patient/own", numberedPatient("own", "a", "01"))
	put(t, s, "Patient/second", numberedPatient("second", "x", "01"))
	login(s)
	for context, want := range map[string]string{"": "own", "own": "own", "second": "second", "p1": ""} {
		p := whoseNumber("patient/*.rs")
		p.Context.Patient = fhir.ID(context)
		if got := sees(s, p, "own", "second", "p1"); got != want {
			t.Errorf("with %q in context the person sees %q, want %q", context, got, want)
		}
	}
}

// One request for several records counts once, and so many duplicates as anybody likes keep nobody out.
func TestNumbered_ManyPatients(t *testing.T) {
	s := plane(t)
	login := s.Login
	s.Login = nil
	put(t, s, "Patient/own", numberedPatient("own", "a", ""))
	for i := range 30 {
		put(t, s, fmt.Sprintf("Patient/a%d", i), numberedPatient(fmt.Sprintf("a%d", i), "x", []string{"01", "", "03"}[i%3]))
	}
	for i := range 3 {
		put(t, s, fmt.Sprintf("Patient/b%d", i), strings.Replace(notSeenPatient, `"resourceType":"Patient"`, fmt.Sprintf(`"resourceType":"Patient","id":"b%d","identifier":[{"system":"urn:local","value":"7"}]`, i), 1))
	}
	s.Login = login
	if got := sees(s, whoseNumber("user/*.rs"), "own"); got != "own" {
		t.Error("the person is locked out by duplicates")
	}
	clock := s.Now
	for i := range 6 {
		crew := emergency("other")
		s.Now = func() time.Time { return clock().Add(time.Duration(i) * time.Second) }
		a := answer(s, as(crew, "POST", "Patient/$break-glass", glass(byIdentifier(nhsSystem, ownNumber), "emergency-care", sentence)))
		if want := map[bool]int{true: 429, false: 200}[i == 5]; a.Status != want {
			t.Errorf("request %d: %d, want %d %s", i+1, a.Status, want, a.Body)
		}
		if i < 5 && (strings.Count(string(a.Body), "Patient/") != 8 || !strings.Contains(string(a.Body), "Patient/own")) {
			t.Errorf("opened: %s", a.Body)
		}
	}
	a := answer(s, as(emergency("untrained"), "POST", "Patient/$break-glass", glass(byIdentifier("urn:local", "7"), "emergency-care", sentence)))
	if detail := text(t, a.Body, "issue.0.details.coding.0.code"); a.Status != 409 || detail != "several-records" || strings.Contains(string(a.Body), "/b0") {
		t.Errorf("by an identifier that several have: %d %s", a.Status, a.Body)
	}
}
