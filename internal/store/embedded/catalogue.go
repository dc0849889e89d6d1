package embedded

import (
	"fmt"
	"maps"
	"math"
	"sync/atomic"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// catalogue is which numbers types and parameters have in this store. It is never changed but replaced,
// so readers need no lock.
type catalogue struct {
	types      map[fhir.Type]typeNumber
	names      [256]fhir.Type
	parameters map[*query.Parameter]*parameter
	identities map[identity]*parameter
	ofType     map[typeNumber][]*parameter
	codes      map[typeCode]*parameter
	labels     map[parameterNumber]bool // which are access labels
	registered map[parameterNumber]bool // those in use: of others there are no keys
}

// identity names a parameter across restarts.
type identity struct {
	base fhir.Type
	hash query.Identity
}

type typeCode struct {
	t    typeNumber
	code string
}

// parameter is a search parameter with its number.
type parameter struct {
	*query.Parameter
	number parameterNumber
	t      typeNumber
	since  atomic.Uint64 // the first commit whose state has the whole index; notYet while it is built
}

// isLabel reports whether the parameter is the access label, which is asked for by system and code only.
func (p *parameter) isLabel() bool { return p.Code == query.AccessCode }

// notYet is above every commit.
const notYet = math.MaxUint64

// readyIn reports whether the state of a commit has the whole index of the parameter.
func (p *parameter) readyIn(c store.Commit) bool { return p.since.Load() <= uint64(c) }

func newCatalogue() *catalogue {
	return &catalogue{
		types: map[fhir.Type]typeNumber{}, parameters: map[*query.Parameter]*parameter{},
		identities: map[identity]*parameter{}, ofType: map[typeNumber][]*parameter{}, codes: map[typeCode]*parameter{},
		labels: map[parameterNumber]bool{}, registered: map[parameterNumber]bool{},
	}
}

// withType is the catalogue with one type more.
func (c *catalogue) withType(name fhir.Type, t typeNumber) *catalogue {
	next := *c
	next.types = maps.Clone(c.types)
	next.addType(name, t)
	return &next
}

func (c *catalogue) addType(name fhir.Type, t typeNumber) {
	c.types[name] = t
	c.names[t] = name
}

func (c *catalogue) addParameter(p *parameter) {
	c.parameters[p.Parameter] = p
	c.identities[identity{p.Base, p.Identity}] = p
	c.ofType[p.t] = append(c.ofType[p.t], p)
	c.codes[typeCode{p.t, p.Code}] = p
	c.registered[p.number] = true
	if p.isLabel() {
		c.labels[p.number] = true
	}
}

// nextType is the number a new type gets.
func (c *catalogue) nextType() (typeNumber, error) {
	if len(c.types) >= 255 {
		return 0, fmt.Errorf("%w: more than 255 resource types", store.ErrFormat)
	}
	return typeNumber(len(c.types) + 1), nil
}

// find is the numbered parameter, by pointer or else by identity; nil for one this store was not opened with.
func (c *catalogue) find(p *query.Parameter) *parameter {
	if found := c.parameters[p]; found != nil {
		return found
	}
	return c.identities[identity{p.Base, p.Identity}]
}

// ready is find for a search of a state: a parameter whose index is not whole in it, or unknown, is an error.
func (r *reader) ready(p *query.Parameter) (*parameter, error) {
	found := r.catalogue.find(p)
	if found == nil {
		return nil, fmt.Errorf("store/embedded: parameter %s is not registered", p)
	}
	if !found.readyIn(r.commit) {
		return nil, &store.BuildingError{Parameter: p.String()}
	}
	return found, nil
}
