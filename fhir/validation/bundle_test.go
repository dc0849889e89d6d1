package validation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// rule is a row of a table of inputs that each break one rule and no other; want is lines as told gives, none
// for nothing.
type rule struct{ name, source, want string }

func testRules(t *testing.T, rows []rule) {
	t.Helper()
	validator := validation.New(r4.Definitions())
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var want []string
			if row.want != "" {
				want = strings.Split(row.want, "\n")
			}
			if diff := cmp.Diff(want, told(validator.Validate(parse(t, row.source)))); diff != "" {
				t.Errorf("Validate(%s) (-want +got):\n%s", row.source, diff)
			}
		})
	}
}

// entries writes entries with fullUrls, two arguments each.
func entries(urlAndResource ...string) string {
	var b strings.Builder
	for i := 0; i < len(urlAndResource); i += 2 {
		fmt.Fprintf(&b, `,{"fullUrl":%q,"resource":%s}`, urlAndResource[i], urlAndResource[i+1])
	}
	return b.String()[1:]
}

func bundleOf(kind, more, entries string) string {
	return fmt.Sprintf(`{"resourceType":"Bundle","type":%q,%s"entry":[%s]}`, kind, more, entries)
}

func document(composition string, more ...string) string {
	return bundleOf("document", `"identifier":{"system":"http://a.example/ids","value":"1"},"timestamp":"2024-01-01T00:00:00Z",`,
		entries(append([]string{"http://a.example/Composition/1", composition}, more...)...))
}

func composition(members string) string {
	return `{"resourceType":"Composition","id":"1","status":"final","type":{"text":"a"},"date":"2024","title":"a",` + members + `}`
}

const (
	patient1   = `{"resourceType":"Patient","id":"1"}`
	patient1v1 = `{"resourceType":"Patient","id":"1","meta":{"versionId":"1"}}`
	patient1v2 = `{"resourceType":"Patient","id":"1","meta":{"versionId":"2"}}`
	group1     = `{"resourceType":"Group","id":"1","type":"person","actual":true}`
	nobody     = `{"resourceType":"Patient"}`
	byNobody   = `"author":[{"display":"a"}]`
	urn        = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e"
)

func TestValidate_Entry(t *testing.T) {
	testRules(t, []rule{
		{"a relative fullUrl", bundle(entries("Patient/1", patient1)), "error value full-url Bundle.entry[0]"},
		{"no fullUrl", bundle(`{"resource":` + patient1 + `}`), "error required full-url Bundle.entry[0]"},
		{"a fullUrl with another id", bundle(entries("http://a.example/Patient/2", patient1)), "warning invalid full-url Bundle.entry[0]"},
		{"a fullUrl with another type", bundle(entries("http://a.example/Group/1", patient1)), "error invalid full-url Bundle.entry[0]"},
		{"a fullUrl and no id", bundle(entries("http://a.example/Patient/1", nobody)), "error invalid full-url Bundle.entry[0]"},
		{"a fullUrl that names no resource", bundle(entries("http://a.example/nothing", nobody)), ""},
		{"an entry to be created", bundleOf("transaction", "", `{"fullUrl":"http://a.example/Patient/1","resource":`+nobody+`,"request":{"method":"POST","url":"Patient"}}`), ""},
		{"an entry to be created without fullUrl", bundleOf("batch", "", `{"resource":`+nobody+`,"request":{"method":"POST","url":"Patient"}}`), ""},
		{"a request without its resource", bundleOf("transaction", "", `{"request":{"method":"POST","url":"Patient"}}`), "error required bundle-request Bundle.entry[0]"},
		{"a request for another type", bundleOf("batch", "", `{"resource":`+nobody+`,"request":{"method":"POST","url":"Group"}}`), "error invalid bundle-request Bundle.entry[0].request.url"},
		{"a request for another id", bundleOf("batch", "", `{"resource":`+patient1+`,"request":{"method":"PUT","url":"Patient/2"}}`), "error invalid bundle-request Bundle.entry[0].request.url"},
		{"a conditional update", bundleOf("batch", "", `{"resource":`+nobody+`,"request":{"method":"PUT","url":"Patient?identifier=a|b"}}`), ""},
		{"an operation", bundleOf("batch", "", `{"resource":{"resourceType":"Parameters"},"request":{"method":"POST","url":"Patient/$match"}}`), ""},
		{"a search", bundleOf("batch", "", `{"request":{"method":"POST","url":"Patient/_search?identifier=a"}}`), ""},
		{"a deletion", bundleOf("transaction", "", `{"request":{"method":"DELETE","url":"Patient/1"}}`), ""},
		{"a history", bundleOf("history", "", `{"fullUrl":"http://a.example/Patient/1","resource":`+patient1v1+`,"request":{"method":"POST","url":"Patient"},"response":{"status":"201"}}`), ""},
	})
}

