package fhirtest_test

import (
	"fmt"

	"hearken/internal/fhirtest"
)

func ExampleNHSNumber() {
	fmt.Println(fhirtest.NHSNumber(0), fhirtest.NHSNumber(1), fhirtest.NHSNumber(1_000_000))
	// Output: 9000000009 9000000017 9010999998
}

func ExampleGenerate() {
	for bundle := range fhirtest.Generate(1, 1) {
		fmt.Printf("%.54s\n", bundle)
	}
	// Output: {"resourceType":"Bundle","type":"transaction","entry":
}
