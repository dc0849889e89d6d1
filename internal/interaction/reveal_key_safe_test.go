package interaction_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/access"
	"hearken/internal/audit"
	"hearken/internal/interaction"
	"hearken/internal/smart"
	"hearken/internal/store"
)

const keySafe = `"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/key-safe","extension":[{"url":"place","valueString":"SecretPlace"},{"url":"code","valueString":"SecretCode"}]}]`

// livesAt is patient p1, written by organisation A, with addresses.
func livesAt(meta string, addresses ...string) string {
	return `{"resourceType":"Patient","id":"p1",` + meta + `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">SecretWords</div>"},"generalPractitioner":[{"reference":"Organization/p"}],` +
		`"managingOrganization":{"reference":"Organization/a"},"identifier":[{"system":"urn:n","value":"p1"}],"address":[` + strings.Join(addresses, ",") + `]}`
}

const (
	home  = `{"use":"home","line":["1 High Street"],"city":"Sampleton"}`
	house = `{"use":"temp","line":["2 Low Road"],"city":"Sampleton"}`
)

func withSafe(address, safe string) string {
	return strings.TrimSuffix(address, "}") + "," + safe + "}"
}

func keySafeServer(t testing.TB) *interaction.Server {
	t.Helper()
	s := guarded(t)
	withKeySafe(t, s)
	return s
}

// withKeySafe has patient p1 of a guarded server live at an address with a key safe.
func withKeySafe(t testing.TB, s *interaction.Server) {
	t.Helper()
	login := s.Login
	s.Login = nil
	put(t, s, "Basic/g5", `{"resourceType":"Basic","id":"g5",`+factMeta+`,"identifier":[{"system":"`+issuer+`","value":"crew","period":{"end":"2024-02-29T13:00:00Z"}}],"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"urgent-care-contact"}]},"subject":{"reference":"Patient/p1"}}`)
	put(t, s, "Basic/g6", `{"resourceType":"Basic","id":"g6",`+factMeta+`,"identifier":[{"system":"`+issuer+`","value":"breaker","period":{"end":"2024-02-29T13:00:00Z"}}],"code":{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-grant","code":"break-glass"}]},"subject":{"reference":"Patient/p1"}}`)
	s.Login = login
	if a := answer(s, as(principal("author", "user/*.cruds"), "PUT", "Patient/p1", livesAt("", withSafe(home, keySafe), house))); a.Status != 200 || strings.Contains(string(a.Body), "Secret") {
		t.Fatalf("the author writes: %d %s", a.Status, a.Body)
	}
}

func revealing(s *interaction.Server, p *smart.Principal, detail, more string) interaction.Answer {
	return answer(s, as(p, "POST", "Patient/p1/$reveal-key-safe", `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"`+detail+`"},{"name":"reason","valueCode":"going-in"}`+more+`]}`))
}

// The details are in no ordinary answer, whoever asks, and found by no search.
func TestKeySafe_NowhereElse(t *testing.T) {
	s := keySafeServer(t)
	for _, who := range []string{"author", "gp", "paramedic", "crew", "breaker", "patient", "attorney", "client-partner"} {
		p := principal(who, "user/*.cruds")
		if who == "attorney" {
			p.Scopes = smart.ParseScopes("user/*.cruds")
		}
		for _, target := range []string{"Patient/p1", "Patient/p1/_history/2", "Patient/p1/_history", "Patient/_history", "_history?_count=500", "Patient?_id=p1", "Patient?_id=p1&_elements=address", "Patient/p1?_summary=text", "Patient/p1?_summary=true",
			"CarePlan?_id=cp1&_include=CarePlan:subject", "Patient/p1/*?_count=100", "Patient?address=SecretPlace", "Patient?address=SecretCode", "Patient/p1/$validate"} {
			a := answer(s, as(p, "GET", target, ""))
			if body := strings.ReplaceAll(string(a.Body), "Patient?address=Secret", ""); a.Status != 200 || strings.Contains(body, "Secret") || strings.Contains(body, "key-safe") {
				t.Errorf("%s: GET %s = %d %.900s", who, target, a.Status, a.Body)
			}
			if strings.HasPrefix(target, "Patient?address") && !strings.Contains(string(a.Body), `"total":0`) {
				t.Errorf("%s finds a person by their key safe: %s", who, a.Body)
			}
		}
		if a := answer(s, as(p, "GET", "Patient?identifier=urn:n|p1&address-city=Sampleton", "")); !strings.Contains(string(a.Body), "High Street") {
			t.Errorf("%s does not find the person any more: %s", who, a.Body)
		}
	}
}

