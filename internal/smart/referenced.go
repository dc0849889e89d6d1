package smart

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// ReferencedBy is a Definitions.Referenced by which a resource outside every compartment is readable when a
// resource of the patient's compartment points at it: the author of their plan, the medicine they take.
// parameters are all search parameters; inCompartment is that of Definitions.
//
// An app that may write into the compartment must not be able to point at what it wants to read. So
// references count only where the definitions name the type (CarePlan.author, not List.item, which may point
// at anything), and only to types that are not about patients themselves: a Task, a Device or a Contract may
// name somebody else. What remains is who, where and with what: Practitioner, Organization, Location,
// Medication and the like, and no Binary, whose securityContext says whose it is.
func ReferencedBy(parameters []*query.Parameter, inCompartment func(fhir.Type) bool) func(fhir.Type, fhir.Key) query.Expr {
	types := map[fhir.Type]bool{}
	for _, p := range parameters {
		types[p.Base] = true
	}
	anything := len(types) / 2 // more targets than that are no choice of types
	pointers := map[fhir.Type][]*query.Parameter{}
	aboutPatients := map[fhir.Type]bool{}
	for _, p := range parameters {
		if p.Kind != query.KindReference || len(p.Targets) > anything {
			continue
		}
		if slices.Contains(p.Targets, patientType) {
			aboutPatients[p.Base] = true
		}
		for _, target := range p.Targets {
			if inCompartment(p.Base) && !slices.Contains(pointers[target], p) {
				pointers[target] = append(pointers[target], p)
			}
		}
	}
	return func(t fhir.Type, patient fhir.Key) query.Expr {
		if aboutPatients[t] || len(pointers[t]) == 0 {
			return query.Const(false)
		}
		any := make(query.Or, 0, len(pointers[t]))
		for _, p := range pointers[t] {
			any = append(any, query.Has{Parameter: p, Where: query.InCompartment{Focus: patient}})
		}
		return any
	}
}
