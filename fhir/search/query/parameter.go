package query

import "hearken/fhir"

// Kind is the type of a search parameter (https://hl7.org/fhir/R4/search.html#ptypes).
type Kind uint8

// The nine parameter types.
const (
	KindNumber Kind = iota + 1
	KindDate
	KindString
	KindToken
	KindReference
	KindComposite
	KindQuantity
	KindURI
	KindSpecial
)

// Intrinsic says that a parameter's value is not extracted from content but set by the store.
type Intrinsic uint8

// The intrinsic parameters.
const (
	NotIntrinsic         Intrinsic = iota
	IntrinsicID                    // _id: the resource's logical id, a Token without system
	IntrinsicLastUpdated           // _lastUpdated: the commit's instant, a Date
)

// Parameter is one search parameter as it applies to one resource type. Parameters are compared by
// pointer within one registry, by Identity across restarts.
type Parameter struct {
	Base       fhir.Type    // the resource type it searches
	Code       string       // the name in a query: "birthdate"
	URL        string       // canonical of its definition
	Kind       Kind         //
	Intrinsic  Intrinsic    //
	Targets    []fhir.Type  // of a reference: what it may point to
	Components []*Parameter // of a composite: the kinds of its parts, in order
	Identity   Identity     // hash of (Base, definition, extractor version): a changed parameter is a new one
}

// Identity is a 128-bit hash that names a parameter's definition and extraction rules for ever. Parameters of
// one type that always have the same values may have one.
type Identity [16]byte

// String is "Patient.birthdate".
func (p *Parameter) String() string { return string(p.Base) + "." + p.Code }

// AccessCode is the code of the hidden token parameter that carries who may see a resource. It is never
// parsed from a request; deciders test it, and writers index it on every resource of every type.
const AccessCode = "_access"
