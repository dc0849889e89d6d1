package interaction

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/internal/audit"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// Call is one request, from HTTP or from a Bundle entry, with the wire taken off.
type Call struct {
	Method          string        // GET, HEAD, POST, PUT, PATCH or DELETE
	Path            []string      // decoded segments below the service base: ["Patient", "123", "_history", "2"]
	Parameters      []search.Pair // decoded, in order: those of the URL, then those of a form body
	Body            []byte        // what was sent; nil for none. The interaction may keep it: it is never changed
	MediaType       string        // of Body: "application/fhir+json" or "application/fhir+xml" for a resource, anything for a Binary's content
	IfMatch         string        // as sent: W/"3"
	IfNoneMatch     string
	IfModifiedSince time.Time // zero when absent
	IfNoneExist     string    // a query string, as sent
	Prefer          Prefer
	SecurityContext string           // of a Binary sent as it is: the reference of Binary.securityContext, "" for none
	Accept          string           // what a Binary read may be answered with; resource formats are the wire's business
	Principal       *smart.Principal // who is asking, as a checked token says; nil where nobody logged in
	Ground          audit.Ground     // why more than usual is allowed, for the audit log
	Address         string           // of the client on the network
	RequestID       string           // X-Request-ID
	Base            string           // the service base URL links are made with: "http://127.0.0.1:8080/fhir"
	Remade          bool             // Body was written here, of what was sent: its lines and columns mean nothing to the client
}

// Prefer is the Prefer header, understood (https://hl7.org/fhir/R4/http.html#ops).
type Prefer struct {
	Return  string // minimal | representation | OperationOutcome; "" when not said
	Lenient bool   // handling=lenient
}

// Answer is what an interaction says: the Body is a resource's JSON, or anything at all when MediaType
// says so (Binary). Failures are errors, not Answers; Status turns them into one.
type Answer struct {
	Status       int            // HTTP status
	Body         []byte         // nil for none
	MediaType    string         // "" means a FHIR resource in the negotiated format
	Version      fhir.VersionID // for ETag; 0 for none
	LastModified time.Time
	Location     string   // absolute URL of the version written, or of the Task by which it waits to be; "" for none
	Allow        []string // for 405

	// Remarks is what there was to say of a write that was done: warnings and information. Over HTTP they come with
	// Prefer: return=OperationOutcome, in a Bundle as the outcome of the entry's response.
	Remarks fhir.Outcome
	// SecurityContext is whose access rules hold for raw content: the reference of Binary.securityContext.
	SecurityContext string

	// Shown are the versions in Body, or named by a 304: what the audit log records to have been shown.
	Shown []store.Record
}
