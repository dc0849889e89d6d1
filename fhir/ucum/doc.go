// Package ucum reads codes of the Unified Code for Units of Measure (https://ucum.org/ucum), the
// unit system of FHIR (https://hl7.org/fhir/R4/datatypes.html#quantity): whether a code is valid,
// whether two are commensurable, and what a value is in base units or in another unit.
//
// Arithmetic is exact. A unit's factor is a fraction of whole numbers, so 4 g equals 4000 mg and
// 1 /min equals 60 /h to the last digit; only a result without a finite decimal form is
// rounded, once, at the end.
//
// Two decisions differ from the letter of UCUM, both towards fewer false matches. The mole is a
// base unit of its own, as in the SI, and not the number 6.02e23: mmol/L is not commensurable
// with 10*9/L. And an arbitrary unit ([IU], [CFU] …) is a base unit too, so that [IU]/mL converts to
// [IU]/L and to nothing else, which is what UCUM asks of arbitrary units.
//
// Units on a logarithmic scale ([pH], B[SPL] …) are valid and equal to themselves; they are not
// converted to anything else.
package ucum
