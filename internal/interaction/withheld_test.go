package interaction_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/interaction"
)

// labelled is the extension that marks an element with a label of ours.
func labelled(code string) string {
	return `{"url":"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label","valueCoding":{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"` + code + `"}}`
}

// withheldObservation has a required element, a choice, a list and a contained resource that the person does
// not see; each holds the word Secret.
func withheldObservation(label string) string {
	extension := `"extension":[` + labelled(label) + `],`
	return `{"resourceType":"Observation","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Secret</div>"},` +
		`"contained":[{"resourceType":"Practitioner","id":"doc",` + extension + `"name":[{"family":"SecretDoctor"}]}],` +
		`"extension":[{"url":"urn:x",` + extension[:len(extension)-2] + `,{"url":"urn:y","valueString":"SecretExtension"}]}],"status":"final",` +
		`"code":{` + extension + `"text":"SecretCode"},"subject":{"reference":"Patient/p1"},"performer":[{"reference":"#doc"},{"reference":"Practitioner/seen"}],` +
		`"valueString":"SecretValue","_valueString":{` + extension[:len(extension)-1] + `},"identifier":[{"system":"urn:n","value":"watched"},{` + extension + `"system":"urn:n","value":"SecretNumber"}],` +
		`"note":[{` + extension + `"text":"SecretNote"},{"text":"Seen today"}]}`
}

