package fhirpath_test

import (
	"fmt"
	"time"

	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

func ExampleCompile() {
	text := []byte(`{"resourceType":"Patient","birthDate":"1950-02-03","name":[{"given":["Ada","May"],"family":"Lovett"}]}`)
	tree, _ := element.Parse(r4.Definitions(), text, element.DefaultLimits())

	given, err := fhirpath.Compile(r4.Definitions(), "Patient.name.given")
	if err != nil {
		fmt.Println(err)
		return
	}
	names, _ := given.Evaluate(nil, fhirpath.Of(tree.Root()))
	fmt.Println(names)

	retired := fhirpath.MustCompile(r4.Definitions(), "birthDate + 66 years <= today()")
	holds, _ := retired.Holds(&fhirpath.Env{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, tree.Root())
	fmt.Println(holds)
	// Output:
	// [Ada May]
	// true
}

func ExampleCompile_error() {
	_, err := fhirpath.Compile(r4.Definitions(), "Patient.name.givn", fhirpath.Strict())
	fmt.Println(err)
	// Output: fhirpath: 1:14: there can be no element givn here
}

func ExampleExpression_Each() {
	text := []byte(`{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/7"}}`)
	tree, _ := element.Parse(r4.Definitions(), text, element.DefaultLimits())
	patient := fhirpath.MustCompile(r4.Definitions(), "CarePlan.subject.where(resolve() is Patient)", fhirpath.On("CarePlan"))
	_ = patient.Each(new(fhirpath.Env), tree.Root(), func(i fhirpath.Item) bool {
		fmt.Println(i.Type(), i.Node().Child("reference").Text())
		return true
	})
	// Output: FHIR.Reference Patient/7
}