func TestValidate_BundleLink(t *testing.T) {
	page := `"link":[{"relation":"next","url":"http://a.example/2"}],`
	twice := `"link":[{"relation":"self","url":"http://a.example/Patient?a=b"},{"relation":"self","url":"http://a.example/Patient?a=b"}],`
	match := `{"fullUrl":"http://a.example/Patient/1","search":{"mode":"match"},"resource":` + patient1 + `}`
	testRules(t, []rule{
		{"pages of a collection", bundleOf("collection", page, entries("http://a.example/Patient/1", patient1)), "error invalid bundle-link Bundle.link[0].relation"},
		{"pages of a search", bundleOf("searchset", strings.Replace(page, "[", `[{"relation":"self","url":"http://a.example/Patient?a=b"},`, 1), match), ""},
		{"two links to itself", bundleOf("searchset", twice, match), "error invalid bundle-link Bundle.link[1]"},
		{"a style sheet that is not there", strings.Replace(document(composition(byNobody)), `"entry"`, `"link":[{"relation":"stylesheet","url":"Binary/css"}],"entry"`, 1), "error not-found stylesheet Bundle.link[0].url"},
		{"a style sheet elsewhere", strings.Replace(document(composition(byNobody)), `"entry"`, `"link":[{"relation":"stylesheet","url":"https://a.example/a.css"}],"entry"`, 1), "warning business-rule stylesheet Bundle.link[0].url"},
		{"a style sheet", strings.Replace(document(composition(byNobody), "http://a.example/Binary/css", `{"resourceType":"Binary","id":"css","contentType":"text/css"}`), `"entry"`, `"link":[{"relation":"stylesheet","url":"Binary/css"}],"entry"`, 1), ""},
	})
}

func TestValidate_Searchset(t *testing.T) {
	self := `"link":[{"relation":"self","url":"http://a.example/Patient?a=b"}],`
	of := func(mode, resource string) string {
		return bundleOf("searchset", self, `{"fullUrl":"`+urn+`f","search":{"mode":"`+mode+`"},"resource":`+resource+`}`)
	}
	testRules(t, []rule{
		{"a match", of("match", patient1), ""},
		{"an include of another type", of("include", group1), ""},
		{"a match of another type", of("match", group1), "error invalid searchset Bundle.entry[0].resource/*Group*/"},
		{"a match without id", of("match", nobody), "error invalid searchset Bundle.entry[0].resource/*Patient*/"},
		{"an outcome that is none", of("outcome", patient1), "error invalid searchset Bundle.entry[0].resource/*Patient*/"},
		{"an outcome without fullUrl", bundleOf("searchset", self, `{"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"informational"}]}}`), ""},
		{"no link to itself", strings.Replace(of("match", patient1), self, "", 1), "warning invalid searchset Bundle"},
		{"no mode", bundleOf("searchset", self, entries("http://a.example/Patient/1", patient1)), "warning invalid searchset Bundle.entry[0]"},
	})
}

func TestValidate_BundleReference(t *testing.T) {
	observed := func(reference string) string {
		return `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"subject":{"reference":"` + reference + `"}}`
	}
	const at = "Bundle.entry[0].resource/*Observation*/.subject"
	from := func(holder, reference string, others ...string) string {
		return bundle(entries(append([]string{holder, observed(reference)}, others...)...))
	}
	const server = "http://a.example/Observation/o"
	testRules(t, []rule{
		{"relative", from(server, "Patient/1", "http://a.example/Patient/1", patient1), ""},
		{"relative, of another server", from(server, "Patient/1", "http://b.example/Patient/1", patient1), "warning invalid reference-not-in-bundle " + at},
		{"relative, from a urn", from(urn+"0", "Patient/1", urn+"1", patient1), "warning invalid reference-not-in-bundle " + at},
		{"relative, to another type", from(urn+"0", "Patient/0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1", urn+"1", group1), "error invalid reference-target " + at},
		{"relative, to outside", from(server, "Patient/2", "http://a.example/Patient/1", patient1), ""},
		{"a version", from(server, "Patient/1/_history/2", "http://a.example/Patient/1", patient1v1, "http://a.example/Patient/1", patient1v2), ""},
		{"one of several versions", from(server, "Patient/1", "http://a.example/Patient/1", patient1v1, "http://a.example/Patient/1", patient1v2), "error multiple-matches reference-ambiguous " + at},
		{"a urn that is no entry", from(server, urn+"2"), "warning not-found reference-not-in-bundle " + at},
		{"an address outside", from(server, "http://c.example/Patient/1"), ""},
		{"a urn of another type", from(server, urn+"1", urn+"1", `{"resourceType":"Organization","name":"a"}`), "error structure reference-target " + at + "," + at + ".reference"},
	})
}

