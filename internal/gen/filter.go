package gen

import (
	"fmt"
	"slices"
	"strconv"
)

// placed is a concept with the codes it lies below: by its place in the hierarchy and by its
// parent and subsumedBy properties.
type placed struct {
	concept
	above []string
}

// selectConcepts gives the codes of a code system that pass all filters.
func selectConcepts(concepts []concept, filters []filter) ([]string, error) {
	var selected []string
	for _, one := range flatten(concepts, nil, nil) {
		pass := true
		for _, f := range filters {
			ok, err := f.accepts(one)
			if err != nil {
				return nil, err
			}
			pass = pass && ok
		}
		if pass {
			selected = append(selected, one.Code)
		}
	}
	return selected, nil
}

func flatten(concepts []concept, above []string, into []placed) []placed {
	for _, one := range concepts {
		into = append(into, placed{one, above})
		into = flatten(one.Concept, append(slices.Clone(above), one.Code), into)
	}
	return into
}

// accepts evaluates one filter (https://hl7.org/fhir/R4/valueset-filter-operator.html); an
// operator the base value sets have no use for is an error, not a guess.
func (f filter) accepts(one placed) (bool, error) {
	switch f.Op {
	case "is-a":
		return one.Code == f.Value || slices.Contains(one.above, f.Value), nil
	case "descendent-of":
		return slices.Contains(one.above, f.Value), nil
	case "=":
		return slices.ContainsFunc(one.Property, func(p property) bool { return p.Code == f.Property && p.text() == f.Value }), nil
	}
	return false, fmt.Errorf("filter operator %q is not known", f.Op)
}

func (p property) text() string {
	if p.ValueBoolean != nil {
		return strconv.FormatBool(*p.ValueBoolean)
	}
	return p.ValueCode + p.ValueString
}
