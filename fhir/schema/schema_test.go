package schema_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/schema"
)

// profiled reads the differential of a profile of a type, with other definitions beside it.
func profiled(t testing.TB, typeName, differential string, others ...string) (schema.Source, *definition.StructureDefinition) {
	t.Helper()
	const url = "https://a.example/StructureDefinition/p"
	entries := []string{structure(url, typeName, differential)}
	var bundle strings.Builder
	bundle.WriteString(`{"resourceType":"Bundle","type":"collection","entry":[`)
	for i, resource := range append(entries, others...) {
		if i > 0 {
			bundle.WriteByte(',')
		}
		fmt.Fprintf(&bundle, `{"fullUrl":"urn:uuid:00000000-0000-4000-8000-%012d","resource":%s}`, i, resource)
	}
	bundle.WriteString("]}")
	pack, outcome := igpackage.ReadFile(r4.Definitions(), "p.json", []byte(bundle.String()), igpackage.DefaultLimits())
	if pack == nil || outcome.Failed() {
		t.Fatalf("ReadFile = %v", outcome)
	}
	library, _ := igpackage.NewLibrary(pack)
	source := schema.FromLibrary(r4.Definitions(), library)
	profile := source.Structure(url)
	if profile == nil {
		t.Fatalf("%s has no snapshot", url)
	}
	return source, profile
}

func structure(url, typeName, differential string) string {
	kind := "resource"
	if typeName == "Extension" {
		kind = "complex-type"
	}
	return `{"resourceType":"StructureDefinition","url":"` + url + `","name":"P","status":"active","kind":"` + kind + `","abstract":false,"type":"` + typeName +
		`","baseDefinition":"http://hl7.org/fhir/StructureDefinition/` + typeName + `","derivation":"constraint","differential":{"element":[` + differential + `]}}`
}

const identifierSlices = `{"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
	{"id":"Patient.identifier:a","path":"Patient.identifier","sliceName":"a","min":1,"max":"1"},
	{"id":"Patient.identifier:a.system","path":"Patient.identifier.system","min":1,"fixedUri":"urn:a"},
	{"id":"Patient.identifier:a.value","path":"Patient.identifier.value","min":1},
	{"id":"Patient.identifier:b","path":"Patient.identifier","sliceName":"b","max":"0"},
	{"id":"Patient.identifier:b.system","path":"Patient.identifier.system","min":1,"fixedUri":"urn:b"}`

// What a slice fixes and need not be there tells it apart all the same, where it is there.
const optionalSlices = `{"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[{"type":"value","path":"code"}],"rules":"open"}},
	{"id":"Observation.component:a","path":"Observation.component","sliceName":"a","max":"1"},
	{"id":"Observation.component:a.code.coding","path":"Observation.component.code.coding","min":1,"max":"1"},
	{"id":"Observation.component:a.code.coding.system","path":"Observation.component.code.coding.system","fixedUri":"urn:s"},
	{"id":"Observation.component:a.code.coding.code","path":"Observation.component.code.coding.code","min":1,"fixedCode":"a"},
	{"id":"Observation.component:a.value[x]","path":"Observation.component.value[x]","min":1}`

const existsSlices = `{"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"exists","path":"period"}],"rules":"open"}},
	{"id":"Patient.name:past","path":"Patient.name","sliceName":"past","max":"1"},
	{"id":"Patient.name:past.period","path":"Patient.name.period","min":1},
	{"id":"Patient.name:now","path":"Patient.name","sliceName":"now","min":1},
	{"id":"Patient.name:now.family","path":"Patient.name.family","min":1},
	{"id":"Patient.name:now.period","path":"Patient.name.period","max":"0"}`

const entrySlices = `{"id":"Bundle.entry","path":"Bundle.entry","slicing":{"discriminator":[{"type":"type","path":"resource"}],"rules":"open"}},
	{"id":"Bundle.entry:patient","path":"Bundle.entry","sliceName":"patient","min":1,"max":"1"},
	{"id":"Bundle.entry:patient.resource","path":"Bundle.entry.resource","min":1,"type":[{"code":"Patient"}]}`

const codeSlices = `{"id":"Observation.code.coding","path":"Observation.code.coding","slicing":{"discriminator":[{"type":"pattern","path":"$this"}],"rules":"open"}},
	{"id":"Observation.code.coding:a","path":"Observation.code.coding","sliceName":"a","min":1,"patternCoding":{"system":"urn:s","code":"a"}}`

