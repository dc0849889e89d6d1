package r4

import "hearken/fhir/definition"

// ReadTerminology reads the table afresh.
func ReadTerminology() *definition.Terminology { return readTerminologyTable() }
