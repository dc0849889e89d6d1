package app_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/internal/config"
)

// An objection that one person takes back stands, and the answer says what another has to do.
func TestSharing_SecondPerson(t *testing.T) {
	w := newLoginWorld(t, nil)
	author, crew := w.bearer("author", everything), w.bearer("paramedic", everything)
	consent := `{"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
		"category":[{"coding":[{"system":"http://snomed.info/sct","code":"882941000000102"}]}],"patient":{"reference":"Patient/p1"},"dateTime":"2024-02-01","policyRule":{"text":"x"},"provision":{"type":"deny"}}`
	w.must(201, "POST /Consent", consent, author)
	w.must(404, "GET /CarePlan/cp1", "", crew)
	target := w.path(w.must(200, "GET /Consent?patient=Patient/p1", "", author))
	if r := w.must(202, "DELETE "+target, "", author); !strings.Contains(string(r.body), `"second-person"`) || !strings.Contains(string(r.body), "POST Patient/[id]/$confirm-sharing") {
		t.Errorf("the answer does not say what to do: %s", shorten(r.body))
	}
	w.must(403, "POST /Patient/p1/$confirm-sharing", "", author)
	w.must(404, "GET /CarePlan/cp1", "", crew)
	w.must(200, "POST /Patient/p1/$confirm-sharing", "", w.bearer("admin2", everything))
	w.must(200, "GET /CarePlan/cp1", "", crew)
}

// An organisation that one person names as an author of a record that was objected to waits: found by whoever
// may confirm it, declined by one, named again, and confirmed.
func TestSharing_AuthorWaits(t *testing.T) {
	w := newLoginWorld(t, nil)
	admin := w.bearer("admin", everything)
	author, colleague, other := w.bearer("author", everything), w.bearer("colleague", everything), w.bearer("other", everything)
	w.must(201, "POST /Consent", `{"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
		"category":[{"coding":[{"system":"http://snomed.info/sct","code":"882941000000102"}]}],"patient":{"reference":"Patient/p1"},"dateTime":"2024-02-01","policyRule":{"text":"x"},"provision":{"type":"deny"}}`, author)
	plan := string(w.must(200, "GET /CarePlan/cp1", "", author).body)
	named := strings.Replace(plan, `"subject"`, `"contributor":[{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"X"}}],"subject"`, 1)
	for _, step := range []string{"decline", "confirm"} {
		if r := w.must(202, "PUT /CarePlan/cp1", named, author); !strings.Contains(string(r.body), `"second-person"`) {
			t.Errorf("the answer does not say that it waits: %s", shorten(r.body))
		}
		if r := w.must(200, "GET /CarePlan/cp1", "", author); !strings.Contains(string(r.body), `"contributor"`) {
			t.Errorf("what was written is not stored: %s", shorten(r.body))
		}
		w.must(404, "GET /CarePlan/cp1", "", other)
		found := w.must(200, "GET /Task?code=waiting-change&status=requested", "", colleague)
		task := w.path(found)
		w.must(403, "POST "+task+"/$confirm-sharing", "", author)
		w.must(404, "POST "+task+"/$confirm-sharing", "", other)
		w.must(200, "POST "+task+"/$"+step+"-sharing", "", colleague)
		w.must(409, "POST "+task+"/$confirm-sharing", "", admin)
		if step == "decline" {
			w.must(404, "GET /CarePlan/cp1", "", other)
			w.must(200, "PUT /CarePlan/cp1", plan, author)
		}
	}
	w.must(200, "GET /CarePlan/cp1", "", other)
	log := string(w.must(200, "GET /Patient/p1/$access-log", "", author).body)
	for _, want := range []string{"agreed that more people may see the record", "declined that more people may see the record"} {
		if !strings.Contains(log, want) {
			t.Errorf("the access log does not say %q", want)
		}
	}
}

