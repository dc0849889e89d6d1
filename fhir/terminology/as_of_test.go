package terminology_test

import (
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

// Everything that an answer comes from has to have stood at the time asked about: one that was changed later
// is named, and one of which it is not known.
func TestAsOf(t *testing.T) {
	const old, late = "2018-01-01", "2021-01-01"
	system := func(url, date string) definition.CodeSystem {
		return definition.CodeSystem{URL: url, Date: date, Content: "complete", ValueSet: url + "-all", Concepts: concepts("a")}
	}
	set := func(url, date string, include ...definition.ConceptSet) definition.ValueSet {
		return definition.ValueSet{URL: url, Date: date, Include: include}
	}
	of := func(url string) definition.ConceptSet { return definition.ConceptSet{System: url} }
	named := system("urn:named", old)
	supplement := definition.CodeSystem{URL: "urn:names", Date: late, Content: "supplement", Supplements: "urn:named", Concepts: concepts("a")}
	excluding := set("excluding", old, of("urn:old"))
	excluding.Exclude = []definition.ConceptSet{of("urn:late")}
	library := terminology.NewLibrary(&definition.Terminology{
		CodeSystems: []definition.CodeSystem{system("urn:old", old), system("urn:late", late), system("urn:undated", ""), named, supplement},
		ValueSets: []definition.ValueSet{
			set("old", old, of("urn:old")), set("late", late, of("urn:old")), set("undated", "", of("urn:old")),
			set("of late", old, of("urn:old"), of("urn:late")), set("of undated", old, of("urn:undated")), excluding, set("of named", old, of("urn:named")),
			set("lists late", old, listed("urn:late", "a")), set("lists what is not loaded", old, listed("http://snomed.info/sct", "22298006")),
			set("of units", old, of("http://unitsofmeasure.org")), set("of what is not loaded", old, of("urn:nowhere")),
			set("imports old", old, imports("old")[0]), set("imports late", old, imports("late")[0]), set("imports of late", old, imports("imports late")[0]),
		},
	})
	stood := func(date string) bool { return date < "2020" }
	for _, row := range []struct {
		set     string
		reason  terminology.Reason
		subject string
	}{
		{"old", 0, ""},
		{"late", terminology.Changed, "late"},
		{"undated", terminology.Undated, "undated"},
		{"of late", terminology.Changed, "urn:late"},
		{"of undated", terminology.Undated, "urn:undated"},
		{"excluding", terminology.Changed, "urn:late"},
		{"of named", terminology.Changed, "urn:names"},
		{"lists late", terminology.Changed, "urn:late"},
		{"lists what is not loaded", 0, ""},
		{"of units", terminology.Undated, "http://unitsofmeasure.org"},
		{"of what is not loaded", 0, ""}, // it is not known in any case
		{"imports old", 0, ""},
		{"imports late", terminology.Changed, "late"},
		{"imports of late", terminology.Changed, "late"},
		{"urn:old-all", 0, ""},
		{"urn:late-all", terminology.Changed, "urn:late-all"},
	} {
		found, err := library.ValueSet(row.set)
		if err != nil {
			t.Fatal(err)
		}
		if got := found.AsOf(stood, false); got.Reason != row.reason || got.Subject != row.subject {
			t.Errorf("%s: AsOf() = %q, want reason %d of %q", row.set, got.Message(), row.reason, row.subject)
		}
	}
	sent := set("sent", "", of("urn:old"))
	if got := library.Compile(&sent).AsOf(stood, true); got.Reason != 0 {
		t.Errorf("AsOf() of one that was sent = %q, want yes", got.Message())
	}
	for url, want := range map[string]terminology.Reason{"urn:old": 0, "urn:late": terminology.Changed, "urn:undated": terminology.Undated, "urn:named": terminology.Changed,
		"http://unitsofmeasure.org": terminology.Undated} {
		if got := library.System(url, "").AsOf(stood, false); got.Reason != want {
			t.Errorf("%s: AsOf() = %q, want reason %d", url, got.Message(), want)
		}
	}
}
