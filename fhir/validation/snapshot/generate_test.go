package snapshot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/validation/snapshot"
	"hearken/internal/fhirtest"
)

const r4URL = "http://hl7.org/fhir/StructureDefinition/"

// r4Source finds R4's own types and the structures given; it needs no shared data.
func r4Source(given ...*definition.StructureDefinition) snapshot.Source {
	return func(canonical string) *definition.StructureDefinition {
		url, _, _ := strings.Cut(canonical, "|")
		for _, s := range given {
			if s.URL == url {
				return s
			}
		}
		return r4.Definitions().StructureDefinition(url)
	}
}

// profile reads a profile from the rows of its differential in JSON.
func profile(t testing.TB, name, base string, rows ...string) *definition.StructureDefinition {
	t.Helper()
	typeName := base
	if i := strings.IndexByte(base, '>'); i > 0 { // "other>Patient": derived from another profile
		base, typeName = "https://a.example/"+base[:i], base[i+1:]
	} else {
		base = r4URL + base
	}
	text := fmt.Sprintf(`{"resourceType":"StructureDefinition","url":"https://a.example/%s","name":"N","status":"active","kind":"resource","abstract":false,
		"type":%q,"baseDefinition":%q,"derivation":"constraint","differential":{"element":[%s]}}`, name, typeName, base, strings.Join(rows, ","))
	p, outcome := igpackage.ReadFile(r4.Definitions(), name, []byte(text), igpackage.Limits{})
	if p == nil || len(p.Structures) != 1 {
		t.Fatalf("ReadFile(%s) = %+v", text, outcome)
	}
	return &p.Structures[0]
}

