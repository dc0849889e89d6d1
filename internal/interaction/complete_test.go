package interaction_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What was read in part takes the place of nothing: by no way that writes, in no format, and the answer says
// why. The whole, without the tag, does.
func TestUpdate_Subsetted(t *testing.T) {
	const plan = `{"resourceType":"CarePlan","id":"c","status":"active","intent":"plan","title":"Kept","subject":{"reference":"Patient/p"},"identifier":[{"system":"urn:n","value":"c"}],"note":[{"text":"Kept"}]}`
	for _, narrowed := range []string{"_elements=status", "_elements=identifier", "_summary=true", "_summary=text", "_summary=data"} {
		s, _ := newServer(t)
		mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "1"))
		mustDo(t, s, 201, "PUT", "CarePlan/c", plan)
		body := string(mustDo(t, s, 200, "GET", "CarePlan/c?"+narrowed, "").Body)
		if !strings.Contains(body, "SUBSETTED") {
			continue // nothing was left out
		}
		entry := func(kind, method, url, more string) string {
			return fmt.Sprintf(`{"resourceType":"Bundle","type":"%s","entry":[{"resource":%s,"request":{"method":"%s","url":"%s"%s}}]}`, kind, body, method, url, more)
		}
		for _, row := range []struct{ name, method, target, body, criteria string }{
			{"update", "PUT", "CarePlan/c", body, ""},
			{"conditional update", "PUT", "CarePlan?identifier=urn:n|c", body, ""},
			{"create", "POST", "CarePlan", body, ""},
			{"conditional create", "POST", "CarePlan", body, "identifier=urn:n|other"},
			{"update in a transaction", "POST", "", entry("transaction", "PUT", "CarePlan/c", ""), ""},
			{"conditional update in a transaction", "POST", "", entry("transaction", "PUT", "CarePlan?identifier=urn:n|c", ""), ""},
			{"create in a transaction", "POST", "", entry("transaction", "POST", "CarePlan", ""), ""},
			{"conditional create in a transaction", "POST", "", entry("transaction", "POST", "CarePlan", `,"ifNoneExist":"identifier=urn:n|other"`), ""},
			{"update in a batch", "POST", "", entry("batch", "PUT", "CarePlan/c", ""), ""},
			{"validation", "POST", "CarePlan/c/$validate?mode=update", body, ""},
		} {
			c := call(row.method, row.target, row.body)
			c.IfNoneExist = row.criteria
			a := answer(s, c)
			if want := map[string]int{"update in a batch": 200, "validation": 200}[row.name]; a.Status != want && (want != 0 || a.Status != http.StatusConflict) || !strings.Contains(string(a.Body), `"subsetted"`) {
				t.Errorf("%s of what %s told = %d %s", row.name, narrowed, a.Status, a.Body)
			}
			if strings.Contains(row.name, "batch") && !strings.Contains(string(a.Body), `"status":"409`) {
				t.Errorf("%s of what %s told: %s", row.name, narrowed, a.Body)
			}
			if now := string(mustDo(t, s, 200, "GET", "CarePlan/c", "").Body); strings.Count(now, "Kept") != 2 || !strings.Contains(now, `"versionId":"1"`) {
				t.Fatalf("after %s of what %s told the plan is %s", row.name, narrowed, now)
			}
			if total := text(t, mustDo(t, s, 200, "GET", "CarePlan?_summary=count", "").Body, "total"); total != "1" {
				t.Fatalf("after %s there are %s plans", row.name, total)
			}
		}
	}
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "1"))
	mustDo(t, s, 201, "PUT", "CarePlan/c", plan)
	tagged := func(tags string) string {
		return strings.Replace(plan, `"status"`, `"meta":{"tag":[`+tags+`]},"status"`, 1)
	}
	const mark = `{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"%s"}`
	for tags, want := range map[string]int{`{"system":"urn:x","code":"SUBSETTED"}`: 200, `{"code":"SUBSETTED"}`: 200, fmt.Sprintf(mark, "REDACTED"): 200, fmt.Sprintf(mark, "SUBSETTED"): 409,
		`{"code":"x"},` + fmt.Sprintf(mark, "SUBSETTED"): 409, fmt.Sprintf(mark, "SUBSETTED") + "," + fmt.Sprintf(mark, "REDACTED"): 409} {
		if a := answer(s, call("PUT", "CarePlan/c", tagged(tags))); a.Status != want {
			t.Errorf("with the tags %s: %d, want %d %s", tags, a.Status, want, a.Body)
		}
	}
	xml := call("PUT", "CarePlan/c", `<CarePlan xmlns="http://hl7.org/fhir"><id value="c"/><meta><tag><system value="http://terminology.hl7.org/CodeSystem/v3-ObservationValue"/><code value="SUBSETTED"/></tag></meta>`+
		`<status value="active"/><intent value="plan"/><subject><reference value="Patient/p"/></subject></CarePlan>`)
	xml.MediaType = "application/fhir+xml"
	if a := answer(s, xml); a.Status != 409 {
		t.Errorf("in XML: %d %s", a.Status, a.Body)
	}
	faulty := strings.Replace(tagged(fmt.Sprintf(mark, "SUBSETTED")), `"status":"active"`, `"status":"nonsense"`, 1)
	if a := answer(s, call("PUT", "CarePlan/c", faulty)); a.Status != 422 || !strings.Contains(string(a.Body), `"subsetted"`) {
		t.Errorf("with another fault besides: %d %s", a.Status, a.Body)
	}
	found := `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://hearken.test/fhir/CarePlan/c","resource":` + tagged(fmt.Sprintf(mark, "SUBSETTED")) + `}]}`
	mustDo(t, s, 201, "POST", "Bundle", found)
}
