package search_test

import (
	"fmt"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/search"
)

// A request becomes an expression over typed values, and prints as one.
func ExampleParser_Parse() {
	registry, err := search.NewRegistry(r4.Definitions())
	if err != nil {
		fmt.Println(err)
		return
	}
	parser := &search.Parser{Registry: registry, Zone: time.UTC}
	request, err := parser.Parse(search.Target{Type: "CarePlan"}, []search.Pair{
		{Name: "patient.identifier", Value: "https://fhir.nhs.uk/Id/nhs-number|9990000018"},
		{Name: "status:not", Value: "revoked,completed"},
		{Name: "_include", Value: "CarePlan:subject"},
	}, search.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Query.Where)
	fmt.Println(request.Query.Includes[0])

	_, err = parser.Parse(search.Target{Type: "CarePlan"}, []search.Pair{{Name: "patient.identifer", Value: "1"}}, search.Options{})
	fmt.Println(fhir.CodeOf(err))
	// Output:
	// (CarePlan.patient -> Patient(Patient.identifier is "https://fhir.nhs.uk/Id/nhs-number"|"9990000018") & not((CarePlan.status is *|"revoked" | CarePlan.status is *|"completed")))
	// include CarePlan:subject
	// invalid
}

// A resource becomes its values, parameter by parameter.
func ExampleExtractor_Index() {
	registry, err := search.NewRegistry(r4.Definitions())
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, faults := element.Parse(r4.Definitions(), []byte(`{"resourceType": "Consent", "status": "active", "scope": {"coding": [{"code": "adr"}]},
		"category": [{"text": "ADRT"}], "patient": {"reference": "Patient/1"}, "dateTime": "2024-07-14", "policyRule": {"text": "x"}}`), element.Limits{})
	if tree == nil {
		fmt.Println(faults)
		return
	}
	extractor := &search.Extractor{Registry: registry, Zone: time.UTC}
	index, err := extractor.Index(tree.Root())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, entry := range index.Entries {
		fmt.Printf("%s: %v\n", entry.Parameter, entry.Value)
	}
	fmt.Println(index.Compartments)
	// Output:
	// Consent.category: {ADRT}
	// Consent.date: {1720915200000000 1721001600000000}
	// Consent.patient: {Patient/1  0}
	// Consent.scope: { adr}
	// Consent.status: {http://hl7.org/fhir/consent-state-codes active}
	// Consent._access: { public-floor}
	// [Patient/1]
}