// withheldServer is a server with such an Observation of patient p1, in three versions of which the first was
// not labelled.
func withheldServer(t testing.TB, label string) (s *interaction.Server, key string) {
	t.Helper()
	s = guarded(t)
	author := principal("author", "user/*.cruds")
	a := answer(s, as(author, "POST", "Observation", `{"resourceType":"Observation","status":"final","code":{"text":"First"},"subject":{"reference":"Patient/p1"}}`))
	if a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	id := text(t, a.Body, "id")
	for range 2 {
		body := strings.Replace(withheldObservation(label), `"resourceType":"Observation",`, `"resourceType":"Observation","id":"`+id+`",`, 1)
		if a := answer(s, as(author, "PUT", "Observation/"+id, body)); a.Status != 200 || !strings.Contains(string(a.Body), "SecretNote") {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	return s, "Observation/" + id
}

// redactedIn are the resources of an answer that are the one asked for, wherever it has them.
func redactedIn(t testing.TB, body []byte, id string) (found [][]byte) {
	t.Helper()
	var any struct {
		ID    string `json:"id"`
		Entry []struct {
			Resource json.RawMessage `json:"resource"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(body, &any); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	if any.ID == id {
		return [][]byte{body}
	}
	for _, e := range any.Entry {
		if len(e.Resource) > 0 {
			found = append(found, redactedIn(t, e.Resource, id)...)
		}
	}
	return found
}

// What is withheld is in no answer whatever, and each answer is valid, tagged, and of no version that could
// be written back.
func TestWithheld_Surfaces(t *testing.T) {
	for _, label := range []string{"third-party", "safeguarding"} {
		s, key := withheldServer(t, label)
		id := strings.TrimPrefix(key, "Observation/")
		patient := principal("patient", "user/*.cruds")
		entry := func(kind, url string) string {
			return `{"resourceType":"Bundle","type":"` + kind + `","entry":[{"request":{"method":"GET","url":"` + url + `"}}]}`
		}
		for _, row := range [][3]string{
			{"GET", key, ""}, {"GET", key + "/_history/3", ""}, {"GET", key + "/_history/2", ""}, {"GET", key + "/_history", ""}, {"GET", "Observation/_history", ""}, {"GET", "_history", ""},
			{"GET", key + "?_elements=code,value,note,performer", ""}, {"GET", key + "?_summary=true", ""}, {"GET", key + "?_summary=text", ""}, {"GET", key + "?_summary=data", ""},
			{"GET", "Observation?_id=" + id, ""}, {"GET", "Observation?_id=" + id + "&_elements=code", ""}, {"GET", "Observation?_id=" + id + "&_summary=text", ""}, {"GET", "Patient/p1/Observation?_count=100", ""}, {"GET", "Patient/p1/*?_count=100", ""},
			{"GET", "Patient?_id=p1&_revinclude=Observation:subject", ""}, {"POST", "", entry("batch", key)}, {"POST", "", entry("transaction", key)}, {"POST", "", entry("batch", "Observation?_id="+id)},
		} {
			name := label + ": " + row[0] + " " + row[1] + row[2]
			a := answer(s, as(patient, row[0], row[1], row[2]))
			if a.Status != 200 || strings.Contains(string(a.Body), "Secret") {
				t.Errorf("%s = %d shows it: %s", name, a.Status, a.Body)
				continue
			}
			if a.Version != 0 && !strings.HasPrefix(row[1], "_history") {
				t.Errorf("%s has the tag of version %d", name, a.Version)
			}
			if strings.Contains(string(a.Body), `"etag":"W/\"3\""`) {
				t.Errorf("%s has the tag of version 3 inside", name)
			}
			found := redactedIn(t, a.Body, id)
			if len(found) == 0 {
				t.Errorf("%s does not have it: %s", name, a.Body)
			}
			for _, one := range found {
				if !strings.Contains(string(one), `"versionId":"1"`) && !strings.Contains(string(one), "REDACTED") {
					t.Errorf("%s is not tagged: %s", name, one)
				}
				if !strings.Contains(string(one), `"versionId":"1"`) && strings.Contains(row[1], "history") && !strings.Contains(string(one), `"valueCode":"masked"`) {
					t.Errorf("%s does not mask what is required: %s", name, one)
				}
				tree, faults := element.Parse(r4.Definitions(), one, element.Limits{})
				if faults.Failed() {
					t.Fatalf("%s: %v", name, faults)
				}
				if issues := validator().Validate(tree); issues.Failed() {
					t.Errorf("%s is not valid: %v\n%s", name, issues, one)
				}
			}
		}
	}
}

// What is withheld for several reasons is withheld by each: the address of a restricted person, the key safe
// at it, and what the text says of both. Nor does it matter where it stands: a person inside another resource
// has whereabouts, and a place has a key safe.
func TestWithheld_Together(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	put(t, s, "Patient/p3", strings.Replace(livesAt(`"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`, `{"use":"home","line":["SecretLane"],`+keySafe+`}`), `"id":"p1"`, `"id":"p3"`, 1))
	put(t, s, "Observation/inside", strings.Replace(observationOf("inside", "p3"), `"status"`, `"contained":[{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/p3"},"address":[{"city":"SecretCity"}]}],"extension":[{"url":"urn:x","valueReference":{"reference":"#r"}}],"status"`, 1))
	put(t, s, "Location/gate", `{"resourceType":"Location","id":"gate","address":{"city":"Sampleton",`+keySafe+`}}`)
	login(s)
	for _, target := range []string{"Patient/p3", "Observation/inside", "Location/gate"} {
		a := answer(s, as(principal("crew", "user/*.cruds"), "GET", target, ""))
		if whole := target == "Location/gate"; a.Status != 200 || strings.Contains(string(a.Body), "Secret") || (a.Version == 0) == whole || strings.Contains(string(a.Body), "SUBSETTED") == whole {
			t.Errorf("%s = %d, with the tag of version %d: %s", target, a.Status, a.Version, a.Body)
		}
	}
}

// Who sees a resource in part cannot write it back, whatever they say of versions; and is never told "not modified".
func TestWithheld_NotWrittenBack(t *testing.T) {
	s, key := withheldServer(t, "third-party")
	id := strings.TrimPrefix(key, "Observation/")
	patient := principal("patient", "user/*.cruds")
	body := `{"resourceType":"Observation","id":"` + id + `","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},"identifier":[{"system":"urn:n","value":"watched"}]}`
	put := func(target string, change func(*interaction.Call)) interaction.Answer {
		c := as(patient, "PUT", target, body)
		if change != nil {
			change(&c)
		}
		return answer(s, c)
	}
	for name, a := range map[string]interaction.Answer{
		"an update":                   put(key, nil),
		"with the current version":    put(key, func(c *interaction.Call) { c.IfMatch = `W/"3"` }),
		"with any version":            put(key, func(c *interaction.Call) { c.IfMatch = "*" }),
		"a conditional update":        put("Observation?subject=Patient/p1&status=final&_id="+id, nil),
		"a conditional update by id":  put("Observation?_id="+id, nil),
		"an update in a batch":        entryAnswer(t, s, "batch", "PUT", key, body),
		"one in a transaction":        entryAnswer(t, s, "transaction", "PUT", key, body),
		"a conditional in a batch":    entryAnswer(t, s, "batch", "PUT", "Observation?_id="+id, body),
		"one that asks for no answer": put(key, func(c *interaction.Call) { c.Prefer.Return = "minimal" }),
	} {
		if a.Status != 409 || !strings.Contains(string(a.Body), "redacted-view") || strings.Contains(string(a.Body), "Secret") {
			t.Errorf("%s = %d, want 409 with why: %s", name, a.Status, a.Body)
		}
	}
	c := as(patient, "GET", key, "")
	c.IfNoneMatch = `W/"3"`
	if a := answer(s, c); a.Status != 200 {
		t.Errorf("If-None-Match of a view in part = %d, want 200", a.Status)
	}
	if a := answer(s, as(principal("author", "user/*.cruds"), "GET", key, "")); a.Version != 3 || !strings.Contains(string(a.Body), "SecretValue") {
		t.Errorf("the author reads version %d: %s", a.Version, a.Body)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if a := answer(s, as(patient, method, key+"/$validate", "")); a.Status != 200 || strings.Contains(string(a.Body), "Secret") || strings.Contains(string(a.Body), `"severity":"error"`) {
			t.Errorf("%s $validate of a view in part = %d %s", method, a.Status, a.Body)
		}
	}
}

// entryAnswer is the answer to the only entry of a batch, or to the transaction.
func entryAnswer(t testing.TB, s *interaction.Server, kind, method, url, body string) interaction.Answer {
	t.Helper()
	c := call(http.MethodPost, "", fmt.Sprintf(`{"resourceType":"Bundle","type":"%s","entry":[{"resource":%s,"request":{"method":"%s","url":"%s"}}]}`, kind, body, method, url))
	c.Principal = principal("patient", "user/*.cruds")
	a := answer(s, c)
	if kind == "batch" && strings.Contains(string(a.Body), `"status":"409`) {
		a.Status = 409
	}
	return a
}

// A label is read whichever way its text is escaped.
func TestWithheld_Escaped(t *testing.T) {
	s := guarded(t)
	for _, escape := range []func(string) string{
		func(b string) string {
			return strings.ReplaceAll(b, "/CodeSystem/access-label", `\/CodeSystem\/access-label`)
		},
		func(b string) string { return strings.ReplaceAll(b, "access-label", `access-l\u0061bel`) },
		func(b string) string { return strings.ReplaceAll(b, "third-party", `third-part\u0079`) },
	} {
		a := answer(s, as(principal("author", "user/*.cruds"), "POST", "Observation", escape(withheldObservation("third-party"))))
		if a.Status != 201 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if a := answer(s, as(principal("patient", "user/*.cruds"), "GET", "Observation/"+text(t, a.Body, "id"), "")); a.Status != 200 || strings.Contains(string(a.Body), "Secret") {
			t.Errorf("shown: %d %s", a.Status, a.Body)
		}
	}
}

// Nor does it matter that it came as XML, and with character references.
func TestWithheld_SentAsXML(t *testing.T) {
	s := guarded(t)
	c := as(principal("author", "user/*.cruds"), "POST", "Observation", `<Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><extension url="http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label">`+
		`<valueCoding><system value="https://hearken.example.org/fhir/CodeSystem/access-l&#97;bel"/><code value="third-p&#x61;rty"/></valueCoding></extension><coding><code value="SecretCode"/></coding></code><subject><reference value="Patient/p1"/></subject></Observation>`)
	c.MediaType = "application/fhir+xml"
	a := answer(s, c)
	if a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	patient := principal("patient", "user/*.cruds")
	for _, target := range []string{"Observation/" + text(t, a.Body, "id"), "Observation?code=SecretCode", "Observation?patient=p1"} {
		if a := answer(s, as(patient, "GET", target, "")); a.Status != 200 || strings.Contains(strings.ReplaceAll(string(a.Body), "code=SecretCode", ""), "SecretCode") {
			t.Errorf("GET %s = %d %s", target, a.Status, a.Body)
		}
	}
}

// Where a restricted person lives is withheld wherever a resource of theirs says it, however its JSON is
// written: what is told at sight of a record is only that nothing can be.
func TestWithheld_WhereaboutsAtSight(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	const address = `"address":[{"line":["SecretRoad 1"]}]`
	for name, contained := range map[string]string{
		"plain":        `"contained":[{"resourceType":"Patient","id":"x",` + address + `}]`,
		"spaced":       `"contained" : [ { "id" : "x" , ` + address + ` , "resourceType" : "Patient" } ]`,
		"another type": `"contained":[{"resourceType":"RelatedPerson","id":"x","patient":{"reference":"Patient/p3"},` + address + `}]`,
		"escaped":      `"contained":[{"resourceTyp\u0065":"P\u0061tient","id":"x","\u0061ddress":[{"line":["SecretRoad 1"]}]}]`,
	} {
		id := "at-" + strings.ReplaceAll(name, " ", "-")
		put(t, s, "Observation/"+id, `{"resourceType":"Observation","id":"`+id+`",`+contained+`,"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p3"},"performer":[{"reference":"#x"}]}`)
	}
	login(s)
	crew, author := principal("crew", "user/*.cruds"), principal("author", "user/*.cruds")
	for _, target := range []string{"Observation/at-plain", "Observation/at-spaced", "Observation/at-another-type", "Observation/at-escaped", "Observation?subject=Patient/p3", "Observation/at-plain/_history/1"} {
		seen, whole := answer(s, as(crew, "GET", target, "")), answer(s, as(author, "GET", target, ""))
		if seen.Status != 200 || strings.Contains(string(seen.Body), "SecretRoad") {
			t.Errorf("crew, %s: %d %s", target, seen.Status, seen.Body)
		}
		if !strings.Contains(string(whole.Body), "SecretRoad") {
			t.Errorf("author, %s: %d %s", target, whole.Status, whole.Body)
		}
	}
}
