package interaction

import (
	"net/url"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// criteria is the search of a conditional interaction: which one resource is meant
// (https://hl7.org/fhir/R4/http.html#cond-update). It is always strict, whatever Prefer says, and never empty:
// a typo must not match everyone.
type criteria struct {
	typ    fhir.Type
	where  query.Expr
	claims []claim // in a fixed order, so that two writers take them in the same

	identifiers query.And // the parts of where that ask for identifiers and nothing else
}

// claim is one name that whoever creates a resource for the criteria must own. See settle.
type claim struct{ space, value string }

// The claim spaces. Their names are stored: never change them.
const (
	criteriaSpace   = "criteria"   // "Patient?" and the canonical text of the criteria
	identifierSpace = "identifier" // "Patient|" and the code of one identifier token in them
)

// criteriaOf reads the parameters of a conditional interaction. Unknown parameters, result parameters and
// empty criteria are CodeInvalid.
func (s *Server) criteriaOf(typ fhir.Type, parameters []search.Pair) (*criteria, error) {
	parsed, err := s.Parser.Parse(search.Target{Type: typ}, parameters, search.Options{Criteria: true})
	if err != nil {
		return nil, err
	}
	if err := s.keepApart(&parsed.Query); err != nil {
		return nil, err
	}
	c := &criteria{typ: typ, where: parsed.Query.Where}
	c.claims = s.claimsOf(c)
	for _, part := range conjuncts(c.where) {
		if s.identifies(part) {
			c.identifiers = append(c.identifiers, part)
		}
	}
	return c, nil
}

// identifies reports whether a condition names identifiers whole, and asks for nothing else.
func (s *Server) identifies(e query.Expr) bool {
	all := func(parts []query.Expr) bool {
		return len(parts) > 0 && !slices.ContainsFunc(parts, func(part query.Expr) bool { return !s.identifies(part) })
	}
	switch e := e.(type) {
	case query.And:
		return all(e)
	case query.Or:
		return all(e)
	case query.Match:
		test, ok := e.Test.(query.TokenTest)
		return ok && !test.AnyCode && s.isIdentifier(e.Parameter)
	}
	return false
}

// ifNoneExist reads the If-None-Exist header or Bundle.entry.request.ifNoneExist; nil when there is none. It
// is the query part of a search URL; with "?" or the whole "Patient?" before it it is understood as well.
func (s *Server) ifNoneExist(typ fhir.Type, text string) (*criteria, error) {
	if text == "" {
		return nil, nil
	}
	if path, query, found := strings.Cut(text, "?"); found {
		if path != "" && path != string(typ) && !strings.HasSuffix(path, "/"+string(typ)) {
			return nil, fhir.Errorf(fhir.CodeInvalid, "If-None-Exist names another resource type than the one created").
				At("http.If-None-Exist")
		}
		text = query
	}
	parameters, err := pairs(text)
	if err != nil {
		return nil, err
	}
	return s.criteriaOf(typ, parameters)
}

// pairs decodes a query string, in order of appearance.
func pairs(text string) ([]search.Pair, error) {
	var found []search.Pair
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		decodedName, err := url.QueryUnescape(name)
		decodedValue, err2 := url.QueryUnescape(value)
		if err != nil || err2 != nil {
			return nil, fhir.Errorf(fhir.CodeInvalid, "a query string has a malformed percent escape")
		}
		found = append(found, search.Pair{Name: decodedName, Value: decodedValue})
	}
	return found, nil
}

// find searches for what the criteria mean: the zero Record for nothing, CodeMultipleMatches for several.
func (c *criteria) find(r store.Reader) (store.Record, error) {
	page, err := r.Search(&query.Query{Types: []fhir.Type{c.typ}, Where: c.where, Count: 2, Total: query.TotalNone})
	if err != nil || len(page.Matches) == 0 {
		return store.Record{}, err
	}
	if len(page.Matches) > 1 {
		return store.Record{}, fhir.Errorf(fhir.CodeMultipleMatches, "the criteria match more than one resource").Detailed("multiple-matches")
	}
	return page.Matches[0], nil
}

// claimsOf names what must be owned to create a resource for the criteria: their canonical text, so that the same
// question asked twice is one, and each identifier code in them, so that different questions about one person are too.
// The identifier's system is left out on purpose: identifier=123 and identifier=system|123 may mean the same resource,
// and a claim that is shared without need costs a look-up, never a wrong answer.
func (s *Server) claimsOf(c *criteria) []claim {
	parts := conjuncts(c.where)
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = part.String()
	}
	slices.Sort(texts)
	claims := []claim{{criteriaSpace, string(c.typ) + "?" + strings.Join(texts, "&")}}
	for _, part := range parts {
		claims = s.appendIdentifierClaims(claims, c.typ, part)
	}
	slices.SortFunc(claims, func(a, b claim) int {
		if a.space != b.space {
			return strings.Compare(b.space, a.space) // identifiers first: that is where different questions meet
		}
		return strings.Compare(a.value, b.value)
	})
	return slices.Compact(claims)
}

func conjuncts(where query.Expr) []query.Expr {
	if and, ok := where.(query.And); ok {
		return and
	}
	return []query.Expr{where}
}

func (s *Server) appendIdentifierClaims(claims []claim, typ fhir.Type, part query.Expr) []claim {
	switch e := part.(type) {
	case query.And:
		for _, inner := range e {
			claims = s.appendIdentifierClaims(claims, typ, inner)
		}
	case query.Or:
		for _, inner := range e {
			claims = s.appendIdentifierClaims(claims, typ, inner)
		}
	case query.Match:
		if test, ok := e.Test.(query.TokenTest); ok && !test.AnyCode && s.isIdentifier(e.Parameter) {
			claims = append(claims, claim{identifierSpace, string(typ) + "|" + test.Code})
		}
	}
	return claims
}

// isIdentifier reports whether a parameter searches elements of type Identifier, by what the definitions say of the
// elements in its expression.
func (s *Server) isIdentifier(p *query.Parameter) bool {
	if known, ok := s.identifiers.Load(p); ok {
		return known.(bool)
	}
	is := false
	if d := s.Registry.Definition(p); d != nil && p.Kind == query.KindToken {
		for path := range strings.SplitSeq(d.Expression, "|") {
			end := endOf(s.Definitions, p.Base, strings.TrimSpace(path))
			is = is || end != nil && end.Name == "Identifier"
		}
	}
	s.identifiers.Store(p, is)
	return is
}

// endOf is the type that a plain path such as "Patient.identifier" leads to; nil for any other path.
func endOf(set *definition.Set, base fhir.Type, path string) *definition.Structure {
	names := strings.Split(path, ".")
	if names[0] != string(base) {
		return nil
	}
	structure := set.Structure(names[0])
	for _, name := range names[1:] {
		if structure == nil {
			return nil
		}
		e := structure.Element(name)
		if e == nil || len(e.Fields) != 1 {
			return nil
		}
		structure = e.Fields[0].Type
	}
	return structure
}
