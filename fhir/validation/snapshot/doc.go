// Package snapshot makes the snapshot of a structure from its differential
// (https://hl7.org/fhir/R4/profiling.html#snapshot): every element as it is once all that the profile, its base and the
// datatypes and profiles it walks into have said is taken together.
//
// The rows of the base become a tree: an element has children and slices. Each row of the differential finds its
// place in the tree and changes it; what was a leaf grows the children of its type, of the profile of its type or
// of the element it takes its content from as soon as a row lies below it. Then the tree is written down again.
//
// It lives below fhir/validation, and apart from it, because it needs nothing but rows: a validator compiles what comes out
// of here, a tool may print it.
package snapshot