func TestRevealKeySafe(t *testing.T) {
	for _, row := range []struct {
		name, who, detail, more string
		want                    int
		shows                   string
	}{
		{"a dispatched crew, where", "crew", "place", "", 200, "SecretPlace"},
		{"a dispatched crew, the number", "crew", "code", "", 200, "SecretCode"},
		{"the authors", "author", "code", "", 200, "SecretCode"},
		{"of that address", "crew", "code", `,{"name":"address","valuePositiveInt":1}`, 200, "SecretCode"},
		{"of another address", "crew", "code", `,{"name":"address","valuePositiveInt":2}`, 404, "no-key-safe"},
		{"a detail that is not there", "crew", "instructions", "", 404, "no-key-safe"},
		{"none that is one", "crew", "everything", "", 422, "parameter-value"},
		{"the practice", "gp", "code", "", 403, "forbidden"},
		{"urgent care that was not dispatched", "paramedic", "code", "", 403, "forbidden"},
		{"a broken glass", "breaker", "code", "", 403, "forbidden"},
		{"the person", "patient", "code", "", 403, "forbidden"},
		{"an attorney", "attorney", "code", "", 403, "forbidden"},
		{"software", "client-partner", "code", "", 403, "forbidden"},
		{"who does not see the person", "other", "code", "", 404, "unknown-resource"},
		{"who is refused", "stranger", "code", "", 403, "forbidden"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := revealing(keySafeServer(t), principal(row.who, "user/*.cruds"), row.detail, row.more)
			if a.Status != row.want || !strings.Contains(string(a.Body), row.shows) {
				t.Errorf("%s = %d %s, want %d, %s", row.who, a.Status, a.Body, row.want, row.shows)
			}
			if strings.Count(string(a.Body), "Secret") > 1 || row.want != 200 && strings.Contains(string(a.Body), "Secret") {
				t.Errorf("more than one detail: %s", a.Body)
			}
			if a.Version != 0 {
				t.Errorf("the answer has the tag of version %d", a.Version)
			}
		})
	}
	s := keySafeServer(t)
	other := `"extension":[{"url":"urn:other","extension":[{"url":"code","valueString":"9999"}]},`
	if a := answer(s, as(principal("author", "user/*.cruds"), "PUT", "Patient/p1", livesAt("", withSafe(home, strings.Replace(keySafe, `"extension":[`, other, 1)), house))); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := revealing(s, principal("author", "user/*.cruds"), "code", ""); !strings.Contains(string(a.Body), "SecretCode") {
		t.Errorf("beside an extension that has a part of the same name: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(principal("crew", "user/*.cruds"), "POST", "Patient/p1/$reveal-key-safe", `{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"code"}]}`)); a.Status != 400 && a.Status != 422 {
		t.Errorf("without a reason: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(principal("crew", "user/*.cruds"), "GET", "Patient/p1/$reveal-key-safe?detail=code&reason=going-in", "")); a.Status != 405 {
		t.Errorf("by GET: %d %s", a.Status, a.Body)
	}
}

// Each is an act of its own, with its reason, in the person's access log; and there are only so many.
func TestRevealKeySafe_RecordedAndBounded(t *testing.T) {
	s := keySafeServer(t)
	crew, told := principal("crew", "user/*.cruds"), 0
	for range 20 {
		switch a := revealing(s, crew, "code", ""); a.Status {
		case 200:
			told++
		case 429:
			if !strings.Contains(string(a.Body), "reveal-limit") {
				t.Errorf("429 without why: %s", a.Body)
			}
		default:
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if told != 6 {
		t.Errorf("%d details told at once, want 6", told)
	}
	if a := revealing(s, principal("author", "user/*.cruds"), "code", ""); a.Status != 200 {
		t.Errorf("another caller is bounded by the first: %d", a.Status)
	}
	log := string(answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient/p1/$access-log?_count=200", "")).Body)
	if got := strings.Count(log, "asked how to get in at the person's home"); got != 21 {
		t.Errorf("%d such acts are in the access log, want 21", got)
	}
	if strings.Contains(log, "Secret") {
		t.Errorf("the log tells it: %s", log)
	}
	records, err := s.Audit.Read(t.Context(), auditOf("p1"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range records.Entries {
		if e.Operation == "reveal-key-safe" && e.Ground.Reason == "going-in" {
			found++
		}
	}
	if found != 21 {
		t.Errorf("%d records have the reason, want 21", found)
	}
}

// What was told before counts when the server has been started again; what was refused does not.
func TestRevealKeySafe_BoundedAcrossRestarts(t *testing.T) {
	c, where := newClock(), folder(t)
	start := func() (*interaction.Server, func()) {
		opened := openStore(t, where, c)
		s := serverOn(opened, c)
		s.Audit = opened.Audit()
		return s, func() {
			if err := opened.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	crew := principal("crew", "user/*.cruds")
	s, stop := start()
	guard(t, s)
	withKeySafe(t, s)
	for range 3 {
		if a := revealing(s, crew, "code", ""); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if a := revealing(s, crew, "instructions", ""); a.Status != 404 { // there are none, and asking counts
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for range 4 {
		if a := revealing(s, principal("gp", "user/*.cruds"), "code", ""); a.Status != 403 {
			t.Fatalf("the practice: %d %s", a.Status, a.Body)
		}
	}
	stop()
	for _, want := range []string{"200 200 429 429", "429 429 429 429"} {
		s, stop := start()
		login(s)
		crew.RoleID = "another"
		got := ""
		for range 4 {
			got += fmt.Sprint(" ", revealing(s, crew, "code", "").Status)
		}
		if got != " "+want {
			t.Errorf("after a restart:%s, want %s", got, want)
		}
		stop()
	}
	c.pass(time.Hour)
	s, stop = start()
	defer stop()
	login(s)
	s.Login.Caller = grantedAgain(s.Login.Caller)
	if a := revealing(s, crew, "code", ""); a.Status != 200 {
		t.Errorf("an hour later: %d %s", a.Status, a.Body)
	}
}

// grantedAgain has whoever asks be called to p1 now.
func grantedAgain(callers func(store.Reader, *smart.Principal) (access.Caller, error)) func(store.Reader, *smart.Principal) (access.Caller, error) {
	return func(rd store.Reader, p *smart.Principal) (access.Caller, error) {
		caller, err := callers(rd, p)
		caller.Contacts = append(caller.Contacts, "p1")
		return caller, err
	}
}

// Of several addresses with a key safe it has to be said which; one that was deleted has none.
func TestRevealKeySafe_SeveralAddresses(t *testing.T) {
	s := keySafeServer(t)
	author := principal("author", "user/*.cruds")
	if a := answer(s, as(author, "PUT", "Patient/p1", livesAt("", withSafe(home, keySafe), withSafe(house, strings.ReplaceAll(keySafe, "SecretCode", "SecondCode"))))); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for _, row := range []struct {
		more   string
		status int
		shows  string
	}{
		{"", 400, "missing-parameter"}, {`,{"name":"address","valuePositiveInt":1}`, 200, "SecretCode"}, {`,{"name":"address","valuePositiveInt":2}`, 200, "SecondCode"},
		{`,{"name":"address","valuePositiveInt":3}`, 404, "no-key-safe"}, {`,{"name":"address","valuePositiveInt":0}`, 400, ""},
	} {
		if a := revealing(s, author, "code", row.more); a.Status != row.status || !strings.Contains(string(a.Body), row.shows) {
			t.Errorf("%s: %d %s, want %d, %s", row.more, a.Status, a.Body, row.status, row.shows)
		}
	}
	if a := answer(s, as(author, "DELETE", "Patient/p1", "")); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := revealing(s, author, "code", `,{"name":"address","valuePositiveInt":1}`); a.Status != 404 {
		t.Errorf("of somebody deleted: %d %s", a.Status, a.Body)
	}
	s.Login = nil
	if a := revealing(s, nil, "code", ""); a.Status != 400 || !strings.Contains(string(a.Body), "no-login") {
		t.Errorf("where nobody logs in: %d %s", a.Status, a.Body)
	}
}

// Where nothing is recorded nobody is told.
func TestRevealKeySafe_WithoutARecord(t *testing.T) {
	s := keySafeServer(t)
	s.Audit = nil
	if a := revealing(s, principal("crew", "user/*.cruds"), "code", ""); a.Status != 400 || !strings.Contains(string(a.Body), "no-audit") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// Who writes a Patient without what they did not see does not lose it; and it goes to no other address.
func TestKeySafe_WrittenBack(t *testing.T) {
	seen := `"meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"}]},`
	part := `"meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},`
	another := strings.ReplaceAll(keySafe, "SecretCode", "SecretOther")
	none := `"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/key-safe","extension":[{"url":"none","valueBoolean":true}]}]`
	for _, row := range []struct {
		name, body string
		want       int
		kept       string // what $reveal-key-safe tells then; "" for nothing
	}{
		{"as it was seen", livesAt(seen, home, house), 200, "SecretCode"},
		{"a part of what was seen", livesAt(part, home, house), 409, "SecretCode"},
		{"with the addresses in another order", livesAt("", house, home), 200, "SecretCode"},
		{"with members in another order", livesAt("", `{"city":"Sampleton","line":["1 High Street"],"use":"home"}`, house), 200, "SecretCode"},
		{"with an extension of another sort", livesAt("", withSafe(home, `"extension":[{"url":"urn:x","valueString":"y"}]`), house), 409, "SecretCode"},
		{"with another address more", livesAt("", home, house, `{"city":"Elsewhere"}`), 200, "SecretCode"},
		{"at another address", livesAt("", `{"use":"home","line":["3 New Lane"]}`), 409, "SecretCode"},
		{"without an address", strings.Replace(livesAt("", ""), `,"address":[]`, "", 1), 409, "SecretCode"},
		{"with other details", livesAt("", withSafe(home, another), house), 200, "SecretOther"},
		{"at another address, with other details", livesAt("", withSafe(house, another)), 200, "SecretOther"},
		{"at another address, where there is none", livesAt("", withSafe(house, none)), 200, ""},
	} {
		for _, by := range []string{"author", "gp", "client-partner", "patient", "transaction", "conditional"} {
			t.Run(row.name+" by "+by, func(t *testing.T) {
				s := keySafeServer(t)
				c := as(principal(by, "user/*.cruds"), http.MethodPut, "Patient/p1", row.body)
				switch by {
				case "transaction":
					c = as(principal("author", "user/*.cruds"), http.MethodPost, "", fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[{"resource":%s,"request":{"method":"PUT","url":"Patient/p1"}}]}`, row.body))
				case "conditional":
					c = as(principal("author", "user/*.cruds"), http.MethodPut, "Patient?identifier=urn:n|p1", row.body)
				}
				a := answer(s, c)
				if a.Status != row.want || strings.Contains(string(a.Body), "Secret") && !strings.Contains(string(a.Body), "SecretWords") {
					t.Fatalf("%d %s, want %d", a.Status, a.Body, row.want)
				}
				if a.Status == 409 && !strings.Contains(string(a.Body), "key-safe-address-changed") && !strings.Contains(string(a.Body), "redacted-view") {
					t.Errorf("409 without why: %s", a.Body)
				}
				told := string(revealing(s, principal("author", "user/*.cruds"), "code", "").Body)
				if row.kept == "" && !strings.Contains(told, "no-key-safe") || !strings.Contains(told, row.kept) {
					t.Errorf("told then: %s, want %s", told, row.kept)
				}
				if a := answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient?_id=p1&_tag=REDACTED", "")); !strings.Contains(string(a.Body), `"total":0`) {
					t.Errorf("the tag of what was seen is stored: %s", a.Body)
				}
			})
		}
	}
}

// What belongs to nobody's address is nobody's key safe.
func TestKeySafe_OutOfPlace(t *testing.T) {
	s := guarded(t)
	flag := `{"resourceType":"Flag","status":"active","code":{"extension":[` + labelled("key-safe") + `],"text":"1234"},"subject":{"reference":"Patient/p1"}}`
	if a := answer(s, as(principal("author", "user/*.cruds"), "POST", "Flag", flag)); a.Status != 422 || !strings.Contains(string(a.Body), "key-safe-place") {
		t.Errorf("a Flag with the details of a key safe = %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(principal("author", "user/*.cruds"), "POST", "Flag", strings.Replace(flag, "access-label", `access-l\u0061bel`, 1))); a.Status != 422 {
		t.Errorf("by a label that is written with escapes = %d %s", a.Status, a.Body)
	}
	in := strings.Replace(keySafe, `"extension":[{"url":"place"`, `"extension":[`+labelled("key-safe")+`,{"url":"place"`, 1)
	if a := answer(s, as(principal("author", "user/*.cruds"), "PUT", "Patient/p1", livesAt("", withSafe(home, in)))); a.Status != 200 {
		t.Errorf("in its place, with the label = %d %s", a.Status, a.Body)
	}
}

func auditOf(patient fhir.ID) audit.Filter {
	return audit.Filter{Patient: patient, Count: audit.MaxCount}
}
