package rest

import (
	"context"
	"errors"
	"net/http"

	"hearken/fhir"
	"hearken/internal/interaction"
)

// refusal is a request that HTTP refuses before any interaction sees it, with a status that no issue code stands for.
type refusal struct {
	status int
	err    *fhir.Error
}

func refuse(status int, err *fhir.Error) error { return &refusal{status, err} }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// failure is the answer to a request that failed, wherever it did.
func failure(err error) interaction.Answer {
	if errors.Is(err, context.DeadlineExceeded) {
		err = fhir.Errorf(fhir.CodeTimeout, "the request took longer than this server allows")
	}
	a := interaction.Failure(err)
	var r *refusal
	if errors.As(err, &r) {
		a.Status = r.status
	}
	return a
}

// statusClientGone is logged when the client did not wait for its answer; nobody receives it.
const statusClientGone = 499

var (
	errPanic     = fhir.Errorf(fhir.CodeException, "internal error")
	errNoRoute   = fhir.Errorf(fhir.CodeNotFound, "nothing is here: the FHIR service is at %s", basePath)
	errOnlyRead  = refuse(http.StatusMethodNotAllowed, fhir.Errorf(fhir.CodeNotSupported, "this can be read, and nothing else").Detailed("method-not-allowed"))
	errHost      = fhir.Errorf(fhir.CodeInvalid, "the Host header is not a host name").At("http.Host")
	errEncoding  = refuse(http.StatusUnsupportedMediaType, fhir.Errorf(fhir.CodeNotSupported, "the only Content-Encoding understood is gzip").At("http.Content-Encoding"))
	errGzip      = fhir.Errorf(fhir.CodeInvalid, "the body is not correctly compressed with gzip")
	errSlow      = refuse(http.StatusRequestTimeout, fhir.Errorf(fhir.CodeTimeout, "the body did not arrive in time"))
	errCut       = fhir.Errorf(fhir.CodeInvalid, "the body ended before its Content-Length")
	errOversized = fhir.Errorf(fhir.CodeTooLong, "the body is larger than this server accepts")
)
