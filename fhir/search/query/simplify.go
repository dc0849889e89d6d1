package query

// Simplify gives an expression that holds for the same resources with And in And and Or in Or opened up,
// constants worked out, double negations and repeated conjuncts gone, and no And or Or of fewer than two parts.
// Order is kept. nil, which means everything, stays nil.
func Simplify(e Expr) Expr {
	switch e := e.(type) {
	case And:
		return simplifyList(flatten(nil, e, func(e Expr) ([]Expr, bool) { a, ok := e.(And); return a, ok }), true)
	case Or:
		return simplifyList(flatten(nil, e, func(e Expr) ([]Expr, bool) { o, ok := e.(Or); return o, ok }), false)
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

// simplifyList drops the neutral constant and repetitions; the other constant decides.
func simplifyList(parts []Expr, neutral Const) Expr {
	kept := make([]Expr, 0, len(parts))
	seen := make(map[string]bool, len(parts))
	for _, part := range parts {
		if constant, ok := part.(Const); ok {
			if constant != neutral {
				return constant
			}
			continue
		}
		if text := part.String(); !seen[text] {
			seen[text] = true
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
