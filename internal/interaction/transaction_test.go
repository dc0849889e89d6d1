package interaction_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
	"hearken/internal/interaction"
)

// ent is one entry of a Bundle: full members as JSON, or "" to leave them out.
func ent(fullURL, resource, method, url string, more ...string) string {
	var b strings.Builder
	b.WriteByte('{')
	if fullURL != "" {
		fmt.Fprintf(&b, `"fullUrl":%q,`, fullURL)
	}
	if resource != "" {
		fmt.Fprintf(&b, `"resource":%s,`, resource)
	}
	fmt.Fprintf(&b, `"request":{"method":%q,"url":%q`, method, url)
	for i := 0; i+1 < len(more); i += 2 {
		fmt.Fprintf(&b, `,%q:%q`, more[i], more[i+1])
	}
	b.WriteString("}}")
	return b.String()
}

func bundleOf(kind string, entries ...string) string {
	if len(entries) == 0 {
		return `{"resourceType":"Bundle","type":"` + kind + `"}`
	}
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`
}

func observation(subject string) string {
	return `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"` + subject + `"}}`
}

const (
	uuid1 = "urn:uuid:11111111-1111-4111-8111-111111111111"
	uuid2 = "urn:uuid:22222222-2222-4222-8222-222222222222"
)

// Every sample plan goes in by one transaction and is found by NHS number in one request.
func TestTransaction_Plans(t *testing.T) {
	s, _ := newServer(t)
	for _, plan := range fhirtest.Plans(t) {
		a := mustDo(t, s, 200, "POST", "", string(plan.Bundle))
		if got := text(t, a.Body, "type"); got != "transaction-response" {
			t.Errorf("%s: response type = %q", plan.Name, got)
		}
		if strings.Contains(string(a.Body), `"status":"4`) {
			t.Errorf("%s: %s", plan.Name, a.Body)
		}
		if plan.NHSNumber == "" {
			continue
		}
		found := mustDo(t, s, 200, "GET", "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|"+plan.NHSNumber, "")
		if got := text(t, found.Body, "total"); got != "1" {
			t.Errorf("%s: patients found = %s, want 1", plan.Name, got)
		}
		found = mustDo(t, s, 200, "GET", "CarePlan?patient.identifier=https://fhir.nhs.uk/Id/nhs-number|"+plan.NHSNumber+"&_include=CarePlan:subject", "")
		if strings.Contains(string(found.Body), "urn:uuid:") && strings.Contains(string(found.Body), `"reference":"urn:uuid`) {
			t.Errorf("%s: a urn is left: %s", plan.Name, found.Body)
		}
	}
	all := mustDo(t, s, 200, "GET", "_history?_count=1000", "")
	if strings.Contains(string(all.Body), `"reference":"urn:`) {
		t.Error("a reference to a urn is stored")
	}
}

// A transaction in an order of its own, answered in the order of the request.
func TestTransaction_Order(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/gone", patient("gone", "1"))
	a := mustDo(t, s, 200, "POST", "", bundleOf("transaction",
		ent("", "", "GET", "Patient?identifier=urn:test|1&_total=accurate"),
		ent("", patient("put", "1"), "PUT", "Patient/put"),
		ent("", patient("", "1"), "POST", "Patient", "ifNoneExist", "identifier=urn:test|1"),
		ent("", "", "DELETE", "Patient/gone"),
		ent("", "", "GET", "Patient/put"),
	))
	for i, want := range []string{"200 OK", "201 Created", "201 Created", "204 No Content", "200 OK"} {
		if got := text(t, a.Body, fmt.Sprintf("entry.%d.response.status", i)); got != want {
			t.Errorf("entry %d: status = %q, want %q", i, got, want)
		}
	}
	// DELETE came first, so the conditional POST found nothing; both writes are seen by the search.
	if got := text(t, a.Body, "entry.0.resource.total"); got != "2" {
		t.Errorf("search in the transaction: total = %s, want 2: %s", got, a.Body)
	}
	if got := text(t, a.Body, "entry.4.resource.id"); got != "put" {
		t.Errorf("read in the transaction: id = %q, want put", got)
	}
	if got, want := text(t, a.Body, "entry.1.response.location"), "Patient/put/_history/1"; got != want {
		t.Errorf("location = %q, want %q", got, want)
	}
	if got, want := text(t, a.Body, "entry.1.response.etag"), `W/"1"`; got != want {
		t.Errorf("etag = %q, want %q", got, want)
	}
	if text(t, a.Body, "entry.1.response.lastModified") == "" {
		t.Error("lastModified is missing")
	}
	if at(t, a.Body, "entry.1.resource") != nil {
		t.Error("a resource is answered though nobody asked for it")
	}
}

