package query

import "hearken/fhir"

// Query is one search, ready for an engine.
type Query struct {
	Types    []fhir.Type // what is searched, sorted; one for a type search, several for a system search
	Where    Expr        // nil means everything
	Sort     []SortKey   // empty: newest change first is not promised; the order is stable all the same
	Count    int         // matches per page; 0 asks for the total only
	Total    TotalMode
	Includes []Include
	Cursor   string // what Page.Next said; "" for the first page
}

// SortKey orders by the parameter's smallest value, or its largest when descending. Resources without a value
// come last either way; ties are broken by type and id or an engine's own stable order.
type SortKey struct {
	Parameter  *Parameter
	Descending bool
}

// TotalMode is _total (https://hl7.org/fhir/R4/search.html#total).
type TotalMode uint8

// The ways to count.
const (
	TotalAccurate TotalMode = iota
	TotalEstimate
	TotalNone
)

// Include is one _include or _revinclude (https://hl7.org/fhir/R4/search.html#include).
type Include struct {
	Reverse   bool
	Source    fhir.Type  // the type that holds the reference
	Parameter *Parameter // nil means every reference parameter of Source ("*")
	Target    fhir.Type  // "" means any
	Iterate   bool       // apply to included resources too
	Where     Expr       // what an included resource must satisfy besides (set by deciders); nil means nothing
	From      Expr       // what a resource must satisfy for its references to be followed, if not Reverse (set by deciders); nil means nothing
}
