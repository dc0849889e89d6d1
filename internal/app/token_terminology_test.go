package app_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// Searches by value sets and hierarchies, over what is stored and with a value set that a client has just stored.
func TestSearch_TokenTerminology(t *testing.T) {
	s := start(t, nil)
	const clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
	s.must(201, "PUT /ValueSet/ours", `{"resourceType":"ValueSet","id":"ours","url":"https://a.example/ValueSet/ours","status":"active","compose":{"include":[{"system":"`+clinical+`","concept":[{"code":"relapse"},{"code":"resolved"}]}]}}`)
	s.must(201, "PUT /Patient/p", `{"resourceType":"Patient","id":"p","gender":"female"}`)
	for _, code := range []string{"active", "relapse", "resolved"} {
		s.must(201, "PUT /Condition/"+code, `{"resourceType":"Condition","id":"`+code+`","subject":{"reference":"Patient/p"},"clinicalStatus":{"coding":[{"system":"`+clinical+`","code":"`+code+`"}]}}`)
	}
	for _, row := range []struct {
		name, query, want string
		status            int
	}{
		{"in a value set that is stored", "Condition?clinical-status:in=https://a.example/ValueSet/ours", "relapse resolved", 200},
		{"not in it", "Condition?clinical-status:not-in=https://a.example/ValueSet/ours", "active", 200},
		{"below a code", "Condition?clinical-status:below=" + clinical + "%7Cactive", "active relapse", 200},
		{"above a code", "Condition?clinical-status:above=" + clinical + "%7Crelapse", "active relapse", 200},
		{"in a value set of R4, in a chain", "Condition?patient.gender:in=" + genders + "&clinical-status=active", "active", 200},
		{"in a value set that is not loaded", "Condition?clinical-status:in=urn:x", "", 400},
		{"in one that cannot be listed", "Condition?code:in=http://hl7.org/fhir/ValueSet/condition-code", "", 400},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send("GET /"+row.query+"&_sort=_id", "")
			var b struct {
				Entry []struct{ Resource struct{ ID string } }
			}
			if err := json.Unmarshal(r.body, &b); err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, e := range b.Entry {
				ids = append(ids, e.Resource.ID)
			}
			if got := strings.Join(ids, " "); r.status != row.status || got != row.want {
				t.Errorf("%s = %d %q, want %d %q", row.query, r.status, got, row.status, row.want)
			}
		})
	}
}