func TestGenerate_Faults(t *testing.T) {
	sliced := `{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}}`
	base := profile(t, "base", "Patient",
		`{"path":"Patient.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}}`, sliced,
		`{"path":"Patient.identifier","sliceName":"a","min":1,"max":"2"}`,
		`{"path":"Patient.gender","mustSupport":true,"binding":{"strength":"required","valueSet":"https://a.example/v"}}`,
		`{"path":"Patient.deceased[x]","type":[{"code":"boolean"}]}`)
	organization := profile(t, "organization", "Organization", `{"path":"Organization.name","min":1}`)
	broken := profile(t, "broken", "Patient", `{"path":"Patient.nome"}`, `{"path":"Patient.name.first"}`)
	for _, row := range []struct{ name, base, rows, want string }{
		{"nothing wrong", "Patient", `{"path":"Patient.name","min":1,"max":"2"}`, ""},
		{"an unknown element", "Patient", `{"path":"Patient.nome"}`, snapshot.DetailUnknownPath},
		{"an unknown element of a type", "Patient", `{"path":"Patient.name.first"}`, snapshot.DetailUnknownPath},
		{"below a primitive", "Patient", `{"path":"Patient.gender.code"}`, snapshot.DetailUnknownPath},
		{"another type's path", "Patient", `{"path":"Person.name"}`, snapshot.DetailPath},
		{"an empty step", "Patient", `{"path":"Patient..name"}`, snapshot.DetailPath},
		{"the same twice", "Patient", `{"path":"Patient.name","min":1},{"path":"Patient.name","max":"1"}`, snapshot.DetailPath},
		{"fewer than the base asks", "Observation", `{"path":"Observation.code","min":0}`, snapshot.DetailCardinality},
		{"more than the base allows", "Patient", `{"path":"Patient.gender","max":"*"}`, snapshot.DetailCardinality},
		{"min above max", "Patient", `{"path":"Patient.name","min":2,"max":"1"}`, snapshot.DetailCardinality},
		{"min above the base's max", "Patient", `{"path":"Patient.gender","min":2}`, snapshot.DetailCardinality},
		{"slices that must stand too often", "Patient", `{"path":"Patient.name","max":"1","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}},{"path":"Patient.name","sliceName":"a","min":1},{"path":"Patient.name","sliceName":"b","min":1}`, snapshot.DetailCardinality},
		{"fewer of a slice than the base asks", "base>Patient", `{"path":"Patient.identifier","sliceName":"a","min":0}`, snapshot.DetailCardinality},
		{"more of a slice than the base allows", "base>Patient", `{"path":"Patient.identifier","sliceName":"a","max":"3"}`, snapshot.DetailCardinality},
		{"a type the base has not", "Observation", `{"path":"Observation.value[x]","type":[{"code":"Address"}]}`, snapshot.DetailType},
		{"a type the base took away", "base>Patient", `{"path":"Patient.deceasedDateTime"}`, snapshot.DetailUnknownPath},
		{"a profile of another type", "Patient", `{"path":"Patient.name","type":[{"code":"HumanName","profile":["https://a.example/organization"]}]}`, snapshot.DetailProfileType},
		{"a walk into an unknown type", "Patient", `{"path":"Patient.contained","type":[{"code":"Foo"}]}`, snapshot.DetailType},
		{"a slice of what is not sliced", "Patient", `{"path":"Patient.name","sliceName":"a"}`, snapshot.DetailSlicing},
		{"a slice of what is closed", "base>Patient", `{"path":"Patient.identifier","sliceName":"b"}`, snapshot.DetailSlicing},
		{"slicing opened again", "base>Patient", `{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}}`, snapshot.DetailSlicing},
		{"slices told apart in another way", "base>Patient", `{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}}`, snapshot.DetailSlicing},
		{"two types that must be", "Observation", `{"path":"Observation.valueQuantity","min":1},{"path":"Observation.valueString"}`, snapshot.DetailSlicing},
		{"the slice of a type by another name", "Observation", `{"path":"Observation.valueQuantity","sliceName":"quantity"}`, snapshot.DetailSliceName},
		{"an unknown slice on the way", "Patient", sliced + `,{"id":"Patient.identifier:x.system","path":"Patient.identifier.system","sliceName":"y"}`, snapshot.DetailSlicing},
		{"a required binding relaxed", "base>Patient", `{"path":"Patient.gender","binding":{"strength":"preferred","valueSet":"https://a.example/v"}}`, snapshot.DetailBinding},
		{"mustSupport taken back", "base>Patient", `{"path":"Patient.gender","mustSupport":false}`, snapshot.DetailMustSupport},
		{"a fixed value of another type", "Patient", `{"path":"Patient.gender","fixedInteger":1}`, snapshot.DetailValueType},
		{"a pattern of another type", "Patient", `{"path":"Patient.name","patternAddress":{"city":"a"}}`, snapshot.DetailValueType},
		{"an unknown base", "nobody>Patient", `{"path":"Patient.name"}`, snapshot.DetailUnknownBase},
		{"a base with faults, which are the base's to tell", "broken>Patient", `{"path":"Patient.name"}`, snapshot.DetailBrokenBase},
		{"its own base", "p>Patient", `{"path":"Patient.name"}`, snapshot.DetailRecursive},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := profile(t, "p", row.base, row.rows)
			rows, outcome := snapshot.New(r4Source(p, base, broken, organization), snapshot.Options{Strict: true}).Generate(p)
			var got []string
			for _, issue := range outcome {
				got = append(got, issue.Detail)
			}
			if strings.Join(got, " ") != row.want || (rows == nil) != outcome.Failed() {
				t.Errorf("Generate(%s) = %d rows, %+v, want %q alone", row.rows, len(rows), outcome, row.want)
			}
		})
	}
}

func TestGenerate_Order(t *testing.T) {
	late := profile(t, "p", "Patient", `{"path":"Patient.gender","min":1}`, `{"path":"Patient.name","min":1}`)
	for _, row := range []struct {
		ordered bool
		want    int
	}{{true, 1}, {false, 0}} {
		_, outcome := snapshot.New(r4Source(late), snapshot.Options{Strict: row.ordered}).Generate(late)
		if len(outcome) != row.want {
			t.Errorf("Generate, ordered %t = %+v, want %d issues", row.ordered, outcome, row.want)
		}
	}
}

