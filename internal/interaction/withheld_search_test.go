package interaction_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hearken/fhir/search/query"
	"hearken/internal/interaction"
)

// secretObservation has values of nearly all that Observations are searched by, each withheld from the
// person; n tells two of them apart.
func secretObservation(id string, n int) string {
	x := fmt.Sprintf(`"extension":[%s]`, labelled("third-party"))
	concept := func(code string) string {
		return fmt.Sprintf(`{%s,"coding":[{"system":"urn:c","code":"%s%d"}],"text":"%s%d"}`, x, code, n, code, n)
	}
	reference := func(to string) string { return fmt.Sprintf(`{%s,"reference":"%s%d"}`, x, to, n) }
	return fmt.Sprintf(`{"resourceType":"Observation","id":"%s","identifier":[{%s,"system":"urn:i","value":"i%d"},{"system":"urn:i","value":"open"}],"status":"final","code":%s,"category":[%s,{"coding":[{"code":"open"}]}],
		"subject":{"reference":"Patient/p1"},"performer":[%s],"encounter":%s,"device":%s,"specimen":%s,"focus":[%s],"basedOn":[%s],"partOf":[%s],"derivedFrom":[%s],"hasMember":[%s],
		"effectiveDateTime":"201%d-01-01","_effectiveDateTime":{%s},"valueQuantity":{%s,"value":%d,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"},"method":%s,
		"component":[{%s,"code":{"coding":[{"system":"urn:c","code":"comp%d"}]},"valueQuantity":{"value":%d,"unit":"mg"}},{%s,"code":{"text":"a"},"valueCodeableConcept":{"coding":[{"code":"cv%d"}]}}]}`,
		id, x, n, concept("code"), concept("cat"), reference("Practitioner/d"), reference("Encounter/e"), reference("Device/v"), reference("Specimen/s"), reference("Practitioner/d"), reference("CarePlan/b"),
		reference("Procedure/r"), reference("Observation/f"), reference("Observation/m"), n, x, x, n, concept("method"), x, n, n, x, n)
}

// secretServer has such an Observation, and what it refers to.
func secretServer(t testing.TB, n int) *interaction.Server {
	t.Helper()
	s := guarded(t)
	author := principal("author", "user/*.cruds")
	login := s.Login
	s.Login = nil
	for i := 1; i <= 2; i++ {
		put(t, s, fmt.Sprintf("Practitioner/d%d", i), fmt.Sprintf(`{"resourceType":"Practitioner","id":"d%d","name":[{"family":"Doctor%d"}]}`, i, i))
		put(t, s, fmt.Sprintf("Encounter/e%d", i), fmt.Sprintf(`{"resourceType":"Encounter","id":"e%d","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"},"identifier":[{"value":"en%d"}]}`, i, i))
		put(t, s, fmt.Sprintf("Device/v%d", i), fmt.Sprintf(`{"resourceType":"Device","id":"v%d","patient":{"reference":"Patient/p1"}}`, i))
		put(t, s, fmt.Sprintf("Observation/f%d", i), observationOf(fmt.Sprintf("f%d", i), "p1"))
		put(t, s, fmt.Sprintf("Observation/m%d", i), observationOf(fmt.Sprintf("m%d", i), "p1"))
	}
	put(t, s, "Observation/secret", secretObservation("secret", n))
	s.Login = login
	if a := answer(s, as(author, "GET", "Observation/secret", "")); !strings.Contains(string(a.Body), fmt.Sprintf("code%d", n)) {
		t.Fatalf("the author does not see it: %s", a.Body)
	}
	return s
}

