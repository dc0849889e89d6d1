// Package snapshot makes the snapshot of a structure from its differential
// (https://hl7.org/fhir/R4/profiling.html#snapshot): every element as it is once all that the profile, its base and the
// datatypes and profiles it walks into have said is taken together.
//
// The rows of the base become a tree: an element has children and slices. Each row of the differential finds its
// place in the tree and changes it; what was a leaf grows the children of its type, of the profile of its type or
// of the element it takes its content from as soon as a row lies below it. Then the tree is written down again.
//
// A slice begins as the element it is a slice of is said to be as a whole (flags, types, binding), with the
// children that has in the base. What this differential says of the children of the whole is not said again
// below each slice: it holds for every item, so whoever checks an instance checks an item of a slice by the
// rows of the slice and by those of the whole.
//
// # What it is held to
//
// HL7's snapshot cases (testdata/known-failures.tsv lists those that differ, with reasons), the snapshots R4
// publishes of its own profiles and extensions (testdata/known-core.tsv), and UK Core, which is published
// without any. Not supported: extensions made from the elements of other releases (canonicals with a release
// in them), which are taken as unknown profiles.
//
// It lives below fhir/validation, and apart from it, because it needs nothing but rows: a validator compiles
// what comes out of here, a tool may print it.
package snapshot
