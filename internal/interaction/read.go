package interaction

import (
	"context"
	"errors"
	"net/http"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/store"
)

// read answers GET [base]/[type]/[id] (https://hl7.org/fhir/R4/http.html#read): 200, 304 when the client has it,
// 404 when there never was one, 410 when it was deleted. _summary and _elements apply; Binary may come as it is.
func (s *Server) read(_ context.Context, r *request) (reading, error) {
	view, err := s.presentation(r)
	if err != nil {
		return nil, err
	}
	if _, _, ours := audit.ParseEventID(r.key.ID); ours && s.oversees(r) {
		return func(ctx context.Context, _ store.Reader) (Answer, error) { return s.readLog(ctx, r, view) }, nil
	}
	return func(_ context.Context, rd store.Reader) (Answer, error) {
		rec, err := rd.Get(r.key)
		if err != nil {
			return Answer{}, absent(err, "unknown-resource")
		}
		return s.present(r, rec, view)
	}, nil
}

// vread answers GET [base]/[type]/[id]/_history/[vid] (https://hl7.org/fhir/R4/http.html#vread): earlier
// versions stay readable after a deletion, the version that is the deletion is 410, an unknown one 404.
func (s *Server) vread(_ context.Context, r *request) (reading, error) {
	version, known := fhir.ParseVersionID(r.version)
	view, err := s.presentation(r)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, rd store.Reader) (Answer, error) {
		if !known {
			return Answer{}, absent(store.ErrNotFound, "unknown-version")
		}
		rec, err := rd.GetVersion(r.key, version)
		if err != nil {
			return Answer{}, absent(err, "unknown-version")
		}
		return s.present(r, rec, view)
	}, nil
}

// present is the answer to a read that found a version.
func (s *Server) present(r *request, rec store.Record, view presentation) (Answer, error) {
	if rec.Deleted() {
		return Answer{}, fhir.Errorf(fhir.CodeDeleted, "the resource was deleted").Detailed("deleted")
	}
	a := Answer{Status: http.StatusOK, Version: tagOf(rec), LastModified: rec.LastUpdated, Shown: []store.Record{rec}}
	if same, err := notModified(&r.Call, rec); err != nil || same {
		a.Status = http.StatusNotModified
		return a, err
	}
	if rec.Key.Type == binaryType {
		return s.presentBinary(r, rec, view, a)
	}
	body, err := s.presented(rec.Body, view)
	a.Body = body
	return a, err
}

// tagOf is the version that an answer's ETag names: none of what the caller sees in part, because it is no
// tag of what they could write back, nor of what they will see next time under other rules.
func tagOf(rec store.Record) fhir.VersionID {
	if rec.Partial {
		return 0
	}
	return rec.Version
}

// absent makes a store's ErrNotFound a 404 that says of its own accord it is ours.
func absent(err error, detail string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fhir.Errorf(fhir.CodeNotFound, "no such resource or version").Detailed(detail)
	}
	return err
}