// probes are searches that ask for what is withheld, in every way there is.
func probes() (all []string) {
	values := map[query.Kind][]string{
		query.KindString: {"code", "a"}, query.KindDate: {"gt2011-06-01", "2011-01-01", "lt2011-06-01"}, query.KindNumber: {"1", "2"}, query.KindQuantity: {"1", "gt1", "2|http://unitsofmeasure.org|mg"},
		query.KindURI: {"x"}, query.KindComposite: {"urn:c|code1$1", "urn:c|comp2$gt1", "urn:c|code1$2011-01-01"},
	}
	codes := []string{"i", "code", "cat", "method", "comp", "cv"}
	references := []string{"Practitioner/d", "Encounter/e", "Device/v", "Specimen/s", "CarePlan/b", "Procedure/r", "Observation/f", "Observation/m"}
	for _, p := range registry().Parameters("Observation") {
		ask := func(modifier, value string) {
			all = append(all, "Observation?"+p.Code+modifier+"="+url.QueryEscape(value))
		}
		if p.Intrinsic == query.NotIntrinsic {
			ask(":missing", "true")
			ask(":missing", "false")
			all = append(all, "Observation?_sort="+p.Code, "Observation?_sort=-"+p.Code+"&_count=3", "Observation?_sort=-"+p.Code+"&code=code1")
		}
		for n := 1; n <= 2; n++ {
			switch p.Kind {
			case query.KindToken:
				for _, code := range codes {
					code = fmt.Sprint(code, n)
					ask("", code)
					ask(":not", code)
					ask(":text", code)
					all = append(all, "Observation?"+p.Code+"="+code+"&_summary=count", "Patient?_has:Observation:patient:"+p.Code+"="+code, "Device?_has:Observation:device:"+p.Code+"="+code)
				}
			case query.KindReference:
				for _, to := range references {
					ask("", fmt.Sprint(to, n))
					kind, _, _ := strings.Cut(to, "/")
					all = append(all, fmt.Sprintf("%s?_has:Observation:%s:_id=secret", kind, p.Code), fmt.Sprintf("Observation?%s:%s._id=%s%d", p.Code, kind, strings.TrimPrefix(to, kind+"/"), n),
						fmt.Sprintf("%s?_revinclude=Observation:%s", kind, p.Code), fmt.Sprintf("%s%d/Observation", to, n))
				}
				all = append(all, "Observation?_id=secret&_include=Observation:"+p.Code, "Observation?_id=secret&_include:iterate=Observation:"+p.Code)
			}
		}
		for _, value := range values[p.Kind] {
			ask("", value)
		}
	}
	return append(all, "Observation?_id=secret&_include=*", "Encounter?identifier=en1&_revinclude=*", "Patient/p1/*?_count=200", "Patient/p1/Observation?code=code1", "Observation?_count=100",
		"Observation/_history?_count=100", "Practitioner/d1/*", "Encounter/e1/*", "Device/v1/Observation")
}

// cursors are different each time.
var cursors = regexp.MustCompile(`_page=[^"]*`)

// Two stores that differ only in what is withheld answer alike, whatever is asked; to who sees it they do not.
func TestWithheld_NotSearchable(t *testing.T) {
	one, two := secretServer(t, 1), secretServer(t, 2)
	patient, author := principal("patient", "user/*.cruds"), principal("author", "user/*.cruds")
	differ, asked, refused := 0, 0, 0
	for _, target := range probes() {
		a, b := answer(one, as(patient, http.MethodGet, target, "")), answer(two, as(patient, http.MethodGet, target, ""))
		if a.Status != b.Status || cursors.ReplaceAllString(string(a.Body), "") != cursors.ReplaceAllString(string(b.Body), "") {
			t.Errorf("GET %s tells what is withheld:\n%d %.500s\n%d %.500s", target, a.Status, a.Body, b.Status, b.Body)
		}
		asked++
		if a.Status == 403 {
			refused++
		}
		a, b = answer(one, as(author, http.MethodGet, target, "")), answer(two, as(author, http.MethodGet, target, ""))
		if string(a.Body) != string(b.Body) {
			differ++
		}
	}
	if differ < asked/4 {
		t.Errorf("only %d of %d answers differ to who sees all", differ, asked)
	}
	t.Logf("%d searches, %d refused, %d differ to the author", asked, refused, differ)
}

