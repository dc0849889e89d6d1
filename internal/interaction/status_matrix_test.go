package interaction_test

import (
	"testing"

	"hearken/internal/interaction"
)

// step is one request of a scenario and what it must be answered.
type step struct {
	method, target, body string
	ifMatch, ifNoneMatch string
	ifNoneExist          string
	prefer               interaction.Prefer
	status               int
	detail               string // of the first issue
	etag                 string // version, "" when not checked
}

func run(t *testing.T, s *interaction.Server, steps []step) {
	t.Helper()
	for i, st := range steps {
		c := call(st.method, st.target, st.body)
		c.IfMatch, c.IfNoneMatch, c.IfNoneExist, c.Prefer = st.ifMatch, st.ifNoneMatch, st.ifNoneExist, st.prefer
		a := answer(s, c)
		if a.Status != st.status {
			t.Fatalf("step %d: %s %s = %d %s, want %d", i, st.method, st.target, a.Status, a.Body, st.status)
		}
		if st.etag != "" && a.Version.ETag() != st.etag {
			t.Errorf("step %d: %s %s: ETag = %s, want %s", i, st.method, st.target, a.Version.ETag(), st.etag)
		}
		if st.detail != "" {
			if got := text(t, a.Body, "issue.0.details.coding.0.code"); got != st.detail {
				t.Errorf("step %d: %s %s: detail = %q, want %q (%s)", i, st.method, st.target, got, st.detail, a.Body)
			}
		}
		if a.Status >= 400 && text(t, a.Body, "resourceType") != "OperationOutcome" {
			t.Errorf("step %d: %s %s: body = %s, want an OperationOutcome", i, st.method, st.target, a.Body)
		}
	}
}

