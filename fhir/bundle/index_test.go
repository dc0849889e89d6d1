package bundle_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/fhir/bundle"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

func parse(t testing.TB, source string) *element.Tree {
	t.Helper()
	tree, outcome := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
	if tree == nil {
		t.Fatalf("Parse(%.300s) = %+v, want a tree", source, outcome)
	}
	return tree
}

func entry(fullURL, resource string) string {
	return fmt.Sprintf(`{"fullUrl":%q,"resource":%s}`, fullURL, resource)
}

func of(entries ...string) string {
	return `{"resourceType":"Bundle","type":"collection","entry":[` + strings.Join(entries, ",") + `]}`
}

const (
	one      = `{"resourceType":"Patient","id":"1","meta":{"versionId":"1"}}`
	two      = `{"resourceType":"Patient","id":"1","meta":{"versionId":"2"}}`
	nameless = `{"resourceType":"Patient"}`
)

// TestFind asks what a reference means that stands in the first entry. A want of "n" is the resource of entry n,
// "2 entries" an ambiguous one, "near n" one that is missed by its fullUrl.
func TestFind(t *testing.T) {
	for _, row := range []struct{ name, reference, holder, entries, want string }{
		{"a urn", "urn:uuid:b", "urn:uuid:a", entry("urn:uuid:b", nameless), "1"},
		{"a urn with a fragment", "urn:uuid:b#c", "urn:uuid:a", entry("urn:uuid:b", nameless), "1"},
		{"an absolute URL", "http://a.example/Patient/1", "urn:uuid:a", entry("http://a.example/Patient/1", one), "1"},
		{"another server", "http://b.example/Patient/1", "http://a.example/List/1", entry("http://a.example/Patient/1", one), ""},
		{"a relative one", "Patient/1", "http://a.example/List/1", entry("http://a.example/Patient/1", one), "1"},
		{"a relative one from a version", "Patient/1", "http://a.example/List/1/_history/2", entry("http://a.example/Patient/1", one), "1"},
		{"a relative one from another server", "Patient/1", "http://b.example/List/1", entry("http://a.example/Patient/1", one), "near 1"},
		{"a relative one from a urn", "Patient/1", "urn:uuid:a", entry("http://a.example/Patient/1", one), "near 1"},
		{"a relative one that has the id of a urn", "Patient/b", "urn:uuid:a", entry("urn:uuid:b", nameless), "near 1"},
		{"a relative one of another type", "Group/1", "http://a.example/List/1", entry("http://a.example/Patient/1", one), ""},
		{"a version", "Patient/1/_history/2", "http://a.example/List/1", entry("http://a.example/Patient/1", one) + "," + entry("http://a.example/Patient/1", two), "2"},
		{"an absolute version", "http://a.example/Patient/1/_history/1", "urn:uuid:a", entry("http://a.example/Patient/1", one) + "," + entry("http://a.example/Patient/1", two), "1"},
		{"a version that is not there", "Patient/1/_history/3", "http://a.example/List/1", entry("http://a.example/Patient/1", one), "near 1"},
		{"no version where there are several", "Patient/1", "http://a.example/List/1", entry("http://a.example/Patient/1", one) + "," + entry("http://a.example/Patient/1", two), "2 entries"},
		{"a condition", "Patient?identifier=a|b", "http://a.example/List/1", entry("http://a.example/Patient/1", one), ""},
		{"a fragment", "#1", "http://a.example/List/1", entry("http://a.example/Patient/1", one), ""},
		{"nothing of a resource", "a/b/c", "http://a.example/List/1", entry("http://a.example/Patient/1", one), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			root := parse(t, of(entry(row.holder, `{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"display":"a"}}]}`), row.entries)).Root()
			list := root.Child("entry").Child("resource")
			var index bundle.Index
			got := told(index.Find(row.reference, list.Child("entry").Child("item")))
			if got != row.want {
				t.Errorf("Find(%s) in an entry of %s = %q, want %q", row.reference, row.holder, got, row.want)
			}
		})
	}
}

func told(m bundle.Match) string {
	position := func(resource element.Node) string { return fmt.Sprint(resource.Parent().Position()) }
	switch {
	case m.Count > 1:
		return fmt.Sprintf("%d entries", m.Count)
	case m.Count == 1:
		return position(m.Resource)
	case !m.Near.IsZero():
		return "near " + position(m.Near)
	}
	return ""
}

// TestFind_Nested: a Bundle in a Bundle is asked first, the one round it next; each by the entry that holds
// the reference there.
func TestFind_Nested(t *testing.T) {
	list := `{"resourceType":"List","status":"current","mode":"working"}`
	inner := of(entry("http://a.example/List/1", list), entry("http://a.example/Patient/1", one))
	root := parse(t, of(entry("http://b.example/Bundle/1", inner), entry("http://b.example/Patient/1", two), entry("http://b.example/Patient/2", nameless))).Root()
	from := root.Child("entry").Child("resource").Child("entry").Child("resource")
	var index bundle.Index
	if got := index.Find("Patient/1", from).Resource.Child("meta").Child("versionId").Text(); got != "1" {
		t.Errorf("Find(Patient/1) has version %q, want that of the inner Bundle", got)
	}
	if got := index.Find("Patient/2", from); got.Resource.Parent().Position() != 2 {
		t.Errorf("Find(Patient/2) = %+v, want the last entry of the outer Bundle", got)
	}
	if got := index.Find("Patient/1", root); got.Count != 0 {
		t.Errorf("Find(Patient/1) outside the entries = %+v, want nothing", got)
	}
}

func TestFind_HostileIsLinear(t *testing.T) {
	fhirtest.Linear(t, 60, 500, func(n int) func() {
		entries := make([]string, n)
		for i := range entries {
			entries[i] = entry("http://a.example/Patient/1", fmt.Sprintf(`{"resourceType":"Patient","id":"1","meta":{"versionId":"%d"}}`, i+1))
		}
		tree := parse(t, of(entries...))
		return func() {
			var index bundle.Index
			for e := tree.Root().FirstChild(); !e.IsZero(); e = e.NextSibling() {
				index.Find("Patient/1/_history/"+e.Child("resource").Child("meta").Child("versionId").Text(), e)
			}
		}
	})
}
