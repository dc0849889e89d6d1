package interaction_test

import (
	"net/http"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

// FuzzDo sends whatever may come: it never panics, and every answer is a sound one.
func FuzzDo(f *testing.F) {
	f.Add("GET", "Patient/a", "", "", "")
	f.Add("POST", "Patient", patient("", "1"), "identifier=urn:test|1", `W/"1"`)
	f.Add("POST", "", bundleOf("transaction", ent(uuid1, patient("", "1"), "POST", "Patient"), ent("", observation(uuid1), "POST", "Observation")), "", "")
	f.Add("POST", "", bundleOf("batch", ent("", "", "GET", "Patient?identifier=%7C1&_count=2"), ent("", "", "GET", base+"/Patient")), "", "*")
	f.Add("PUT", "Patient?identifier=a%5C%2Cb", patient("x", "1"), "Patient?x", `"2", W/"3"`)
	f.Add("GET", "Patient/a/*?_summary=text", "", "", `W/"`)
	f.Add("GET", "_history?_since=2024-02-29T12:00:00 01:00&_at=x", "", "", "")
	f.Add("DELETE", "Patient/%24x/_history", "", "", "")
	f.Add("POST", "Observation", `{"resourceType":"Observation","status":1,"effectiveDateTime":"x","code":{"coding":[{"code":""}]},"subject":{"reference":[1]}}`, "", "")
	f.Add("POST", "Observation", asXML(f, observation(uuid1)), "", "")
	f.Add("POST", "", asXML(f, bundleOf("transaction", ent(uuid1, patient("", "1"), "POST", "Patient"), ent("", observation(uuid1), "POST", "Observation"))), "", "")
	f.Add("POST", "", `<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><resource><Patent/></resource><request><method value="POST"/><url value="Patient?_format=xml"/></request></entry></Bundle>`, "", "")
	s, _ := newServer(f)
	f.Fuzz(func(t *testing.T, method, target, body, ifNoneExist, ifMatch string) {
		c := call(method, target, body)
		if strings.HasPrefix(body, "<") {
			c.MediaType = "application/fhir+xml"
		}
		c.IfNoneExist, c.IfMatch, c.IfNoneMatch, c.Accept = ifNoneExist, ifMatch, ifMatch, ifNoneExist
		a := answer(s, c)
		switch {
		case a.Status < 200 || a.Status > 599 || http.StatusText(a.Status) == "":
			t.Errorf("status %d", a.Status)
		case a.Status == http.StatusInternalServerError:
			_, err := s.Do(t.Context(), c)
			t.Errorf("internal error: %v", err)
		case len(a.Body) > 0 && a.MediaType == "" && !isResource(a.Body):
			t.Errorf("%d: not a resource: %s", a.Status, a.Body)
		case a.Status >= 400 && !strings.Contains(string(a.Body), `"OperationOutcome"`):
			t.Errorf("%d without OperationOutcome: %s", a.Status, a.Body)
		}
	})
}

// isResource reports whether an answer is what the wire can write in any format.
func isResource(body []byte) bool {
	tree, _ := element.Parse(r4.Definitions(), body, element.Limits{Depth: 1000})
	return tree != nil
}
