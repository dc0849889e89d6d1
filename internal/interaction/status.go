package interaction

import (
	"net/http"

	"hearken/fhir"
)

// statusOf is the one table from what went wrong to an HTTP status, for answers and for the entries of
// batch-response Bundles (https://hl7.org/fhir/R4/http.html#Status-Codes). The spec fixes 404, 409, 410, 412
// and 422 for the interactions; where it is silent the choice is explained at the row.
var statusOf = map[fhir.IssueCode]int{
	// What could not be read as FHIR at all.
	fhir.CodeInvalid:   http.StatusBadRequest,
	fhir.CodeStructure: http.StatusBadRequest,
	fhir.CodeRequired:  http.StatusBadRequest,
	fhir.CodeValue:     http.StatusBadRequest,
	// A feature this server does not offer, asked for in a way it understood: the client's choice, so 400 and not
	// 501, which proxies take for a fault of the server. A method that is not offered is 405 (see table.go).
	fhir.CodeNotSupported: http.StatusBadRequest,

	// What was read and is refused for what it says.
	fhir.CodeInvariant:    http.StatusUnprocessableEntity,
	fhir.CodeInvalidCode:  http.StatusUnprocessableEntity,
	fhir.CodeExtension:    http.StatusUnprocessableEntity,
	fhir.CodeProcessing:   http.StatusUnprocessableEntity,
	fhir.CodeBusinessRule: http.StatusUnprocessableEntity,
	// More work than the server does for one request: sending it again will not help, so not 503.
	fhir.CodeTooCostly: http.StatusUnprocessableEntity,

	fhir.CodeLogin:      http.StatusUnauthorized,
	fhir.CodeSecurity:   http.StatusForbidden,
	fhir.CodeForbidden:  http.StatusForbidden,
	fhir.CodeSuppressed: http.StatusForbidden,

	fhir.CodeNotFound:        http.StatusNotFound,
	fhir.CodeConflict:        http.StatusConflict,
	fhir.CodeDuplicate:       http.StatusConflict,
	fhir.CodeDeleted:         http.StatusGone,
	fhir.CodeExpired:         http.StatusGone,
	fhir.CodeMultipleMatches: http.StatusPreconditionFailed,
	fhir.CodeLockError:       http.StatusPreconditionFailed,
	fhir.CodeTooLong:         http.StatusRequestEntityTooLarge,
	fhir.CodeThrottled:       http.StatusTooManyRequests,

	fhir.CodeTransient: http.StatusServiceUnavailable,
	// 503 and not 504: no gateway was involved, and the client may try again.
	fhir.CodeTimeout:   http.StatusServiceUnavailable,
	fhir.CodeNoStore:   http.StatusInsufficientStorage,
	fhir.CodeException: http.StatusInternalServerError,
}

// StatusOf is the HTTP status of a failure with the code; 500 for a code that is no failure.
func StatusOf(code fhir.IssueCode) int {
	if status, ok := statusOf[code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Status is the HTTP status of an error from Do, and 200 for nil.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return StatusOf(fhir.CodeOf(err))
}
