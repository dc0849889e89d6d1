package search

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// chain reads what follows the dot of "subject.name" or "subject:Patient.name"
// (https://hl7.org/fhir/R4/search.html#chaining). Without a type it is asked of every target that has the
// next parameter.
func (s *parse) chain(o *offer, whole, modifier, rest, value string, depth int) (c criterion, ok bool) {
	if o.parameter.Kind != query.KindReference {
		s.report(badValue(whole, "%s is no reference: nothing can be chained to it", o.parameter))
		return c, false
	}
	targets := o.parameter.Targets
	if modifier != "" {
		if !slices.Contains(targets, fhir.Type(modifier)) {
			s.report(badModifier(whole, modifier, "the chained "+o.parameter.String(), typeNames(targets)))
			return c, false
		}
		targets = []fhir.Type{fhir.Type(modifier)}
	}
	able := s.ableTo(targets, rest)
	if len(able) == 0 {
		s.report(s.brokenChain(targets, whole, rest))
		return c, false
	}
	any := s.branches(able, func(target fhir.Type) (query.Expr, bool) {
		next, ok := s.criterion(target, whole, rest, value, depth+1)
		return query.Chain{Parameter: o.parameter, Target: target, Where: next.expr()}, ok
	})
	return criterion{positive: any}, len(any) > 0
}

// branches reads the rest of a chain for each target, and leaves out those that cannot go on, unless none can: then
// what is wrong with the first is what is wrong.
func (s *parse) branches(targets []fhir.Type, read func(fhir.Type) (query.Expr, bool)) (any query.Or) {
	before, quiet := len(s.found), s.quiet
	defer func() { s.quiet = quiet }()
	var first []fault
	for _, target := range targets {
		e, ok := read(target)
		if ok {
			any = append(any, e)
			continue
		}
		if first == nil {
			first = slices.Clone(s.found[before:])
			s.quiet = true // further faults would not be shown: they need no lists of names
		}
		s.found = s.found[:before]
	}
	if len(any) == 0 {
		s.found = append(s.found, first...)
	}
	return any
}

// ableTo lists the targets that know the first parameter of the rest of a chain.
func (s *parse) ableTo(targets []fhir.Type, rest string) []fhir.Type {
	if len(targets) == 1 || strings.HasPrefix(rest, hasCode+":") {
		return s.ableToHas(targets, rest)
	}
	head, _, _ := strings.Cut(rest, ".")
	code, _ := cutModifier(head)
	var able []fhir.Type
	for _, t := range targets {
		if s.Registry.offer(t, code) != nil || code == listCode {
			able = append(able, t)
		}
	}
	return able
}

// ableToHas lists the targets the reference of a _has may point to; for anything else, all targets.
func (s *parse) ableToHas(targets []fhir.Type, rest string) []fhir.Type {
	parts := strings.SplitN(rest, ":", 4)
	if len(targets) == 1 || len(parts) < 4 {
		return targets
	}
	o := s.Registry.offer(fhir.Type(parts[1]), parts[2])
	if o == nil || o.parameter.Kind != query.KindReference {
		return targets
	}
	var able []fhir.Type
	for _, t := range targets {
		if slices.Contains(o.parameter.Targets, t) {
			able = append(able, t)
		}
	}
	return able
}

func (s *parse) brokenChain(targets []fhir.Type, whole, rest string) fault {
	head, _, _ := strings.Cut(rest, ".")
	code, _ := cutModifier(head)
	var valid []string
	for _, t := range targets {
		valid = append(valid, s.codes(t)...)
	}
	slices.Sort(valid)
	where := fmt.Sprintf("of %s", listOf(typeNames(targets)))
	if len(targets) > 10 {
		where = fmt.Sprintf("of any of the %d types it may point to; name one", len(targets))
	}
	return unknownParameter(whole, code, where, slices.Compact(valid))
}

// has reads what follows "_has:" (https://hl7.org/fhir/R4/search.html#has): Type:reference:parameter, where the
// parameter may itself be a chain or a _has.
func (s *parse) has(t fhir.Type, whole, rest, value string, depth int) (c criterion, ok bool) {
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) < 3 || parts[2] == "" {
		s.report(badValue(whole, "_has is written _has:Type:reference:parameter"))
		return c, false
	}
	source := fhir.Type(parts[0])
	if !s.Registry.isType(parts[0]) {
		f := badValue(whole, "%q is no resource type", Presentable(parts[0]))
		f.ignorable = true
		s.report(f)
		return c, false
	}
	o := s.Registry.offer(source, parts[1])
	if o == nil || !pointsTo(o.parameter, t) {
		s.report(unknownParameter(whole, parts[1], fmt.Sprintf("of %s that points to %s", source, t), s.pointers(source, t)))
		return c, false
	}
	inner, ok := s.criterion(source, whole, parts[2], value, depth+1)
	return criterion{positive: query.Has{Parameter: o.parameter, Where: inner.expr()}}, ok
}

// list reads _list: the resources a List refers to (https://hl7.org/fhir/R4/search.html#list).
func (s *parse) list(t fhir.Type, whole, value string) (c criterion, ok bool) {
	if strings.HasPrefix(value, "$") {
		f := unsupportedParameter(whole, listCode, "functional lists such as $current-allergies are not kept")
		s.report(f)
		return c, false
	}
	const holder, reference, id = "List", "item", "_id"
	o, key := s.Registry.offer(holder, reference), s.Registry.offer(holder, id)
	if o == nil || key == nil {
		s.report(unsupportedParameter(whole, listCode, "the definitions have no List"))
		return c, false
	}
	lists, ok := s.match(key, whole, "", value)
	return criterion{positive: query.Has{Parameter: o.parameter, Where: lists.expr()}}, ok
}

func pointsTo(p *query.Parameter, t fhir.Type) bool {
	return p.Kind == query.KindReference && slices.Contains(p.Targets, t)
}

// pointers lists the reference parameters of a type that may point to another; to = "" lists all.
func (s *parse) pointers(of, to fhir.Type) []string {
	var codes []string
	if s.quiet {
		return nil
	}
	for _, p := range s.Registry.Parameters(of) {
		if p.Kind == query.KindReference && (to == "" || slices.Contains(p.Targets, to)) {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

func typeNames(types []fhir.Type) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return names
}
