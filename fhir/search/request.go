package search

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/fhir/terminology"
)

// Pair is one parameter of a request, decoded.
type Pair struct{ Name, Value string }

// Target is what a request searches: a type, all types, or part of a compartment.
type Target struct {
	Type        fhir.Type // "" searches every type (https://hl7.org/fhir/R4/http.html#search)
	Compartment fhir.Key  // whose members are searched; zero for no compartment
	AllTypes    bool      // every type that may be in the compartment: "Patient/123/*"
}

// Options say how strictly a request is read.
type Options struct {
	Lenient  bool // Prefer: handling=lenient: what is not known is left out, with a warning
	Strict   bool // Prefer: handling=strict: overrides a lenient Parser
	Criteria bool // of a conditional interaction: always strict, no result parameters, nothing empty
}

// Handling is what becomes of parameters the server does not know or offer.
type Handling uint8

// The ways of handling.
const (
	Strict  Handling = iota // they are refused
	Lenient                 // they are left out, with a warning
)

// Limits bounds what one request may ask. A limit left zero is that of DefaultLimits.
type Limits struct {
	DefaultCount int // matches per page when the request does not say
	MaxCount     int // most matches per page; more is cut down to it
	ChainDepth   int // most links in a chain or _has, together
	Conditions   int // most single conditions in a request, after "," and types are spread out
	Includes     int // most _include and _revinclude, wildcards spread out
	SortKeys     int // most keys of _sort
}

// DefaultLimits is what a server should start from.
func DefaultLimits() Limits {
	return Limits{DefaultCount: 50, MaxCount: 1000, ChainDepth: 5, Conditions: 4000, Includes: 300, SortKeys: 8}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, pair := range [][2]*int{
		{&l.DefaultCount, &d.DefaultCount}, {&l.MaxCount, &d.MaxCount}, {&l.ChainDepth, &d.ChainDepth},
		{&l.Conditions, &d.Conditions}, {&l.Includes, &d.Includes}, {&l.SortKeys, &d.SortKeys},
	} {
		if *pair[0] <= 0 {
			*pair[0] = *pair[1]
		}
	}
	l.DefaultCount = min(l.DefaultCount, l.MaxCount)
	return l
}

// Parser turns request parameters into a Request. It is safe for concurrent use; the fields must not
// change once it is used.
type Parser struct {
	Registry          *Registry
	Zone              *time.Location   // of dates and times that name none; nil is UTC
	Now               func() time.Time // for "ap" with a date; nil makes that the date's own range
	Limits            Limits
	UnknownParameters Handling
	Base              string // the server's own base URL, as the Extractor has it
	// Terminology is asked by the modifiers in, not-in, below and above of tokens; nil refuses them. It is that of now.
	Terminology func() *terminology.Library
}

// Request is what a search asks for.
type Request struct {
	Query    query.Query
	Summary  Summary
	Elements []string     // of _elements; empty means all
	Applied  []Pair       // what was searched, in the request's order: the self link (https://hl7.org/fhir/R4/search.html#conformance)
	Issues   fhir.Outcome // warnings: what lenient handling left out
	moment   int64        // microseconds since 1970 UTC that "ap" was reckoned from; 0 when it was not
}

// Summary is _summary (https://hl7.org/fhir/R4/search.html#summary).
type Summary uint8

// The summaries.
const (
	NotSummarised Summary = iota // no _summary
	SummaryFalse                 // asked for explicitly
	SummaryTrue                  // elements marked as summary
	SummaryText                  // narrative and mandatory elements
	SummaryData                  // everything but the narrative
	SummaryCount                 // the total alone
)
