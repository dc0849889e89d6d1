package interaction

import (
	"slices"
	"strings"

	"hearken/fhir/search/query"
	"hearken/internal/access"
)

// blinded writes into a condition that parameters which read withheld elements have no value in the records they are withheld in, and
// refuses to sort by them.
func (r *guardedReader) blinded(q query.Query) (query.Query, error) {
	if !r.decision.Blind() {
		return q, nil
	}
	for _, key := range q.Sort {
		if r.server.tells(key.Parameter) {
			return q, notAllowedHere("this caller may not sort by %s: in some records it is withheld", key.Parameter)
		}
	}
	q.Where = r.blind(q.Where)
	return q, nil
}

func (r *guardedReader) blind(e query.Expr) query.Expr {
	switch e := e.(type) {
	case query.And:
		return query.And(r.blindAll(e))
	case query.Or:
		return query.Or(r.blindAll(e))
	case query.Not:
		return query.Not{Expr: r.blind(e.Expr)}
	case query.Chain:
		e.Where = r.blind(e.Where)
		return r.telling(e, e.Parameter, false)
	case query.Has:
		e.Where = r.blind(e.Where)
		return e // the other resource's reference; what is asked of that resource is in Where
	case query.Match:
		return r.telling(e, e.Parameter, false)
	case query.Missing:
		return r.telling(e, e.Parameter, true)
	}
	return e
}

func (r *guardedReader) blindAll(parts []query.Expr) []query.Expr {
	out := make([]query.Expr, len(parts))
	for i, part := range parts {
		out[i] = r.blind(part)
	}
	return out
}

// telling restricts a test on a parameter that tells of whereabouts to the records whose are not withheld; elsewhere it is what it
// would be without a value.
func (r *guardedReader) telling(e query.Expr, p *query.Parameter, without bool) query.Expr {
	if !r.server.tells(p) {
		return e
	}
	unrestricted := r.decision.Unrestricted(r.server.Registry.Access(p.Base))
	if without {
		return query.Or{e, query.Not{Expr: unrestricted}}
	}
	return query.And{e, unrestricted}
}

// tells reports whether a parameter's expression reads an element that may be withheld.
func (s *Server) tells(p *query.Parameter) bool {
	if known, ok := s.telling.Load(p); ok {
		return known.(bool)
	}
	tells := false
	if d := s.Registry.Definition(p); d != nil {
		tells = slices.ContainsFunc(access.Whereabouts(), func(path string) bool {
			at := strings.Index(d.Expression, path)
			return at >= 0 && !isNameByte(d.Expression, at+len(path))
		})
	}
	s.telling.Store(p, tells)
	return tells
}

// isNameByte reports whether a name goes on at a place: "Patient.address" is not in "Patient.addressBook".
func isNameByte(text string, at int) bool {
	if at >= len(text) {
		return false
	}
	c := text[at] | 0x20
	return c >= 'a' && c <= 'z'
}
