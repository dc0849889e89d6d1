package interaction

import (
	"errors"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// What a conditional write tells of what is hidden
//
// A conditional write whose criteria match what its caller does not see makes no twin: 403. Whoever chooses
// criteria could so ask for anything that stands in what they do not see, one condition at a time. So what is
// hidden is held against a part of the criteria only that tells next to nothing, and whatever may match the
// whole is refused:
//
//	identifiers              a number of somebody or something: that it is there is told, by 403 instead of 201. This is the known residue
//	a patient whose record   what is hidden from those who look after somebody is no more than facts about access, and what is somebody else's as well
//	the caller works in
//	neither                  all of the type: where some are hidden, nobody without an identifier is answered otherwise, whatever they ask for
//
// A refusal is recorded like every act, with the identifiers as digests, and in the record of whoever was met by it.

// An update by somebody who logs in makes nothing, and so has no twin: it is answered as if nothing were hidden.

// matchesHidden refuses to make, by a method, what may be there already and is not for its caller to see.
func (c *criteria) matchesHidden(tx store.Tx, by store.Method) error {
	g, ok := tx.(*guardedTx)
	if c.typ == auditEventType {
		return nil // what another organisation's systems told is no twin of what these tell
	}
	if !ok || by == store.Update && g.principal.User {
		return nil
	}
	covered, err := g.server.Login.Rules.Restrict(g.principal, c.typ, smart.Search)
	if err != nil {
		return err
	}
	told, words := c.identifiers, "the criteria match what this caller may not see"
	if len(told) == 0 {
		words = "by these criteria it cannot be decided for this caller whether there is one already: name an identifier"
		told, err = g.patientsTold(c)
		if err != nil {
			return err
		}
	}
	hidden := append(slices.Clone(told), query.Not{Expr: where(g.seen(c.typ), covered)})
	page, err := g.tx.Search(&query.Query{Types: []fhir.Type{c.typ}, Where: hidden, Count: maxMet, Total: query.TotalNone})
	if len(page.Matches) == 0 {
		return err
	}
	if len(c.identifiers) > 0 {
		g.met(page.Matches)
	}
	return notAllowedHere("%s", words)
}

// maxMet is in how many records it is told that somebody asked.
const maxMet = 8

// met has the request recorded with the people whose records were met. (A Binary has no identifier to be met by.)
func (tx *guardedTx) met(records []store.Record) {
	for i := range records {
		for _, id := range tx.server.patientsOf(&records[i]) {
			if !slices.Contains(tx.request.asked, id) {
				tx.request.asked = append(tx.request.asked, id)
			}
		}
	}
}

// readWithin reports whether all that a parameter finds is found by others, too, as what a patient parameter
// does by subject.
func (s *Server) readWithin(p *query.Parameter, others []*query.Parameter) bool {
	return !slices.ContainsFunc(s.Registry.Reads(p), func(path string) bool {
		return !slices.ContainsFunc(others, func(other *query.Parameter) bool { return slices.Contains(s.Registry.Reads(other), path) })
	})
}

// patientsTold is the part of criteria that names patients in whose records the caller works.
func (tx *guardedTx) patientsTold(c *criteria) (told query.And, err error) {
	in := tx.server.Registry.CompartmentParameters(c.typ, patientType)
	for _, part := range conjuncts(c.where) {
		match, _ := part.(query.Match)
		test, _ := match.Test.(query.LinkTest)
		if test.Key.Type != patientType || !tx.server.readWithin(match.Parameter, in) {
			continue
		}
		label, err := tx.tx.Tx.Label(test.Key)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if tx.decision.WorksIn(label) {
			told = append(told, part)
		}
	}
	return told, nil
}
