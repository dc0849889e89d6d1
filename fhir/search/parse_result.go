package search

import (
	"slices"
	"strconv"
	"strings"

	"hearken/fhir/search/query"
)

// resultReader reads a parameter that says what to answer rather than what to find
// (https://hl7.org/fhir/R4/search.html#return), given with its modifier. It reports whether the self link shows it.
type resultReader func(s *parse, pair Pair, modifier string) bool

// resultParameters are the readers by name. _format and _pretty are the business of the wire.
var resultParameters = map[string]resultReader{
	"_count": (*parse).count, "_total": (*parse).total, "_summary": (*parse).summary, "_elements": (*parse).elements,
	"_sort": (*parse).sort, "_include": (*parse).include, "_revinclude": (*parse).include, typeCode: (*parse).typeParameter,
	"_contained": (*parse).contained, "_containedType": (*parse).contained, PageParameter: (*parse).page,
	"_format": (*parse).wire, "_pretty": (*parse).wire,
}

// repeatable are the result parameters that may be given several times.
var repeatable = []string{"_sort", "_include", "_revinclude", "_format", "_pretty"}

// resultParameter reads one of them. Only includes have modifiers, and one value is enough for most.
func (s *parse) resultParameter(read resultReader, name, modifier string, pair Pair) bool {
	if modifier != "" && name != "_include" && name != "_revinclude" {
		s.report(badModifier(pair.Name, modifier, name, nil))
		return false
	}
	if before, again := s.seen[name]; again && before != pair.Value && !slices.Contains(repeatable, name) {
		s.report(badValue(pair.Name, "%s is given twice, with different values", name))
		return false
	}
	s.seen[name] = pair.Value
	return read(s, pair, modifier)
}

func (s *parse) count(pair Pair, _ string) bool {
	n, err := strconv.Atoi(pair.Value)
	if err != nil || n < 0 {
		s.report(badValue(pair.Name, "_count is a whole number, 0 or more"))
		return false
	}
	if s.request.Summary != SummaryCount {
		s.request.Query.Count = min(n, s.limits.MaxCount)
	}
	return true
}

func (s *parse) total(pair Pair, _ string) bool {
	switch pair.Value {
	case "accurate":
		s.request.Query.Total = query.TotalAccurate
	case "estimate":
		s.request.Query.Total = query.TotalEstimate
	case "none":
		s.request.Query.Total = query.TotalNone
	default:
		s.report(badValue(pair.Name, "_total is none, estimate or accurate"))
	}
	return true
}

var summaries = map[string]Summary{
	"true": SummaryTrue, "text": SummaryText, "data": SummaryData, "count": SummaryCount, "false": SummaryFalse,
}

func (s *parse) summary(pair Pair, _ string) bool {
	summary, ok := summaries[pair.Value]
	if !ok {
		s.report(badValue(pair.Name, "_summary is true, text, data, count or false"))
		return false
	}
	s.request.Summary = summary
	if summary == SummaryCount {
		s.request.Query.Count = 0
	}
	return true
}

// elements reads _elements: names of elements at the root of the types searched.
func (s *parse) elements(pair Pair, _ string) bool {
	for name := range strings.SplitSeq(pair.Value, ",") {
		if name == "" {
			continue
		}
		if !s.isElement(name) {
			s.report(badValue(pair.Name, "%q is no element at the root of what is searched; valid are: %s", Presentable(name), listOf(s.rootElements())))
			continue
		}
		s.request.Elements = append(s.request.Elements, name)
	}
	return true
}

func (s *parse) isElement(name string) bool {
	for _, t := range s.types {
		if s.Registry.set.Structure(string(t)).Element(name) != nil {
			return true
		}
	}
	return false
}

func (s *parse) rootElements() []string {
	var names []string
	if len(s.types) == 1 {
		for _, element := range s.Registry.set.Structure(string(s.types[0])).Elements {
			names = append(names, element.Name)
		}
	}
	return names
}

// sort reads _sort: names of parameters, "-" before those that go down.
func (s *parse) sort(pair Pair, _ string) bool {
	for key := range strings.SplitSeq(pair.Value, ",") {
		if key == "" {
			continue
		}
		code, descending := strings.CutPrefix(key, "-")
		if p := s.sortable(pair.Name, code); p != nil {
			s.request.Query.Sort = append(s.request.Query.Sort, query.SortKey{Parameter: p, Descending: descending})
		}
	}
	if len(s.request.Query.Sort) > s.limits.SortKeys {
		s.report(tooCostly(pair.Name, "_sort may have at most %d keys", s.limits.SortKeys))
	}
	return true
}

// sortable finds a parameter to sort by. Several types have only the intrinsic ones in common.
func (s *parse) sortable(whole, code string) *query.Parameter {
	if len(s.types) == 0 {
		return nil
	}
	p := s.Registry.Parameter(s.types[0], code)
	switch {
	case code == "_score":
		s.report(unsupportedParameter(whole, code, "results have no relevance"))
	case p == nil:
		f := s.unknown(s.types[0], whole, code)
		s.report(f)
	case p.Kind == query.KindComposite || p.Kind == query.KindSpecial:
		s.report(badValue(whole, "%s cannot be sorted by: it has no order", p))
	case len(s.types) > 1 && p.Intrinsic == query.NotIntrinsic:
		s.report(unsupportedParameter(whole, code, "a search of several types can be sorted by _id and _lastUpdated alone"))
	default:
		return p
	}
	return nil
}

// contained: contained resources are never returned by themselves
// (https://hl7.org/fhir/R4/search.html#contained).
func (s *parse) contained(pair Pair, _ string) bool {
	if pair.Name != "_contained" || pair.Value != "false" {
		f := unsupportedParameter(pair.Name, pair.Name, "contained resources are returned inside their container alone")
		s.report(f)
	}
	return true
}

func (s *parse) wire(Pair, string) bool { return false }
