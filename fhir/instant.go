package fhir

import "time"

// InstantLayout is how the server writes an instant: UTC, to the millisecond
// (https://hl7.org/fhir/R4/datatypes.html#instant).
const InstantLayout = "2006-01-02T15:04:05.000Z07:00"

// FormatInstant writes t as a FHIR instant in UTC with milliseconds.
func FormatInstant(t time.Time) string { return t.UTC().Format(InstantLayout) }
