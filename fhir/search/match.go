package search

import (
	"iter"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Source gives Match the other resources that chains and _has ask for: current ones, not deleted.
type Source interface {
	// Current lists the resources of a type, in any order.
	Current(fhir.Type) iter.Seq2[fhir.Key, query.Index]
	// Lookup finds one resource.
	Lookup(fhir.Key) (Document, bool)
}

// Document is a resource as a search sees it.
type Document struct {
	Key         fhir.Key
	LastUpdated time.Time
	Index       query.Index
}

// Match reports whether a resource satisfies an expression, by looking at everything. It is what every engine's
// answers are measured against. A nil expression holds for every resource. s is asked only for chains and _has.
func Match(e query.Expr, d Document, s Source) bool {
	switch e := e.(type) {
	case nil:
		return true
	case query.Const:
		return bool(e)
	case query.And:
		return !slices.ContainsFunc(e, func(part query.Expr) bool { return !Match(part, d, s) })
	case query.Or:
		return slices.ContainsFunc(e, func(part query.Expr) bool { return Match(part, d, s) })
	case query.Not:
		return !Match(e.Expr, d, s)
	case query.Match:
		return has(d, e.Parameter, func(v query.Value) bool { return query.Satisfies(e.Test, v) })
	case query.Missing:
		return !has(d, e.Parameter, func(query.Value) bool { return true })
	case query.Chain:
		return has(d, e.Parameter, func(v query.Value) bool { return pointsAt(v, e, s) })
	case query.Has:
		return isPointedAt(d.Key, e, s)
	case query.InCompartment:
		return d.Key == e.Focus || slices.Contains(d.Index.Compartments, e.Focus)
	}
	return false
}

// has reports whether a resource has a value of the parameter that is wanted.
func has(d Document, p *query.Parameter, wanted func(query.Value) bool) bool {
	switch p.Intrinsic {
	case query.IntrinsicID:
		return d.Key.Type == p.Base && wanted(query.Token{Code: string(d.Key.ID)})
	case query.IntrinsicLastUpdated:
		return d.Key.Type == p.Base && wanted(query.Moment(d.LastUpdated))
	}
	return slices.ContainsFunc(d.Index.Entries, func(entry query.Entry) bool {
		return entry.Parameter == p && wanted(entry.Value)
	})
}

func pointsAt(v query.Value, e query.Chain, s Source) bool {
	link, ok := v.(query.Link)
	if !ok || link.Key.Type != e.Target {
		return false
	}
	target, ok := s.Lookup(link.Key)
	return ok && Match(e.Where, target, s)
}

func isPointedAt(key fhir.Key, e query.Has, s Source) bool {
	for other, index := range s.Current(e.Parameter.Base) {
		if !has(Document{Index: index}, e.Parameter, func(v query.Value) bool {
			link, ok := v.(query.Link)
			return ok && link.Key == key
		}) {
			continue
		}
		if d, ok := s.Lookup(other); ok && Match(e.Where, d, s) {
			return true
		}
	}
	return false
}
