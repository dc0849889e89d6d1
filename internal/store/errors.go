package store

import (
	"errors"
	"fmt"

	"hearken/fhir"
)

// The ways a store fails. Engines wrap them with %w; callers match with errors.Is.
var (
	ErrNotFound      = errors.New("no such resource or version")
	ErrConflict      = errors.New("other writers kept changing what this write depends on")
	ErrReadOnly      = errors.New("the store is read-only after a storage fault")
	ErrFull          = errors.New("the store's volume is nearly full")
	ErrScarce        = fmt.Errorf("%w: what room is left is for urgent look-ups and their records", ErrFull)
	ErrClosed        = errors.New("the store is closed")
	ErrCursor        = errors.New("not a page cursor of this search")
	ErrCursorExpired = errors.New("the page cursor is too old: start again")
	ErrNewerFormat   = errors.New("the data was written by a newer version of Hearken")
	ErrFormat        = errors.New("the data directory is not one of Hearken's, or is damaged")
)

// BuildingError says that a parameter cannot be searched yet because its index is being built.
type BuildingError struct{ Parameter string }

// Error names the parameter.
func (e *BuildingError) Error() string { return "the index of " + e.Parameter + " is being built" }

// AsFHIR turns a store's error into the fhir.Error a client gets: sentinels by this table, a
// *fhir.Error as it is, anything else an exception whose cause goes to the log only.
func AsFHIR(op string, err error) error {
	var already *fhir.Error
	if err == nil || errors.As(err, &already) {
		return err
	}
	out := fhir.Errorf(fhir.CodeException, "internal error")
	for _, row := range asFHIR {
		if errors.Is(err, row.sentinel) {
			out = fhir.Errorf(row.code, "%s", row.sentinel.Error())
			break
		}
	}
	var building *BuildingError
	if errors.As(err, &building) {
		out = fhir.Errorf(fhir.CodeTransient, "%s", building.Error())
	}
	out.Op, out.Err = op, err
	return out
}

var asFHIR = []struct {
	sentinel error
	code     fhir.IssueCode
}{
	{ErrNotFound, fhir.CodeNotFound},
	{ErrConflict, fhir.CodeTransient},
	{ErrReadOnly, fhir.CodeTransient},
	{ErrFull, fhir.CodeNoStore},
	{ErrClosed, fhir.CodeTransient},
	{ErrCursor, fhir.CodeInvalid},
	{ErrCursorExpired, fhir.CodeExpired},
}
