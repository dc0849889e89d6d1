package validation_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/fhir/validation/snapshot"
)

// FuzzProfile measures whatever parses by whatever profile can be read: it never panics, ends, and says the same twice.
func FuzzProfile(f *testing.F) {
	name := `{"resourceType":"Patient","name":[{"family":"a","given":["b"]},{"text":"c"}],"telecom":[{"system":"phone","value":"1","use":"home"}]}`
	for _, rows := range []string{
		`{"path":"Patient.name","min":1,"slicing":{"discriminator":[{"type":"value","path":"family"}],"rules":"closed","ordered":true}},{"path":"Patient.name","sliceName":"a","min":1},{"path":"Patient.name.family","fixedString":"a"}`,
		`{"path":"Patient.name","slicing":{"rules":"openAtEnd"}},{"path":"Patient.name","sliceName":"a","max":"1"},{"path":"Patient.name.given","min":1}`,
		`{"path":"Patient.telecom","patternContactPoint":{"system":"phone"},"constraint":[{"key":"a","severity":"error","human":"b","expression":"conformsTo('` + test + `p')"}]}`,
		`{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["` + test + `p"],"aggregation":["bundled"],"versioning":"specific"}]}`,
		`{"path":"Patient.contact.name","type":[{"code":"HumanName","profile":["` + test + `p"]}]},{"path":"Patient.name","slicing":{"discriminator":[{"type":"profile","path":"$this"},{"type":"exists","path":"extension('x').value.ofType(string)"}],"rules":"open"}},{"path":"Patient.name","sliceName":"@default","max":"0"}`,
	} {
		f.Add([]byte(structureDefinition("p", "Patient", rows)), []byte(name))
	}
	f.Fuzz(func(t *testing.T, profile, resource []byte) {
		definitions, _ := element.Parse(r4.Definitions(), profile, element.Limits{})
		tree, _ := element.Parse(r4.Definitions(), resource, element.Limits{})
		if definitions == nil || tree == nil || definitions.Root().Name() != "StructureDefinition" {
			return
		}
		s, err := igpackage.StructureDefinition(definitions.Root())
		if err != nil {
			return
		}
		own := func(canonical string) *definition.StructureDefinition {
			if canonical == s.URL {
				return &s
			}
			return nil
		}
		v := validation.New(r4.Definitions(), validation.WithProfiles(snapshot.First(own, r4.Guide)), validation.WithTerminology(published))
		if diff := cmp.Diff(told(v.Validate(tree, s.URL)), told(v.Validate(tree, s.URL))); diff != "" {
			t.Errorf("Validate said two things (-first +second):\n%s", diff)
		}
	})
}

// TestProfiles_Concurrently shares a validator among goroutines from its first profile on.
func TestProfiles_Concurrently(t *testing.T) {
	source := jsonFiles(t, "examples")["Observation/Observation-blood-pressure.json"]
	tree, _ := parseAny(source)
	if tree == nil {
		t.Fatal("Observation/blood-pressure does not parse")
	}
	want := told(withProfiles().Validate(tree))
	v := withProfiles()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if diff := cmp.Diff(want, told(v.Validate(tree))); diff != "" {
				t.Errorf("Validate among others (-want +got):\n%s", diff)
			}
		})
	}
	group.Wait()
}
