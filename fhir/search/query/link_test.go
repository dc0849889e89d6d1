package query_test

import (
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

func TestSatisfies_Link(t *testing.T) {
	patient := fhir.Key{Type: "Patient", ID: "23"}
	value := query.Link{Key: patient}
	versioned := query.Link{Key: patient, Version: 2}
	elsewhere := query.Link{URL: "http://other.example/fhir/Patient/23"}
	identified := query.LinkIdentifier{System: "http://acme.org", Code: "9"}
	runSatisfies(t, []satisfiesRow{
		{"type and id", query.LinkTest{Key: patient}, value, true},
		{"id alone", query.LinkTest{Key: fhir.Key{ID: "23"}}, value, true},
		{"other type", query.LinkTest{Key: fhir.Key{Type: "Group", ID: "23"}}, value, false},
		{"other id", query.LinkTest{Key: fhir.Key{Type: "Patient", ID: "2"}}, value, false},
		{"id alone does not look elsewhere", query.LinkTest{Key: fhir.Key{ID: "23"}}, elsewhere, false},
		{"URL elsewhere", query.LinkTest{URL: elsewhere.URL}, elsewhere, true},
		{"another URL", query.LinkTest{URL: "urn:uuid:1"}, elsewhere, false},
		{"any version", query.LinkTest{Key: patient}, versioned, true},
		{"that version", query.LinkTest{Key: patient, Version: 2}, versioned, true},
		{"another version", query.LinkTest{Key: patient, Version: 1}, versioned, false},
		{"a version asked for, none named", query.LinkTest{Key: patient, Version: 1}, value, false},
		{"no test at all", query.LinkTest{}, query.Link{}, false},
		{"identifier", query.LinkIdentifierTest{TokenTest: query.TokenTest{Code: "9", AnySystem: true}}, identified, true},
		{"identifier, other system", query.LinkIdentifierTest{TokenTest: query.TokenTest{System: "b", Code: "9"}}, identified, false},
	})
}
