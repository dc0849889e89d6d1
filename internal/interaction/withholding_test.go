package interaction_test

import (
	"strings"
	"testing"
	"time"

	"hearken/internal/interaction"
)

// decidedBy is the extension that says who withholds something until when.
func decidedBy(professional, until string) string {
	parts := []string{}
	if professional != "" {
		parts = append(parts, `{"url":"professional","valueReference":{"reference":"`+professional+`"}}`)
	}
	if until != "" {
		parts = append(parts, `{"url":"until","valueDateTime":"`+until+`"}`)
	}
	return `{"url":"https://hearken.example.org/fhir/StructureDefinition/withholding","extension":[` + strings.Join(append(parts, `{"url":"reason","valueString":"x"}`), ",") + `]}`
}

// decision is a CPR decision of p1, labelled as a whole or by its value.
func decision(id, whole, part string) string {
	idOf := ""
	if id != "" {
		idOf = `"id":"` + id + `",`
	}
	return `{"resourceType":"Observation",` + idOf + whole + `"status":"final","code":{"text":"CPR decision"},"subject":{"reference":"Patient/p1"},"valueCodeableConcept":{` + part + `"coding":[{"system":"urn:c","code":"not-for-cpr"}]}}`
}

func metaLabel(code string) string {
	return `"meta":{"security":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-label","code":"` + code + `"}]},`
}

func extensions(all ...string) string { return `"extension":[` + strings.Join(all, ",") + `],` }

// By the serious-harm test nothing is withheld without a named professional and an end.
func TestWithholding_SeriousHarmIsComplete(t *testing.T) {
	s := guarded(t)
	for _, row := range []struct {
		name, body string
		want       int
	}{
		{"as a whole, without both", decision("", metaLabel("serious-harm"), ""), 422},
		{"as a whole, without an end", decision("", metaLabel("serious-harm")+extensions(decidedBy("Practitioner/x", "")), ""), 422},
		{"as a whole, without a professional", decision("", metaLabel("serious-harm")+extensions(decidedBy("", "2024-12-31")), ""), 422},
		{"as a whole, until no time", decision("", metaLabel("serious-harm")+extensions(strings.ReplaceAll(decidedBy("Practitioner/x", "2024"), `"valueDateTime":"2024"`, `"valueString":"soon"`)), ""), 422},
		{"as a whole", decision("", metaLabel("serious-harm")+extensions(decidedBy("Practitioner/x", "2024-12-31")), ""), 201},
		{"an element, without both", decision("", "", extensions(labelled("serious-harm"))), 422},
		{"an element, without an end", decision("", "", extensions(labelled("serious-harm"), decidedBy("Practitioner/x", ""))), 422},
		{"an element, with those of the whole", decision("", extensions(decidedBy("Practitioner/x", "2024-12-31")), extensions(labelled("serious-harm"))), 422},
		{"an element", decision("", "", extensions(labelled("serious-harm"), decidedBy("Practitioner/x", "2024-12-31"))), 201},
		{"about somebody else", decision("", metaLabel("third-party"), ""), 201},
		{"a concern", decision("", "", extensions(labelled("safeguarding"))), 201},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := answer(s, as(principal("author", "user/*.cruds"), "POST", "Observation", row.body))
			if a.Status != row.want || row.want == 422 && !strings.Contains(string(a.Body), "withholding-incomplete") {
				t.Errorf("%d %s, want %d", a.Status, a.Body, row.want)
			}
		})
	}
}

// withholdingServer is a server whose clock can be set.
func withholdingServer(t testing.TB) (*interaction.Server, *time.Time) {
	s := guarded(t)
	now := s.Now()
	s.Now = func() time.Time { return now }
	return s, &now
}

