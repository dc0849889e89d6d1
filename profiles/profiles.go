// Package profiles holds our implementation guide (https://hl7.org/fhir/R4/profiling.html): what an urgent
// care plan is, in FHIR's own terms. Profiles, extensions, value sets, code systems, concept maps and search
// parameters are JSON, written as differentials on FHIR R4 alone; nothing has to be downloaded to use them.
// README.md lists the profiles and the key of every rule.
//
// The folder "package" has the layout of a published FHIR package: fhir/igpackage reads it from Files, and
// packed as a .tgz any other FHIR tool reads it too. "examples" is beside it: valid ones, and invalid ones
// with one fault each, which examples/invalid.json lists with the rule that each breaks.
package profiles

import "embed"

// Files is the guide, a FHIR package of JSON files in the folder "package".
//
//go:embed package
var Files embed.FS
