package query_test

import (
	"testing"

	"hearken/fhir/search/query"
)

func TestSatisfies_Token(t *testing.T) {
	const acme = "http://acme.org"
	code := query.TokenTest{Code: "2345", AnySystem: true}
	both := query.TokenTest{System: acme, Code: "2345"}
	bare := query.TokenTest{Code: "2345"}
	system := query.TokenTest{System: acme, AnyCode: true}
	typed := query.TypedIdentifierTest{System: acme, Code: "MR", Value: "1"}
	runSatisfies(t, []satisfiesRow{
		{"code, any system", code, query.Token{System: acme, Code: "2345"}, true},
		{"code, no system", code, query.Token{Code: "2345"}, true},
		{"another code", code, query.Token{Code: "234"}, false},
		{"case matters", query.TokenTest{Code: "a", AnySystem: true}, query.Token{Code: "A"}, false},
		{"system|code", both, query.Token{System: acme, Code: "2345"}, true},
		{"system|code, other system", both, query.Token{System: "http://b", Code: "2345"}, false},
		{"system|code, no system", both, query.Token{Code: "2345"}, false},
		{"|code without system", bare, query.Token{Code: "2345"}, true},
		{"|code with system", bare, query.Token{System: acme, Code: "2345"}, false},
		{"system|", system, query.Token{System: acme, Code: "x"}, true},
		{"system|, without code", system, query.Token{System: acme}, true},
		{"system|, other", system, query.Token{System: "http://b", Code: "x"}, false},
		{"of-type", typed, query.TypedIdentifier(typed), true},
		{"of-type, other type", typed, query.TypedIdentifier{System: acme, Code: "DL", Value: "1"}, false},
		{"of-type, other value", typed, query.TypedIdentifier{System: acme, Code: "MR", Value: "2"}, false},
	})
}