const extensionSlice = `{"id":"Patient.extension","path":"Patient.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
	{"id":"Patient.extension:e","path":"Patient.extension","sliceName":"e","max":"1","type":[{"code":"Extension","profile":["https://a.example/StructureDefinition/e"]}]}`

const extensionDifferential = `{"id":"Extension.url","path":"Extension.url","fixedUri":"https://a.example/StructureDefinition/e"},
	{"id":"Extension.value[x]","path":"Extension.value[x]","min":1,"type":[{"code":"boolean"},{"code":"code"}]}`

func TestOf_Differential(t *testing.T) {
	extension := structure("https://a.example/StructureDefinition/e", "Extension", extensionDifferential)
	valueSet := `{"resourceType":"ValueSet","url":"https://a.example/v","status":"active","compose":{"include":[{"valueSet":["https://a.example/w"]},{"system":"urn:s","concept":[{"code":"x"}]}]}}`
	imported := `{"resourceType":"ValueSet","url":"https://a.example/w","status":"active","compose":{"include":[{"system":"https://a.example/s"}]}}`
	system := `{"resourceType":"CodeSystem","url":"https://a.example/s","status":"active","content":"complete","concept":[{"code":"y","concept":[{"code":"z"}]}]}`
	bound := `{"id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"https://a.example/v"}}`
	for _, row := range []struct {
		name, typeName, differential, resource string
		valid                                  bool
	}{
		{"an element that must be there", "Patient", `{"path":"Patient.gender","min":1}`, `"active":true`, false},
		{"it is", "Patient", `{"path":"Patient.gender","min":1}`, `"gender":"male"`, true},
		{"it is, as an extension", "Patient", `{"path":"Patient.gender","min":1}`, `"_gender":{"extension":[{"url":"urn:x","valueCode":"y"}]}`, true},
		{"an element that is ruled out", "Patient", `{"path":"Patient.photo","max":"0"}`, `"photo":[{"title":"t"}]`, false},
		{"fewer of an element", "Patient", `{"path":"Patient.name","max":"1"}`, `"name":[{"text":"a"},{"text":"b"}]`, false},
		{"more of an element", "Patient", `{"path":"Patient.name","min":2}`, `"name":[{"text":"a"}]`, false},
		{"a type of a choice", "Patient", `{"path":"Patient.deceased[x]","type":[{"code":"boolean"}]}`, `"deceasedDateTime":"2026"`, false},
		{"a choice given twice", "Patient", ``, `"deceasedDateTime":"2026","deceasedBoolean":true`, false},
		{"a choice given twice, once as an extension", "Patient", ``, `"deceasedDateTime":"2026","_deceasedBoolean":{"id":"x"}`, false},
		{"a choice that must be there", "Patient", `{"path":"Patient.deceased[x]","min":1}`, `"active":true`, false},
		{"a fixed value", "Patient", `{"path":"Patient.gender","fixedCode":"male"}`, `"gender":"female"`, false},
		{"a pattern of two codings", "Patient", `{"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"code":"a"},{"code":"b"}]}}`, `"maritalStatus":{"coding":[{"code":"b"},{"code":"c"}]}`, false},
		{"a pattern that fits", "Patient", `{"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"code":"a"},{"code":"b"}]}}`, `"maritalStatus":{"text":"t","coding":[{"code":"b"},{"code":"c"},{"code":"a"}]}`, true},
		{"a length", "Patient", `{"path":"Patient.name.family","maxLength":3}`, `"name":[{"family":"Long"}]`, false},
		{"a greatest number", "Patient", `{"path":"Patient.multipleBirth[x]","type":[{"code":"integer"}],"maxValueInteger":8}`, `"multipleBirthInteger":9`, false},
		{"inside a datatype", "Patient", `{"path":"Patient.name.family","min":1}`, `"name":[{"text":"a"}]`, false},
		{"inside a backbone element", "Patient", `{"path":"Patient.contact.name","min":1}`, `"contact":[{"gender":"male"}]`, false},
		{"a backbone element taken up again", "Questionnaire", `{"path":"Questionnaire.item.prefix","min":1}`, `"status":"draft","item":[{"linkId":"1","type":"group","prefix":"1","item":[{"linkId":"2","type":"display"}]}]`, true},
		{"a slice that must be there", "Patient", identifierSlices, `"active":true`, false},
		{"a slice", "Patient", identifierSlices, `"identifier":[{"system":"urn:a","value":"1"}]`, true},
		{"a slice that is not full", "Patient", identifierSlices, `"identifier":[{"system":"urn:a"}]`, false},
		{"a slice given twice", "Patient", identifierSlices, `"identifier":[{"system":"urn:a","value":"1"},{"system":"urn:a","value":"2"}]`, false},
		{"a slice that is ruled out", "Patient", identifierSlices, `"identifier":[{"system":"urn:a","value":"1"},{"system":"urn:b"}]`, false},
		{"slices that are closed", "Patient", identifierSlices, `"identifier":[{"system":"urn:a","value":"1"},{"system":"urn:c"}]`, false},
		{"slices by what is there", "Patient", existsSlices, `"name":[{"text":"a","period":{"start":"2020"}},{"family":"b"}]`, true},
		{"slices by what is there, one too many", "Patient", existsSlices, `"name":[{"period":{"end":"2020"}},{"period":{"end":"2021"}},{"family":"b"}]`, false},
		{"slices by what is there, one not full", "Patient", existsSlices, `"name":[{"text":"b"}]`, false},
		{"slices by type of resource", "Bundle", entrySlices, `"type":"collection","entry":[{"resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Basic"}}]`, true},
		{"slices by type of resource, none there", "Bundle", entrySlices, `"type":"collection","entry":[{"resource":{"resourceType":"Basic"}}]`, false},
		{"slices by type of resource, two there", "Bundle", entrySlices, `"type":"collection","entry":[{"resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Patient"}}]`, false},
		{"slices inside a datatype", "Observation", codeSlices, `"status":"final","code":{"coding":[{"system":"urn:s","code":"a","display":"A"}]}`, true},
		{"slices inside a datatype, none there", "Observation", codeSlices, `"status":"final","code":{"coding":[{"system":"urn:s","code":"b"}]}`, false},
		{"slices by values within", "Observation", optionalSlices, `"status":"final","code":{"text":"t"},"component":[{"code":{"coding":[{"system":"urn:s","code":"a"}]}}]`, false},
		{"slices by values within, of another system", "Observation", optionalSlices, `"status":"final","code":{"text":"t"},"component":[{"code":{"coding":[{"system":"urn:t","code":"a"}]}}]`, true},
		{"slices by values within, without a system", "Observation", optionalSlices, `"status":"final","code":{"text":"t"},"component":[{"code":{"coding":[{"code":"a"}]}}]`, false},
		{"an extension", "Patient", extensionSlice, `"extension":[{"url":"https://a.example/StructureDefinition/e","valueBoolean":true}]`, true},
		{"an extension without value", "Patient", extensionSlice, `"extension":[{"url":"https://a.example/StructureDefinition/e"}]`, false},
		{"an extension with a value of another type", "Patient", extensionSlice, `"extension":[{"url":"https://a.example/StructureDefinition/e","valueString":"s"}]`, false},
		{"an extension nobody named", "Patient", extensionSlice, `"extension":[{"url":"urn:other","valueString":"s"}]`, true},
		{"a code of a code system that is imported", "Patient", bound, `"maritalStatus":{"coding":[{"system":"https://a.example/s","code":"z"}]}`, true},
		{"a code of the value set itself", "Patient", bound, `"maritalStatus":{"coding":[{"system":"urn:o","code":"o"},{"system":"urn:s","code":"x"}]}`, true},
		{"a code of neither", "Patient", bound, `"maritalStatus":{"coding":[{"system":"urn:s","code":"y"}]}`, false},
		{"nulls that pad", "Patient", ``, `"name":[{"given":["a",null],"_given":[null,{"id":"b"}]}]`, true},
		{"nulls without siblings", "Patient", ``, `"name":[{"given":["a",null]}]`, false},
		{"base64", "Patient", ``, `"photo":[{"data":"QUJD\n RA=="}]`, true},
		{"base64 cut short", "Patient", ``, `"photo":[{"data":"QUJDR"}]`, false},
		{"a narrative", "Patient", ``, `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}`, true},
		{"a narrative without elements", "Patient", ``, `"text":{"status":"generated","div":"x"}`, false},
		{"a narrative with extensions", "Patient", ``, `"text":{"status":"generated","div":"<div/>","_div":{"extension":[{"url":"urn:x","valueCode":"y"}]}}`, false},
		{"another resource in it", "Patient", ``, `"contained":[{"resourceType":"Basic","id":"b","made":"up"}]`, true},
		{"something in it that is no resource", "Patient", ``, `"contained":[{"resourceType":"Nothing","id":"b"}]`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.differential == "" {
				row.differential = `{"path":"` + row.typeName + `"}`
			}
			source, profile := profiled(t, row.typeName, row.differential, extension, valueSet, imported, system)
			err := compile(t, source, profile).Validate(decode(t, []byte(`{"resourceType":"`+row.typeName+`",`+row.resource+`}`)))
			if (err == nil) != row.valid {
				t.Errorf("Validate(%s) = %v, want valid %t", row.resource, err, row.valid)
			}
		})
	}
}

