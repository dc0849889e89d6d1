package interaction

import (
	"context"
	"net/http"

	"hearken/fhir"
	"hearken/internal/store"
)

// create answers POST [base]/[type] (https://hl7.org/fhir/R4/http.html#create): 201 with a new id, whatever id the
// client wrote. With If-None-Exist it is a conditional create (https://hl7.org/fhir/R4/http.html#ccreate): no match
// 201, one match 200 with the resource that is there, several 412; see conditional.go for why racing clients
// never make twins.
func (s *Server) create(ctx context.Context, r *request) (Answer, error) {
	typ := r.key.Type
	in, err := s.receive(ctx, r, typ)
	if err != nil {
		return Answer{}, err
	}
	condition, err := s.ifNoneExist(typ, r.IfNoneExist)
	if err != nil {
		return Answer{}, err
	}
	target := s.newSettling(fhir.Key{Type: typ, ID: s.NewID()}, store.Create)
	var rec store.Record
	var status int
	err = s.commit(ctx, func(tx store.Tx, again int) error {
		status = http.StatusOK
		if condition != nil {
			target.again = again
			if rec, err = condition.settle(tx, target); err != nil || rec.Version != 0 {
				return err
			}
		}
		status = http.StatusCreated
		if rec, err = tx.Put(in.prepared(target.proposed, store.Create)); err != nil {
			return err
		}
		return s.checkTargets(tx, in.node, target.proposed)
	})
	if err != nil {
		return Answer{}, err
	}
	return written(&r.Call, rec, status, in.remarks), nil
}