// What is withheld from the person is seen by everybody else all the time, and by the person from its end on,
// with every search.
func TestWithholding_Ends(t *testing.T) {
	for _, row := range []struct {
		name, body string
		whole      bool // the person does not see that it is there
		ends       bool
	}{
		{"serious harm, the whole", decision("", metaLabel("serious-harm")+extensions(decidedBy("Practitioner/x", "2024-03-01")), ""), true, true},
		{"serious harm, the value", decision("", "", extensions(labelled("serious-harm"), decidedBy("Practitioner/x", "2024-03-01"))), false, true},
		{"about somebody else, the whole", decision("", metaLabel("third-party"), ""), true, false},
		{"about somebody else, the value", decision("", "", extensions(labelled("third-party"))), false, false},
		{"about somebody else, until a day", decision("", "", extensions(labelled("third-party"), decidedBy("", "2024-03-01"))), false, true},
		{"a concern, the whole", decision("", metaLabel("safeguarding"), ""), true, false},
		{"a concern, the whole, until a day", decision("", metaLabel("safeguarding")+extensions(decidedBy("", "2024-03-01")), ""), true, true},
		{"a concern, the value", decision("", "", extensions(labelled("safeguarding"))), false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, now := withholdingServer(t)
			a := answer(s, as(principal("author", "user/*.cruds"), "POST", "Observation", row.body))
			if a.Status != 201 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			key := "Observation/" + text(t, a.Body, "id")
			check := func(when string, ended bool) {
				t.Helper()
				for who, sees := range map[string]bool{"author": true, "gp": true, "paramedic": true, "patient": ended, "attorney": ended} {
					p := principal(who, "user/*.cruds")
					read := answer(s, as(p, "GET", key, ""))
					found := answer(s, as(p, "GET", "Observation?value-concept=urn:c%7Cnot-for-cpr", ""))
					history := answer(s, as(p, "GET", key+"/_history", ""))
					if strings.Contains(string(read.Body), "not-for-cpr") != sees || strings.Contains(string(found.Body), `"not-for-cpr"`) != sees || strings.Contains(string(history.Body), "not-for-cpr") != sees {
						t.Errorf("%s, %s: read %d %s\nfound %s", when, who, read.Status, read.Body, found.Body)
					}
					if want := map[bool]int{true: 200, false: 404}[sees || !row.whole]; read.Status != want {
						t.Errorf("%s, %s: read %d, want %d", when, who, read.Status, want)
					}
					sorted := answer(s, as(p, "GET", "Observation?_sort=value-concept", ""))
					if want := map[bool]int{true: 200, false: 403}[sees || row.whole]; sorted.Status != want {
						t.Errorf("%s, %s: sorted %d, want %d", when, who, sorted.Status, want)
					}
				}
			}
			check("before", false)
			*now = time.Date(2024, 3, 1, 23, 59, 59, 0, time.UTC)
			check("on its last day", false)
			*now = time.Date(2024, 3, 2, 0, 0, 0, 0, time.UTC)
			check("then", row.ends)
		})
	}
}

// decidedText is such a decision whose value is a text.
func decidedText(text, label string) string {
	value := `"valueString":"` + text + `"`
	if label != "" {
		value += `,"_valueString":{"extension":[` + label + `]}`
	}
	return `{"resourceType":"Observation","id":"op1","status":"final","code":{"text":"CPR decision"},"subject":{"reference":"Patient/p1"},` + value + `}`
}

// Those who see no records take labels off facts.
func TestWithholding_TakenAwayByAdministrators(t *testing.T) {
	s := guarded(t)
	labels := `,"title":"x","_title":{"extension":[` + labelled("third-party") + `]}`
	contract := func(more string) string {
		return `{"resourceType":"Contract","id":"X",` + factMeta + `,"status":"terminated",` + strings.ReplaceAll(ods, "%s", "X") + more + `}`
	}
	s.Login = nil
	put(t, s, "Contract/X", contract(labels))
	login(s)
	if a := answer(s, as(principal("admin", "user/*.cruds"), "PUT", "Contract/X", contract(`,"title":"x"`))); a.Status != 200 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// Labels of elements are raised here, and taken away by administrators.
func TestWithholding_NotTakenAway(t *testing.T) {
	plain, labelledPart := decision("op1", "", ""), decision("op1", "", extensions(labelled("third-party")))
	other := strings.ReplaceAll(plain, "not-for-cpr", "for-cpr")
	for _, row := range []struct {
		name, before, after string
		want                int
	}{
		{"taken off", labelledPart, plain, 403},
		{"another label instead", labelledPart, decision("op1", "", extensions(labelled("safeguarding"))), 403},
		{"one more", labelledPart, decision("op1", "", extensions(labelled("third-party"), labelled("safeguarding"))), 200},
		{"kept", labelledPart, labelledPart, 200},
		{"the element changed", labelledPart, other, 200},
		{"put on", plain, labelledPart, 200},
		{"taken off a text", decidedText("as it was", labelled("third-party")), decidedText("as it was", ""), 403},
		{"a text changed", decidedText("as it was", labelled("third-party")), decidedText("as it is", ""), 200},
		{"ended by who decides", decision("op1", "", extensions(labelled("serious-harm"), decidedBy("Practitioner/x", "2024-12-31"))),
			decision("op1", "", extensions(labelled("serious-harm"), decidedBy("Practitioner/x", "2024-02-01"))), 200},
		{"copied beside itself without", decision("op1", "", extensions(labelled("third-party"))),
			strings.Replace(labelledPart, `"status"`, `"component":[{"code":{"text":"x"},"valueCodeableConcept":{"coding":[{"system":"urn:c","code":"not-for-cpr"}]}}],"status"`, 1), 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guarded(t)
			author := principal("author", "user/*.cruds")
			if a := answer(s, as(author, "PUT", "Observation/op1", row.before)); a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			if a := answer(s, as(author, "PUT", "Observation/op1", row.after)); a.Status != row.want {
				t.Errorf("%d %s, want %d", a.Status, a.Body, row.want)
			}
		})
	}
}
