package search

import (
	"fmt"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

const queryCode = "_query" // a server that does not know a named query has to refuse it

// criterion reads a search criterion for one type. name is what is left of the parameter's whole name
// at this point of a chain; depth counts the links before it. What is wrong is reported, and ok is false then.
func (s *parse) criterion(t fhir.Type, whole, name, value string, depth int) (c criterion, ok bool) {
	if s.steps++; s.conditions > s.limits.Conditions || s.steps > s.limits.Conditions {
		s.conditions = s.limits.Conditions + 1
		return c, true // refused as a whole later
	}
	if depth > s.limits.ChainDepth {
		s.report(tooCostly(whole, "a chain may have at most %d links", s.limits.ChainDepth))
		return c, false
	}
	if rest, found := strings.CutPrefix(name, hasCode+":"); found {
		return s.has(t, whole, rest, value, depth)
	}
	head, rest, chained := strings.Cut(name, ".")
	code, modifier := cutModifier(head)
	if code == listCode && !chained && modifier == "" {
		return s.list(t, whole, value)
	}
	o := s.Registry.offer(t, code)
	switch {
	case o == nil:
		s.report(s.unknown(t, whole, code))
		return c, false
	case chained:
		return s.chain(o, whole, modifier, rest, value, depth)
	}
	return s.match(o, whole, modifier, value)
}

// unknown says why a type has no parameter of a name.
func (s *parse) unknown(t fhir.Type, whole, code string) fault {
	if reason, known := s.Registry.Unsupported(t, code); known {
		return unsupportedParameter(whole, code, reason)
	}
	if code == hasCode {
		return badValue(whole, "_has is written _has:Type:reference:parameter")
	}
	where := "of " + string(t)
	if len(s.types) > 1 {
		where = fmt.Sprintf("of %s, one of the %d types searched", t, len(s.types))
	}
	return unknownParameter(whole, code, where, s.codes(t))
}

// codes lists the names by which a type may be searched, unless nobody will see them.
func (s *parse) codes(t fhir.Type) []string {
	var codes []string
	if s.quiet {
		return nil
	}
	for _, p := range s.Registry.Parameters(t) {
		codes = append(codes, p.Code)
	}
	for _, d := range s.Registry.Specials(t) {
		codes = append(codes, d.Code)
	}
	return codes
}

// match reads a parameter with a modifier and its values, any of which may hold.
func (s *parse) match(o *offer, whole, modifier, value string) (c criterion, ok bool) {
	if modifier == missingModifier && o.parameter.Kind != query.KindComposite {
		return s.missing(o, whole, value)
	}
	v := valueReader{parse: s, offer: o, whole: whole, modifier: modifier}
	if !v.acceptModifier() {
		return c, false
	}
	var any query.Or
	for _, alternative := range splitEscaped(value, ',') {
		if alternative == "" {
			if s.options.Criteria {
				s.report(badValue(whole, "a parameter of criteria needs a value in every place"))
			}
			continue
		}
		s.conditions++
		switch e, problem := v.read(alternative); {
		case problem != "" && v.notKnown:
			s.report(notEvaluable(whole, "%s: %s", o.parameter, problem))
		case problem != "":
			s.report(badValue(whole, "%s: %s", o.parameter, problem))
		default:
			any = append(any, e)
		}
	}
	if len(any) == 0 && len(s.found) == 0 {
		return criterion{positive: query.Const(true)}, true // nothing but commas asks for nothing
	}
	return criterion{any, modifier == notModifier || modifier == notInModifier}, len(s.found) == 0
}

// missing reads ":missing", whose value is one of two words.
func (s *parse) missing(o *offer, whole, value string) (c criterion, ok bool) {
	if value != "true" && value != "false" {
		s.report(badValue(whole, "%s:missing is true or false", o.parameter))
		return c, false
	}
	s.conditions++
	var present query.Expr = query.Not{Expr: query.Missing{Parameter: o.parameter}}
	if o.parameter.Intrinsic != query.NotIntrinsic {
		present = query.Const(true)
	}
	return criterion{present, value == "true"}, true
}

// cutModifier takes the modifier off a name.
func cutModifier(name string) (code, modifier string) {
	code, modifier, _ = strings.Cut(name, ":")
	return code, modifier
}
