package query

import "hearken/fhir"

// Test is a condition on one Value: one of TextTest, TokenTest, DisplayTest, TypedIdentifierTest, LinkTest,
// LinkIdentifierTest, URITest, DateTest, NumberTest, QuantityTest and CompositeTest. Satisfies decides it;
// a test never holds for a value of another sort.
type Test interface {
	// String is the canonical text of the test: equal tests have equal texts.
	String() string
	test()
}

// TextMode says how text is compared.
type TextMode uint8

// The ways to compare text.
const (
	StartsWith TextMode = iota // folded prefix: the default of a string parameter
	Exact                      // :exact, character for character
	Contains                   // :contains, folded, anywhere
)

// TextTest compares a Text.
type TextTest struct {
	Text string
	Mode TextMode
}

// TokenTest compares a Token: "code" has AnySystem, "system|" has AnyCode, "|code" has System "".
type TokenTest struct {
	System, Code       string
	AnySystem, AnyCode bool
}

// DisplayTest compares a Display: folded prefix.
type DisplayTest struct{ Text string }

// TypedIdentifierTest compares a TypedIdentifier, all three parts.
type TypedIdentifierTest struct{ System, Code, Value string }

// LinkTest compares a Link. A Key without Type means any type with that id. Version 0 matches any version.
type LinkTest struct {
	Key     fhir.Key
	URL     string
	Version fhir.VersionID
}

// LinkIdentifierTest compares a LinkIdentifier, as TokenTest does.
type LinkIdentifierTest struct{ TokenTest }

// URIMode says how URIs are compared.
type URIMode uint8

// The ways to compare URIs.
const (
	SameURI   URIMode = iota
	BelowURI          // :below, the value is the test's URI or begins with it at a path boundary
	AboveURI          // :above, the other way round
	PrefixURI         // :contains is not defined for uri; reserved for canonical|version: value equals URI or URI|anything
)

// URITest compares a URI.
type URITest struct {
	URI  string
	Mode URIMode
}

// Comparison is a prefix of an ordered value (https://hl7.org/fhir/R4/search.html#prefix).
type Comparison uint8

// The prefixes.
const (
	Equal          Comparison = iota // eq: the test's range contains the value's
	NotEqual                         // ne: it does not
	Greater                          // gt: the value reaches above the test
	Less                             // lt: the value reaches below
	GreaterOrEqual                   // ge: gt or eq
	LessOrEqual                      // le: lt or eq
	StartsAfter                      // sa: the value lies wholly above
	EndsBefore                       // eb: the value lies wholly below
	Approximately                    // ap: the ranges overlap; the parser has widened Low and High
)

// DateTest compares a Period with [Low, High), microseconds since 1970 UTC.
type DateTest struct {
	Comparison Comparison
	Low, High  int64
}

// NumberTest compares a Number. For Equal, NotEqual and Approximately the range [Low, High) is the implicit
// precision of what was written; for the others Low = High = the number itself.
type NumberTest struct {
	Comparison Comparison
	Low, High  Decimal
}

// QuantityTest compares a Quantity: the number as NumberTest does and the unit: AnyUnit for "5.4"; else
// System and Code as given, or, with AnySystem ("5.4||mg"), Code against either code or unit.
type QuantityTest struct {
	NumberTest
	System, Code       string
	AnyUnit, AnySystem bool
}

// CompositeTest compares a Composite, part by part.
type CompositeTest struct{ Parts []Test }

func (TextTest) test()            {}
func (TokenTest) test()           {}
func (DisplayTest) test()         {}
func (TypedIdentifierTest) test() {}
func (LinkTest) test()            {}
func (LinkIdentifierTest) test()  {}
func (URITest) test()             {}
func (DateTest) test()            {}
func (NumberTest) test()          {}
func (QuantityTest) test()        {}
func (CompositeTest) test()       {}
