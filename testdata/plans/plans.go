// Package plans holds the sample urgent care plans, so that hearken demo has them with it. All people in them
// are invented, and their NHS numbers are of the range that is never issued.
package plans

import "embed"

// Files are the plans: transaction Bundles in FHIR JSON, one a file.
//
//go:embed *.json
var Files embed.FS
