package query_test

import (
	"testing"

	"hearken/fhir/search/query"
)

func TestSatisfies_URI(t *testing.T) {
	uri := func(mode query.URIMode, uri string) query.Test { return query.URITest{URI: uri, Mode: mode} }
	value := func(uri string) query.Value { return query.URI{URI: uri} }
	const set = "http://acme.org/fhir/ValueSet/123"
	runSatisfies(t, []satisfiesRow{
		{"same", uri(query.SameURI, set), value(set), true},
		{"case matters", uri(query.SameURI, set), value("http://acme.org/fhir/valueset/123"), false},
		{"not a start", uri(query.SameURI, "http://acme.org"), value(set), false},
		{"urn", uri(query.SameURI, "urn:oid:1.2.3"), value("urn:oid:1.2.3"), true},
		{"below", uri(query.BelowURI, "http://acme.org/fhir/"), value(set), true},
		{"below without slash", uri(query.BelowURI, "http://acme.org/fhir"), value(set), true},
		{"below itself", uri(query.BelowURI, set), value(set), true},
		{"below, not at a boundary", uri(query.BelowURI, "http://acme.org/fhir/Val"), value(set), false},
		{"below, a version", uri(query.BelowURI, set), value(set + "|1.0"), true},
		{"below is not for URNs", uri(query.BelowURI, "urn:oid:1.2"), value("urn:oid:1.2/3"), false},
		{"below nothing", uri(query.BelowURI, ""), value(set), false},
		{"above", uri(query.AboveURI, set+"/_history/5"), value(set), true},
		{"above itself", uri(query.AboveURI, set), value(set), true},
		{"above, other", uri(query.AboveURI, "http://acme.org/fhir/ValueSet/1234"), value(set), false},
		{"canonical without version", uri(query.PrefixURI, set), value(set + "|1.0"), true},
		{"canonical itself", uri(query.PrefixURI, set), value(set), true},
		{"canonical, longer", uri(query.PrefixURI, set), value(set + "4"), false},
	})
}
