package fhirpath

import (
	"time"

	"hearken/fhir/element"
)

// Resolver finds what a reference points to.
type Resolver interface {
	// Resolve gives the resource a literal reference names, as written at from. Fragments and
	// entries of the same Bundle are found before it is asked. The node must come from a tree
	// of the same definition.Set.
	Resolve(reference string, from element.Node) (resource element.Node, ok bool)
}

// Terminology answers memberOf() (https://hl7.org/fhir/R4/fhirpath.html#functions).
type Terminology interface {
	// MemberOf reports whether coded (a code, Coding, CodeableConcept or string) is in a value
	// set. An error says that it is not known.
	MemberOf(coded Item, valueSet string) (bool, error)
}

// Env is what evaluations take from outside, and their working memory. The zero Env is ready for
// use. It is for one goroutine at a time, and worth keeping for many evaluations.
type Env struct {
	// Resource and RootResource are %resource and %rootResource. Left zero they are found from the focus:
	// the nearest resource round it, and the one that contains that, if any.
	Resource, RootResource element.Node

	// Now is the clock of now(), today() and timeOfDay(), fixed for an evaluation as FHIRPath asks.
	// A zero Now makes these functions fail.
	Now time.Time

	Resolver    Resolver                                           // may be nil
	Terminology Terminology                                        // may be nil
	ConformsTo  func(n element.Node, profile string) (bool, error) // for profiles; base types are known. May be nil
	Variables   map[string]Collection                              // %name
	Trace       func(name string, items Collection)                // of trace(); may be nil

	// Steps bounds the work of one evaluation; 0 means a million and 200 for each node of the tree.
	Steps int

	scratch
}

// Reset forgets what the Env keeps of the trees it has seen, so that they can be freed; the
// public fields stay, and so does the memory, within bounds.
func (env *Env) Reset() {
	stack, kept, patterns := env.stack[:0], env.kept, env.patterns
	if cap(stack) > maxStackKept {
		stack = nil
	}
	clear(stack[:cap(stack)])
	if len(kept) > maxStackKept {
		kept = nil
	}
	for _, v := range kept {
		v.forget()
	}
	env.scratch = scratch{stack: stack, kept: kept, patterns: patterns}
}

// maxStackKept is how many items of memory an Env keeps from one resource to the next.
const maxStackKept = 1024
