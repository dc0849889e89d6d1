package interaction

import (
	"context"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// patientsOf is whose record a stored version is part of. Stores of old did not keep that; then it is found
// from the body, as searches find it.
func (s *Server) patientsOf(rec *store.Record) []fhir.ID {
	if rec.Patients != nil {
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

// attribute notes on what is shown of Binaries whose record it is part of, on a state of now.
func (s *Server) attribute(ctx context.Context, shown []store.Record) error {
	if !slices.ContainsFunc(shown, func(rec store.Record) bool { return rec.Key.Type == binaryType }) {
		return nil
	}
	return s.Store.View(ctx, func(rd store.Reader) error { return s.attributeIn(rd, shown) })
}

// attributeIn notes on versions of Binaries whose record they are part of: not their own, as they are in no
// compartment, but that of what they name as context, which may be another tomorrow, and so is never stored
// with them.
func (s *Server) attributeIn(rd store.Reader, records []store.Record) error {
	for i := range records {
		rec := &records[i]
		if rec.Key.Type != binaryType || len(rec.Body) == 0 {
			continue
		}
		node, err := s.parse(rec.Body, binaryType)
		if err != nil {
			return errUnreadable
		}
		context := s.contextOf(node)
		if context.IsZero() {
			continue
		}
		named, err := currentOf(rd, context)
		if err != nil {
			return err
		}
		rec.Patients = s.patientsOf(&named)
	}
	return nil
}

// patientsAsked is the patients that a search names, whatever it finds.
func patientsAsked(where query.Expr) (ids []fhir.ID) {
	ask := func(key fhir.Key) {
		if key.Type == patientType && !personal(string(key.ID)) {
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
