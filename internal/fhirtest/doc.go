// Package fhirtest holds what the tests of other packages start from: the
// place of the shared test material, the hand-written sample plans and a
// generator of as many more as a test or a load driver asks for.
//
// Everything here is synthetic. People are invented and their NHS numbers come
// from the range 9000000000 to 9999999999, which is never issued.
package fhirtest
