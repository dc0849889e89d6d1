package validation_test

import (
	"strings"
	"testing"
)

// sliced is a slicing of an element by discriminators, "type path", with rules.
func sliced(path, rules string, discriminators ...[2]string) string {
	text := ""
	for i, d := range discriminators {
		if i > 0 {
			text += ","
		}
		text += `{"type":"` + d[0] + `","path":"` + d[1] + `"}`
	}
	return `{"path":"` + path + `","slicing":{"discriminator":[` + text + `],` + rules + `}}`
}

func TestProfile_Slices(t *testing.T) {
	const open = `"rules":"open"`
	const home = `{"path":"Patient.telecom","sliceName":"home","min":1,"max":"1"},{"path":"Patient.telecom.use","min":1,"fixedCode":"home"},{"path":"Patient.telecom.value","min":1}`
	const work = `,{"path":"Patient.telecom","sliceName":"work","max":"1"},{"path":"Patient.telecom.use","min":1,"fixedCode":"work"}`
	byUse := func(rules string) string { return sliced("Patient.telecom", rules, [2]string{"value", "use"}) + "," }
	homes := func(uses ...string) string {
		text := ""
		for i, use := range uses {
			if i > 0 {
				text += ","
			}
			text += `{"system":"phone","use":"` + use + `","value":"1"}`
		}
		return `"telecom":[` + text + `]`
	}
	checkRows(t, "Patient", patient, []profileRow{
		{"as asked for", byUse(open) + home, homes("work", "home"), nil},
		{"none", byUse(open) + home, homes("work"), []string{"error slice-missing Patient"}},
		{"none of any", byUse(open) + home, `"active":true`, []string{"error slice-missing Patient"}},
		{"too many", byUse(open) + home, homes("home", "home"), []string{"error slice-too-many Patient,Patient.telecom[1]"}},
		{"something wrong in one", byUse(open) + home, `"telecom":[{"use":"home","rank":1}]`, []string{"error missing-element Patient.telecom[0]"}},
		{"nothing wrong in another", byUse(open) + home, `"telecom":[{"use":"home","system":"phone","value":"1"},{"use":"work","rank":1}]`, nil},
		{"closed", byUse(`"rules":"closed"`) + home, homes("home", "old"), []string{"error slice-closed Patient.telecom[1]"}},
		{"at the end", byUse(`"rules":"openAtEnd"`) + home, homes("old", "home"), []string{"error slice-not-at-end Patient.telecom[1]"}},
		{"in order", byUse(`"rules":"open","ordered":true`) + home + work, homes("home", "old", "work"), nil},
		{"out of order", byUse(`"rules":"open","ordered":true`) + home + work, homes("work", "home"), []string{"error slice-order Patient.telecom[1]"}},
		{"by two discriminators", sliced("Patient.telecom", open, [2]string{"value", "use"}, [2]string{"value", "system"}) +
			`,{"path":"Patient.telecom","sliceName":"a","min":1},{"path":"Patient.telecom.system","min":1,"fixedCode":"email"},{"path":"Patient.telecom.use","min":1,"fixedCode":"home"}`,
			`"telecom":[{"use":"home","system":"url","value":"1"},{"use":"work","system":"email","value":"1"}]`, []string{"error slice-missing Patient"}},
		{"by pattern of the item", sliced("Patient.identifier", open, [2]string{"pattern", "$this"}) +
			`,{"path":"Patient.identifier","sliceName":"a","max":"1","patternIdentifier":{"system":"urn:a"}}`,
			`"identifier":[{"system":"urn:a","value":"1"},{"system":"urn:b"},{"system":"urn:a","value":"2"}]`, []string{"error slice-too-many Patient,Patient.identifier[2]"}},
		{"by a path into a pattern", sliced("Patient.communication", open, [2]string{"value", "language.coding.code"}) +
			`,{"path":"Patient.communication","sliceName":"a","max":"0"},{"path":"Patient.communication.language","patternCodeableConcept":{"coding":[{"code":"en"}]}}`,
			`"communication":[{"language":{"coding":[{"code":"cy"}]}},{"language":{"coding":[{"code":"en"}]}}]`, []string{"error slice-too-many Patient,Patient.communication[1]"}},
		{"by what is there", sliced("Patient.name", open, [2]string{"exists", "period"}) +
			`,{"path":"Patient.name","sliceName":"past","max":"1"},{"path":"Patient.name.period","min":1},{"path":"Patient.name","sliceName":"now","min":1},{"path":"Patient.name.period","max":"0"}`,
			`"name":[{"text":"a","period":{"end":"2000"}},{"text":"b","period":{"end":"2001"}}]`, []string{"error slice-missing Patient", "error slice-too-many Patient,Patient.name[1]"}},
		{"by an extension", sliced("Patient.name", open, [2]string{"value", "extension('http://hl7.org/fhir/StructureDefinition/data-absent-reason').value"}) +
			`,{"path":"Patient.name","sliceName":"none","max":"0"},{"path":"Patient.name.extension","sliceName":"why","min":1,"type":[{"code":"Extension","profile":["http://hl7.org/fhir/StructureDefinition/data-absent-reason"]}]},{"path":"Patient.name.extension.value[x]","fixedCode":"masked"}`,
			`"name":[{"text":"a","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}]`,
			[]string{"error slice-too-many Patient,Patient.name[1]"}},
		{"without discriminator", `{"path":"Patient.name","slicing":{"rules":"open"}},{"path":"Patient.name","sliceName":"full","min":1},{"path":"Patient.name.family","min":1},{"path":"Patient.name.given","min":1}`,
			`"name":[{"family":"a"},{"given":["b"]}]`, []string{"error slice-missing Patient"}},
		{"a slice of a slice", byUse(open) + `{"path":"Patient.telecom","sliceName":"home","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},{"path":"Patient.telecom.use","min":1,"fixedCode":"home"},` +
			`{"path":"Patient.telecom","sliceName":"home/phone","max":"1"},{"path":"Patient.telecom.use","min":1,"fixedCode":"home"},{"path":"Patient.telecom.system","min":1,"fixedCode":"phone"}`,
			`"telecom":[{"use":"home","system":"phone","value":"1"},{"use":"home","system":"email","value":"1"},{"use":"home","system":"phone","value":"2"}]`,
			[]string{"error slice-closed Patient.telecom[1]", "error slice-too-many Patient,Patient.telecom[2]"}},
		{"slices that overlap", sliced("Patient.telecom", open, [2]string{"exists", "rank"}) +
			`,{"path":"Patient.telecom","sliceName":"a"},{"path":"Patient.telecom.rank","min":1},{"path":"Patient.telecom","sliceName":"b","max":"1"},{"path":"Patient.telecom.rank","min":1}`,
			`"telecom":[{"rank":1,"system":"phone","value":"1"}]`, []string{"error slice-ambiguous Patient.telecom[0]"}},
		{"extensions nobody has defined", `{"path":"Patient.extension","sliceName":"a","min":1,"max":"1","type":[{"code":"Extension","profile":["http://a.example/x"]}]}`,
			`"extension":[{"url":"http://a.example/y","valueString":"a"},{"url":"http://a.example/x","valueString":"a"},{"url":"http://a.example/x","valueString":"a"}]`,
			[]string{"warning unknown-extension Patient.extension[0]", "warning unknown-extension Patient.extension[1]", "warning unknown-extension Patient.extension[2]", "error slice-too-many Patient,Patient.extension[2]"}},
		{"and what is in them", `{"path":"Patient.extension","sliceName":"a","max":"1","type":[{"code":"Extension","profile":["http://a.example/x"]}]},{"path":"Patient.extension.extension","sliceName":"b","min":1}`,
			`"extension":[{"url":"http://a.example/y","valueString":"a"},{"url":"http://a.example/x","valueString":"a"}]`,
			[]string{"warning unknown-extension Patient.extension[0]", "warning unknown-extension Patient.extension[1]", "error slice-missing Patient.extension[1]"}},
		{"the whole as well", byUse(open) + home + `,{"path":"Patient.contact","max":"0"}`, `"telecom":[{"use":"home","system":"phone","value":"1"}],"contact":[{"name":{"text":"a"}}]`, []string{"error too-many-elements Patient,Patient.contact[0]"}},
	})
}