// TestGenerate_TooWide takes profiles as packages have them: a cardinality that is too wide stays as the base has it.
func TestGenerate_TooWide(t *testing.T) {
	p := profile(t, "p", "Observation", `{"path":"Observation.code","min":0,"max":"*"}`, `{"path":"Observation.note","max":"3"}`)
	rows, outcome := snapshot.New(r4Source(p), snapshot.Options{}).Generate(p)
	if len(outcome) != 2 || outcome.Failed() {
		t.Fatalf("Generate = %+v, want two warnings", outcome)
	}
	if code, note := find(t, rows, "Observation.code"), find(t, rows, "Observation.note"); code.Min != 1 || code.Max != 1 || note.Max != 3 {
		t.Errorf("code %d..%d and note ..%d, want 1..1 and ..3", code.Min, code.Max, note.Max)
	}
}

// find gives the row of an id.
func find(t *testing.T, rows []definition.ElementDefinition, id string) definition.ElementDefinition {
	t.Helper()
	for _, row := range rows {
		if row.ID == id {
			return row
		}
	}
	t.Fatalf("there is no row %s", id)
	return definition.ElementDefinition{}
}

func TestGenerate_Facts(t *testing.T) {
	base := profile(t, "base", "Patient",
		`{"path":"Patient","constraint":[{"key":"b-1","severity":"error","human":"b","expression":"name.exists()"}]}`,
		`{"path":"Patient.maritalStatus","binding":{"strength":"extensible","valueSet":"https://a.example/v"},"mustSupport":true}`)
	p := profile(t, "p", "base>Patient",
		`{"path":"Patient","constraint":[{"key":"p-1","severity":"warning","human":"p","expression":"true"},{"key":"b-1","severity":"error","human":"b","expression":"false"}]}`,
		`{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"},{"type":"exists","path":"period"}],"ordered":true,"rules":"openAtEnd"}}`,
		`{"path":"Patient.identifier","sliceName":"a","min":1,"slicing":{"discriminator":[{"type":"pattern","path":"type"}],"rules":"open"}}`,
		`{"path":"Patient.identifier","sliceName":"b","max":"0"}`,
		`{"path":"Patient.identifier","sliceName":"a/one","max":"1"}`,
		`{"path":"Patient.identifier.type","patternCodeableConcept":{"text":"one"}}`,
		`{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"https://a.example/w"}}`,
		`{"path":"Patient.multipleBirthInteger","minValueInteger":1,"maxValueInteger":9}`)
	original := r4.Definitions().StructureDefinition(r4URL + "Patient").Elements[0].Constraints
	count := len(original)
	rows, outcome := snapshot.New(r4Source(p, base), snapshot.Options{}).Generate(p)
	if len(outcome) > 0 {
		t.Fatal(outcome)
	}
	var keys []string
	for _, c := range find(t, rows, "Patient").Constraints {
		keys = append(keys, c.Key+" "+c.Expression)
	}
	if n := len(keys); n != count+2 || keys[n-2] != "b-1 name.exists()" || keys[n-1] != "p-1 true" {
		t.Errorf("constraints = %q, want those of the base and after them b-1 as first said and p-1", keys)
	}
	if got := len(r4.Definitions().StructureDefinition(r4URL + "Patient").Elements[0].Constraints); got != count {
		t.Errorf("Patient itself has %d constraints after, %d before", got, count)
	}
	if got := find(t, rows, "Patient.identifier").Slicing; !got.Ordered || got.Rules != "openAtEnd" || len(got.Discriminators) != 2 {
		t.Errorf("slicing = %+v", got)
	}
	var ids []string
	for _, row := range rows {
		if row.Path == "Patient.identifier" {
			ids = append(ids, fmt.Sprintf("%s %d..%d", row.ID, row.Min, row.Max))
		}
	}
	want := []string{"Patient.identifier 0..-1", "Patient.identifier:a 1..-1", "Patient.identifier:a/one 0..1", "Patient.identifier:b 0..0"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("slices (-want +got):\n%s", diff)
	}
	if got := string(find(t, rows, "Patient.identifier:a/one.type").Pattern); got != `{"text":"one"}` {
		t.Errorf("pattern = %s", got)
	}
	status := find(t, rows, "Patient.maritalStatus")
	if status.Binding.Strength != "required" || status.Binding.ValueSet != "https://a.example/w" || !status.MustSupport {
		t.Errorf("maritalStatus = %+v", status.Binding)
	}
	birth := find(t, rows, "Patient.multipleBirth[x]:multipleBirthInteger")
	if string(birth.MinValue) != "1" || string(birth.MaxValue) != "9" || len(birth.Types) != 1 {
		t.Errorf("multipleBirth = %+v", birth)
	}
}

