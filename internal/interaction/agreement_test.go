package interaction_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	agreementRoles = `{"coding":[{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"clinical"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]}`
	roleCoding     = `{"system":"https://hearken.example.org/fhir/CodeSystem/access-role","code":"clinical"},`
	purposeCoding  = `,{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}`
)

func agreementOf(id, code, from, until string) string {
	return `{"resourceType":"Contract","id":"` + id + `",` + factMeta + `,"status":"executed",` + fmt.Sprintf(ods, code) + `,"applies":{"start":"` + from + `","end":"` + until + `"},"subType":[` + agreementRoles + `]}`
}

// An agreement that binds nobody is refused, with every reason, in whichever way it comes.
func TestAgreement_AtTheDoor(t *testing.T) {
	good := agreementOf("n", "N", "2024-01-01", "2025-01-01")
	for _, row := range []struct{ name, body, want string }{
		{"a good one", good, ""},
		{"without end", strings.Replace(good, `,"end":"2025-01-01"`, "", 1), ""},
		{"not signed yet", strings.Replace(strings.Replace(good, "executed", "offered", 1), `"applies":{"start":"2024-01-01","end":"2025-01-01"},`, "", 1), ""},
		{"no fact", strings.Replace(strings.Replace(good, factMeta, `"language":"en"`, 1), fmt.Sprintf(ods, "N"), `"title":"x"`, 1), ""},
		{"no ODS code", strings.Replace(good, fmt.Sprintf(ods, "N"), `"title":"x"`, 1), "agreement-organisation"},
		{"no period", strings.Replace(good, `"applies":{"start":"2024-01-01","end":"2025-01-01"},`, "", 1), "agreement-period"},
		{"a role of nobody", strings.Replace(good, `"clinical"`, `"king"`, 1), "agreement-role"},
		{"no role", strings.Replace(good, roleCoding, "", 1), "agreement-role"},
		{"a purpose of nobody", strings.Replace(good, "TREAT", "HMARKT", 1), "agreement-purpose"},
		{"no purpose", strings.Replace(good, purposeCoding, "", 1), "agreement-purpose"},
		{"nothing right", `{"resourceType":"Contract","id":"n",` + factMeta + `,"status":"executed"}`, "agreement-organisation agreement-role agreement-purpose agreement-period"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := plane(t)
			s.Login = nil
			bundle := func(kind string) string {
				return `{"resourceType":"Bundle","type":"` + kind + `","entry":[{"resource":` + row.body + `,"request":{"method":"PUT","url":"Contract/n"}}]}`
			}
			for _, call := range [][3]string{{"PUT", "Contract/n", row.body}, {"POST", "Contract", row.body}, {"POST", "", bundle("transaction")}} {
				a := do(s, call[0], call[1], call[2])
				var got []string
				for i := range 5 {
					if detail := text(t, a.Body, fmt.Sprintf("issue.%d.details.coding.0.code", i)); detail != "" {
						got = append(got, detail)
					}
				}
				if strings.Join(got, " ") != row.want || row.want != "" && a.Status != 422 || row.want == "" && a.Status > 201 {
					t.Errorf("%s %s: %d %v, want %q: %s", call[0], call[1], a.Status, got, row.want, a.Body)
				}
			}
			a := do(s, "POST", "", bundle("batch"))
			if refused := strings.Contains(string(a.Body), `"422`); refused != (row.want != "") {
				t.Errorf("in a batch: %s", a.Body)
			}
		})
	}
}

func TestAgreementNotices(t *testing.T) {
	s := plane(t)
	login := s.Login
	s.Login = nil
	for id, until := range map[string]string{"n40": "2024-04-09", "n30": "2024-03-20", "n7": "2024-03-05", "n1": "2024-02-29", "gone": "2024-02-27"} {
		put(t, s, "Contract/"+id, agreementOf(id, strings.ToUpper(id), "2023-01-01", until))
	}
	put(t, s, "Contract/next", agreementOf("next", "N1", "2024-03-01", "2024-03-02"))
	s.Login = login
	a := answer(s, as(principal("admin", "user/*.cruds"), "GET", "Contract/$agreement-notices", ""))
	var got []string
	for i := range 10 {
		if reference := text(t, a.Body, fmt.Sprintf("parameter.%d.part.1.valueReference.reference", i)); reference != "" {
			got = append(got, reference+" "+text(t, a.Body, fmt.Sprintf("parameter.%d.part.2.valueInteger", i)))
		}
	}
	if want := "Contract/n1 1, Contract/n7 7, Contract/n30 30"; a.Status != 200 || strings.Join(got, ", ") != want || !strings.Contains(string(a.Body), "ends within 7 days, on") {
		t.Errorf("%d %v, want %s: %s", a.Status, got, want, a.Body)
	}
	for _, who := range []string{"author", "officer", "keeper", "patient", "client-partner", "stranger"} {
		if a := answer(s, as(principal(who, "user/*.cruds"), "GET", "Contract/$agreement-notices", "")); a.Status != 403 {
			t.Errorf("%s: %d %s", who, a.Status, a.Body)
		}
	}
	if a := answer(s, as(principal("admin", "user/*.cruds"), "GET", "Contract/$agreement-notices?soon=yes", "")); a.Status != 400 {
		t.Errorf("with a parameter that it does not have: %d %s", a.Status, a.Body)
	}
	later := s.Now
	s.Now = func() time.Time { return later().Add(400 * 24 * time.Hour) }
	if a := answer(s, as(principal("admin", "user/*.cruds"), "GET", "Contract/$agreement-notices", "")); a.Status != 200 || strings.Contains(string(a.Body), "notice") {
		t.Errorf("when all are over: %d %s", a.Status, a.Body)
	}
}
