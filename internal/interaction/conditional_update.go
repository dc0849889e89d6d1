package interaction

import (
	"context"
	"net/http"

	"hearken/fhir"
	"hearken/internal/store"
)

// conditionalUpdate answers PUT [base]/[type]?criteria (https://hl7.org/fhir/R4/http.html#cond-update). One match: it
// is updated, and a body with another id is 400. No match: created, under the body's id if it has one, else under a new
// one. Several: 412. Racing updates that find nothing make one resource, as with create.
func (s *Server) conditionalUpdate(ctx context.Context, r *request) (Answer, error) {
	condition, err := s.criteriaOf(r.key.Type, r.Parameters)
	if err != nil {
		return Answer{}, err
	}
	in, err := s.receive(ctx, r, r.key.Type)
	if err != nil {
		return Answer{}, err
	}
	target, err := s.proposal(&in, r.key.Type)
	if err != nil {
		return Answer{}, err
	}
	var done updated
	err = s.commit(ctx, func(tx store.Tx, again int) error {
		target.again = again
		found, err := condition.settle(tx, target)
		if err != nil {
			return err
		}
		if done, err = s.putSettled(tx, &r.Call, &in, found, target.proposed); err != nil {
			return err
		}
		return s.checkTargets(tx, in.node, done.record.Key)
	})
	if err != nil {
		return Answer{}, err
	}
	return written(&r.Call, done.record, done.status, in.remarks), nil
}

// proposal says what a conditional update would create: the body's id, or a new one.
func (s *Server) proposal(in *incoming, typ fhir.Type) (settling, error) {
	id := in.id()
	if id == "" {
		id = s.NewID()
	} else if !id.Valid() {
		return settling{}, invalidID()
	}
	return s.newSettling(fhir.Key{Type: typ, ID: id}, store.Update), nil
}

// putSettled stores what a conditional update came to: a version of what was found, or else what was proposed.
func (s *Server) putSettled(tx store.Tx, c *Call, in *incoming, found store.Record, proposed fhir.Key) (updated, error) {
	if found.Version != 0 {
		if id := in.id(); id != "" && id != found.Key.ID {
			return updated{}, fhir.Errorf(fhir.CodeValue, "the resource that matches has another id than the body").
				At(in.node.Location() + ".id").Detailed("id-mismatch")
		}
		return s.putVersion(tx, c, in, found.Key)
	}
	current, err := currentOf(tx, proposed)
	if err != nil {
		return updated{}, err
	}
	if current.Version != 0 && !current.Deleted() {
		// Updating what the criteria do not mean would be the one thing the client tried to rule out.
		return updated{}, fhir.Errorf(fhir.CodeConflict, "a resource with the body's id exists and does not match the criteria").
			At(in.node.Location() + ".id").Detailed("id-taken")
	}
	if err := checkWrite(c, current); err != nil {
		return updated{}, err
	}
	rec, err := tx.Put(in.prepared(proposed, store.Update))
	return updated{record: rec, status: http.StatusCreated}, err
}
