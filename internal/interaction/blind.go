package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
)

// detailWithheldParameter is the detail of a search or write that would be decided by what its caller does not see.
const detailWithheldParameter = "withheld-parameter"

// blinded writes into a search that parameters which read withheld elements have no value in the records they
// are withheld in: into its condition, that of the scopes included, and into what it includes. It refuses to
// sort by one where that would tell the value by its place.
func (r *guardedReader) blinded(q query.Query) (query.Query, error) {
	if err := r.sortable(&q); err != nil {
		return q, err
	}
	b := blind{guard: r.guard, types: q.Types}
	q.Where = b.expression(q.Where)
	q.Includes = b.includes(q.Includes)
	return q, nil
}

// sortable refuses to sort by a parameter that is withheld in something this caller sees. What they ask for
// besides makes no difference, so that the refusal tells nothing of a value. Whereabouts are never sorted by.
func (r *guardedReader) sortable(q *query.Query) error {
	for _, key := range q.Sort {
		withheld, err := r.withheldSomewhere(key.Parameter)
		if err != nil {
			return err
		}
		if withheld {
			return fhir.Errorf(fhir.CodeForbidden, "this caller may not sort by %s: in some records it is withheld", key.Parameter).Detailed(detailWithheldParameter)
		}
	}
	return nil
}

// withheldSomewhere reports whether a parameter is withheld from the caller in some record that they see.
func (r *guardedReader) withheldSomewhere(p *query.Parameter) (bool, error) {
	readable := r.readable(p)
	if readable == nil || r.server.tells(p) {
		return readable != nil, nil
	}
	page, err := r.inner.Search(&query.Query{Types: []fhir.Type{p.Base}, Where: query.And{r.seen(p.Base), query.Not{Expr: readable}}, Count: 1, Total: query.TotalNone})
	return len(page.Matches) > 0, err
}

// mayAsk refuses criteria of a conditional write that are about what is withheld from its writer in some
// record: whether something is there already must be decided on all that is stored, and would tell what is
// withheld.
func (tx *guardedTx) mayAsk(where query.Expr) (err error) {
	query.Walk(where, func(e query.Expr) bool {
		for _, p := range tx.asks(e) {
			if withheld, failed := tx.withheldSomewhere(p); failed != nil {
				err = failed
			} else if withheld {
				err = fhir.Errorf(fhir.CodeForbidden, "%s decides nothing for this caller: in some records it is withheld from them", p).Detailed(detailWithheldParameter)
			}
		}
		return err == nil
	})
	return err
}

// asks are the parameters that a condition reads, of itself.
func (g *guard) asks(e query.Expr) (asked []*query.Parameter) {
	if p := query.ParameterOf(e); p != nil {
		asked = append(asked, p)
	}
	if e, ok := e.(query.InCompartment); ok {
		for _, t := range g.server.Registry.CompartmentMembers(e.Focus.Type) {
			if e.Focus.Type != patientType {
				asked = append(asked, g.server.Registry.CompartmentParameters(t, e.Focus.Type)...)
			}
		}
	}
	return asked
}

// readable is the condition of a record in which a parameter tells the caller what it reads; nil for every record.
func (g *guard) readable(p *query.Parameter) query.Expr {
	if p.Intrinsic != query.NotIntrinsic || p.Code == query.AccessCode {
		return nil
	}
	return g.decision.Readable(g.server.Registry.Access(p.Base), p.Code, g.server.tells(p))
}

// blind rewrites the conditions of one search.
type blind struct {
	*guard
	types []fhir.Type
}

func (b blind) expression(e query.Expr) query.Expr {
	if !b.asksWithheld(e) {
		return e
	}
	switch e := e.(type) {
	case query.And:
		return query.And(b.parts(e))
	case query.Or:
		return query.Or(b.parts(e))
	case query.Not:
		return query.Not{Expr: b.expression(e.Expr)}
	case query.Chain:
		e.Where = blind{b.guard, []fhir.Type{e.Target}}.expression(e.Where)
		return where(e, b.readable(e.Parameter))
	case query.Has:
		e.Where = where(blind{b.guard, []fhir.Type{e.Parameter.Base}}.expression(e.Where), b.readable(e.Parameter))
		return e
	case query.Match:
		return where(e, b.readable(e.Parameter))
	case query.Missing:
		if readable := b.readable(e.Parameter); readable != nil {
			return query.Or{e, query.Not{Expr: readable}}
		}
	case query.InCompartment:
		return b.compartment(e)
	}
	return e
}

// asksWithheld reports whether a condition has to be rewritten at all.
func (b blind) asksWithheld(e query.Expr) (asks bool) {
	query.Walk(e, func(e query.Expr) bool {
		if in, ok := e.(query.InCompartment); ok {
			asks = asks || in.Focus.Type != patientType
		} else if p := query.ParameterOf(e); p != nil {
			asks = asks || b.readable(p) != nil
		}
		return !asks
	})
	return asks
}

func (b blind) parts(parts []query.Expr) []query.Expr {
	out := make([]query.Expr, len(parts))
	for i, part := range parts {
		out[i] = b.expression(part)
	}
	return out
}

// where restricts a condition to where it may be asked; nil for everywhere.
func where(e, readable query.Expr) query.Expr {
	switch {
	case readable == nil:
		return e
	case e == nil:
		return readable
	}
	return query.And{e, readable}
}

// compartment is a compartment whose members are in it by references that are all told. That something is in
// the record of a patient is what they see it by.
func (b blind) compartment(e query.InCompartment) query.Expr {
	if e.Focus.Type == patientType {
		return e
	}
	untold := query.Or{}
	for _, t := range b.types {
		for _, p := range b.server.Registry.CompartmentParameters(t, e.Focus.Type) {
			if readable := b.readable(p); readable != nil {
				untold = append(untold, query.And{isType(b.server.Registry, t), query.Not{Expr: readable}})
			}
		}
	}
	return query.And{e, query.Not{Expr: untold}}
}

// includes follow no reference that is withheld. "*" becomes the parameters it stands for where one of them may be.
func (b blind) includes(includes []query.Include) (out []query.Include) {
	for _, i := range includes {
		i.Where = blind{b.guard, b.server.Registry.Types()}.expression(i.Where)
		all := b.server.Registry.Parameters(i.Source)
		if i.Parameter != nil || !slices.ContainsFunc(all, func(p *query.Parameter) bool { return p.Kind == query.KindReference && b.readable(p) != nil }) {
			out = append(out, b.include(i))
			continue
		}
		for _, p := range all {
			if p.Kind == query.KindReference {
				i.Parameter = p
				out = append(out, b.include(i))
			}
		}
	}
	return out
}

func (b blind) include(i query.Include) query.Include {
	if i.Parameter == nil {
		return i
	}
	if readable := b.readable(i.Parameter); i.Reverse {
		i.Where = where(i.Where, readable)
	} else {
		i.From = where(i.From, readable)
	}
	return i
}

// tells reports whether a parameter's expression reads whereabouts.
func (s *Server) tells(p *query.Parameter) bool {
	if known, ok := s.telling.Load(p); ok {
		return known.(bool)
	}
	tells := slices.ContainsFunc(s.Registry.Reads(p), func(read string) bool {
		return slices.ContainsFunc(access.Whereabouts(), func(path string) bool { return search.Overlap(read, path) })
	})
	s.telling.Store(p, tells)
	return tells
}
