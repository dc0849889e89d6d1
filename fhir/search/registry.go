package search

import (
	"errors"
	"slices"
	"strings"
	"time"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/search/query"
)

// Registry is every search parameter the server offers, by resource type, each with its extraction rule.
// It never changes once made, and any number of goroutines may use it.
type Registry struct {
	set     *definition.Set
	types   map[fhir.Type]*typeRegistry
	names   []fhir.Type // sorted
	all     []*query.Parameter
	offers  map[*query.Parameter]*offer
	systems []codeSystem              // by definition.Element.Index
	members map[fhir.Type][]fhir.Type // of compartments, by the type they are of
}

// typeRegistry is what one resource type may be searched by.
type typeRegistry struct {
	parameters   []*query.Parameter // sorted by code, without the hidden one
	byCode       map[string]*offer
	specials     []*definition.SearchParameter
	unsupported  map[string]string
	access       *query.Parameter
	paths        []path        // what is evaluated on a resource, each once
	rules        []rule        // what is made of the results
	compartments []compartment // which it may belong to
}

// offer is one parameter of one type with what the parser and the extractor know of it besides.
type offer struct {
	parameter  *query.Parameter
	definition *definition.SearchParameter
	branches   []string // of the expression, those that apply to the type
	datatypes  datatypes
}

// Setting is something extraction depends on besides the definitions.
type Setting func(*settings)

type settings struct{ zone string }

// InZone says in which zone the Extractor will read dates that name none. It is part of the identity of every
// parameter whose values depend on it, so that an engine opened with another zone indexes those anew.
func InZone(zone *time.Location) Setting { return func(s *settings) { s.zone = zone.String() } }

// NewRegistry spreads the set's search parameters over its resource types and compiles their expressions.
// The error names each that does not compile. The same set and settings give the same registry, identities included.
func NewRegistry(set *definition.Set, with ...Setting) (*Registry, error) {
	var s settings
	for _, setting := range with {
		setting(&s)
	}
	r := &Registry{
		set:     set,
		types:   make(map[fhir.Type]*typeRegistry, len(set.Resources())),
		offers:  map[*query.Parameter]*offer{},
		systems: impliedSystems(set),
	}
	compiler := newCompiler(set)
	var errs []error
	for _, name := range set.Resources() {
		t, err := newTypeRegistry(set, s, fhir.Type(name))
		errs = append(errs, err)
		r.types[fhir.Type(name)] = t
		r.names = append(r.names, fhir.Type(name))
		errs = append(errs, t.compile(compiler), t.addCompartments(set, name))
		for _, o := range t.byCode {
			r.offers[o.parameter] = o
		}
		r.all = append(append(r.all, t.parameters...), t.access)
	}
	r.members = r.compartmentMembers()
	return r, errors.Join(errs...)
}

func newTypeRegistry(set *definition.Set, s settings, base fhir.Type) (*typeRegistry, error) {
	t := &typeRegistry{byCode: map[string]*offer{}, unsupported: map[string]string{}, access: accessParameter(s, base)}
	for _, d := range set.SearchParametersOf(string(base)) {
		switch reason := reasonAgainst(d); {
		case isSpecial(d):
			t.specials = append(t.specials, d)
		case reason != "":
			t.unsupported[d.Code] = reason
		case t.byCode[d.Code] == nil:
			t.byCode[d.Code] = newOffer(set, s, base, d)
			t.parameters = append(t.parameters, t.byCode[d.Code].parameter)
		}
	}
	slices.SortFunc(t.parameters, func(a, b *query.Parameter) int { return strings.Compare(a.Code, b.Code) })
	t.shareIdentities()
	return t, t.linkComponents(set, base)
}

// shareIdentities gives strings that have the same values, such as name and phonetic, one identity: an engine
// may keep one index for them.
func (t *typeRegistry) shareIdentities() {
	first := map[string]query.Identity{}
	for _, p := range t.parameters {
		if p.Kind != query.KindString {
			continue
		}
		branches := strings.Join(t.byCode[p.Code].branches, " | ")
		if same, known := first[branches]; known {
			p.Identity = same
			continue
		}
		first[branches] = p.Identity
	}
}

// Parameter finds a parameter by its name in a query; nil when the type has none of that name or it is
// not offered. The hidden access parameter is not found.
func (r *Registry) Parameter(t fhir.Type, code string) *query.Parameter {
	if o := r.offer(t, code); o != nil {
		return o.parameter
	}
	return nil
}

func (r *Registry) offer(t fhir.Type, code string) *offer {
	if of := r.types[t]; of != nil {
		return of.byCode[code]
	}
	return nil
}

// Parameters lists what a type may be searched by, sorted by code: neither the special parameters nor the hidden one.
func (r *Registry) Parameters(t fhir.Type) []*query.Parameter {
	if of := r.types[t]; of != nil {
		return of.parameters
	}
	return nil
}

// Specials lists the parameters a type may be searched by that have no values of their own: _has, _list, _type.
func (r *Registry) Specials(t fhir.Type) []*definition.SearchParameter {
	if of := r.types[t]; of != nil {
		return of.specials
	}
	return nil
}

// All lists every parameter with values of every type, the hidden ones included: what an engine keeps an index for.
func (r *Registry) All() []*query.Parameter { return r.all }

// Types lists the resource types, sorted.
func (r *Registry) Types() []fhir.Type { return r.names }

// Unsupported says why a published parameter is not offered; known is false for names nobody published.
func (r *Registry) Unsupported(t fhir.Type, code string) (reason string, known bool) {
	if of := r.types[t]; of != nil {
		reason, known = of.unsupported[code]
	}
	return reason, known
}

// Access is the hidden token parameter that carries who may see a resource of the type.
func (r *Registry) Access(t fhir.Type) *query.Parameter {
	if of := r.types[t]; of != nil {
		return of.access
	}
	return nil
}

// Definition is the published definition of a parameter; nil for the hidden ones.
func (r *Registry) Definition(p *query.Parameter) *definition.SearchParameter {
	if o := r.offers[p]; o != nil {
		return o.definition
	}
	return nil
}

// Set is the definitions the registry was made of.
func (r *Registry) Set() *definition.Set { return r.set }

func (r *Registry) isType(name string) bool { return r.types[fhir.Type(name)] != nil }
