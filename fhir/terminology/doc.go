// Package terminology answers questions about codes (https://hl7.org/fhir/R4/terminology-module.html):
// whether one is in a value set, what a value set expands to, what is known of a code, how two codes relate,
// what a code is in another system.
//
// A Library holds code systems, value sets and concept maps as rows of fhir/definition: those published with FHIR
// (r4.Terminology), and any others that Read takes from resources. It is pure and never changes, and it is
// honest about what it cannot know: a code of a system that is not loaded is Unknown, with the reason, and neither
// valid nor invalid. Systems with a grammar instead of a list (UCUM, BCP 47, media types, time zones) are checked
// by it; of SNOMED CT, which is not loaded, the check digit and the kind of identifier.
//
//	library := terminology.NewLibrary(r4.Terminology())
//	set, err := library.ValueSet("http://hl7.org/fhir/ValueSet/request-status")
//	set.Validate("http://hl7.org/fhir/request-status", "active").Answer // In
//
// # How it works
//
// A value set is compiled when it is first asked for: each include and exclude becomes a clause that has a
// list of codes, a set of bits over the concepts of its system, a grammar, or only the reason why it cannot
// be told; and what it imports. A question walks the clauses and allocates nothing. Unknown is kept apart all
// the way: an include that is not known leaves a code unknown, an exclude that is not known takes the
// certainty from it, and a certain no decides. An expansion is of all codes or none: where one clause cannot
// be listed there is a Verdict instead, which says why.
//
// Definitions are those of now. AsOf says whether an answer would have been the same at a time in the past,
// by the dates of all that it comes from.
//
// Definitions come from anybody. What one question may cost is counted in Limits, whatever value sets import
// one another, however many filters meet how many concepts, and however long a regular expression would run.
package terminology
