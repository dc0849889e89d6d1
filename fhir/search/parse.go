package search

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Parse reads the parameters of a search, in order of appearance (https://hl7.org/fhir/R4/search.html). The
// error is a *fhir.Error that names every fault, with the valid names where one was not known: CodeInvalid,
// CodeNotSupported when all faults are of that sort, or CodeTooCostly when all are of that. Parameters
// without a value are left out, except from criteria, where they are faults.
func (p *Parser) Parse(t Target, pairs []Pair, o Options) (*Request, error) {
	s := &parse{Parser: p, options: o, limits: p.Limits.orDefault(), request: &Request{}, seen: map[string]string{}}
	s.lenient = (o.Lenient || p.UnknownParameters == Lenient && !o.Strict) && !o.Criteria
	s.request.Query.Count, s.moment = s.limits.DefaultCount, momentOf(pairs)
	s.chooseTypes(t, pairs)
	for _, pair := range pairs {
		s.pair(pair)
	}
	s.finish(t)
	if s.faults.Failed() {
		return nil, &fhir.Error{Op: "search", Code: codeOfAll(s.faults), Issues: s.faults}
	}
	if s.approximated {
		s.request.moment = s.moment
	}
	return s.request, nil
}

// parse is one Parse at work.
type parse struct {
	*Parser
	options    Options
	limits     Limits
	lenient    bool
	types      []fhir.Type
	request    *Request
	where      query.And
	conditions int               // single ones so far
	steps      int               // parameters looked at so far, at every link of every chain
	quiet      bool              // faults need not list what is valid
	seen       map[string]string // result parameters and their values
	found      []fault           // of the parameter at hand
	faults     fhir.Outcome

	moment       int64 // that "ap" is reckoned from, once it is known
	approximated bool  // by some parameter
}

// codeOfAll is what a failed request is refused with: the code its faults share, or invalid.
func codeOfAll(faults fhir.Outcome) fhir.IssueCode {
	code := faults[0].Code
	for _, issue := range faults {
		if issue.Code != code {
			return fhir.CodeInvalid
		}
	}
	return code
}

// pair reads one parameter; when anything is wrong with it, it is left out as a whole.
func (s *parse) pair(pair Pair) {
	if pair.Value == "" && !s.options.Criteria {
		return
	}
	s.found = s.found[:0]
	applied, before := true, *s.request
	var condition query.Expr
	name, modifier := cutModifier(pair.Name)
	switch read := resultParameters[name]; {
	case pair.Value == "":
		s.report(badValue(pair.Name, "a parameter of criteria needs a value"))
	case read == nil:
		condition = s.condition(pair)
	case s.options.Criteria:
		s.report(badValue(pair.Name, "criteria may not have result parameters"))
	default:
		applied = s.resultParameter(read, name, modifier, pair)
	}
	if len(s.found) > 0 {
		*s.request = before
		s.settle()
		return
	}
	if condition != nil {
		s.where = append(s.where, condition)
	}
	if applied {
		s.request.Applied = append(s.request.Applied, pair)
	}
}

func (s *parse) report(f fault) { s.found = append(s.found, f) }

// settle makes the faults of one parameter errors, or a warning when it may be left out.
func (s *parse) settle() {
	ignore := s.lenient
	for _, f := range s.found {
		ignore = ignore && f.ignorable
	}
	for i, f := range s.found {
		if slices.Contains(s.found[:i], f) {
			continue
		}
		if !ignore {
			s.faults = append(s.faults, f.issue(fhir.SeverityError))
			continue
		}
		f.text = "left out: " + f.text
		s.request.Issues = append(s.request.Issues, f.issue(fhir.Warning))
	}
}

// condition reads a search criterion for every type that is searched. A criterion for several types holds for a
// resource when it does for its type: what is asked positively is joined by or and negated, if so asked, as a whole.
func (s *parse) condition(pair Pair) query.Expr {
	var any query.Or
	negated := false
	for _, t := range s.types {
		c, ok := s.criterion(t, pair.Name, pair.Name, pair.Value, 0)
		if !ok {
			return nil
		}
		if c.positive != nil {
			any = append(any, c.positive)
		}
		negated = c.negated
	}
	if s.conditions > s.limits.Conditions {
		s.report(tooCostly(pair.Name, "the search has more than %d conditions", s.limits.Conditions))
		return nil
	}
	return criterion{any, negated}.expr()
}

// criterion is a condition, apart from whether it is negated.
type criterion struct {
	positive query.Expr
	negated  bool
}

// expr is the condition, not yet simplified: finish does that for all of them at once.
func (c criterion) expr() query.Expr {
	switch {
	case c.positive == nil:
		return query.Const(true)
	case c.negated:
		return query.Not{Expr: c.positive}
	}
	return c.positive
}

// finish puts the query together and checks what concerns the request as a whole.
func (s *parse) finish(t Target) {
	s.found = s.found[:0]
	where := query.Simplify(s.where)
	if s.options.Criteria && !s.faults.Failed() && where == query.Const(true) {
		s.report(badValue("", "criteria must not be empty: they would select every resource"))
	}
	if t.Compartment != (fhir.Key{}) {
		if s.Registry.set.Compartment(string(t.Compartment.Type)) == nil {
			s.report(badValue("", "%s has no compartment", Presentable(string(t.Compartment.Type))))
		}
		where = query.Simplify(query.And{query.InCompartment{Focus: t.Compartment}, where})
	}
	if where != query.Const(true) {
		s.request.Query.Where = where
	}
	if s.request.Query.Count == 0 {
		s.request.Summary = SummaryCount
	}
	if s.request.Summary == SummaryText && len(s.request.Query.Includes) > 0 {
		s.report(badValue("_summary", "_summary=text cannot be mixed with _include or _revinclude"))
	}
	s.request.Query.Types = slices.Clone(s.types)
	s.settle()
}
