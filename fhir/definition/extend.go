package definition

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// WithSearchParameters gives a Set with more search parameters. All else is shared with s, structures above
// all: a tree read by one of them is a tree of the other. It takes the rows over. The error names each
// canonical that is defined already, or twice.
func (s *Set) WithSearchParameters(more []SearchParameter) (*Set, error) {
	out := *s
	out.facts.SearchParameters = slices.Concat(s.facts.SearchParameters, more)
	out.parameters = slices.Clone(s.parameters)
	out.parameterURL = maps.Clone(s.parameterURL)
	var errs []error
	for i := range more {
		parameter := &more[i]
		if out.parameterURL[parameter.URL] != nil {
			errs = append(errs, fmt.Errorf("definition: %s is defined twice", parameter.URL))
			continue
		}
		out.parameterURL[parameter.URL] = parameter
		out.parameters = append(out.parameters, parameter)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &out, nil
}

// Fits reports whether trees read with one set are trees of the other: they are one, or share their structures.
func (s *Set) Fits(other *Set) bool {
	return s == other || s != nil && other != nil && len(s.structures) > 0 && len(other.structures) > 0 && s.structures[0] == other.structures[0]
}