func TestProfile_TypeSlices(t *testing.T) {
	const r4 = "http://hl7.org/fhir/StructureDefinition/"
	checkRows(t, "Observation", observation, []profileRow{
		{"of one type", `{"path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}},{"path":"Observation.value[x]","sliceName":"valueQuantity","type":[{"code":"Quantity"}]},{"path":"Observation.value[x].unit","min":1}`,
			`"valueQuantity":{"value":1}`, []string{"error missing-element Observation.value.ofType(Quantity)"}},
		{"of another", `{"path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}},{"path":"Observation.value[x]","sliceName":"valueQuantity","type":[{"code":"Quantity"}]},{"path":"Observation.value[x].unit","min":1}`,
			`"valueString":"a"`, nil},
		{"in short form", `{"path":"Observation.valueQuantity.unit","min":1}`, `"valueQuantity":{"value":1}`, []string{"error missing-element Observation.value.ofType(Quantity)"}},
		{"by the type of a reference", sliced("Observation.performer", `"rules":"closed"`, [2]string{"type", "resolve()"}) +
			`,{"path":"Observation.performer","sliceName":"who","min":1,"type":[{"code":"Reference","targetProfile":["` + r4 + `Practitioner"]}]}`,
			`"performer":[{"reference":"Practitioner/1"},{"reference":"Organization/1"}]`, []string{"error slice-closed Observation.performer[1]"}},
	})
	checkRows(t, "Observation", observation, []profileRow{
		{"what cannot be told is missed in no slice", sliced("Observation.performer", `"rules":"closed"`, [2]string{"profile", "resolve()"}) +
			`,{"path":"Observation.performer","sliceName":"who","min":1,"type":[{"code":"Reference","targetProfile":["` + test + `female"]}]}`,
			`"performer":[{"reference":"Patient/1"}]`, nil},
		{"what is here can be told", sliced("Observation.performer", `"rules":"closed"`, [2]string{"profile", "resolve()"}) +
			`,{"path":"Observation.performer","sliceName":"who","min":1,"type":[{"code":"Reference","targetProfile":["` + test + `female"]}]}`,
			`"contained":[{"resourceType":"Patient","id":"p","gender":"male"}],"performer":[{"reference":"#p"}]`, []string{"error slice-missing Observation", "error slice-closed Observation.performer[0]"}},
		{"codes of which nothing is known", sliced("Observation.category", `"rules":"closed"`, [2]string{"value", "$this"}) +
			`,{"path":"Observation.category","sliceName":"of","min":1,"binding":{"strength":"required","valueSet":"http://hearken.example.org/ValueSet/kinds"}}`,
			`"category":[{"coding":[{"system":"urn:unknown","code":"a"}]}]`, nil},
	}, structureDefinition("female", "Patient", `{"path":"Patient.gender","min":1,"fixedCode":"female"}`),
		`{"resourceType":"ValueSet","url":"http://hearken.example.org/ValueSet/kinds","status":"active","compose":{"include":[{"system":"urn:unknown","filter":[{"property":"concept","op":"is-a","value":"x"}]}]}}`)
	checkRows(t, "Bundle", bundle, []profileRow{
		{"by the type of a resource", sliced("Bundle.entry", `"rules":"open"`, [2]string{"type", "resource"}) +
			`,{"path":"Bundle.entry","sliceName":"patient","max":"1"},{"path":"Bundle.entry.resource","min":1,"type":[{"code":"Patient"}]},{"path":"Bundle.entry.resource.name","min":1}`,
			`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","active":true}},{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000002","resource":{"resourceType":"Basic","code":{"text":"a"}}}`,
			[]string{"error missing-element Bundle.entry[0].resource/*Patient*/"}},
		{"by the profile of a resource", sliced("Bundle.entry", `"rules":"open"`, [2]string{"profile", "resource"}) +
			`,{"path":"Bundle.entry","sliceName":"woman","min":2},{"path":"Bundle.entry.resource","min":1,"type":[{"code":"Patient","profile":["` + test + `female"]}]}`,
			`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","gender":"male"}},{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000002","resource":{"resourceType":"Patient","gender":"female"}}`,
			[]string{"error slice-missing Bundle"}},
	}, structureDefinition("female", "Patient", `{"path":"Patient.gender","min":1,"fixedCode":"female"}`))
}

