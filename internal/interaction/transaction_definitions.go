package interaction

import (
	"slices"

	"context"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/conformance"
)

// definitions are those that a transaction is judged by: those in force, as the transaction itself changes
// them. So a profile and what it is about may come together.
func (t *transaction) definitions(ctx context.Context) (*conformance.Definitions, error) {
	by, err := t.server.definitions(ctx)
	if err != nil {
		return nil, err
	}
	var changes []conformance.Change
	for _, e := range t.entries {
		if conformance.IsLive(e.typ()) && (e.writesResource() || e.phase == deleting && e.condition == nil) {
			key := e.settling.proposed
			if e.phase == deleting {
				key = e.request.key
			}
			changes = append(changes, conformance.Change{Key: key, Node: e.node})
		}
	}
	return by.With(changes...), nil
}

// check judges the whole Bundle, the definitions in it as such, and whether each resource is one.
func (t *transaction) check(by *conformance.Definitions, root element.Node) (fhir.Outcome, error) {
	told := t.server.judge(by, root)
	var all fhir.Outcome
	for _, e := range t.entries {
		if e.writesResource() {
			var found fhir.Outcome
			told, found = by.Check(e.node, told)
			all = append(append(all, found...), checkComplete(e.node)...)
		}
	}
	return checked(slices.Concat(told, all))
}
