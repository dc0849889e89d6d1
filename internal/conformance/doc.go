// Package conformance keeps the definitions that are in force on a server: those of FHIR itself, our guide, the packages
// it was started with, and what clients have stored (https://hl7.org/fhir/R4/conformance-module.html).
//
// # Guides are stored
//
// Our guide and the packages are put into the store when the server starts, in one Update, and only what changed. The other way
// would be to lay them over the store, so that every read, search and history asks two places: but then totals, pages, sorts,
// chains and includes would each have to be made of two results, and each new interaction would have to remember. Stored, a
// definition is found by whatever finds a resource, and its earlier versions are its history. What is paid for it is one look at
// each definition when the server starts.
//
// That a definition was put there by the server, and not by a client, is known by a claim on its key, which clients
// cannot reach: nothing is written into the resource. When a package is left out at a later start, the definitions that it brought
// are deleted again. The keys and canonicals of what is brought cannot be written by clients (Guides.Refuse).
//
// A package's definition has the id it has in the package. Where two packages, or a package and a client's resource with another
// canonical, have one id, the later one gets an id with a digest of its canonical behind it: nobody's resource is overwritten.
package conformance
