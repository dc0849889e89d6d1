package fhirpath

import (
	"slices"

	"hearken/fhir/definition"
)

// part is a compiled sub-expression with what is known of its result before it is evaluated.
type part struct {
	operand
	shape
}

// shape is what is known of a result when compiling.
type shape struct {
	types     []*definition.Structure // what its elements can be; nil when that is not known
	system    Kind                    // what its System values are; 0 when not known, or none
	nothing   bool                    // it is always empty
	single    bool                    // it has one item at most
	unordered bool                    // its order means nothing
	uses      dependency
}

// dependency is what a result depends on, apart from constants.
type dependency uint8

const (
	usesItem     dependency = 1 << iota // $this or $index: new for every item of the innermost lambda
	usesIndex                           // $index, which is usesItem too
	usesLocal                           // $total or a defined variable: new for every item of some lambda
	usesContext                         // %context: fixed for one evaluation
	usesResource                        // %resource
	usesRoot                            // %rootResource
	usesOutside                         // clock or Env.Variables: fixed for one evaluation
)

// known reports whether anything is known of the types.
func (s shape) known() bool { return s.types != nil || s.system != 0 || s.nothing }

// one is the same with at most one item.
func (s shape) one() shape {
	s.single = true
	return s
}

func ofKind(k Kind, uses dependency) shape { return shape{system: k, single: true, uses: uses} }

// child is the shape of a named child. ok is false when no element of the known types has it.
func (s shape) child(name string) (child shape, ok bool) {
	child = shape{uses: s.uses, unordered: s.unordered}
	if s.nothing || s.types == nil {
		child.nothing = s.nothing
		return child, s.nothing || s.system == 0 || s.system == TypeInfo
	}
	single, open := s.single, false
	for _, t := range s.types {
		e := t.Element(name)
		if t.Abstract {
			open = true
		}
		if e == nil {
			continue
		}
		ok = true
		single = single && !e.Array
		for _, f := range e.Fields {
			child.types = addType(child.types, f.Type)
		}
	}
	child.single = single
	if open {
		return shape{uses: s.uses, unordered: s.unordered}, true
	}
	return child, ok
}

func addType(types []*definition.Structure, t *definition.Structure) []*definition.Structure {
	if slices.Contains(types, t) {
		return types
	}
	return append(types, t)
}

// cast is the shape after is-a filtering: the types that can be the wanted one.
func (s shape) cast(t *typeFilter) shape {
	cast := shape{single: s.single, unordered: s.unordered, uses: s.uses}
	switch {
	case t.structure != nil:
		cast.types = []*definition.Structure{t.structure}
		cast.nothing = s.excludes(t)
	case t.system != 0:
		cast.system = t.system
	default:
		cast.nothing = true
	}
	return cast
}

// excludes reports that no item can be of the type, neither by itself nor as a specialisation.
func (s shape) excludes(t *typeFilter) bool {
	if s.types == nil || t.structure == nil {
		return false
	}
	for _, have := range s.types {
		if t.member[have.Index] || t.structure.IsA(have.Name) || have.Abstract {
			return false
		}
	}
	return true
}

// union is the shape of items of either.
func (s shape) union(other shape) shape {
	u := shape{uses: s.uses | other.uses, unordered: true}
	switch {
	case s.nothing:
		u.types, u.system, u.single, u.nothing = other.types, other.system, other.single, other.nothing
	case other.nothing:
		u.types, u.system, u.single = s.types, s.system, s.single
	case s.types != nil && other.types != nil && s.system == 0 && other.system == 0:
		u.types = slices.Clone(s.types)
		for _, t := range other.types {
			u.types = addType(u.types, t)
		}
	case s.types == nil && other.types == nil && s.system == other.system:
		u.system = s.system
	}
	return u
}

// canBe reports whether items may convert to a System kind.
func (s shape) canBe(kinds ...Kind) bool {
	if !s.known() || s.nothing {
		return true
	}
	if s.system != 0 && slices.Contains(kinds, s.system) {
		return true
	}
	for _, t := range s.types {
		if t.Abstract || t.Kind == definition.Primitive && slices.Contains(kinds, kindOf(t.Name)) ||
			t.IsA("Quantity") && slices.Contains(kinds, Quantity) {
			return true
		}
	}
	return false
}
