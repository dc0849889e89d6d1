// Package plans holds the sample plans of this folder within the program, for
// hearken demo: one binary, nothing else to install. Wildcards such as ./...
// pass testdata over; it is imported by name.
package plans

import "embed"

// Files are the transaction Bundles, one file each, in FHIR JSON.
//
//go:embed *.json
var Files embed.FS
