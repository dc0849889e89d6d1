package main

import (
	"encoding/json"
	"strings"
	"testing"

	"hearken/profiles"
)

// A profile of ours is found by id, by name and by canonical, one of a package as well, and FHIR's own by name.
func TestSchema(t *testing.T) {
	other := write(t, "named.json", `{"resourceType":"StructureDefinition","id":"named-patient","url":"https://a.example/StructureDefinition/named-patient",
		"name":"NamedPatient","status":"active","kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",
		"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[{"path":"Patient.name","min":1}]}}`)
	impossible := write(t, "impossible.json", `{"resourceType":"StructureDefinition","id":"p","url":"https://a.example/StructureDefinition/p",
		"name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",
		"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[{"path":"Patient.nothing","min":1}]}}`)
	for _, row := range []struct {
		name string
		args []string
		code int
		want string // the schema's id, or what is said to be wrong
	}{
		{"by id", []string{"urgent-care-plan"}, exitDone, profiles.UrgentCarePlan + "/$json-schema"},
		{"by name", []string{"UrgentCarePlan"}, exitDone, profiles.UrgentCarePlan + "/$json-schema"},
		{"by canonical", []string{profiles.UrgentCarePlan}, exitDone, profiles.UrgentCarePlan + "/$json-schema"},
		{"of a package", []string{"--package", other, "NamedPatient"}, exitDone, "https://a.example/StructureDefinition/named-patient/$json-schema"},
		{"of FHIR", []string{"--compact", "Patient"}, exitDone, "http://hl7.org/fhir/StructureDefinition/Patient/$json-schema"},
		{"of a canonical that is nowhere", []string{"urn:absent"}, exitUsage, "urn:absent"},
		{"of a profile that cannot be", []string{"--package", impossible, "P"}, exitFaults, "nothing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, out, errs := hearken(t, "", append([]string{"schema"}, row.args...)...)
			var printed struct {
				ID string `json:"$id"`
			}
			if code != exitDone {
				printed.ID = errs
			} else if err := json.Unmarshal([]byte(out), &printed); err != nil {
				t.Errorf("hearken schema %q prints no JSON: %v", row.args, err)
			}
			if code != row.code || !strings.Contains(printed.ID, row.want) {
				t.Errorf("hearken schema %q = %d %.300q, want %d and %q", row.args, code, printed.ID, row.code, row.want)
			}
		})
	}
}
