package interaction

import (
	"context"
	"net/http"

	"hearken/fhir"
	"hearken/internal/store"
)

// delete answers DELETE [base]/[type]/[id] (https://hl7.org/fhir/R4/http.html#delete): 204, also for what is absent
// or deleted already. Earlier versions stay in the history. If-Match is honoured.
func (s *Server) delete(ctx context.Context, r *request) (Answer, error) {
	var rec store.Record
	err := s.commit(ctx, func(tx store.Tx, _ int) (err error) {
		rec, err = s.putDeletion(tx, &r.Call, r.key)
		if err != nil || rec.Version == 0 {
			return err
		}
		return s.checkUnreferenced(tx, []fhir.Key{r.key})
	})
	if err != nil {
		return Answer{}, err
	}
	return deleted(&r.Call, rec), nil
}

// putDeletion stores the deletion of a resource if the preconditions of c hold; the zero Record when there is
// nothing to delete.
func (s *Server) putDeletion(tx store.Tx, c *Call, key fhir.Key) (store.Record, error) {
	current, err := currentOf(tx, key)
	if err != nil {
		return store.Record{}, err
	}
	if err := checkWrite(c, current); err != nil {
		return store.Record{}, err
	}
	if current.Version == 0 || current.Deleted() {
		return store.Record{}, nil
	}
	return tx.Put(store.Prepared{Key: key, Method: store.Delete, Patients: s.patientsOf(&current)})
}

// deleted is the answer to a deletion; rec is zero when nothing was there.
func deleted(c *Call, rec store.Record) Answer {
	a := Answer{Status: http.StatusNoContent, Version: rec.Version, LastModified: rec.LastUpdated}
	if c.Prefer.Return == returnOutcome {
		words := "deleted"
		if rec.Version == 0 {
			words = "there was nothing to delete"
		}
		a.Status = http.StatusOK
		a.Body = Outcome(fhir.Outcome{{Severity: fhir.Information, Code: fhir.CodeInformational, Diagnostics: words}})
	}
	return a
}
