package search

import (
	"fmt"

	"hearken/fhir"
	"hearken/fhir/fhirpath"
	"hearken/fhir/search/query"
)

// The combinations a resource may have for one composite are this many, and this many more for each of its
// nodes: parts that repeat multiply, and a resource made for it would fill any index.
const (
	freeTuples    = 1000
	tuplesPerNode = 4
)

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
	return e.combine(r, item, parts)
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

// combine adds each combination of one value of each part. Too many are fhir.CodeTooCostly.
func (e *extraction) combine(r *rule, item fhirpath.Item, parts [][]query.Value) error {
	limit := freeTuples + tuplesPerNode*item.Node().Tree().Len()
	for at := make([]int, len(parts)); ; {
		if len(e.entries)-e.first == limit {
			return fhir.Errorf(fhir.CodeTooCostly, "the resource has too many combinations of values for the search parameter %s", r.parameter)
		}
		tuple := make([]query.Value, len(parts))
		for i, values := range parts {
			tuple[i] = values[at[i]]
		}
		e.add(query.Composite{Parts: tuple})
		if !advance(at, parts) {
			return nil
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
