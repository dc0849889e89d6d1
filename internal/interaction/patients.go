package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// patientsOf is whose record a stored version is part of. Stores of old did not keep that; then it is found from the body,
// as searches find it.
func (s *Server) patientsOf(rec *store.Record) []fhir.ID {
	if rec.Patients != nil || len(rec.Body) == 0 || s.Extractor == nil {
		return rec.Patients
	}
	tree, faults := element.ParseAs(s.Definitions, rec.Key.Type, rec.Body, s.Limits.Element)
	if faults.Failed() {
		return nil
	}
	index, err := s.Extractor.Index(tree.Root())
	if err != nil {
		return nil
	}
	return ownersOf(rec.Key, index)
}

// patientsAsked is the patients that a search names, whatever it finds.
func patientsAsked(where query.Expr) (ids []fhir.ID) {
	ask := func(key fhir.Key) {
		if key.Type == patientType && key.ID != "" && !slices.Contains(ids, key.ID) && !personal(string(key.ID)) {
			ids = append(ids, key.ID)
		}
	}
	query.Walk(where, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.InCompartment:
			ask(e.Focus)
		case query.Match:
			if test, ok := e.Test.(query.LinkTest); ok {
				ask(test.Key)
			}
		}
		return true
	})
	return ids
}
