// Package element reads a FHIR resource into a flat tape of typed nodes over its own bytes, and
// writes it back (https://hl7.org/fhir/R4/json.html).
//
// A Tree is one slice of small fixed-size records: which structure stands at the place, by which
// field it is reached, its parent, first child and next sibling, and where its value lies in the
// source. There is no map and no allocation per node; a primitive and its "_x" sibling are one
// node. Trees are immutable and may be read by any number of goroutines: validation, search
// extraction and FHIRPath all walk the same tape without copying.
//
// Reading is strict and silent about nothing. What the specification does not allow is a fault
// with a FHIRPath location, a line and a column, and all faults of a text are reported at once.
// Nothing is repaired: what was sent is what is kept, byte for byte, decimals and partial dates
// included.
//
// XML is read onto the same tape by the same builder (ParseXML). Such a tree lies over the JSON of the
// resource, made while it was read, so that whatever is stored, stamped or compared is JSON.
package element
