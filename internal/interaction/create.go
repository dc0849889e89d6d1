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
	in, err := s.receive(r, typ)
	if err != nil {
		return Answer{}, err
	}
	condition, err := s.ifNoneExist(typ, r.IfNoneExist)
	if err != nil {
		return Answer{}, err
	}
	proposed := fhir.Key{Type: typ, ID: s.NewID()}
	orphans := map[claim]fhir.Key{}
	var rec store.Record
	status := http.StatusCreated
	err = s.commit(ctx, func(tx store.Tx, again int) error {
		rec, status = store.Record{}, http.StatusCreated
		key := proposed
		if condition != nil {
			found, err := condition.settle(tx, settling{proposed: proposed, newID: s.NewID, again: again, orphans: orphans})
			if err != nil {
				return err
			}
			if found.matched {
				rec, status = found.record, http.StatusOK
				return nil
			}
			key = found.key
		}
		if rec, err = tx.Put(in.prepared(key, store.Create)); err != nil {
			return err
		}
		return s.checkTargets(tx, in.node, key)
	})
	if err != nil {
		return Answer{}, err
	}
	return written(&r.Call, rec, status, in.remarks), nil
}
