package fhir

import (
	"errors"
	"fmt"
)

// Error is how an interaction fails. Code decides the HTTP status, in one table
// in internal/rest; Issues become the OperationOutcome. Op names what was being done
// ("create", "store/embedded.Update"), for the log only.
type Error struct {
	Op     string
	Code   IssueCode
	Issues Outcome
	Err    error // the cause, for the log only: never shown to a client
}

// Errorf makes an Error with one issue of the same code. The words must hold no patient data.
func Errorf(code IssueCode, format string, args ...any) *Error {
	issue := Issue{Severity: SeverityError, Code: code, Diagnostics: fmt.Sprintf(format, args...)}
	return &Error{Code: code, Issues: Outcome{issue}}
}

// At adds the FHIRPath location of the first issue and returns the error.
func (e *Error) At(expression string) *Error {
	if len(e.Issues) > 0 {
		e.Issues[0].Expression = append(e.Issues[0].Expression, expression)
	}
	return e
}

// Detailed sets the stable detail code of the first issue and returns the error.
func (e *Error) Detailed(detail string) *Error {
	if len(e.Issues) > 0 {
		e.Issues[0].Detail = detail
	}
	return e
}

// Error is for logs: the operation, the code and the first issue's words.
func (e *Error) Error() string {
	text := string(e.Code)
	if len(e.Issues) > 0 && e.Issues[0].Diagnostics != "" {
		text += ": " + e.Issues[0].Diagnostics
	}
	if e.Op != "" {
		text = e.Op + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the issue code an error stands for: its own when it is an Error,
// CodeException for anything foreign, "" for nil.
func CodeOf(err error) IssueCode {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeException
}