// Profiles whose canonicals end alike are told apart.
func TestOf_SameName(t *testing.T) {
	extension := func(url, value string) string {
		return structure(url, "Extension", `{"path":"Extension.url","fixedUri":"`+url+`"},{"path":"Extension.value[x]","min":1,"type":[{"code":"`+value+`"}]}`)
	}
	slice := func(name, url string) string {
		return `{"id":"Patient.extension:` + name + `","path":"Patient.extension","sliceName":"` + name + `","type":[{"code":"Extension","profile":["` + url + `"]}]}`
	}
	const a, b = "https://a.example/StructureDefinition/e", "https://b.example/StructureDefinition/e"
	source, profile := profiled(t, "Patient", `{"path":"Patient.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},`+slice("a", a)+","+slice("b", b),
		extension(a, "boolean"), extension(b, "code"))
	compiled := compile(t, source, profile)
	for _, row := range []struct {
		url, value string
		valid      bool
	}{
		{a, `"valueBoolean":true`, true}, {b, `"valueCode":"c"`, true}, {a, `"valueCode":"c"`, false}, {b, `"valueBoolean":true`, false},
	} {
		resource := `{"resourceType":"Patient","extension":[{"url":"` + row.url + `",` + row.value + `}]}`
		if err := compiled.Validate(decode(t, []byte(resource))); (err == nil) != row.valid {
			t.Errorf("Validate(%s) = %v, want valid %t", resource, err, row.valid)
		}
	}
}

