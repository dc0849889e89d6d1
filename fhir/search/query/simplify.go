package query

import "slices"

// Simplify gives an expression that holds for the same resources with And in And and Or in Or opened up,
// constants worked out, double negations and repeated conjuncts gone, and no And or Or of fewer than two parts.
// Order is kept. nil, which means everything, stays nil.
func Simplify(e Expr) Expr {
	switch e := e.(type) {
	case And:
		return simplifyList(flatten(make([]Expr, 0, len(e)), e, func(e Expr) ([]Expr, bool) { a, ok := e.(And); return a, ok }), true)
	case Or:
		return simplifyList(flatten(make([]Expr, 0, len(e)), e, func(e Expr) ([]Expr, bool) { o, ok := e.(Or); return o, ok }), false)
	case Not:
		return simplifyNot(Simplify(e.Expr))
	case Chain:
		e.Where = Simplify(e.Where)
		return neverIf(e.Where, e)
	case Has:
		e.Where = Simplify(e.Where)
		return neverIf(e.Where, e)
	}
	return e
}

// flatten lists the simplified parts, those of a part of the same sort in its place.
func flatten(list, parts []Expr, same func(Expr) ([]Expr, bool)) []Expr {
	for _, part := range parts {
		part = Simplify(part)
		if inner, ok := same(part); ok {
			list = append(list, inner...)
		} else if part != nil {
			list = append(list, part)
		}
	}
	return list
}

// simplifyList drops the neutral constant and repetitions; the other constant decides. It may reuse parts.
func simplifyList(parts []Expr, neutral Const) Expr {
	kept := parts[:0]
	seen := repetitions{}
	for _, part := range parts {
		if constant, ok := part.(Const); ok {
			if constant != neutral {
				return constant
			}
			continue
		}
		if !seen.has(kept, part) {
			kept = append(kept, part)
		}
	}
	switch {
	case len(kept) == 0:
		return neutral
	case len(kept) == 1:
		return kept[0]
	case bool(neutral):
		return And(kept)
	}
	return Or(kept)
}

// repetitions finds what was there before: by comparing while there is little, by text when there is much.
type repetitions struct{ texts map[string]bool }

const comparedParts = 24

func (r *repetitions) has(kept []Expr, part Expr) bool {
	if len(kept) < comparedParts {
		return slices.ContainsFunc(kept, func(other Expr) bool { return Same(other, part) })
	}
	if r.texts == nil {
		r.texts = make(map[string]bool, 2*len(kept))
		for _, other := range kept {
			r.texts[other.String()] = true
		}
	}
	text := part.String()
	again := r.texts[text]
	r.texts[text] = true
	return again
}

// Same reports whether two expressions are the same, node by node: they have the same text, and finding that
// out by comparing costs less than writing it.
func Same(a, b Expr) bool {
	switch a := a.(type) {
	case And:
		b, ok := b.(And)
		return ok && slices.EqualFunc(a, b, Same)
	case Or:
		b, ok := b.(Or)
		return ok && slices.EqualFunc(a, b, Same)
	case Not:
		b, ok := b.(Not)
		return ok && Same(a.Expr, b.Expr)
	case Match:
		b, ok := b.(Match)
		return ok && a.Parameter == b.Parameter && equalTests(a.Test, b.Test)
	case Chain:
		b, ok := b.(Chain)
		return ok && a.Parameter == b.Parameter && a.Target == b.Target && Same(a.Where, b.Where)
	case Has:
		b, ok := b.(Has)
		return ok && a.Parameter == b.Parameter && Same(a.Where, b.Where)
	}
	return a == b
}

func equalTests(a, b Test) bool {
	if _, composite := a.(CompositeTest); composite {
		return b != nil && a.String() == b.String()
	}
	if _, composite := b.(CompositeTest); composite {
		return false
	}
	return a == b
}

func simplifyNot(inner Expr) Expr {
	switch inner := inner.(type) {
	case Const:
		return !inner
	case Not:
		return inner.Expr
	case nil:
		return Const(false)
	}
	return Not{inner}
}

// neverIf is e, or never when what is asked of the other resource never holds.
func neverIf(where, e Expr) Expr {
	if where == Const(false) {
		return Const(false)
	}
	return e
}
