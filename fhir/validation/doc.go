// Package validation checks a resource against the base specification, as its tables have it
// (https://hl7.org/fhir/R4/validation.html), and against profiles: what a parse cannot see.
//
// fhir/element has already refused what is not a tree of known elements with values of the right
// form. A Validator walks that tree once, without copying, and checks how often elements stand,
// bindings, what references may point to, the rules of contained resources, narratives and
// Bundles, and every invariant. It is pure: no network, no terminology server, no clock but one it is given; the
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
// # Rules of resources
//
// What some resources are for has rules that no invariant says: each stands in a file of its own, and
// rules.go lists them by the structure they are about, so that other resources pay nothing for them. Bundles
// (documents and messages whole and without strangers, fullUrls, links, requests, answers to searches);
// references in them, by package bundle; narratives; urns and attachments; Questionnaires, and responses
// measured by theirs (WithDefinitions finds it where it is not contained); StructureDefinitions, value sets,
// code systems and other definitions. HL7's validator is the model for what is an error and what a warning.
// Each rule has inputs that break it and nothing else in the tests, and hostile input takes linear time.
//
// # Rules
//
// Everything beyond cardinality, bindings and invariants is a Rule: a function that is given a node and a
// Visit to report to, registered for a structure with At. References, contained resources, canonicals, Bundle
// entries, extensions and declared profiles are Rules of this package.
//
// # Where a fault is
//
// Expressions select elements that are there, one each. What is missing is a fault of the element it is
// missing from; what may not stand where it does, or is one too many, has two: the element round it, whose
// rule it is, and itself. The first is where HL7's validator has it, line and column are those of the last.
//
// # Profiles
//
// A profile is made ready when the first resource names it (profileLibrary): its snapshot becomes a tree of
// rowPlans that hold only what it asks beyond the base, so that a resource is walked below what a profile
// says something of and nowhere else. Slices are told apart by matchers, made of the discriminators and of
// what the profile has where they look (criterion); an item is held against the rows of its slice and those
// of the whole.
//
// Whether a node conforms to a profile may be asked without a word: by a discriminator, by a reference whose
// target has a profile, by conformsTo(). The answers are remembered (memo), resources that refer to each
// other in a circle conform unless one of them has a fault, and the work and the depth are bounded in
// proportion to the resource.
//
// What cannot be known is no fault: a code of a system that is not loaded, a resource that is elsewhere, a
// profile nobody has. Where HL7's validator and the letter of the specification differ, the verdict is HL7's;
// testdata/known-verdicts.tsv lists the cases of HL7's suite where it is not, each with the reason. Not
// supported: obligations, and additional bindings that hold in some context of use only.
package validation
