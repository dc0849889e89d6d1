package interaction

import "net/http"

// phase is where in a transaction an entry has its turn, whatever its place in the Bundle
// (https://hl7.org/fhir/R4/http.html#trules).
type phase int

// The phases, in order.
const (
	deleting phase = iota
	creating
	updating
	readingPhase
)

var phases = []phase{deleting, creating, updating, readingPhase}

// phaseOf is the phase of a method; what is none of the five writes and reads goes last and is refused there.
func phaseOf(method string) phase {
	switch method {
	case http.MethodDelete:
		return deleting
	case http.MethodPost:
		return creating
	case http.MethodPut, http.MethodPatch:
		return updating
	}
	return readingPhase
}
