// Package validation checks a resource against the base specification, as its tables have it
// (https://hl7.org/fhir/R4/validation.html): what a parse cannot see.
//
// fhir/element has already refused what is not a tree of known elements with values of the right
// form. A Validator walks that tree once, without copying, and checks how often elements stand,
// required bindings, what references may point to, the rules of contained resources, narratives and
// Bundles, and every invariant. It is pure: no network, no clock, no terminology server; the
// same tree always gives the same outcome.
//
// # How it is made
//
// New turns a definition.Set into two tables of plans, one entry for each structure and one for
// each field, holding all there is to check at such a node. Most nodes have nothing to check and
// are passed in a few nanoseconds.
//
// Most invariants ask which elements are there ("code.empty() or system.exists()"). While the
// children of a node are counted their presence is kept as bits, and invariants are compiled a
// second time into three-valued tests over those bits: holds, fails, or cannot be told. Only what
// cannot be told is given to FHIRPath. Four invariants that stand nearly everywhere (dom-3, ref-1, txt-1, txt-2) are
// code, chosen by the text of their expression and never by their key. A test proves that what is told quickly is
// what FHIRPath says.
//
// # Where profiles come in
//
// Everything beyond cardinality and invariants is a Rule: a function that is given a node and a Visit to
// report to, registered for a structure with At. References, contained resources, canonicals and
// Bundle entries are Rules of this package. A profile is compiled into Rules on the structures it constrains,
// and what it adds to a node is reported through the same Visit, with the same
// locations, limits and codes.
package validation
