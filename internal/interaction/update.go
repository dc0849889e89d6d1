package interaction

import (
	"context"
	"errors"
	"net/http"

	"hearken/fhir"
	"hearken/internal/store"
)

// update answers PUT [base]/[type]/[id] (https://hl7.org/fhir/R4/http.html#update): 200 for a new version, 201 when
// there was none or it was deleted (the next version revives it), 400 when the body's id is missing or another,
// 412 when If-Match names another version than the current one.
func (s *Server) update(ctx context.Context, r *request) (Answer, error) {
	if !r.key.ID.Valid() {
		return Answer{}, invalidID()
	}
	in, err := s.receive(ctx, r, r.key.Type)
	if err != nil {
		return Answer{}, err
	}
	if err := sameID(&in, r.key.ID); err != nil {
		return Answer{}, err
	}
	var done updated
	err = s.commit(ctx, func(tx store.Tx, _ int) error {
		if done, err = s.putVersion(tx, &r.Call, &in, r.key); err != nil {
			return err
		}
		return s.checkTargets(tx, in.node, r.key)
	})
	if err != nil {
		return Answer{}, err
	}
	return written(&r.Call, done.record, done.status, in.remarks), nil
}

// updated is what an update came to.
type updated struct {
	record store.Record
	status int // 200 or 201
}

// putVersion stores the next version of key if the preconditions of c hold.
func (s *Server) putVersion(tx store.Tx, c *Call, in *incoming, key fhir.Key) (updated, error) {
	current, err := currentOf(tx, key)
	if err != nil {
		return updated{}, err
	}
	if err := checkWrite(c, current); err != nil {
		return updated{}, err
	}
	done := updated{status: http.StatusOK}
	if current.Version == 0 || current.Deleted() {
		done.status = http.StatusCreated
	}
	done.record, err = tx.Put(in.prepared(key, store.Update))
	return done, err
}

// currentOf is the current version of a resource, the zero Record when there never was one.
func currentOf(r store.Reader, key fhir.Key) (store.Record, error) {
	rec, err := r.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{}, nil
	}
	return rec, err
}

// sameID demands that the resource has the id that the URL has.
func sameID(in *incoming, want fhir.ID) error {
	at := in.node.Location() + ".id"
	switch in.id() {
	case want:
		return nil
	case "":
		return fhir.Errorf(fhir.CodeRequired, "the resource must have the id that is in the URL").At(at).Detailed("id-missing")
	}
	return fhir.Errorf(fhir.CodeValue, "the resource has another id than the URL").At(at).Detailed("id-mismatch")
}

func invalidID() error {
	return fhir.Errorf(fhir.CodeValue, "an id is 1 to 64 characters of A-Z, a-z, 0-9, \"-\" and \".\"").Detailed("id-form")
}
