// Package opinion holds Hearken's verdicts against those of others, over HL7's examples and mutants of them:
// google/fhir's strict unmarshaller with each run of the tests, and HAPI's validator of R4 instances where
// somebody has run it (hapi/README.md). Who refuses what the other takes is a difference; testdata lists the
// classes of difference with the reason of each, and a test fails on a class that is not listed and on one
// that is listed and does not occur.
package opinion
