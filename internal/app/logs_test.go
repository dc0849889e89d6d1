package app_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"hearken/internal/careplan"
	"hearken/internal/fhirtest"
)

// Every sample plan goes through every interaction, rightly and wrongly; then neither the log nor any
// diagnostics hold a name, a number or an id of anybody. Diagnostics do repeat what a client wrote as the
// name of a parameter, element or type, or it could not find its typing error; even there they hold no
// number.
func TestLogs_HoldNoIdentifiers(t *testing.T) {
	s := start(t, nil)
	c := &curious{server: s}
	for _, plan := range fhirtest.Plans(t) {
		s.must(200, "POST /", string(plan.Bundle))
		for _, e := range s.search("/Patient?_count=1&_sort=-_lastUpdated").Entry {
			c.try(identifiersOf(t, e.Resource), string(e.Resource), string(plan.Bundle))
		}
		c.requests += 2
	}
	log := s.log.String()
	for _, secret := range c.secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if n := strings.Count(log, "msg=request"); n != c.requests || c.refused < 500 || len(c.secrets) < 70 {
		t.Errorf("%d lines for %d requests, %d refusals, %d secrets: the test tests too little", n, c.requests, c.refused, len(c.secrets))
	}
}

// curious sends what it knows of people wherever a client can put it.
type curious struct {
	*server
	secrets           []string
	requests, refused int
}

// try makes all requests, right and wrong, about one patient and the plan it is from.
func (c *curious) try(known []string, patient, plan string) {
	c.t.Helper()
	c.secrets = append(c.secrets, known...)
	id, family := known[0], known[1]
	faulty := strings.Replace(patient, "{", `{"active":"`+family+`",`, 1)
	for _, line := range []string{"PUT /Patient/" + id, "PUT /Patient/another", "POST /Patient", "PATCH /Patient/" + id, "POST /Patient/" + id} {
		c.send(line, faulty, known)
	}
	c.send("POST /", strings.Replace(plan, `"status": "active"`, `"status": "`+family+`"`, 1), known)
	for _, line := range []string{"/_history", "/_history/1", "/CarePlan", ""} {
		c.send("GET /Patient/"+id+line, "", known)
	}
	for _, word := range known {
		for _, line := range asValues(id, word) {
			c.send(line, "", known)
		}
		for _, line := range asNames(word) {
			c.send(line, "", onlyNumbers(known))
		}
	}
	c.send("PUT /Patient/"+id, strings.Replace(patient, "{", `{"`+known[len(known)-1]+`":true,`, 1), onlyNumbers(known))
	c.send("DELETE /Patient?_id="+id, "", known)
}

// send makes a request, whose refusal must hold none of the secrets.
func (c *curious) send(line, body string, secrets []string) {
	c.t.Helper()
	r := c.server.send(line, body)
	if c.requests++; r.status < 400 {
		return
	}
	c.refused++
	for _, secret := range secrets {
		if strings.Contains(string(r.body), secret) {
			c.t.Errorf("%s = %d %s, want no %q in it", line, r.status, shorten(r.body), secret)
		}
	}
}

// onlyNumbers are those that consist of digits for the most part: NHS numbers, telephone numbers, dates.
func onlyNumbers(known []string) (numbers []string) {
	for _, one := range known[2:] {
		if strings.Trim(one, "0123456789 -+") == "" {
			numbers = append(numbers, one)
		}
	}
	return numbers
}

// identifiersOf is what tells who a Patient is: id, family name, birth date, identifiers and telephone numbers.
func identifiersOf(t *testing.T, patient json.RawMessage) []string {
	t.Helper()
	v := value(t, patient)
	known := []string{text(v, "id"), text(v, "name", 0, "family"), text(v, "birthDate")}
	for _, list := range []string{"identifier", "telecom"} {
		items, _ := at(v, list).([]any)
		for _, item := range items {
			known = append(known, text(item, "value"))
			if n, err := careplan.ParseNHSNumber(text(item, "value")); err == nil {
				known = append(known, n.Format())
			}
		}
	}
	return known
}

// asValues are requests that carry a word where values stand.
func asValues(id, word string) []string {
	word = url.QueryEscape(word)
	path := strings.ReplaceAll(word, "+", "%20")
	return []string{
		"GET /Patient?name=" + word, "GET /Patient?identifier=" + word, "GET /Patient?birthdate=" + word, "GET /Patient?_count=" + word,
		"GET /CarePlan?subject:Patient.family=" + word, "GET /CarePlan?subject:Patient.birthdate=" + word, "GET /Patient?_lastUpdated=" + word,
		"GET /Patient/" + path, "GET /Patient/" + id + "/" + path, "GET /Patient/$" + path, "GET /Patient/" + id + "/_history/" + path,
		"GET /Patient?_total=" + word, "GET /Patient?_summary=" + word, "GET /Patient?_format=" + word, "GET /Patient?active:missing=" + word,
		"DELETE /Patient?identifier=" + word + "&birthdate=" + word, "GET /Patient?%zz" + word,
	}
}

// asNames are requests that carry a word where names stand.
func asNames(word string) []string {
	word = url.QueryEscape(word)
	return []string{
		"GET /Patient?" + word + "=x", "GET /Patient?_sort=" + word, "GET /Patient?_include=" + word, "GET /Patient?_elements=" + word,
		"GET /Patient?general-practitioner:" + word + "=x", "GET /CarePlan?subject." + word + "=x", "GET /Patient?_has:" + word + ":subject:status=x",
		"GET /" + strings.ReplaceAll(word, "+", "%20"),
	}
}