// TestGenerate_Hostile makes differentials that ask for much: each is refused, or made, quickly.
func TestGenerate_Hostile(t *testing.T) {
	deep := strings.Repeat(".extension", 2_000)
	var slicesOf, walks []string
	slicesOf = append(slicesOf, `{"path":"Patient.contact","slicing":{"discriminator":[{"type":"value","path":"gender"}],"rules":"open"}}`)
	for i := range 5_000 {
		slicesOf = append(slicesOf, fmt.Sprintf(`{"path":"Patient.contact","sliceName":"s%d"}`, i))
		walks = append(walks, fmt.Sprintf(`{"path":"Patient.contained%s.id"}`, strings.Repeat(".contained", i%50)))
	}
	for _, row := range []struct {
		name string
		rows []string
	}{
		{"a deep path", []string{`{"path":"Patient` + deep + `"}`}},
		{"many slices", slicesOf},
		{"many walks", walks},
	} {
		p := profile(t, "p", "Patient", row.rows...)
		var rows []definition.ElementDefinition
		var outcome fhir.Outcome
		took := fhirtest.CPUTime(t, func() { rows, outcome = snapshot.New(r4Source(p), snapshot.Options{}).Generate(p) })
		if took > 2*time.Second {
			t.Errorf("%s: Generate took %v", row.name, took)
		}
		if len(rows) > 10_000 || rows == nil && !outcome.Failed() {
			t.Errorf("%s: Generate = %d rows, %d issues", row.name, len(rows), len(outcome))
		}
	}
}

func FuzzGenerate(f *testing.F) {
	for _, seed := range []string{
		`{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},{"path":"Patient.identifier","sliceName":"a","min":1},{"path":"Patient.identifier.system","fixedUri":"u"}`,
		`{"id":"Patient.extension:a","path":"Patient.extension","sliceName":"a","type":[{"code":"Extension"}]},{"id":"Patient.extension:a.valueString","path":"Patient.extension.valueString","min":1}`,
		`{"path":"Patient.deceased[x]","type":[{"code":"boolean"}]},{"path":"Patient.deceasedBoolean","patternBoolean":true}`,
		`{"path":"Patient.contact.name.period.start","max":"0"},{"path":"Patient.link.other.reference","min":1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, differential string) {
		text := `{"resourceType":"StructureDefinition","url":"https://a.example/p","name":"N","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"` +
			r4URL + `Patient","derivation":"constraint","differential":{"element":[` + differential + `]}}`
		p, _ := igpackage.ReadFile(r4.Definitions(), "p", []byte(text), igpackage.Limits{})
		if p == nil || len(p.Structures) == 0 {
			return
		}
		s := &p.Structures[0]
		rows, outcome := snapshot.New(r4Source(s), snapshot.Options{}).Generate(s)
		if (rows == nil) != outcome.Failed() {
			t.Fatalf("Generate(%s) = %d rows, %+v: want one or the other", differential, len(rows), outcome)
		}
		ids := map[string]bool{}
		for i, row := range rows {
			if ids[row.ID] {
				t.Errorf("Generate(%s): %s twice", differential, row.ID)
			}
			ids[row.ID] = true
			if parent := row.Path[:max(strings.LastIndexByte(row.Path, '.'), 0)]; i > 0 && !slices.ContainsFunc(rows[:i], func(r definition.ElementDefinition) bool { return r.Path == parent }) {
				t.Errorf("Generate(%s): %s before its parent", differential, row.ID)
			}
		}
	})
}