func TestTransaction_Empty(t *testing.T) {
	s, _ := newServer(t)
	a := mustDo(t, s, 200, "POST", "", bundleOf("transaction"))
	if got := string(a.Body); got != `{"resourceType":"Bundle","type":"transaction-response"}` {
		t.Errorf("empty transaction = %s", got)
	}
}

func TestTransaction_Rewriting(t *testing.T) {
	const rest = "http://elsewhere.test/fhir/Patient/77"
	tests := []struct {
		name, resource, path, want string
	}{
		{"reference to a urn", observation(uuid1), "subject.reference", "Patient/new-1"},
		{"with a fragment", observation(uuid1 + "#f"), "subject.reference", "Patient/new-1#f"},
		{"version-specific stays so", observation(rest + "/_history/9"), "subject.reference", "Patient/new-1/_history/1"},
		{"absolute", observation(rest), "subject.reference", "Patient/new-1"},
		{"relative, against the root of the entry's fullUrl", observation("Patient/77"), "subject.reference", "Patient/new-1"},
		{"nobody's", observation("Patient/78"), "subject.reference", "Patient/78"},
		{"elsewhere", observation("http://other.test/fhir/Patient/77"), "subject.reference", "http://other.test/fhir/Patient/77"},
		{"inside contained", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"performer":[{"reference":"#p"}],` +
			`"contained":[{"resourceType":"PractitionerRole","id":"p","practitioner":{"reference":"` + uuid2 + `"}}]}`,
			"contained.0.practitioner.reference", "Practitioner/new-3"},
		{"uri: an attachment's url", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"extension":[{"url":"http://e.test","valueUrl":"` + uuid1 + `"}]}`,
			"extension.0.valueUrl", "Patient/new-1"},
		{"uuid: cannot hold what a link becomes", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"extension":[{"url":"http://e.test","valueUuid":"` + uuid1 + `"}]}`,
			"extension.0.valueUuid", uuid1},
		{"a system is a name", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"identifier":[{"system":"` + uuid1 + `","value":"1"}]}`,
			"identifier.0.system", uuid1},
		{"canonical: never", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"extension":[{"url":"http://e.test","valueCanonical":"` + uuid1 + `"}]}`,
			"extension.0.valueCanonical", uuid1},
		{"a string that only looks like one", `{"resourceType":"Observation","status":"final","code":{"text":"` + uuid1 + `"}}`, "code.text", uuid1},
		{"narrative", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"text":{"status":"generated","div":` +
			`"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"` + uuid1 + `\">x</a><a href='http://o.test/?a=1&amp;b=2'>y</a><img src=\"` + uuid1 + `\" alt=\"\"/></div>"}}`,
			"text.div", `<div xmlns="http://www.w3.org/1999/xhtml"><a href="Patient/new-1">x</a><a href='http://o.test/?a=1&amp;b=2'>y</a><img src="Patient/new-1" alt=""/></div>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			first := uuid1
			if strings.Contains(tt.resource, "77") || strings.Contains(tt.name, "nobody") {
				first = rest
			}
			mustDo(t, s, 200, "POST", "", bundleOf("transaction",
				ent(first, patient("77", "1"), "POST", "Patient"),
				ent("http://elsewhere.test/fhir/Observation/1", tt.resource, "POST", "Observation"),
				ent(uuid2, `{"resourceType":"Practitioner"}`, "POST", "Practitioner"),
			))
			got := mustDo(t, s, 200, "GET", "Observation/new-2", "")
			if value := text(t, got.Body, tt.path); value != tt.want {
				t.Errorf("%s = %q, want %q", tt.path, value, tt.want)
			}
		})
	}
}

// What a matched If-None-Exist points at is the resource that is there, also in what is searchable.
func TestTransaction_RewritingToExisting(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/there", patient("there", "1"))
	a := mustDo(t, s, 200, "POST", "", bundleOf("transaction",
		ent(uuid2, observation(uuid1), "POST", "Observation"),
		ent(uuid1, patient("", "1"), "POST", "Patient", "ifNoneExist", "identifier=urn:test|1"),
	))
	if got := text(t, a.Body, "entry.1.response.status"); got != "200 OK" {
		t.Errorf("status = %q, want 200 OK", got)
	}
	if got := text(t, a.Body, "entry.1.response.location"); got != "Patient/there/_history/1" {
		t.Errorf("location = %q", got)
	}
	found := mustDo(t, s, 200, "GET", "Observation?subject=Patient/there", "")
	if got := text(t, found.Body, "entry.0.resource.subject.reference"); got != "Patient/there" {
		t.Errorf("reference = %q, want Patient/there", got)
	}
}

// Conditions on what the same transaction creates: they must be seen, though identities are settled before writing.
func TestTransaction_ConditionsWithin(t *testing.T) {
	s, _ := newServer(t)
	a := mustDo(t, s, 200, "POST", "", bundleOf("transaction",
		ent(uuid1, patient("", "1"), "POST", "Patient", "ifNoneExist", "identifier=urn:test|1"),
		ent(uuid2, patient("", "1"), "POST", "Patient", "ifNoneExist", "identifier=1"),
		ent("", observation(uuid2), "POST", "Observation"),
		ent("", observation("Patient?identifier=urn:test|1"), "POST", "Observation"),
		ent("", observation("Patient?identifier=urn:test|late"), "POST", "Observation"),
		ent("", patient("late", "late"), "PUT", "Patient/late"),
	))
	if got := text(t, a.Body, "entry.1.response.status"); got != "200 OK" {
		t.Errorf("second conditional create = %q, want 200 OK: two entries for one identity collapse", got)
	}
	for i, want := range map[int]string{2: "Patient/new-1", 3: "Patient/new-1", 4: "Patient/late"} {
		location := text(t, a.Body, fmt.Sprintf("entry.%d.response.location", i))
		got := mustDo(t, s, 200, "GET", strings.TrimSuffix(location, "/_history/1"), "")
		if ref := text(t, got.Body, "subject.reference"); ref != want {
			t.Errorf("entry %d: reference = %q, want %q", i, ref, want)
		}
	}
	if got := text(t, mustDo(t, s, 200, "GET", "Patient?identifier=1&_summary=count", "").Body, "total"); got != "1" {
		t.Errorf("patients = %s, want 1", got)
	}
}

// Prefer is that of the request that brought the Bundle.
func TestTransaction_Prefer(t *testing.T) {
	s, _ := newServer(t)
	c := call("POST", "", bundleOf("transaction", ent("", patient("", "1"), "POST", "Patient")))
	c.Prefer = interaction.Prefer{Return: "representation"}
	if a := answer(s, c); text(t, a.Body, "entry.0.resource.id") != "new-1" || text(t, a.Body, "entry.0.fullUrl") != base+"/Patient/new-1" {
		t.Errorf("return=representation: %s", a.Body)
	}
	c.Prefer = interaction.Prefer{Return: "OperationOutcome"}
	if a := answer(s, c); text(t, a.Body, "entry.0.response.outcome.resourceType") != "OperationOutcome" {
		t.Errorf("return=OperationOutcome: %s", a.Body)
	}
}

// Conditional updates and deletions, preconditions and conditional reads as entries.
func TestTransaction_Conditional(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/there", patient("there", "1"))
	mustDo(t, s, 201, "PUT", "Patient/gone", patient("gone", "2"))
	a := mustDo(t, s, 200, "POST", "", bundleOf("transaction",
		ent(uuid1, patient("", "1"), "PUT", "Patient?identifier=urn:test|1", "ifMatch", `W/"1"`),
		ent(uuid2, patient("", "3"), "PUT", "Patient?identifier=urn:test|3"),
		ent("", observation(uuid1), "POST", "Observation"),
		ent("", "", "DELETE", "Patient?identifier=urn:test|2"),
		ent("", "", "DELETE", "Patient?identifier=urn:test|nobody"),
		ent("", "", "DELETE", "Patient/nobody"),
		ent("", "", "GET", "Patient/there", "ifNoneMatch", `W/"2"`),
		ent("", "", "HEAD", "Patient/there"),
		ent("", "", "GET", "metadata"),
		ent("", "", "POST", "Patient/_search?identifier=urn:test|1"),
	))
	for i, want := range []string{"200 OK Patient/there/_history/2", "201 Created Patient/new-2/_history/1", "201 Created Observation/new-3/_history/1",
		"204 No Content ", "204 No Content ", "204 No Content ", "304 Not Modified ", "200 OK ", "200 OK ", "200 OK "} {
		at := fmt.Sprintf("entry.%d.response.", i)
		if got := text(t, a.Body, at+"status") + " " + text(t, a.Body, at+"location"); got != want {
			t.Errorf("entry %d = %q, want %q", i, got, want)
		}
	}
	mustDo(t, s, 410, "GET", "Patient/gone", "")
	if got := text(t, mustDo(t, s, 200, "GET", "Observation/new-3", "").Body, "subject.reference"); got != "Patient/there" {
		t.Errorf("reference = %q, want Patient/there", got)
	}
	if got := text(t, a.Body, "entry.9.resource.total"); got != "1" {
		t.Errorf("POST _search in a transaction: total = %q", got)
	}
}