// A restriction is raised by one person and lifted by two of the admin plane, who see nothing of the record.
func TestSharing_RestrictionLifted(t *testing.T) {
	w := newLoginWorld(t, nil)
	author, crew, admin, admin2 := w.bearer("author", everything), w.bearer("paramedic", everything), w.bearer("admin", everything), w.bearer("admin2", everything)
	words := `{"resourceType":"Parameters","parameter":[{"name":"words","valueString":"The order of the court has ended, she told the ward"}]}`
	patient := string(w.must(200, "GET /Patient/p1", "", author).body)
	w.must(200, "GET /CarePlan/cp1", "", crew)
	w.must(200, "PUT /Patient/p1", strings.Replace(patient, `"meta":{`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],`, 1), author)
	w.must(404, "GET /CarePlan/cp1", "", crew)
	w.must(403, "PUT /Patient/p1", patient, author)
	w.must(403, "POST /Patient/p1/$lift-restriction", words, author)
	w.must(422, "POST /Patient/p1/$lift-restriction", strings.Replace(words, "The order of the court has ended, she told the ward", "so", 1), admin)
	w.must(202, "POST /Patient/p1/$lift-restriction", words, admin)
	w.must(403, "POST /Patient/p1/$confirm-sharing", "", admin)
	w.must(403, "POST /Patient/p1/$confirm-sharing", "", author)
	w.must(404, "GET /CarePlan/cp1", "", crew)
	w.must(200, "POST /Patient/p1/$confirm-sharing", "", admin2)
	w.must(200, "GET /CarePlan/cp1", "", crew)
	w.must(404, "GET /Patient/p1", "", admin)
	if log := string(w.must(200, "GET /Patient/p1/$access-log", "", author).body); !strings.Contains(log, "asked that more people may see the record") {
		t.Errorf("the access log does not say that it was asked for: %s", shorten([]byte(log)))
	}
}

// The organisation of a role that an open record names as its author is nobody's alone to change: not a
// partner's, and an administrator's with another.
func TestSharing_AuthorsOrganisation(t *testing.T) {
	w := newLoginWorld(t, nil)
	author, other, admin, admin2 := w.bearer("author", everything), w.bearer("other", everything), w.bearer("admin", everything), w.bearer("admin2", everything)
	partner, foreign := w.client("partner"), w.client("foreign")
	of := func(code string) string {
		return `"organization":{` + strings.TrimSuffix(strings.Replace(odsIdentifier(code), "[", "", 1), "]") + `}`
	}
	made := w.must(201, "POST /PractitionerRole", `{"resourceType":"PractitionerRole",`+of("A")+`}`, partner)
	id := strings.Split(strings.TrimPrefix(made.header.Get("Location"), w.base+"/PractitionerRole/"), "/")[0]
	role := "/PractitionerRole/" + id
	plan := string(w.must(200, "GET /CarePlan/cp1", "", author).body)
	writeOn := func() {
		w.must(200, "PUT /CarePlan/cp1", strings.Replace(plan, `"subject"`, `"contributor":[{"reference":"PractitionerRole/`+id+`"},{"reference":"PractitionerRole/soon"}],"subject"`, 1), author)
	}
	writeOn()
	theirs := `{"resourceType":"PractitionerRole","id":"` + id + `",` + of("X") + `}`
	for _, who := range []string{partner, foreign} {
		if r := w.must(403, "PUT "+role, theirs, who); !strings.Contains(string(r.body), "admin-plane-only") {
			t.Errorf("the answer does not say whose it is: %s", shorten(r.body))
		}
		w.must(403, "PUT /PractitionerRole/soon", strings.Replace(theirs, id, "soon", 1), who)
		w.must(403, "POST /", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":`+theirs+`,"request":{"method":"PUT","url":"PractitionerRole/`+id+`"}}]}`, who)
	}
	w.must(403, "DELETE "+role, "", foreign)
	w.must(201, "PUT /PractitionerRole/X-1", strings.Replace(theirs, id, "X-1", 1), foreign)
	writeOn()
	w.must(404, "GET /CarePlan/cp1", "", other)
	waits := w.must(202, "PUT "+role, theirs, admin)
	writeOn()
	w.must(404, "GET /CarePlan/cp1", "", other)
	w.must(403, "POST "+waits.header.Get("Location")+"/$confirm-sharing", "", admin)
	w.must(200, "POST "+waits.header.Get("Location")+"/$confirm-sharing", "", admin2)
	writeOn()
	w.must(200, "GET /CarePlan/cp1", "", other)
	w.must(200, "PUT "+role, `{"resourceType":"PractitionerRole","id":"`+id+`"}`, admin)
	writeOn()
	w.must(404, "GET /CarePlan/cp1", "", other)
}

// With --staff-list-second-person=additions whom a list adds waits for another administrator, and who leaves
// is out with it.
func TestSharing_StaffListAdditions(t *testing.T) {
	w := newLoginWorld(t, func(c *config.Config) { c.StaffListSecondPerson = config.Additions })
	admin, admin2 := w.bearer("admin", everything), w.bearer("admin2", everything)
	csv := "issuer,subject,role,from,trained-until\n" + w.issuer.URL + ",untrained,clinical,2023-01-01,2023-12-31\n"
	for _, who := range []string{"author", "colleague"} {
		csv += w.issuer.URL + "," + who + ",clinical,2023-01-01,2089-01-01\n"
	}
	target := w.path(w.must(200, "GET /Organization?identifier=A&_elements=id", "", admin)) + "/$staff-list"
	reads := func(who string, want int) { w.must(want, "GET /CarePlan/cp1", "", w.bearer(who, everything)) }
	for _, step := range []struct{ adds, leaves string }{{"nurse", ""}, {"newcomer", "nurse9"}} {
		for i := range 10 {
			if who := fmt.Sprint("nurse", i); step.leaves == "" {
				csv += w.issuer.URL + "," + who + ",clinical,2023-01-01,2089-01-01\n"
			}
		}
		if step.leaves != "" {
			csv = strings.Replace(csv, ","+step.leaves+",", ","+step.adds+",", 1)
		}
		if r := w.must(200, "POST "+target+"?dry-run=true", csv, admin, "Content-Type: text/csv"); !strings.Contains(string(r.body), `{"name":"waits","valueBoolean":true}`) {
			t.Errorf("tried, it does not say what would wait: %s", shorten(r.body))
		}
		r := w.must(202, "POST "+target, csv, admin, "Content-Type: text/csv")
		if !strings.Contains(string(r.body), `"partly-applied"`) {
			t.Errorf("the answer does not say what became of it: %s", shorten(r.body))
		}
		if step.leaves != "" {
			reads(step.leaves, 403)
		}
		reads("newcomer", 403)
		task := strings.Split(string(r.body), `"Task/`)[1]
		task = task[:strings.Index(task, `"`)]
		w.must(403, "POST "+target+"?approve="+task, "", admin)
		reads("newcomer", 403)
		w.must(200, "POST "+target+"?approve="+task, "", admin2)
		w.must(409, "POST "+target+"?approve="+task, "", admin2)
	}
	reads("newcomer", 200)
	reads("nurse1", 200)
	reads("nurse9", 403)
	reads("author", 200)
}

