package terminology_test

import (
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

// Which version of a code system counts: that of the value set, or the one that is asked for; also in what it imports.
func TestValueSet_With(t *testing.T) {
	rows := &definition.Terminology{ValueSets: []definition.ValueSet{
		{URL: "any", Include: []definition.ConceptSet{{System: "urn:s"}}},
		{URL: "one", Include: []definition.ConceptSet{{System: "urn:s", Version: "1"}}},
		{URL: "imports", Include: imports("any")},
	}}
	for _, version := range []string{"1", "2", "3"} {
		rows.CodeSystems = append(rows.CodeSystems, definition.CodeSystem{URL: "urn:s", Version: version, Content: "complete", Concepts: concepts("v" + version)})
	}
	library := terminology.NewLibrary(rows)
	versions := func(canonical string) map[string]string {
		made, ok := terminology.AddCanonical(nil, canonical)
		if !ok {
			t.Fatalf("AddCanonical(%s) = false", canonical)
		}
		return made
	}
	for _, row := range []struct {
		name, set string
		versions  terminology.SystemVersions
		want      string
		failure   terminology.Reason
	}{
		{"none: the newest", "any", terminology.SystemVersions{}, "v3", 0},
		{"none: the one it names", "one", terminology.SystemVersions{}, "v1", 0},
		{"by default", "any", terminology.SystemVersions{Default: versions("urn:s|2")}, "v2", 0},
		{"by default, in what is imported", "imports", terminology.SystemVersions{Default: versions("urn:s|2")}, "v2", 0},
		{"by default, of one that names another", "one", terminology.SystemVersions{Default: versions("urn:s|2")}, "v1", 0},
		{"of another system", "any", terminology.SystemVersions{Default: versions("urn:t|2")}, "v3", 0},
		{"checked", "any", terminology.SystemVersions{Check: versions("urn:s|2")}, "v2", 0},
		{"checked, and named", "one", terminology.SystemVersions{Check: versions("urn:s|1")}, "v1", 0},
		{"checked, and another named", "one", terminology.SystemVersions{Check: versions("urn:s|2")}, "", terminology.OtherVersion},
		{"forced", "one", terminology.SystemVersions{Force: versions("urn:s|2")}, "v2", 0},
		{"forced to one that is not loaded", "one", terminology.SystemVersions{Force: versions("urn:s|9")}, "", terminology.UnknownVersion},
	} {
		t.Run(row.name, func(t *testing.T) {
			set, err := library.ValueSet(row.set)
			if err != nil {
				t.Fatal(err)
			}
			got, failure := set.With(row.versions).Expand(terminology.Expand{Count: terminology.All})
			if outline(got.Contains) != row.want || failure.Reason != row.failure {
				t.Errorf("Expand() = %q, %v, want %q, reason %d", outline(got.Contains), failure, row.want, row.failure)
			}
		})
	}
	for _, canonical := range []string{"", "urn:s", "urn:s|", "|1"} {
		if _, ok := terminology.AddCanonical(nil, canonical); ok {
			t.Errorf("AddCanonical(%q) = true, want false", canonical)
		}
	}
}
