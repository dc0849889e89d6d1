package interaction

import (
	"errors"
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// labelReader has a label, or an error, for everything.
type labelReader struct {
	store.Reader
	label []query.Token
	err   error
}

func (r labelReader) Label(fhir.Key) ([]query.Token, error) { return r.label, r.err }

// The label of what is hidden is not told: it says who has to do with the person.
func TestGuardedReader_Label(t *testing.T) {
	seen, hidden := (&access.Record{Patient: "p"}).Of(), (&access.Record{Patient: "q"}).Of()
	person := &guard{decision: access.Decide(access.Caller{Role: access.Patient, Purpose: access.OwnRecord, Patient: "p"})}
	broken := errors.New("broken")
	for name, row := range map[string]struct {
		inner labelReader
		want  error
	}{
		"seen": {labelReader{label: seen}, nil}, "hidden": {labelReader{label: hidden}, store.ErrNotFound},
		"not there": {labelReader{err: store.ErrNotFound}, store.ErrNotFound}, "broken": {labelReader{label: seen, err: broken}, broken},
	} {
		label, err := (&guardedReader{guard: person, inner: row.inner}).Label(fhir.Key{})
		if !errors.Is(err, row.want) || (label != nil) != (row.want == nil) {
			t.Errorf("%s: %v, %v", name, label, err)
		}
	}
}
