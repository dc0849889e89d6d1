package storetest

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
)

// query makes a random query and notes which cells of the coverage table it is in.
func (g *generator) query() *query.Query {
	q := &query.Query{Types: []fhir.Type{pick(g, Types...)}, Count: pick(g, 1, 3, 7, 50)}
	if g.chance(10) {
		q.Types = []fhir.Type{Types[0], Types[2]}
	}
	q.Where = g.where(q.Types[0])
	for n := max(0, g.IntN(5)-2); n > 0; n-- {
		q.Sort = append(q.Sort, g.sortKey(q.Types[0]))
	}
	if len(q.Types) == 1 && g.chance(25) {
		for n := 1 + g.IntN(2); n > 0; n-- {
			q.Includes = append(q.Includes, g.include())
		}
	}
	return q
}

func (g *generator) where(t fhir.Type) query.Expr {
	if g.chance(8) {
		g.cover.hit("everything")
		return nil
	}
	e := g.expr(t, 2)
	if g.chance(50) {
		g.cover.hit("with access")
		access := query.Match{Parameter: g.world.Parameter(t, query.AccessCode), Test: query.TokenTest{System: "access", Code: "floor"}}
		return query.And{e, access}
	}
	return e
}

// expr is a condition of at most so much depth of references.
func (g *generator) expr(t fhir.Type, depth int) query.Expr {
	switch n := g.IntN(100); {
	case n < 45:
		return g.match(t)
	case n < 55:
		g.cover.hit("and")
		return query.And{g.expr(t, depth-1), g.expr(t, depth-1)}
	case n < 65:
		g.cover.hit("or")
		return query.Or{g.expr(t, depth-1), g.expr(t, depth-1)}
	case n < 72:
		g.cover.hit("not")
		return query.Not{Expr: g.expr(t, depth-1)}
	case n < 78:
		g.cover.hit("missing")
		return query.Missing{Parameter: g.parameter(t)}
	case n < 82:
		g.cover.hit("present")
		return query.Not{Expr: query.Missing{Parameter: g.parameter(t)}}
	case n < 88:
		g.cover.hit("compartment")
		return query.InCompartment{Focus: g.key(pick(g, Types[2:]...))}
	case depth > 0 && n < 95:
		to := pick(g, Types...)
		return query.Chain{Parameter: g.reference(t), Target: to, Where: g.inner(to, depth, "chain")}
	case depth > 0:
		from := pick(g, Types...)
		return query.Has{Parameter: g.reference(from), Where: g.inner(from, depth, "has")}
	}
	return g.match(t)
}

// inner is what is asked of the other end of a reference.
func (g *generator) inner(t fhir.Type, depth int, word string) query.Expr {
	g.cover.hit(word)
	if depth == 1 {
		g.cover.hit(word, "of a chain or has")
	}
	if g.chance(10) {
		return nil
	}
	return g.expr(t, depth-1)
}

func (g *generator) parameter(t fhir.Type) *query.Parameter {
	for {
		code := pick(g, "number", "date", "string", "token", "reference", "other", "composite", "quantity", "uri", "special")
		if p := g.world.Parameter(t, code); p != nil {
			return p
		}
	}
}

func (g *generator) reference(t fhir.Type) *query.Parameter {
	if p := g.world.Parameter(t, pick(g, "reference", "other")); p != nil {
		return p
	}
	return g.world.Parameter(t, "reference")
}

func (g *generator) sortKey(t fhir.Type) query.SortKey {
	key := query.SortKey{Parameter: g.parameter(t), Descending: g.chance(50)}
	if g.chance(20) {
		key.Parameter = g.world.Parameter(t, pick(g, "_id", "_lastUpdated"))
	}
	g.cover.hit("sort", key.Parameter.Code, direction(key))
	return key
}

func direction(key query.SortKey) string {
	if key.Descending {
		return "descending"
	}
	return "ascending"
}

func (g *generator) include() query.Include {
	i := query.Include{Source: pick(g, Types...), Reverse: g.chance(50), Iterate: g.chance(30)}
	if g.chance(80) {
		i.Parameter = g.reference(i.Source)
	}
	if g.chance(30) {
		i.Target = pick(g, Types...)
	}
	if g.chance(20) {
		i.Where = query.Missing{Parameter: g.world.Parameter(Types[0], "token")}
	}
	if g.chance(20) {
		i.From = query.Missing{Parameter: g.world.Parameter(i.Source, "token")}
	}
	word := "include"
	if i.Reverse {
		word = "revinclude"
	}
	g.cover.hit(word)
	if i.Iterate {
		g.cover.hit(word, "iterate")
	}
	if i.Parameter == nil {
		g.cover.hit(word, "*")
	}
	return i
}
