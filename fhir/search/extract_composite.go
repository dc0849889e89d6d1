package search

import (
	"fmt"

	"hearken/fhir/fhirpath"
	"hearken/fhir/search/query"
)

// maxTuples bounds the combinations one element may give: components that repeat multiply.
const maxTuples = 1000

// tuples adds the values of a composite parameter for one element: every combination of what its
// components have there (https://hl7.org/fhir/R4/search.html#combining).
func (e *extraction) tuples(r *rule, item fhirpath.Item) error {
	parts := make([][]query.Value, len(r.components))
	for i := range r.components {
		values, err := e.componentValues(&r.components[i], item)
		if err != nil {
			return fmt.Errorf("search: %s: %w", r.parameter, err)
		}
		if len(values) == 0 {
			return nil
		}
		parts[i] = values
	}
	e.combine(parts)
	return nil
}

// componentValues collects the values of one component without touching those of the composite.
func (e *extraction) componentValues(c *component, item fhirpath.Item) ([]query.Value, error) {
	entries, first := e.entries, e.first
	defer func() { e.entries, e.first = entries, first }()
	e.entries, e.first = nil, 0
	err := c.expression.Each(&e.env, item.Node(), func(found fhirpath.Item) bool {
		e.values(c.parameter.Kind, found)
		return true
	})
	var values []query.Value
	for _, entry := range e.entries {
		if isTested(entry.Value) {
			values = append(values, entry.Value)
		}
	}
	return values, err
}

// isTested reports whether a component of a composite can ask for the value: modifiers, and so the values that are only
// for them, are not used there.
func isTested(v query.Value) bool {
	switch v := v.(type) {
	case query.Display, query.TypedIdentifier, query.LinkIdentifier:
		return false
	case query.Text:
		return !v.Part
	}
	return true
}

func (e *extraction) combine(parts [][]query.Value) {
	at := make([]int, len(parts))
	for range maxTuples {
		tuple := make([]query.Value, len(parts))
		for i, values := range parts {
			tuple[i] = values[at[i]]
		}
		e.add(query.Composite{Parts: tuple})
		if !advance(at, parts) {
			return
		}
	}
}

// advance counts at up to the next combination; false after the last.
func advance(at []int, parts [][]query.Value) bool {
	for i := len(at) - 1; i >= 0; i-- {
		if at[i]++; at[i] < len(parts[i]) {
			return true
		}
		at[i] = 0
	}
	return false
}
