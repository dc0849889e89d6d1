package search

import (
	"slices"
	"strings"

	"hearken/fhir"
)

// chooseTypes decides what is searched: the type of the target, or those of _type, or all there are.
// (https://hl7.org/fhir/R4/search.html#type)
func (s *parse) chooseTypes(t Target, pairs []Pair) {
	switch {
	case t.Type != "":
		s.types = []fhir.Type{t.Type}
		return
	case t.AllTypes && !t.Compartment.IsZero():
		s.types = s.Registry.CompartmentMembers(t.Compartment.Type)
	default:
		s.types = s.Registry.names
	}
	for _, pair := range pairs {
		if pair.Name == typeCode && pair.Value != "" {
			s.types = s.namedTypes(pair.Value)
		}
	}
}

// namedTypes lists those of the types at hand that a _type names, sorted.
func (s *parse) namedTypes(value string) []fhir.Type {
	var named []fhir.Type
	for name := range strings.SplitSeq(value, ",") {
		if slices.Contains(s.types, fhir.Type(name)) {
			named = append(named, fhir.Type(name))
		}
	}
	slices.Sort(named)
	return slices.Compact(named)
}

// typeParameter checks _type; chooseTypes has read it before.
func (s *parse) typeParameter(pair Pair, _ string) bool {
	for name := range strings.SplitSeq(pair.Value, ",") {
		switch {
		case name == "":
		case !s.Registry.isType(name):
			s.report(badValue(pair.Name, "%q is no resource type", Presentable(name)))
		case !slices.Contains(s.types, fhir.Type(name)):
			s.report(badValue(pair.Name, "%s is not among the types this search is for", name))
		}
	}
	return true
}