// Administrators of one name, and those whom their issuers say to be one, are one person with several tokens.
func TestSharing_AdministratorsNamed(t *testing.T) {
	w := newLoginWorld(t, func(c *config.Config) {
		issuer := c.Issuers[0]
		c.Administrators = []config.Person{{Issuer: issuer, Subject: "admin", Name: "jo"}, {Issuer: issuer, Subject: "admin2", Name: "sam"}, {Issuer: issuer, Subject: "admin3", Name: "jo"}}
	})
	entry := func(who string) string {
		return `{"resourceType":"PractitionerRole",` + factLabel + `,"identifier":[{"system":"` + w.issuer.URL + `","value":"` + who + `"}],"active":true,
			"organization":{` + strings.TrimSuffix(strings.Replace(odsIdentifier("A"), "[", "", 1), "]") + `},"code":[{"coding":[{"system":"` + roleSystem + `","code":"clinical"}]}]}`
	}
	task := w.must(202, "POST /PractitionerRole", entry("newcomer"), w.bearer("admin", everything)).header.Get("Location")
	w.must(403, "POST "+task+"/$confirm-sharing", "", w.bearer("admin3", everything))
	w.must(200, "POST "+task+"/$confirm-sharing", "", w.bearer("admin2", everything))
	as := func(who string) string {
		return "Authorization: Bearer " + w.token(claims{"sub": who, "scope": everything, "fhirUser": w.base + "/Practitioner/n"})
	}
	task = w.must(202, "POST /PractitionerRole", entry("another"), as("admin")).header.Get("Location")
	w.must(403, "POST "+task+"/$confirm-sharing", "", as("admin2"))
	w.must(200, "POST "+task+"/$confirm-sharing", "", w.bearer("admin2", everything))
}

// A privacy officer who asked that a restriction end withdraws that, without seeing anything of the record.
func TestSharing_RestrictionWithdrawn(t *testing.T) {
	w := newLoginWorld(t, nil)
	author, admin2 := w.bearer("author", everything), w.bearer("admin2", everything)
	contract := w.path(w.must(200, "GET /Contract?identifier=A", "", admin2))
	body := string(w.must(200, "GET "+contract, "", admin2).body)
	w.fact("PUT "+contract, strings.Replace(body, `"subType":[{"coding":[`, `"subType":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HOPERAT"},{"system":"`+roleSystem+`","code":"privacy-officer"},`, 1))
	w.fact("POST /PractitionerRole", `{"resourceType":"PractitionerRole",`+factLabel+`,"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/trained-until","valueDate":"2089-01-01"}],
		"identifier":[{"system":"`+w.issuer.URL+`","value":"officer"}],"active":true,"organization":{`+strings.TrimSuffix(strings.Replace(odsIdentifier("A"), "[", "", 1), "]")+`},
		"code":[{"coding":[{"system":"`+roleSystem+`","code":"privacy-officer"}]}]}`)
	officer := w.bearer("officer", everything)
	patient := string(w.must(200, "GET /Patient/p1", "", author).body)
	w.must(200, "PUT /Patient/p1", strings.Replace(patient, `"meta":{`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],`, 1), author)
	words := `{"resourceType":"Parameters","parameter":[{"name":"words","valueString":"The order of the court has ended, she told the ward"}]}`
	w.must(404, "POST /Patient/p1/$decline-sharing", "", officer)
	w.must(202, "POST /Patient/p1/$lift-restriction", words, officer)
	w.must(403, "POST /Patient/p1/$confirm-sharing", "", officer)
	w.must(404, "GET /Patient/p1", "", officer)
	w.must(200, "POST /Patient/p1/$decline-sharing", "", officer)
	w.must(404, "POST /Patient/p1/$confirm-sharing", "", admin2)
	w.must(404, "GET /CarePlan/cp1", "", w.bearer("paramedic", everything))
}
