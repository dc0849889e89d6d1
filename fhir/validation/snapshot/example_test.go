package snapshot_test

import (
	"fmt"

	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/validation/snapshot"
)

// A profile is read, its snapshot made over R4's own definitions, and what became of one element printed.
func Example() {
	pack, outcome := igpackage.ReadFile(r4.Definitions(), "profile.json", []byte(`{
		"resourceType": "StructureDefinition", "url": "https://a.example/StructureDefinition/named-patient", "name": "NamedPatient",
		"status": "active", "kind": "resource", "abstract": false, "type": "Patient", "derivation": "constraint",
		"baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
		"differential": {"element": [
			{"path": "Patient.name", "min": 1},
			{"path": "Patient.name.family", "min": 1, "mustSupport": true}
		]}
	}`), igpackage.Limits{})
	if outcome.Failed() {
		fmt.Println(outcome)
		return
	}
	library, _ := igpackage.NewLibrary(pack)
	find := snapshot.First(r4.Definitions().StructureDefinition, library.Structure)
	rows, _ := snapshot.New(find, snapshot.Options{Strict: true}).Generate(&pack.Structures[0])
	for _, row := range rows {
		if row.Path == "Patient.name" || row.Path == "Patient.name.family" {
			fmt.Println(row.ID, row.Min, row.Types[0].Code, row.MustSupport)
		}
	}
	// Output:
	// Patient.name 1 HumanName false
	// Patient.name.family 1 string true
}