// TestProfile_PublishedSnapshot is a snapshot as some tools publish it: choices in short form, no ids, and
// types as FHIRPath has them.
func TestProfile_PublishedSnapshot(t *testing.T) {
	system := func(path, fhir string) string {
		return `{"path":"` + path + `","min":0,"max":"1","type":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type","valueUrl":"` + fhir + `"}],"code":"http://hl7.org/fhirpath/System.String"}]}`
	}
	snapshot := `{"path":"Observation","min":0,"max":"*"},` + system("Observation.id", "string") +
		`,{"path":"Observation.value[x]","min":0,"max":"1","type":[{"code":"Quantity"},{"code":"string"}],"slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}}` +
		`,{"path":"Observation.valueQuantity","sliceName":"valueQuantity","min":0,"max":"1","type":[{"code":"Quantity"}]},` + system("Observation.valueQuantity.id", "string") +
		`,{"path":"Observation.valueQuantity.unit","min":1,"max":"1","type":[{"code":"string"}]}`
	v := measuring(t, []string{withSnapshot("p", "Observation", snapshot)})
	for instance, want := range map[string]string{
		`"id":"a","valueQuantity":{"id":"x","value":1}`: "error missing-element Observation.value.ofType(Quantity)",
		`"valueQuantity":{"unit":"kg","value":1}`:       "",
		`"valueString":"a"`:                             "",
		`"valueBoolean":true`:                           "error type-not-allowed Observation,Observation.value.ofType(boolean)",
	} {
		if got := strings.Join(remarks(v.Validate(parse(t, observation(instance)), test+"p")), "\n"); got != want {
			t.Errorf("Validate(%s) = %q, want %q", instance, got, want)
		}
	}
}
