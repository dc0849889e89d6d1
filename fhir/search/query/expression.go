package query

import "hearken/fhir"

// Expr is a condition on a resource: one of And, Or, Not, Const, Match, Missing, Chain, Has and InCompartment.
type Expr interface {
	// String is the canonical text of the condition: equal conditions have equal texts.
	String() string
	expr()
}

// And holds when all of its parts do; the empty And always holds.
type And []Expr

// Or holds when any of its parts does; the empty Or never holds.
type Or []Expr

// Not holds when Expr does not.
type Not struct{ Expr Expr }

// Const always or never holds.
type Const bool

// Match holds when some value of the parameter satisfies the test.
type Match struct {
	Parameter *Parameter
	Test      Test
}

// Missing holds when the resource has no value for the parameter. (A reference with only an identifier or
// a token with only a display is a value.)
type Missing struct{ Parameter *Parameter }

// Chain holds when some reference of the parameter points at a current resource of type Target
// on this server for which Where holds (https://hl7.org/fhir/R4/search.html#chaining).
type Chain struct {
	Parameter *Parameter
	Target    fhir.Type
	Where     Expr
}

// Has holds when some current resource of the parameter's base type points at this one through
// the reference parameter and Where holds for it (https://hl7.org/fhir/R4/search.html#has).
type Has struct {
	Parameter *Parameter
	Where     Expr
}

// InCompartment holds when the resource belongs to the compartment of Focus. The focus itself belongs.
type InCompartment struct{ Focus fhir.Key }

func (And) expr()           {}
func (Or) expr()            {}
func (Not) expr()           {}
func (Const) expr()         {}
func (Match) expr()         {}
func (Missing) expr()       {}
func (Chain) expr()         {}
func (Has) expr()           {}
func (InCompartment) expr() {}
