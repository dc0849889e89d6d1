// Package load sends files of resources to a FHIR server: this one or any other. Files are JSON or XML (one
// resource or Bundle each), or NDJSON (one a line); XML is sent as JSON. Transactions and batches go to the
// base as they are, a collection or searchset becomes a transaction of its resources, and single resources
// are put under their id or, without one, created.
package load
