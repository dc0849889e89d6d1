package r4

import (
	"strings"

	"hearken/fhir/definition"
)

// readConstraints gives the invariants by the reference rows of structures have for them: the
// key, or "key@Structure" where several share a key.
func readConstraints(table string) map[string]definition.Constraint {
	constraints := make(map[string]definition.Constraint, 256)
	for line := range rows(table) {
		addConstraint(constraints, line)
	}
	return constraints
}

func addConstraint(constraints map[string]definition.Constraint, line row) {
	ref := line.next()
	key, _, _ := strings.Cut(ref, "@")
	flags := line.next()
	constraints[ref] = definition.Constraint{
		Key: key, Error: has(flags, 'e'), BestPractice: has(flags, 'b'),
		Source: canonical(structureURL, line.next()), Expression: line.next(),
	}
}

func (r *structureReader) constraintList(refs string) []definition.Constraint {
	words := strings.Split(refs, " ")
	list := make([]definition.Constraint, len(words))
	for i, ref := range words {
		constraint, ok := r.constraints[ref]
		if !ok {
			panic("r4: no constraint " + ref)
		}
		list[i] = constraint
	}
	return list
}
