package interaction

import (
	"context"

	"hearken/fhir"
	"hearken/internal/store"
)

// conditionalDelete answers DELETE [base]/[type]?criteria (https://hl7.org/fhir/R4/http.html#cdelete): 204 when one
// resource matched and is deleted or when none did, 412 when several do (conditionalDelete is "single").
func (s *Server) conditionalDelete(ctx context.Context, r *request) (Answer, error) {
	condition, err := s.criteriaOf(r.key.Type, r.Parameters)
	if err != nil {
		return Answer{}, err
	}
	var rec store.Record
	err = s.commit(ctx, func(tx store.Tx, _ int) error {
		rec = store.Record{}
		found, err := condition.find(tx)
		if err != nil || found.Version == 0 {
			return err
		}
		if rec, err = s.putDeletion(tx, &r.Call, found.Key); err != nil {
			return err
		}
		return s.checkUnreferenced(tx, []fhir.Key{found.Key})
	})
	if err != nil {
		return Answer{}, err
	}
	return deleted(&r.Call, rec), nil
}
