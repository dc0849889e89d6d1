package bundle_test

import (
	"testing"

	"hearken/fhir/bundle"
	"hearken/fhir/r4"
)

func TestFullURL(t *testing.T) {
	is := r4.Definitions().IsResource
	for _, row := range []struct{ name, reference, holder, want string }{
		{"a urn", "urn:uuid:b", "urn:uuid:a", "urn:uuid:b"},
		{"an absolute URL of a version, with a fragment", "http://a.example/Patient/1/_history/2#b", "", "http://a.example/Patient/1"},
		{"another absolute URL", "http://a.example/b#c", "", "http://a.example/b"},
		{"a relative one", "Patient/1", "http://a.example/fhir/List/1", "http://a.example/fhir/Patient/1"},
		{"a relative one of a version", "Patient/1/_history/2", "http://a.example/fhir/List/1", "http://a.example/fhir/Patient/1"},
		{"a relative one in an entry of a version", "Patient/1", "http://a.example/List/1/_history/3", "http://a.example/Patient/1"},
		{"a relative one in an entry with a urn", "Patient/1", "urn:uuid:a", ""},
		{"a relative one in an entry with a relative fullUrl", "Patient/1", "List/1", ""},
		{"a relative one of no resource", "a/b", "http://a.example/List/1", ""},
		{"a condition", "Patient?identifier=a", "http://a.example/List/1", ""},
		{"a fragment", "#a", "http://a.example/List/1", ""},
		{"nothing", "", "http://a.example/List/1", ""},
	} {
		if got := bundle.FullURL(row.reference, bundle.Root(row.holder, is), is); got != row.want {
			t.Errorf("%s: FullURL(%q) in an entry of %q = %q, want %q", row.name, row.reference, row.holder, got, row.want)
		}
	}
}

func TestCut(t *testing.T) {
	for reference, want := range map[string][2]string{
		"Patient/1":                    {"Patient/1", ""},
		"Patient/1#a":                  {"Patient/1", "#a"},
		"Patient/1/_history/2":         {"Patient/1", "/_history/2"},
		"Patient/1/_history/2#a":       {"Patient/1", "/_history/2#a"},
		"Patient/1#a/_history/2":       {"Patient/1", "#a/_history/2"},
		"/_history/1":                  {"", "/_history/1"},
		"Patient/1/_history/2/_histor": {"Patient/1", "/_history/2/_histor"},
		"":                             {"", ""},
	} {
		if path, rest := bundle.Cut(reference); path != want[0] || rest != want[1] {
			t.Errorf("Cut(%q) = %q, %q, want %q", reference, path, rest, want)
		}
	}
}
