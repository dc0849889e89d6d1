package query

import (
	"slices"
	"strings"
)

// Canonical simplifies an expression and sorts what is joined by And and Or, so that conditions given in another
// order print alike: "identifier=a&active=true" and the other way round. nil stays nil.
func Canonical(e Expr) Expr { return Simplify(sorted(Simplify(e))) }

func sorted(e Expr) Expr {
	switch e := e.(type) {
	case And:
		return And(sortedParts(e))
	case Or:
		return Or(sortedParts(e))
	case Not:
		return Not{sorted(e.Expr)}
	case Chain:
		e.Where = sorted(e.Where)
		return e
	case Has:
		e.Where = sorted(e.Where)
		return e
	}
	return e
}

func sortedParts(parts []Expr) []Expr {
	ordered := make([]Expr, len(parts))
	for i, part := range parts {
		ordered[i] = sorted(part)
	}
	slices.SortStableFunc(ordered, func(a, b Expr) int { return strings.Compare(a.String(), b.String()) })
	return ordered
}
