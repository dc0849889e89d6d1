// Package conformance keeps the definitions that are in force on a server: those of FHIR itself, our guide,
// the packages it was started with, and what clients have stored
// (https://hl7.org/fhir/R4/conformance-module.html).
//
// Guides is what a server is started with, Definitions everything that is in force at one moment, and InForce
// keeps them as they change.
//
// # Guides are stored
//
// Our guide and the packages are put into the store when the server starts, in one Update, and only what
// changed. The other way would be to lay them over the store, so that every read, search and history asks two
// places: but then totals, pages, sorts, chains and includes would each have to be made of two results, and
// each new interaction would have to remember. Stored, a definition is found by whatever finds a resource,
// and its earlier versions are its history. What is paid for it is one look at each definition when the
// server starts.
//
// That a definition was put there by the server, and not by a client, is known by a claim on its key, which
// clients cannot reach: nothing is written into the resource. When a package is left out at a later start,
// the definitions that it brought are deleted again. The keys and canonicals of what is brought cannot be
// written by clients (Guides.Refuse).
//
// A package's definition has the id it has in the package. Where two packages, or a package and a client's
// resource with another canonical, have one id, the later one gets an id with a digest of its canonical
// behind it: nobody's resource is overwritten.
//
// # Live definitions
//
// A CodeSystem, ConceptMap, Questionnaire, StructureDefinition or ValueSet that a client stores as active is
// in force as soon as the write is answered, and no longer once it is retired or deleted. It never takes the
// place of a canonical of FHIR or of a guide. Of several versions the newest answers to the canonical alone;
// of two resources with one canonical and version the one written last counts. A definition that cannot work
// is refused while it is active (Definitions.Check).
//
// Each request takes one set of Definitions and is judged by that: a set never changes, a change makes
// another. A transaction is judged by the definitions as it leaves them (Definitions.With), so that a profile
// may come with what it is about. What judges by a set is made when something is judged by it, once.
package conformance