func TestValidate_Document(t *testing.T) {
	const first = "Bundle.entry[0].resource/*Composition*/"
	testRules(t, []rule{
		{"alone", document(composition(byNobody)), ""},
		{"whole", document(composition(byNobody+`,"subject":{"reference":"Patient/1"}`), "http://a.example/Patient/1", patient1), ""},
		{"a subject outside", document(composition(byNobody + `,"subject":{"reference":"Patient/1"}`)), "error not-found reference-not-in-bundle " + first + ".subject"},
		{"a urn outside", document(composition(byNobody + `,"subject":{"reference":"` + urn + `0"}`)), "error not-found reference-not-in-bundle " + first + ".subject"},
		{"an author of a section outside", document(composition(byNobody + `,"section":[{"title":"a","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"},"author":[{"reference":"Patient/1"}]}]`)), "error not-found reference-not-in-bundle " + first + ".section[0].author[0]"},
		{"an entry of a section outside", document(composition(byNobody + `,"section":[{"section":[{"entry":[{"reference":"Patient/1"}]}]}]`)), "error not-found reference-not-in-bundle " + first + ".section[0].section[0].entry[0]"},
		{"an entry of a section that is a definition elsewhere", document(composition(byNobody + `,"section":[{"entry":[{"reference":"http://b.example/Questionnaire/1"}]}]`)), ""},
		{"another document", document(composition(byNobody + `,"relatesTo":[{"code":"replaces","targetReference":{"reference":"Composition/2"}}]`)), ""},
		{"a subject by another server", document(composition(byNobody+`,"subject":{"reference":"Patient/1"},"section":[{"entry":[{"reference":"http://b.example/Patient/1"}]}]`), "http://b.example/Patient/1", patient1), "error invalid reference-not-in-bundle " + first + ".subject"},
		{"an entry nothing refers to", document(composition(byNobody), "http://a.example/Patient/1", patient1), "error invalid unreachable-entry Bundle.entry[1]"},
		{"an entry that refers to the Composition", document(composition(byNobody), "http://a.example/Observation/o", `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"focus":[{"reference":"Composition/1"}]}`), "warning invalid entry-reachable-backwards Bundle.entry[1]"},
		{"a provenance", document(composition(byNobody), "http://a.example/Provenance/o", `{"resourceType":"Provenance","id":"o","target":[{"reference":"Composition/1"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"a"}}]}`), ""},
	})
}

func TestValidate_Message(t *testing.T) {
	message := func(members string, others ...string) string {
		return bundleOf("message", "", entries(append([]string{"http://a.example/MessageHeader/1", `{"resourceType":"MessageHeader","id":"1","eventUri":"http://a","source":{"endpoint":"http://a"}` + members + `}`}, others...)...))
	}
	testRules(t, []rule{
		{"whole", message(`,"focus":[{"reference":"Patient/1"}]`, "http://a.example/Patient/1", patient1), ""},
		{"a focus outside", message(`,"focus":[{"reference":"Patient/1"}]`), "error not-found reference-not-in-bundle Bundle.entry[0].resource/*MessageHeader*/.focus[0]"},
		{"a sender outside", message(`,"sender":{"reference":"Organization/1"}`), ""},
		{"an entry nothing refers to", message("", "http://a.example/Patient/1", patient1), "warning invalid unreachable-entry Bundle.entry[1]"},
	})
}

func TestValidate_HostileDocumentIsLinear(t *testing.T) {
	validator := validation.New(r4.Definitions())
	for _, row := range []struct {
		name string
		next func(i, n int) int
	}{
		{"a chain", func(i, n int) int { return i + 1 }},
		{"a chain backwards", func(i, n int) int { return i - 1 }},
		{"all to one", func(int, int) int { return 0 }},
		{"each to none", func(i, n int) int { return n + i }},
	} {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 60, 300, func(n int) func() {
				var all []string
				for i := range n {
					all = append(all, fmt.Sprintf("http://a.example/Patient/%d", i),
						fmt.Sprintf(`{"resourceType":"Patient","id":"%d","link":[{"type":"refer","other":{"reference":"Patient/%d"}}]}`, i, row.next(i, n)))
				}
				tree := parse(t, document(composition(byNobody+`,"subject":{"reference":"Patient/0"}`), all...))
				return func() { validator.Validate(tree) }
			})
		})
	}
}
