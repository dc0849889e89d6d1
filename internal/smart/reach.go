package smart

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// reach is how far scopes go over several types: which are allowed, and under which conditions.
type reach struct {
	allowed, forbidden []fhir.Type
	groups             []reachGroup // the allowed types, by condition
}

// reachGroup is the types that must satisfy the same; a nil condition is everything.
type reachGroup struct {
	where query.Expr
	types []fhir.Type
}

func (w *walk) reach(types []fhir.Type, wanted Permissions) reach {
	var out reach
	for _, t := range types {
		where, err := w.ask(t, wanted)
		if err != nil {
			out.forbidden = append(out.forbidden, t)
			continue
		}
		out.allowed = append(out.allowed, t)
		at := slices.IndexFunc(out.groups, func(g reachGroup) bool { return query.Same(g.where, where) })
		if at < 0 {
			at = len(out.groups)
			out.groups = append(out.groups, reachGroup{where: where})
		}
		out.groups[at].types = append(out.groups[at].types, t)
	}
	return out
}

// where is the condition on resources of the allowed types. alone says that no others come into question;
// else they are kept out.
func (c reach) where(r *Rules, alone bool) query.Expr {
	if alone && len(c.groups) == 1 {
		return c.groups[0].where
	}
	any := query.Or{}
	for _, group := range c.groups {
		types := query.Or{}
		for _, t := range group.types {
			types = append(types, r.definitions.IsType(t))
		}
		any = append(any, both(types, group.where))
	}
	return query.Simplify(any)
}
