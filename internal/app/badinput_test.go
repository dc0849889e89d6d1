package app_test

import (
	"strings"
	"testing"

	"hearken/internal/config"
)

// What must never be seen in a log or in diagnostics: an NHS number that passes every check, and a name.
const (
	secretNumber = "9990000018"
	secretName   = "Zxcvbnmsson"
)

// secretPatient is a good Patient to put faults into.
const secretPatient = `{"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"` + secretNumber + `"}],"name":[{"family":"` + secretName + `"}]}`

func transaction(entries ...string) string {
	return `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",") + `]}`
}

func entry(resource, method, url string) string {
	return `{"resource":` + resource + `,"request":{"method":"` + method + `","url":"` + url + `"}}`
}

func TestBadInput(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxBody = 100_000 })
	before := s.versions() // of what the server brings
	insert := func(member string) string { return strings.Replace(secretPatient, `{`, `{`+member+`,`, 1) }
	for _, row := range []struct {
		name   string
		line   string
		body   string
		status []int
		where  []string // every place that has to be named
	}{
		{"not JSON", "POST /Patient", secretPatient[:60], []int{400}, nil},
		{"nothing", "POST /Patient", " ", []int{400}, nil},
		{"two values", "POST /Patient", secretPatient + secretPatient, []int{400}, nil},
		{"an array", "POST /Patient", "[" + secretPatient + "]", []int{400}, nil},
		{"not UTF-8", "POST /Patient", insert("\"language\":\"\xff\""), []int{400}, nil},
		{"too large", "POST /Patient", insert(`"language":"` + strings.Repeat("x", 100_000) + `"`), []int{413}, nil},
		{"too deep", "POST /Patient", strings.Repeat(`{"a":`, 20_000), []int{400, 413}, nil},
		{"another type than the URL", "POST /Observation", secretPatient, []int{400}, nil},
		{"no type", "POST /Patient", `{"id":"` + secretName + `"}`, []int{400}, nil},
		{"unknown type inside", "POST /Patient", `{"resourceType":"` + secretName + `"}`, []int{400}, nil},
		{"id mismatch", "PUT /Patient/" + secretName, insert(`"id":"other"`), []int{400}, nil},
		{"unknown element", "POST /Patient", insert(`"nhsNumber":"` + secretNumber + `"`), []int{400}, []string{"Patient.nhsNumber"}},
		{"all faults at once", "POST /Patient", insert(`"gendr":"female","birthDate":"` + secretNumber + `","active":"yes"`), []int{400}, []string{"Patient.gendr", "Patient.birthDate", "Patient.active"}},
		{"faults of all kinds at once", "POST /Patient", strings.ReplaceAll(insert(`"gendr":"female","gender":"`+strings.ToLower(secretName)+`","contact":[{"gender":"male"}]`), secretNumber, "9990000019"),
			[]int{400}, []string{"Patient.gendr", "Patient.gender", "Patient.contact[0]", "Patient.identifier[0].value"}},
		{"a value that cannot be read, elements that are missing", "POST /Observation", `{"resourceType":"Observation","valueQuantity":{"value":"1"}}`,
			[]int{400}, []string{"Observation.value.ofType(Quantity).value", "Observation"}},
		{"null", "POST /Patient", insert(`"gender":null`), []int{400}, []string{"Patient.gender"}},
		{"empty array", "POST /Patient", insert(`"telecom":[]`), []int{400}, []string{"Patient.telecom"}},
		{"duplicate key", "POST /Patient", insert(`"active":true,"active":false`), []int{400}, []string{"Patient.active"}},
		{"code outside its list", "POST /Patient", insert(`"gender":"` + strings.ToLower(secretName) + `"`), []int{422}, []string{"Patient.gender"}},
		{"missing elements", "POST /Observation", `{"resourceType":"Observation"}`, []int{422}, []string{"Observation"}},
		{"invariant", "POST /Patient", insert(`"contact":[{"gender":"female"}]`), []int{422}, []string{"Patient.contact[0]"}},
		{"NHS number that fails modulus 11", "POST /Patient", strings.ReplaceAll(secretPatient, secretNumber, "9990000019"), []int{422}, []string{"Patient.identifier[0].value"}},
		{"NHS number of a real range", "POST /Patient", strings.ReplaceAll(secretPatient, secretNumber, "4010232137"), []int{422}, []string{"Patient.identifier[0].value"}},
		{"NHS number with spaces", "POST /Patient", strings.ReplaceAll(secretPatient, secretNumber, "999 000 0018"), []int{422}, []string{"Patient.identifier[0].value"}},
		{"dangling urn:uuid", "POST /", transaction(entry(secretPatient, "POST", "Patient"),
			entry(`{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000009"}}`, "POST", "Flag")),
			[]int{400, 422}, []string{"Bundle.entry[1]"}},
		{"two entries write one resource", "POST /", transaction(entry(insert(`"id":"a"`), "PUT", "Patient/a"), entry(insert(`"id":"a"`), "PUT", "Patient/a")),
			[]int{400, 409, 422}, []string{"Bundle.entry[1]"}},
		{"one entry of two faulty", "POST /", transaction(entry(secretPatient, "POST", "Patient"), entry(insert(`"gender":"`+strings.ToLower(secretName)+`"`), "POST", "Patient")),
			[]int{422}, []string{"Bundle.entry[1]"}},
		{"one entry of two cannot be read", "POST /", transaction(entry(secretPatient, "POST", "Patient"), entry(insert(`"nhsNumber":"`+secretNumber+`"`), "POST", "Patient")),
			[]int{400}, []string{"Bundle.entry[1]"}},
		{"conditional reference to nobody", "POST /", transaction(entry(secretPatient, "POST", "Patient"),
			entry(`{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"reference":"Patient?identifier=`+secretName+`"}}`, "POST", "Flag")),
			[]int{400, 404, 412, 422}, []string{"Bundle.entry[1]"}},
		{"unknown method in an entry", "POST /", transaction(entry(secretPatient, "POST", "Patient"), entry(secretPatient, "FROB", "Patient")), []int{400, 422}, []string{"Bundle.entry[1]"}},
		{"entry without a request", "POST /", transaction(entry(secretPatient, "POST", "Patient"), `{"resource":`+secretPatient+`}`), []int{400, 422}, []string{"Bundle.entry[1]"}},
		{"entry for an unknown type", "POST /", transaction(entry(secretPatient, "POST", "Patient"), entry(secretPatient, "POST", secretName)), []int{400, 404, 422}, []string{"Bundle.entry[1]"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send(row.line, row.body)
			if !contains(row.status, r.status) {
				t.Fatalf("%s = %d %s, want %v", row.line, r.status, shorten(r.body), row.status)
			}
			places := placesOf(t, r.body)
			for _, where := range row.where {
				if !strings.Contains(places, where) {
					t.Errorf("faults at %q, want one at %s: %s", places, where, shorten(r.body))
				}
			}
			for _, secret := range []string{secretNumber, "9990000019", "4010232137", "999 000 0018", secretName, strings.ToLower(secretName)} {
				if strings.Contains(string(r.body), secret) {
					t.Errorf("the OperationOutcome repeats %s: %s", secret, r.body)
				}
			}
			if n := s.versions(); n != before {
				t.Fatalf("%d versions are stored, want the %d there were", n, before)
			}
		})
	}
	for _, secret := range []string{secretNumber, "9990000019", "4010232137", "999 000 0018", secretName, strings.ToLower(secretName)} {
		if log := s.log.String(); strings.Contains(log, secret) {
			t.Errorf("the log holds %s: %s", secret, log)
		}
	}
}

func contains(list []int, n int) bool {
	for _, one := range list {
		if one == n {
			return true
		}
	}
	return false
}

// placesOf is every expression of an OperationOutcome, which must have an error.
func placesOf(t *testing.T, body []byte) string {
	t.Helper()
	v := value(t, body)
	if text(v, "resourceType") != "OperationOutcome" || text(v, "issue", 0, "severity") == "" {
		t.Fatalf("not an OperationOutcome: %s", shorten(body))
	}
	var places []string
	issues, _ := at(v, "issue").([]any)
	for _, issue := range issues {
		expressions, _ := at(issue, "expression").([]any)
		for _, e := range expressions {
			places = append(places, text(e))
		}
	}
	return strings.Join(places, " ")
}
