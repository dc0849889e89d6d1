package definition

// ElementChange is one row of a differential (https://hl7.org/fhir/R4/profiling.html#snapshot): what a
// profile says of an element, and no more. A field that is zero was not given, but for those that
// Given knows of: zero is something to say of them.
type ElementChange struct {
	ElementDefinition
	Given Given
}

// Given marks which of the fields of a row were given whose zero value means something.
type Given uint8

// The fields Given knows of.
const (
	GivenMin Given = 1 << iota
	GivenMax
	GivenMustSupport
	GivenIsModifier
	GivenIsSummary
)

// Has reports whether a field was given.
func (g Given) Has(field Given) bool { return g&field != 0 }
