package search

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// include reads _include and _revinclude: Type:parameter, Type:parameter:Target, Type:* or *
// (https://hl7.org/fhir/R4/search.html#include). ":recurse" is what ":iterate" was called before.
func (s *parse) include(pair Pair, modifier string) bool {
	name, _ := cutModifier(pair.Name)
	if modifier != "" && modifier != "iterate" && modifier != "recurse" {
		s.report(badModifier(pair.Name, modifier, name, []string{"iterate"}))
		return false
	}
	include := query.Include{Reverse: name == "_revinclude", Iterate: modifier != ""}
	parts := strings.Split(pair.Value, ":")
	switch {
	case pair.Value == "*":
		s.includeAll(include)
	case len(parts) < 2 || len(parts) > 3 || strings.Contains(pair.Value, ","):
		s.report(badValue(pair.Name, "%s is written Type:parameter or Type:parameter:Target, and repeated for more", name))
	case !s.Registry.isType(parts[0]):
		f := badValue(pair.Name, "%q is no resource type", Presentable(parts[0]))
		f.ignorable = true
		s.report(f)
	default:
		include.Source = fhir.Type(parts[0])
		s.includeOne(pair, include, parts[1], slices.Concat(parts, []string{""})[2])
	}
	if len(s.request.Query.Includes) > s.limits.Includes {
		s.report(tooCostly(pair.Name, "a search may have at most %d includes", s.limits.Includes))
	}
	return true
}

// includeOne adds an include of one parameter, or with "*" of all of a type.
func (s *parse) includeOne(pair Pair, include query.Include, code, target string) {
	if code != "*" {
		include.Parameter = s.Registry.Parameter(include.Source, code)
		if include.Parameter == nil || include.Parameter.Kind != query.KindReference {
			s.report(unknownParameter(pair.Name, code, "of type reference of "+string(include.Source), s.pointers(include.Source, "")))
			return
		}
	}
	if include.Target = fhir.Type(target); target != "" {
		if include.Parameter != nil && !slices.Contains(include.Parameter.Targets, include.Target) || !s.Registry.isType(target) {
			s.report(s.badTarget(pair, include))
			return
		}
	}
	s.addInclude(include)
}

func (s *parse) badTarget(pair Pair, include query.Include) fault {
	valid := "any resource type"
	if include.Parameter != nil {
		valid = listOf(typeNames(include.Parameter.Targets))
	}
	f := badValue(pair.Name, "%q is no target of it; valid are: %s", Presentable(string(include.Target)), valid)
	f.ignorable = true
	return f
}

// includeAll adds "*": every reference of what is searched or, in reverse, every type that may refer to it.
func (s *parse) includeAll(include query.Include) {
	sources := s.types
	if include.Reverse {
		sources = nil
		for _, t := range s.Registry.names {
			if slices.ContainsFunc(s.types, func(to fhir.Type) bool { return len(s.pointers(t, to)) > 0 }) {
				sources = append(sources, t)
			}
		}
	}
	for _, source := range sources {
		include.Source = source
		s.addInclude(include)
	}
}

func (s *parse) addInclude(include query.Include) {
	if !slices.ContainsFunc(s.request.Query.Includes, func(i query.Include) bool {
		return i.String() == include.String()
	}) {
		s.request.Query.Includes = append(s.request.Query.Includes, include)
	}
}
