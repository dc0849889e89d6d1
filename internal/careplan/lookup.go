package careplan

import (
	"slices"

	"hearken/fhir"
)

// lookups are the searches by which whoever answers an urgent call finds a person and their plan: the types,
// and the parameters that hold an identifier.
var lookups = map[fhir.Type][]string{
	"Patient":  {"identifier"},
	"CarePlan": {"patient.identifier", "subject.identifier", "subject:Patient.identifier", "patient:identifier", "subject:identifier"},
}

// LookedUp reports whether resources of a type are looked up on an urgent call.
func LookedUp(t fhir.Type) bool { return lookups[t] != nil }

// LooksUp reports whether a search of a type by a parameter is such a look-up.
func LooksUp(t fhir.Type, parameter string) bool { return slices.Contains(lookups[t], parameter) }
