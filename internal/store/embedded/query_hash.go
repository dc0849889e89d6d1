package embedded

import (
	"fmt"
	"strconv"
	"strings"

	"hearken/fhir/search/query"
)

// parameterNumbers lists the numbers of all parameters of a query, so that a cursor dies with any of them.
// One that is building or unknown is an error.
func (s *searching) parameterNumbers() (string, error) {
	var numbers strings.Builder
	var failed error
	note := func(p *query.Parameter) {
		if p == nil || p.Intrinsic != query.NotIntrinsic || failed != nil {
			return
		}
		ready, err := s.ready(p)
		if err != nil {
			failed = err
			return
		}
		numbers.WriteString(strconv.Itoa(int(ready.number)))
		numbers.WriteByte(' ')
	}
	visit := func(e query.Expr) bool {
		note(query.ParameterOf(e))
		return true
	}
	query.Walk(s.where, visit)
	for _, key := range s.query.Sort {
		for _, t := range s.types {
			if p := s.sortParameter(t, key); p != nil {
				note(p.Parameter)
			}
		}
	}
	for _, include := range s.query.Includes {
		note(include.Parameter)
		query.Walk(include.Where, visit)
		query.Walk(include.From, visit)
	}
	return numbers.String(), failed
}

func (s *searching) numbersHash() [queryHashSize]byte {
	return s.store.hash.sum(hashNumbers, s.numbers)
}

// queryHash is what a cursor is bound to: everything that decides the rows and their order. Who may see them
// is not in it: that is asked anew for every page.
func (s *searching) queryHash() [queryHashSize]byte {
	var parts []string
	for _, name := range s.query.Types {
		parts = append(parts, string(name))
	}
	conjuncts := query.And{s.where}
	if and, ok := s.where.(query.And); ok {
		conjuncts = and
	}
	for _, part := range conjuncts {
		if part != nil && !isAccess(part) {
			parts = append(parts, part.String())
		}
	}
	for _, key := range s.query.Sort {
		parts = append(parts, fmt.Sprintf("sort %s %v", key.Parameter, key.Descending))
	}
	return s.store.hash.sum(hashQuery, parts...)
}

// isAccess reports whether a condition asks for nothing but access tokens.
func isAccess(e query.Expr) bool {
	only, found := true, false
	query.Walk(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.And, query.Or, query.Not, query.Const:
		case query.Match:
			found = true
			only = only && e.Parameter.Code == query.AccessCode
		default:
			only = false
		}
		return only
	})
	return only && found
}