// A profile that refers to itself ends.
func TestOf_Recursive(t *testing.T) {
	const url = "https://a.example/StructureDefinition/e"
	again := structure(url, "Extension", `{"path":"Extension.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
		{"id":"Extension.extension:e","path":"Extension.extension","sliceName":"e","max":"1","type":[{"code":"Extension","profile":["`+url+`"]}]},
		{"path":"Extension.url","fixedUri":"`+url+`"}`)
	source, profile := profiled(t, "Patient", extensionSlice, again)
	compiled := compile(t, source, profile)
	inner := `{"url":"` + url + `","valueCode":"c"}`
	for items, valid := range map[string]bool{inner: true, inner + "," + inner: false} {
		resource := `{"resourceType":"Patient","extension":[{"url":"` + url + `","extension":[{"url":"` + url + `","extension":[` + items + `]}]}]}`
		if err := compiled.Validate(decode(t, []byte(resource))); (err == nil) != valid {
			t.Errorf("Validate(%s) = %v, want valid %t", resource, err, valid)
		}
	}
}

// The same bytes each time, and no more of them than needed.
func TestOf_Deterministic(t *testing.T) {
	source, profile := profiled(t, "Patient", identifierSlices)
	first, err := schema.Of(source, profile)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if again, err := schema.Of(source, profile); err != nil || !bytes.Equal(first, again) {
			t.Fatalf("Of gave %d bytes, then %d others, %v", len(first), len(again), err)
		}
	}
	if len(first) > 48<<10 || bytes.Contains(first, []byte(`"MarketingStatus"`)) {
		t.Errorf("the schema has %d bytes, or types that cannot be reached", len(first))
	}
}

func TestOf_Errors(t *testing.T) {
	for _, row := range []struct {
		name    string
		profile definition.StructureDefinition
	}{
		{"no snapshot", definition.StructureDefinition{URL: "u", Type: "Patient", Kind: definition.Resource}},
		{"no type of FHIR", definition.StructureDefinition{URL: "u", Type: "Nothing", Kind: definition.Resource}},
		{"a logical model", definition.StructureDefinition{URL: "u", Type: "Patient", Kind: definition.Logical}},
	} {
		if text, err := schema.Of(base(), &row.profile); err == nil {
			t.Errorf("Of(%s) = %d bytes, want an error", row.name, len(text))
		}
	}
}

func BenchmarkOf(b *testing.B) {
	source, profile := profiled(b, "Patient", identifierSlices)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := schema.Of(source, profile); err != nil {
			b.Fatal(err)
		}
	}
}
