package r4

import "hearken/fhir/definition"

// ReadTerminology reads the table afresh.
func ReadTerminology() *definition.Terminology { return readTerminologyTable() }

// ReadGuide reads the table afresh and gives the number of structures.
func ReadGuide() int { return len(readGuideTable().byURL) }
