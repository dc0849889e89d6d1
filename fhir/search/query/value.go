package query

import (
	"math"

	"hearken/fhir"
)

// Value is something a resource has for a parameter, as extraction found it: one of Text, Token, Display,
// TypedIdentifier, Link, LinkIdentifier, URI, Period, Number, Quantity and Composite.
type Value interface{ value() }

// Text is a value of a string parameter, as written. Comparison is by Fold unless exact. A Part is a later
// word of a family name ("Quinones" of "Carreno Quinones"), found by StartsWith alone and never sorted by.
type Text struct {
	Text string
	Part bool
}

// Token is a code or identifier with its system; System "" means it has none
// (https://hl7.org/fhir/R4/search.html#token).
type Token struct{ System, Code string }

// Display is words that go with a token (CodeableConcept.text, Coding.display, Identifier.type.text), for ":text".
type Display struct{ Text string }

// TypedIdentifier is an identifier with one coding of its type, for ":of-type".
type TypedIdentifier struct{ System, Code, Value string }

// Link is where a reference points: Key for a resource of this server, or URL for anything else
// (a canonical, an absolute reference elsewhere, a urn). Version is that of a version-specific reference.
type Link struct {
	Key     fhir.Key
	URL     string
	Version fhir.VersionID
}

// LinkIdentifier is the logical identifier of a reference, for ":identifier".
type LinkIdentifier struct{ System, Code string }

// URI is a value of a uri parameter, compared as written.
type URI struct{ URI string }

// Period is a stretch of time [Low, High), in microseconds since 1970 UTC. A date of less precision is
// the whole of its day, month or year; an open end is MinTime or MaxTime.
type Period struct{ Low, High int64 }

// The ends of time, for periods without a start or an end.
const (
	MinTime int64 = math.MinInt64
	MaxTime int64 = math.MaxInt64
)

// Number is a value of a number parameter; Low and High differ only for a Range.
type Number struct{ Low, High Decimal }

// Quantity is an amount of a unit; Low and High differ only for a Range. Unit is the human form.
type Quantity struct {
	Low, High          Decimal
	System, Code, Unit string
}

// Composite is one tuple of a composite parameter: one value for each component, in order.
type Composite struct{ Parts []Value }

func (Text) value()            {}
func (Token) value()           {}
func (Display) value()         {}
func (TypedIdentifier) value() {}
func (Link) value()            {}
func (LinkIdentifier) value()  {}
func (URI) value()             {}
func (Period) value()          {}
func (Number) value()          {}
func (Quantity) value()        {}
func (Composite) value()       {}

// Entry is one value of one parameter of a resource: a row of its index.
type Entry struct {
	Parameter *Parameter
	Value     Value
}

// Index is all that is searchable of one version of a resource. Intrinsic parameters are not in it.
type Index struct {
	Entries      []Entry
	Compartments []fhir.Key // the compartments it belongs to, by focus: Patient/123
}
