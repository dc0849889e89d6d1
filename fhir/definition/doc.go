// Package definition holds what FHIR says about itself as compact tables: structures,
// elements, bindings, invariants, search parameters, compartments and operations. Facts only,
// no prose and no behaviour of resources. fhir/r4 produces them for the base specification,
// fhir/igpackage for implementation guides; everything that reads FHIR is driven by them.
//
// Facts come in two shapes. StructureDefinition, SearchParameter and the like are rows as
// published. A Set is those rows linked once for speed: a Structure per place that has
// children, an Element per row of a snapshot, a Field per name a JSON member may have there.
package definition