// The status matrix of https://hl7.org/fhir/R4/http.html, by interaction.
func TestDo_StatusMatrix(t *testing.T) {
	p1, p2 := patient("a", "1"), patient("a", "2")
	tests := []struct {
		name  string
		steps []step
	}{
		{"create ignores the client's id", []step{
			{method: "POST", target: "Patient", body: patient("mine", "1"), status: 201, etag: `W/"1"`},
			{method: "GET", target: "Patient/mine", status: 404, detail: "unknown-resource"},
			{method: "GET", target: "Patient/new-1", status: 200, etag: `W/"1"`},
		}},
		{"update: upsert, then a new version", []step{
			{method: "PUT", target: "Patient/a", body: p1, status: 201, etag: `W/"1"`},
			{method: "PUT", target: "Patient/a", body: p2, status: 200, etag: `W/"2"`},
		}},
		{"update of a deleted id revives it", []step{
			{method: "PUT", target: "Patient/a", body: p1, status: 201},
			{method: "DELETE", target: "Patient/a", status: 204},
			{method: "GET", target: "Patient/a", status: 410, detail: "deleted"},
			{method: "PUT", target: "Patient/a", body: p2, status: 201, etag: `W/"3"`},
			{method: "GET", target: "Patient/a", status: 200, etag: `W/"3"`},
		}},
		{"delete of absent or deleted", []step{
			{method: "DELETE", target: "Patient/a", status: 204},
			{method: "GET", target: "Patient/a", status: 404},
			{method: "PUT", target: "Patient/a", body: p1, status: 201},
			{method: "DELETE", target: "Patient/a", status: 204},
			{method: "DELETE", target: "Patient/a", status: 204},
			{method: "GET", target: "Patient/a/_history", status: 200},
		}},
		{"vread", []step{
			{method: "PUT", target: "Patient/a", body: p1, status: 201},
			{method: "PUT", target: "Patient/a", body: p2, status: 200},
			{method: "DELETE", target: "Patient/a", status: 204},
			{method: "GET", target: "Patient/a/_history/1", status: 200, etag: `W/"1"`},
			{method: "GET", target: "Patient/a/_history/2", status: 200, etag: `W/"2"`},
			{method: "GET", target: "Patient/a/_history/3", status: 410, detail: "deleted"},
			{method: "GET", target: "Patient/a/_history/4", status: 404, detail: "unknown-version"},
			{method: "GET", target: "Patient/a/_history/x", status: 404, detail: "unknown-version"},
			{method: "GET", target: "Patient/b/_history/1", status: 404},
		}},
		{"body id missing or different", []step{
			{method: "PUT", target: "Patient/a", body: patient("", "1"), status: 400, detail: "id-missing"},
			{method: "PUT", target: "Patient/a", body: patient("b", "1"), status: 400, detail: "id-mismatch"},
			{method: "PUT", target: "Patient/a%b", body: patient("a", "1"), status: 400, detail: "id-form"},
		}},
		{"unknown type and unknown path", []step{
			{method: "GET", target: "Pateint/a", status: 404, detail: "unknown-type"},
			{method: "GET", target: "Parameters/a", status: 404, detail: "unknown-type"},
			{method: "GET", target: "nothing/here", status: 404, detail: "unknown-endpoint"},
			{method: "GET", target: "Patient/a/nothing", status: 404, detail: "unknown-endpoint"},
			{method: "GET", target: "Patient/a/_history/1/more", status: 404},
			{method: "GET", target: "Organization/a/Patient", status: 404},
			{method: "POST", target: "Patient/$everything", status: 404, detail: "unknown-operation"},
		}},
		{"type mismatch and no body", []step{
			{method: "POST", target: "Patient", body: `{"resourceType":"Observation"}`, status: 400},
			{method: "POST", target: "Patient", status: 400, detail: "no-body"},
			{method: "POST", target: "Patient", body: `{"resourceType":"Patient"`, status: 400},
			{method: "POST", target: "Patient", body: `{"resourceType":"Patient","frobnicate":1}`, status: 400},
		}},
		{"If-Match", []step{
			{method: "PUT", target: "Patient/a", body: p1, ifMatch: `W/"1"`, status: 412, detail: "version-conflict"},
			{method: "PUT", target: "Patient/a", body: p1, status: 201},
			{method: "PUT", target: "Patient/a", body: p2, ifMatch: `W/"1"`, status: 200, etag: `W/"2"`},
			{method: "PUT", target: "Patient/a", body: p2, ifMatch: `W/"1"`, status: 412, detail: "version-conflict"},
			{method: "PUT", target: "Patient/a", body: p2, ifMatch: `"2"`, status: 200, etag: `W/"3"`},
			{method: "PUT", target: "Patient/a", body: p2, ifMatch: `3`, status: 200, etag: `W/"4"`},
			{method: "PUT", target: "Patient/a", body: p2, ifMatch: `*`, status: 200, etag: `W/"5"`},
			{method: "PUT", target: "Patient/a", body: p2, ifMatch: `W/"`, status: 400},
			{method: "PUT", target: "Patient/a", body: p2, ifNoneMatch: `*`, status: 412},
			{method: "DELETE", target: "Patient/a", ifMatch: `W/"1"`, status: 412},
			{method: "DELETE", target: "Patient/a", ifMatch: `W/"5"`, status: 204},
		}},
		{"conditional read", []step{
			{method: "PUT", target: "Patient/a", body: p1, status: 201},
			{method: "GET", target: "Patient/a", ifNoneMatch: `W/"1"`, status: 304, etag: `W/"1"`},
			{method: "GET", target: "Patient/a", ifNoneMatch: `W/"7", W/"1"`, status: 304},
			{method: "GET", target: "Patient/a", ifNoneMatch: `W/"2"`, status: 200},
		}},
		{"conditional create: none, one, many", []step{
			{method: "POST", target: "Patient", body: patient("", "1"), ifNoneExist: "identifier=urn:test|1", status: 201},
			{method: "POST", target: "Patient", body: patient("", "1"), ifNoneExist: "identifier=urn:test|1", status: 200, etag: `W/"1"`},
			{method: "POST", target: "Patient", body: patient("", "1"), ifNoneExist: "Patient?identifier=1", status: 200},
			{method: "POST", target: "Patient", body: patient("", "1"), status: 201},
			{method: "POST", target: "Patient", body: patient("", "1"), ifNoneExist: "identifier=urn:test|1", status: 412, detail: "multiple-matches"},
		}},
		{"conditional create after the owner of the claim is gone", []step{
			{method: "POST", target: "Patient", body: patient("", "1"), ifNoneExist: "identifier=urn:test|1", status: 201},
			{method: "DELETE", target: "Patient/new-1", status: 204},
			{method: "POST", target: "Patient", body: patient("", "1"), ifNoneExist: "identifier=urn:test|1", status: 201},
			{method: "PUT", target: "Patient/new-2", body: patient("new-2", "other"), status: 200},
			{method: "POST", target: "Patient", body: patient("", "1"), ifNoneExist: "identifier=urn:test|1", status: 201},
		}},
		{"criteria are strict whatever Prefer says, and never empty", []step{
			{method: "POST", target: "Patient", body: p1, ifNoneExist: "identifer=urn:test|1", prefer: interaction.Prefer{Lenient: true}, status: 400},
			{method: "POST", target: "Patient", body: p1, ifNoneExist: "identifier=", status: 400},
			{method: "POST", target: "Patient", body: p1, ifNoneExist: "?", status: 400},
			{method: "PUT", target: "Patient", body: p1, status: 400},
			{method: "PUT", target: "Patient?identifer=1", body: p1, prefer: interaction.Prefer{Lenient: true}, status: 400},
			{method: "DELETE", target: "Patient", status: 400},
			{method: "DELETE", target: "Patient?identifer=1", prefer: interaction.Prefer{Lenient: true}, status: 400},
			{method: "DELETE", target: "Patient?_count=1", status: 400},
		}},
		{"conditional update", []step{
			{method: "PUT", target: "Patient?identifier=urn:test|1", body: patient("", "1"), status: 201, etag: `W/"1"`},
			{method: "PUT", target: "Patient?identifier=urn:test|1", body: patient("", "1"), status: 200, etag: `W/"2"`},
			{method: "PUT", target: "Patient?identifier=urn:test|1", body: patient("new-1", "1"), status: 200, etag: `W/"3"`},
			{method: "PUT", target: "Patient?identifier=urn:test|1", body: patient("b", "1"), status: 400, detail: "id-mismatch"},
			{method: "PUT", target: "Patient?identifier=urn:test|2", body: patient("b", "2"), status: 201, etag: `W/"1"`},
			{method: "GET", target: "Patient/b", status: 200},
			{method: "PUT", target: "Patient?identifier=urn:test|3", body: patient("b", "3"), status: 409, detail: "id-taken"},
			{method: "POST", target: "Patient", body: patient("", "1"), status: 201},
			{method: "PUT", target: "Patient?identifier=urn:test|1", body: patient("", "1"), status: 412, detail: "multiple-matches"},
			{method: "PUT", target: "Patient?identifier=urn:test|2", body: patient("", "2"), ifMatch: `W/"7"`, status: 412},
		}},
		{"conditional delete", []step{
			{method: "DELETE", target: "Patient?identifier=urn:test|1", status: 204},
			{method: "POST", target: "Patient", body: patient("", "1"), status: 201},
			{method: "DELETE", target: "Patient?identifier=urn:test|1", status: 204},
			{method: "GET", target: "Patient/new-1", status: 410},
			{method: "POST", target: "Patient", body: patient("", "1"), status: 201},
			{method: "POST", target: "Patient", body: patient("", "1"), status: 201},
			{method: "DELETE", target: "Patient?identifier=urn:test|1", status: 412},
			{method: "GET", target: "Patient/new-2", status: 200},
		}},
		{"unsupported method", []step{
			{method: "PATCH", target: "Patient/a", status: 405, detail: "method-not-allowed"},
			{method: "DELETE", target: "metadata", status: 405},
			{method: "GET", target: "Patient/_search", status: 405},
			{method: "POST", target: "Patient/a", status: 405},
			{method: "OPTIONS", target: "Patient/a", status: 204},
			{method: "HEAD", target: "Patient/a", status: 404},
		}},
		{"history", []step{
			{method: "GET", target: "Patient/a/_history", status: 404, detail: "unknown-resource"},
			{method: "GET", target: "Patient/_history", status: 200},
			{method: "GET", target: "_history", status: 200},
			{method: "GET", target: "_history?_since=yesterday", status: 400, detail: "parameter-value"},
			{method: "GET", target: "_history?since=2020-01-01T00:00:00Z", status: 400, detail: "unknown-parameter"},
			{method: "GET", target: "_history?since=2020-01-01T00:00:00Z", prefer: interaction.Prefer{Lenient: true}, status: 200},
			{method: "GET", target: "_history?_page=rubbish", status: 400},
		}},
		{"search", []step{
			{method: "GET", target: "Patient?identifer=1", status: 400},
			{method: "GET", target: "Patient?identifer=1", prefer: interaction.Prefer{Lenient: true}, status: 200},
			{method: "GET", target: "Patient?birthdate=20x", status: 400},
			{method: "GET", target: "Patient?_page=rubbish", status: 400},
			{method: "POST", target: "Patient/_search?identifier=1", status: 200},
			{method: "GET", target: "Patient/a/Observation", status: 200},
			{method: "GET", target: "Patient/a/*", status: 200},
			{method: "POST", target: "Patient/a/_search", status: 200},
			{method: "GET", target: "?_type=Patient,Observation", status: 200},
			{method: "POST", target: "_search?_type=Patient", status: 200},
			{method: "GET", target: "metadata?mode=terminology", status: 400},
		}},
	}
	for _, tt := range tests {
		for engine, open := range engines {
			t.Run(tt.name+"/"+engine, func(t *testing.T) {
				t.Parallel()
				run(t, open(t), tt.steps)
			})
		}
	}
}
