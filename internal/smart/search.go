package smart

import (
	"fmt"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Uncovered says what becomes of a search over several types when the scopes cover only some.
type Uncovered uint8

// The ways.
const (
	Refuse Uncovered = iota // refused: for types the client named, who must not take silence for "there are none"
	Narrow                  // the others are searched: for "all types", where the answer says that there may be more
)

// Search writes what the scopes allow into a search: into its condition, into every chain and _has, and into
// its includes, so that it comes before sort, total and page. left are the types that Narrow left out. The
// error is CodeForbidden, insufficient-scope, and names every type that is missing and what the search wants
// it for; it is made before anything is looked up. q is not changed.
func (r *Rules) Search(p *Principal, q query.Query, u Uncovered) (allowed query.Query, left []fhir.Type, err error) {
	return r.SearchSeen(p, q, u, nil)
}

// SearchSeen is Search for somebody who does not see every resource the scopes cover: seen is what a resource
// of a type must satisfy besides, wherever the search comes upon it; nil for nothing.
func (r *Rules) SearchSeen(p *Principal, q query.Query, u Uncovered, seen func(fhir.Type) query.Expr) (allowed query.Query, left []fhir.Type, err error) {
	w := &walk{Rules: r, principal: p, seen: seen, known: map[asked]answer{}}
	allowed = q
	own := w.reach(q.Types, Search)
	if left = own.forbidden; len(left) > 0 && (u == Refuse || len(left) == len(q.Types)) {
		for _, t := range left {
			w.forbid(t, Search, "searched")
		}
	}
	allowed.Types = own.allowed
	allowed.Where = both(w.expression(q.Where), own.where(r, true))
	for _, key := range q.Sort {
		if !slices.Contains(q.Types, key.Parameter.Base) {
			w.need(key.Parameter.Base, Search, "in _sort")
		}
	}
	allowed.Includes = make([]query.Include, len(q.Includes))
	for i, include := range q.Includes {
		allowed.Includes[i] = w.include(q.Types, include)
	}
	if len(w.faults) > 0 {
		return query.Query{}, nil, &fhir.Error{Op: "smart", Code: fhir.CodeForbidden, Issues: w.faults}
	}
	return allowed, left, nil
}

// walk is one Search at work.
type walk struct {
	*Rules
	principal *Principal
	seen      func(fhir.Type) query.Expr
	known     map[asked]answer // what Restrict said: many includes ask the same
	faults    fhir.Outcome
}

type asked struct {
	t      fhir.Type
	wanted Permissions
}

type answer struct {
	where query.Expr
	err   error
}

func (w *walk) ask(t fhir.Type, wanted Permissions) (query.Expr, error) {
	q := asked{t, wanted}
	a, ok := w.known[q]
	if !ok {
		if a.where, a.err = w.Restrict(w.principal, t, wanted); a.err == nil && w.seen != nil {
			a.where = both(a.where, w.seen(t))
		}
		w.known[q] = a
	}
	return a.where, a.err
}

// forbid reports that a type is wanted and not covered, each only once.
func (w *walk) forbid(t fhir.Type, wanted Permissions, where string) {
	issue := Insufficient(t, wanted).Issues[0]
	issue.Diagnostics = fmt.Sprintf("%s (%s)", issue.Diagnostics, where)
	if !slices.ContainsFunc(w.faults, func(f fhir.Issue) bool { return f.Diagnostics == issue.Diagnostics }) {
		w.faults = append(w.faults, issue)
	}
}

// need is what resources of another type must satisfy to play a part in the search.
func (w *walk) need(t fhir.Type, wanted Permissions, where string) query.Expr {
	e, err := w.ask(t, wanted)
	if err != nil {
		w.forbid(t, wanted, where)
		return query.Const(false)
	}
	return e
}

// expression writes what is allowed of other types into a condition. Below a Not it does so too: a resource
// that may not be seen is, for this search, one that does not exist.
func (w *walk) expression(e query.Expr) query.Expr {
	switch e := e.(type) {
	case query.And:
		return query.And(w.parts(e))
	case query.Or:
		return query.Or(w.parts(e))
	case query.Not:
		return query.Not{Expr: w.expression(orAlways(e.Expr))}
	case query.Chain:
		e.Where = both(w.expression(e.Where), w.need(e.Target, Search, "in a chain"))
		return e
	case query.Has:
		e.Where = both(w.expression(e.Where), w.need(e.Parameter.Base, Search, "in _has"))
		return e
	}
	return e
}

func (w *walk) parts(parts []query.Expr) []query.Expr {
	out := make([]query.Expr, len(parts))
	for i, part := range parts {
		out[i] = w.expression(orAlways(part))
	}
	return out
}

func orAlways(e query.Expr) query.Expr {
	if e == nil {
		return query.Const(true)
	}
	return e
}

// both joins two conditions, either of which may be nil for "everything".
func both(a, b query.Expr) query.Expr {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return query.Simplify(query.And{a, b})
}
