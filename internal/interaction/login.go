package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/smart"
)

// NewRules makes the rules of scopes for the definitions a server searches by.
func NewRules(registry *search.Registry, parser *search.Parser) *smart.Rules {
	members := registry.CompartmentMembers(patientType)
	inCompartment := func(t fhir.Type) bool { return slices.Contains(members, t) }
	referenced := smart.ReferencedBy(registry.All(), inCompartment)
	return smart.NewRules(smart.Definitions{
		Types:                registry.Types(),
		InPatientCompartment: inCompartment,
		IsType:               func(t fhir.Type) query.Expr { return isType(registry, t) },
		Compile: func(t fhir.Type, pairs []smart.Pair) (query.Expr, error) {
			criteria := make([]search.Pair, len(pairs))
			for i, p := range pairs {
				criteria[i] = search.Pair(p)
			}
			parsed, err := parser.Parse(search.Target{Type: t}, criteria, search.Options{Criteria: true})
			if err != nil {
				return nil, err
			}
			return parsed.Query.Where, nil
		},
		Referenced: func(t fhir.Type, patient fhir.Key) query.Expr {
			if t == binaryType {
				return access.InRecord(registry.Access(t), patient.ID)
			}
			return referenced(t, patient)
		},
	})
}

// isType holds for the resources of a type and no others: each has an id.
func isType(registry *search.Registry, t fhir.Type) query.Expr {
	return query.Not{Expr: query.Missing{Parameter: registry.Parameter(t, "_id")}}
}
