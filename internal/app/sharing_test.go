package app_test

import (
	"strings"
	"testing"
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