// Nor do scopes that somebody has asked for themselves.
func TestWithheld_GranularScopes(t *testing.T) {
	one, two := secretServer(t, 1), secretServer(t, 2)
	for _, scope := range []string{"code=urn:c|code1", "value-quantity=1", "performer=Practitioner/d1", "date=2011-01-01"} {
		p, q := principal("patient", "user/Observation.rs?"+scope), principal("author", "user/Observation.rs?"+scope)
		for _, target := range []string{"Observation/secret", "Observation/secret/_history", "Observation/secret/_history/1", "Observation/_history", "_history", "Observation", "Observation?_id=secret"} {
			a, b := answer(one, as(p, http.MethodGet, target, "")), answer(two, as(p, http.MethodGet, target, ""))
			if a.Status != b.Status || string(a.Body) != string(b.Body) {
				t.Errorf("GET %s with %s tells what is withheld:\n%d %.400s\n%d %.400s", target, scope, a.Status, a.Body, b.Status, b.Body)
			}
			a, b = answer(one, as(q, http.MethodGet, target, "")), answer(two, as(q, http.MethodGet, target, ""))
			if string(a.Body) == string(b.Body) {
				t.Errorf("GET %s with %s is the same to who sees it", target, scope)
			}
		}
	}
}

// Nor does a conditional write.
func TestWithheld_ConditionalWrites(t *testing.T) {
	body := `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}`
	for _, criteria := range []string{"identifier=urn:i|i1", "code=urn:c|code1", "date=2011-01-01", "value-quantity=1", "performer=Practitioner/d1", "encounter.identifier=en1", "category:not=cat1", "date:missing=true", "_id=secret"} {
		for _, make := range []func() interaction.Call{
			func() interaction.Call {
				c := call("POST", "Observation", body)
				c.IfNoneExist = criteria
				return c
			},
			func() interaction.Call { return call("PUT", "Observation?"+criteria, body) },
			func() interaction.Call { return call("DELETE", "Observation?"+criteria, "") },
			func() interaction.Call {
				return call("POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":`+body+`,"request":{"method":"POST","url":"Observation","ifNoneExist":"`+criteria+`"}}]}`)
			},
		} {
			var answers [2]interaction.Answer
			for n := range answers {
				c := make()
				c.Principal = principal("patient", "user/*.cruds")
				answers[n] = answer(secretServer(t, n+1), c)
			}
			if a, b := answers[0], answers[1]; a.Status != b.Status || string(a.Body) != string(b.Body) {
				t.Errorf("%s %s by %s tells what is withheld:\n%d %s\n%d %s", make().Method, "Observation", criteria, a.Status, a.Body, b.Status, b.Body)
			}
		}
	}
}

// It is refused with why, even by an identifier that nobody has; and for who sees all of them it decides.
func TestWithheld_CriteriaRefused(t *testing.T) {
	s := secretServer(t, 1)
	for who, want := range map[string]int{"patient": 403, "author": 201} {
		c := as(principal(who, "user/*.cruds"), http.MethodPost, "Observation", observationOf("x", "p1"))
		c.IfNoneExist = "identifier=urn:i|nobody"
		if a := answer(s, c); a.Status != want || want == 403 && !strings.Contains(string(a.Body), "withheld-parameter") {
			t.Errorf("%s: %d, want %d: %s", who, a.Status, want, a.Body)
		}
	}
}

// A crew finds what is withheld from the person.
func TestWithheld_CrewLosesNothing(t *testing.T) {
	s := secretServer(t, 1)
	for _, target := range []string{"Observation?code=code1", "Observation?patient=p1&code=code1", "Observation?identifier=urn:i|i1", "Observation?value-quantity=1&_sort=-date", "Patient?_has:Observation:patient:code=code1"} {
		if a := answer(s, as(principal("paramedic", "user/*.cruds"), "GET", target, "")); !strings.Contains(string(a.Body), `"total":1`) {
			t.Errorf("GET %s = %d %.300s", target, a.Status, a.Body)
		}
	}
}
