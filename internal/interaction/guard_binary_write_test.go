package interaction_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hearken/fhir"
)

// A Binary is written by who may write what it is seen by, and with no other context than they see; it is
// given none that more people see.
func TestGuard_BinaryWrites(t *testing.T) {
	both := func(method, context string) string {
		return `{"resourceType":"Bundle","type":"transaction","entry":[
			{"fullUrl":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0","resource":` + strings.Replace(binaryOf("x", context), `"id":"x",`, "", 1) + `,"request":{"method":"` + method + `","url":"Binary"}},
			{"fullUrl":"urn:uuid:1c3151bd-1cbf-4d64-b04d-cd9187a4c6e1","resource":` + strings.Replace(fmt.Sprintf(documentRef, "x", "p1", "x"), `"id":"x",`, "", 1) + `,"request":{"method":"POST","url":"DocumentReference"}}]}`
	}
	for _, row := range []struct {
		name, who, method, target, body string
		want                            int
	}{
		{"an author", "author", "POST", "Binary", binaryOf("x", "CarePlan/cp1"), 201},
		{"an author, of a draft", "author", "POST", "Binary", binaryOf("x", "CarePlan/cp4"), 201},
		{"the practice", "gp", "POST", "Binary", binaryOf("x", "Patient/p1"), 201},
		{"the person", "patient", "POST", "Binary", binaryOf("x", "Patient/p1"), 201},
		{"an exchange partner, under an id of theirs", "client-partner", "PUT", "Binary/x", binaryOf("x", "Patient/p2"), 201},
		{"a user, under an id of theirs", "author", "PUT", "Binary/x", binaryOf("x", "CarePlan/cp1"), 404},
		{"who looks", "paramedic", "POST", "Binary", binaryOf("x", "CarePlan/cp1"), 403},
		{"who broke the glass", "breaker", "POST", "Binary", binaryOf("x", "CarePlan/cp2"), 403},
		{"who does not see it", "other", "POST", "Binary", binaryOf("x", "CarePlan/cp1"), 404},
		{"who does not see it, and it is not there", "other", "POST", "Binary", binaryOf("x", "CarePlan/none"), 404},
		{"an author, of what is not there", "author", "POST", "Binary", binaryOf("x", "CarePlan/none"), 404},
		{"an administrator", "admin", "POST", "Binary", binaryOf("x", "CarePlan/cp1"), 404},
		{"an administrator, of an agreement", "admin", "POST", "Binary", binaryOf("x", "Contract/A"), 201},
		{"an author, of an agreement", "author", "POST", "Binary", binaryOf("x", "Contract/A"), 404},
		{"an author, of an organisation", "author", "POST", "Binary", binaryOf("x", "Organization/a"), 403},
		{"an author, of nothing", "author", "POST", "Binary", binaryOf("x", ""), 403},
		{"an administrator, of nothing", "admin", "POST", "Binary", binaryOf("x", ""), 403},
		{"an author, of a Binary", "author", "POST", "Binary", binaryOf("x", "Binary/bp1"), 403},
		{"with its document", "author", "POST", "", both("POST", "urn:uuid:1c3151bd-1cbf-4d64-b04d-cd9187a4c6e1"), 200},
		{"with its document, by who looks", "paramedic", "POST", "", both("POST", "urn:uuid:1c3151bd-1cbf-4d64-b04d-cd9187a4c6e1"), 403},
		{"with its document, by who does not see the patient", "other", "POST", "", both("POST", "urn:uuid:1c3151bd-1cbf-4d64-b04d-cd9187a4c6e1"), 404},
		{"with a document, of what is hidden", "gp", "POST", "", both("POST", "CarePlan/cp2"), 404},
		{"another content", "author", "PUT", "Binary/bp1", strings.Replace(binaryOf("bp1", "CarePlan/cp1"), "text/plain", "text/html", 1), 200},
		{"another content, by who looks", "paramedic", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/cp1"), 403},
		{"another content, by who does not see it", "other", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/cp1"), 404},
		{"another context that as many see", "author", "PUT", "Binary/bp1", binaryOf("bp1", "Patient/p1"), 200},
		{"another that fewer see", "author", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/draft"), 200},
		{"another that is told to the person later", "author", "PUT", "Binary/bp1", binaryOf("bp1", "Observation/later"), 200},
		{"another that more see", "author", "PUT", "Binary/bd1", binaryOf("bd1", "CarePlan/cp1"), 403},
		{"another that others see", "author", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/cp4"), 403},
		{"another that the person sees sooner", "author", "PUT", "Binary/blater", binaryOf("blater", "CarePlan/cp1"), 403},
		{"the same, which is approved with it", "author", "POST", "", bundleOf("transaction", ent("", planOf("draft", "active", "p1", "a"), "PUT", "CarePlan/draft"), ent("", binaryOf("bd1", "CarePlan/draft"), "PUT", "Binary/bd1")), 200},
		{"another, which is approved with it", "author", "POST", "", bundleOf("transaction", ent("", planOf("draft", "active", "p1", "a"), "PUT", "CarePlan/draft"), ent("", binaryOf("bd2", "CarePlan/draft"), "PUT", "Binary/bd2")), 403},
		{"another that is hidden", "gp", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/cp2"), 404},
		{"another that is not there", "gp", "PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/none"), 404},
		{"the context taken off", "author", "PUT", "Binary/bp1", binaryOf("bp1", ""), 403},
		{"the context taken off by an administrator", "admin", "PUT", "Binary/bp1", binaryOf("bp1", ""), 404},
		{"a label taken off", "author", "PUT", "Binary/bthird", binaryOf("bthird", "CarePlan/cp1"), 403},
		{"a fact", "author", "POST", "Binary", strings.Replace(binaryOf("x", "CarePlan/cp1"), `"contentType"`, factMeta+`,"contentType"`, 1), 403},
		{"deleted", "author", "DELETE", "Binary/bp1", "", 204},
		{"deleted by who looks", "paramedic", "DELETE", "Binary/bp1", "", 403},
		{"deleted by who does not see it", "other", "DELETE", "Binary/bp1", "", 204},
		{"deleted by a condition", "author", "DELETE", "Binary?_id=bp1", "", 204},
		{"deleted by a condition, hidden", "gp", "DELETE", "Binary?_id=bp2", "", 204},
		{"updated by a condition", "client-partner", "PUT", "Binary?_id=bp1", strings.Replace(binaryOf("x", "CarePlan/cp1"), `"id":"x",`, "", 1), 200},
		{"updated by a condition, hidden", "gp", "PUT", "Binary?_id=bp2", strings.Replace(binaryOf("x", "CarePlan/cp1"), `"id":"x",`, "", 1), 404},
		{"what was deleted, again", "client-partner", "PUT", "Binary/bgone", binaryOf("bgone", "CarePlan/cp1"), 404},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guarded(t)
			unguarded(s, func() {
				put(t, s, "CarePlan/draft", planOf("draft", "draft", "p1", "a"))
				put(t, s, "Binary/bd1", binaryOf("bd1", "CarePlan/draft"))
				put(t, s, "CarePlan/draft2", planOf("draft2", "draft", "p1", "a"))
				put(t, s, "Binary/bd2", binaryOf("bd2", "CarePlan/draft2"))
				put(t, s, "Binary/bthird", strings.Replace(binaryOf("bthird", "CarePlan/cp1"), `"contentType"`, thirdParty+`"contentType"`, 1))
				put(t, s, "Binary/bgone", binaryOf("bgone", "CarePlan/cp1"))
				put(t, s, "Observation/later", withheldUntil(observationOf("later", "p1"), "2024-12-31T00:00:00Z"))
				put(t, s, "Binary/blater", binaryOf("blater", "Observation/later"))
				mustDo(t, s, 204, "DELETE", "Binary/bgone", "")
			})
			a := answer(s, as(principal(row.who, "user/*.cruds"), row.method, row.target, row.body))
			if a.Status != row.want {
				t.Errorf("%s: %s %s = %d, want %d\n%s", row.who, row.method, row.target, a.Status, row.want, a.Body)
			}
			changed := row.want < 300 && strings.HasSuffix(row.target, "bp1") && row.who != "other"
			if got := answer(s, as(principal("author", "user/*.cruds"), "GET", "Binary/bp1/_history", "")); !changed && text(t, got.Body, "total") != "1" {
				t.Errorf("%s: what was there is not as it was: %s", row.who, got.Body)
			}
		})
	}
}

// withheldUntil is a resource that is withheld from the person by the serious-harm test until a time.
func withheldUntil(resource, until string) string {
	return strings.Replace(resource, `,"`, `,"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"serious-harm"}]},"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/withholding",`+
		`"extension":[{"url":"professional","valueReference":{"reference":"Practitioner/x"}},{"url":"until","valueInstant":"`+until+`"}]}],"`, 1)
}

// Raw content is written and shown by what X-Security-Context says.
func TestGuard_BinaryRaw(t *testing.T) {
	s := guarded(t)
	for _, row := range []struct {
		who, context string
		want         int
	}{
		{"author", "CarePlan/cp1", 201}, {"author", "", 403}, {"author", "CarePlan/none", 404}, {"gp", "CarePlan/cp2", 404}, {"paramedic", "CarePlan/cp1", 403}, {"author", `"},"data":"`, 403},
	} {
		c := as(principal(row.who, "user/*.cruds"), "POST", "Binary", "%PDF-1.7 \x00")
		c.MediaType, c.SecurityContext = "application/pdf", row.context
		a := answer(s, c)
		if a.Status != row.want {
			t.Errorf("%s writes what %q sees: %d %s", row.who, row.context, a.Status, a.Body)
		}
		if a.Status != 201 {
			continue
		}
		for who, sees := range visibleTo {
			get := as(principal(who, "user/*.cruds"), "GET", "Binary/"+text(t, a.Body, "id"), "")
			get.Accept = "application/pdf"
			got := answer(s, get)
			if shown := string(got.Body) == "%PDF-1.7 \x00"; shown != strings.Contains(sees, "p1") || shown && (got.MediaType != "application/pdf" || got.SecurityContext != row.context) {
				t.Errorf("%s: %d %q of %q, context %q", who, got.Status, got.Body, got.MediaType, got.SecurityContext)
			}
		}
	}
}

// An earlier version of a Binary is seen by who sees what that names, besides what is named now.
func TestGuard_BinaryVersions(t *testing.T) {
	s := guarded(t)
	unguarded(s, func() {
		put(t, s, "CarePlan/draft", planOf("draft", "draft", "p1", "a"))
		put(t, s, "Binary/v", binaryOf("v", ""))
		put(t, s, "Binary/v", binaryOf("v", "CarePlan/draft"))
		put(t, s, "Binary/v", binaryOf("v", "CarePlan/cp2"))
		put(t, s, "Binary/v", binaryOf("v", "CarePlan/cp1"))
		put(t, s, "Binary/v", strings.Replace(binaryOf("v", "CarePlan/cp1"), `"contentType"`, thirdParty+`"contentType"`, 1))
		put(t, s, "Binary/v", binaryOf("v", "Patient/p1"))
	})
	for who, want := range map[string]string{"author": "23456", "gp": "2456", "patient": "246", "paramedic": "456", "client-partner": "23456", "breaker": "", "admin": "", "other": ""} {
		p := principal(who, "user/*.cruds")
		found := ""
		for version := range strings.SplitSeq("123456", "") {
			if a := answer(s, as(p, http.MethodGet, "Binary/v/_history/"+version, "")); a.Status == 200 {
				found += version
			}
		}
		if found != want {
			t.Errorf("%s sees versions %s, want %s", who, found, want)
		}
		for _, target := range []string{"Binary/v/_history", "Binary/_history?_count=100", "_history?_count=900"} {
			a, found := answer(s, as(p, http.MethodGet, target, "")), ""
			for _, entry := range strings.Split(string(a.Body), `"fullUrl":`)[1:] {
				if strings.Contains(entry, `"url":"Binary/v"`) {
					_, version, _ := strings.Cut(entry, `"etag":"W/\"`)
					found = version[:1] + found
				}
			}
			if found != want {
				t.Errorf("%s: GET %s shows versions %s, want %s", who, target, found, want)
			}
		}
	}
}

// A Binary whose context is withheld from the person until some time is told to them from then on.
func TestGuard_BinaryLater(t *testing.T) {
	for until, want := range map[string]int{"2024-02-29T11:00:00Z": 200, "2024-02-29T13:00:00Z": 404} {
		s := guarded(t)
		unguarded(s, func() {
			put(t, s, "Observation/later", withheldUntil(observationOf("later", "p1"), until))
			put(t, s, "Binary/later", binaryOf("later", "Observation/later"))
		})
		for who, want := range map[string]int{"patient": want, "attorney": want, "author": 200, "paramedic": 200} {
			for _, target := range []string{"Binary/later", "Observation/later"} {
				if a := answer(s, as(principal(who, "user/*.cruds"), "GET", target, "")); a.Status != want {
					t.Errorf("withheld until %s: %s gets %s with %d, want %d", until, who, target, a.Status, want)
				}
			}
		}
	}
}

// A scope for one patient reads the Binaries of their record, and writes none; one for the type reads what
// its user sees.
func TestGuard_BinaryScopes(t *testing.T) {
	s := guarded(t)
	unguarded(s, func() {
		put(t, s, "Observation/both", observationOf("both", "p1", "p4"))
		put(t, s, "Binary/both", binaryOf("both", "Observation/both"))
		put(t, s, "Binary/p1", binaryOf("p1", "Patient/p1"))
		put(t, s, "Practitioner/who", `{"resourceType":"Practitioner","id":"who"}`)
		put(t, s, "Binary/who", binaryOf("who", "Practitioner/who"))
		put(t, s, "Observation/moved", observationOf("moved", "p1"))
		put(t, s, "Binary/moved", binaryOf("moved", "Observation/moved"))
		put(t, s, "Observation/moved", observationOf("moved", "p4"))
	})
	for _, row := range []struct{ who, scopes, patient, sees string }{
		{"author", "patient/*.rs", "p1", "both bp1 p1"}, {"author", "patient/Binary.rs", "p4", "both bp4 moved"}, {"author", "patient/Binary.rs", "none", ""}, {"gp", "patient/*.rs", "p2", ""},
		{"patient", "patient/*.rs", "p1", "bp1 p1"}, {"patient", "patient/*.rs", "p4", ""}, {"author", "patient/Patient.rs", "p1", "403"}, {"author", "user/DocumentReference.rs", "", "403"},
		{"author", "user/Binary.rs", "", "both bp1 bp2 bp3 bp4 moved p1 who"}, {"paramedic", "user/Binary.rs", "", "bp1 p1 who"}, {"author", "patient/Binary.rs user/Observation.rs", "p1", "both bp1 p1"},
	} {
		p := principal(row.who, row.scopes)
		p.Context.Patient = fhir.ID(row.patient)
		found := []string{}
		for _, id := range []string{"both", "bp1", "bp2", "bp3", "bp4", "moved", "p1", "who"} {
			status := answer(s, as(p, http.MethodGet, "Binary/"+id, "")).Status
			searched := answer(s, as(p, http.MethodGet, "Binary?_id="+id, ""))
			history := answer(s, as(p, http.MethodGet, "Binary/"+id+"/_history", "")).Status
			if status == 403 {
				found = []string{"403"}
				continue
			}
			if (status == 200) != strings.Contains(string(searched.Body), `"id":"`+id+`"`) || status != history {
				t.Errorf("%s with %s for %s: %s is read with %d, its history with %d, and found: %s", row.who, row.scopes, row.patient, id, status, history, searched.Body)
			}
			if status == 200 {
				found = append(found, id)
			}
		}
		if got := strings.Join(found, " "); got != row.sees {
			t.Errorf("%s with %s for %s sees %q, want %q", row.who, row.scopes, row.patient, got, row.sees)
		}
	}
	for _, write := range [][3]string{{"POST", "Binary", binaryOf("x", "CarePlan/cp1")}, {"PUT", "Binary/bp1", binaryOf("bp1", "CarePlan/cp1")}, {"DELETE", "Binary/bp1", ""}} {
		p := principal("author", "patient/*.cruds")
		p.Context.Patient = "p1"
		if a := answer(s, as(p, write[0], write[1], write[2])); a.Status != 403 {
			t.Errorf("patient/*.cruds: %s %s = %d %s", write[0], write[1], a.Status, a.Body)
		}
	}
	// FHIR has Binary in no compartment: https://hl7.org/fhir/R4/compartmentdefinition-patient.html
	for _, target := range []string{"Patient/p1/Binary", "Patient/p1/*?_count=500"} {
		if a := answer(s, as(principal("author", "user/*.rs"), "GET", target, "")); strings.Contains(string(a.Body), `"Binary"`) {
			t.Errorf("GET %s = %d %s", target, a.Status, a.Body)
		}
	}
}
