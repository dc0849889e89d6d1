package fhirpath

import (
	"fmt"

	"hearken/fhir"
)

// Error is why an expression could not be compiled or evaluated. Its words name functions,
// elements and types, never values of a resource.
type Error struct {
	Code   fhir.IssueCode // invalid, not-supported, too-costly, or processing (at evaluation)
	Offset int            // byte in the expression, from 0
	Line   int            // from 1
	Column int            // byte in the line, from 1
	Text   string
}

// Error is the position and the words.
func (e *Error) Error() string {
	return fmt.Sprintf("fhirpath: %d:%d: %s", e.Line, e.Column, e.Text)
}

// As lets errors.As see a *fhir.Error, so that the code reaches an OperationOutcome.
func (e *Error) As(target any) bool {
	if t, ok := target.(**fhir.Error); ok {
		*t = fhir.Errorf(e.Code, "FHIRPath %d:%d: %s", e.Line, e.Column, e.Text)
		return true
	}
	return false
}

// located fills in line and column from the text of the expression.
func (e *Error) located(text string) *Error {
	e.Line, e.Column = 1, 1
	for i := 0; i < e.Offset && i < len(text); i++ {
		e.Column++
		if text[i] == '\n' {
			e.Line, e.Column = e.Line+1, 1
		}
	}
	return e
}

// fault is an error at a place; Expression fills in the line when it leaves the package.
func fault(at int, code fhir.IssueCode, format string, args ...any) *Error {
	return &Error{Code: code, Offset: at, Text: fmt.Sprintf(format, args...)}
}

// invalid is a fault of the expression itself, found when compiling.
func invalid(at int, format string, args ...any) *Error {
	return fault(at, fhir.CodeInvalid, format, args...)
}

// failed is a fault of an evaluation.
func failed(at int, format string, args ...any) *Error {
	return fault(at, fhir.CodeProcessing, format, args...)
}
