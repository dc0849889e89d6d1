// Package redaction writes a resource without what somebody may not see of it, as a resource that is still valid.
//
// An element that is withheld is left out. One that must be there, or that says how others are to be
// understood, is shown as being there and not told: with the extension data-absent-reason, masked
// (https://hl7.org/fhir/R4/extension-data-absent-reason.html). Leaving out a modifier would turn a "do not"
// into a "do". Where the type of an element carries no extension, the smallest element around it that may be
// left out is.
//
// Then the rules of FHIR and of profiles are asked. What breaks one, because of what is missing, is withheld
// too: more is never shown than was asked for. What is shown depends on nothing that is withheld.
package redaction
