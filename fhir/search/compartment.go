package search

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/search/query"
)

// compartment says by which parameters resources of a type belong to a compartment
// (https://hl7.org/fhir/R4/compartmentdefinition.html).
type compartment struct {
	focus      fhir.Type
	parameters []*query.Parameter
}

// focusItself stands in a compartment definition for the resource the compartment is of.
const focusItself = "{def}"

func (t *typeRegistry) addCompartments(set *definition.Set, name string) error {
	for _, d := range set.Compartments() {
		c := compartment{focus: fhir.Type(d.Code)}
		for _, code := range d.Members[name] {
			if o := t.byCode[code]; o != nil && o.parameter.Kind == query.KindReference {
				c.parameters = append(c.parameters, o.parameter)
			} else if code != focusItself {
				return fmt.Errorf("search: compartment %s: %s has no reference parameter %q", d.Code, name, code)
			}
		}
		if len(c.parameters) > 0 {
			t.compartments = append(t.compartments, c)
		}
	}
	return nil
}

// CompartmentMembers lists the types that may belong to the compartment of a type, sorted, the focus included;
// nil when the type has no compartment. It is not to be changed.
func (r *Registry) CompartmentMembers(focus fhir.Type) []fhir.Type { return r.members[focus] }

func (r *Registry) compartmentMembers() map[fhir.Type][]fhir.Type {
	members := map[fhir.Type][]fhir.Type{}
	for _, d := range r.set.Compartments() {
		focus := fhir.Type(d.Code)
		for _, name := range r.names {
			if name == focus || len(d.Members[string(name)]) > 0 {
				members[focus] = append(members[focus], name)
			}
		}
	}
	return members
}

// CompartmentParameters are the parameters by which resources of a type are in the compartment of a focus.
func (r *Registry) CompartmentParameters(t, focus fhir.Type) []*query.Parameter {
	if of := r.types[t]; of != nil {
		for _, c := range of.compartments {
			if c.focus == focus {
				return c.parameters
			}
		}
	}
	return nil
}

// compartmentsOf lists the compartments the extracted resource belongs to by its references, sorted. That the
// focus belongs to its own goes without saying: see query.InCompartment.
func (e *extraction) compartmentsOf(t *typeRegistry) []fhir.Key {
	var keys []fhir.Key
	for _, c := range t.compartments {
		for i := range e.entries {
			link, ok := e.entries[i].Value.(query.Link)
			if ok && link.Key.Type == c.focus && slices.Contains(c.parameters, e.entries[i].Parameter) {
				keys = append(keys, link.Key)
			}
		}
	}
	slices.SortFunc(keys, compareKeys)
	return slices.Compact(keys)
}

func compareKeys(a, b fhir.Key) int {
	if a.Type != b.Type {
		return strings.Compare(string(a.Type), string(b.Type))
	}
	return strings.Compare(string(a.ID), string(b.ID))
}
