package audit

import (
	"time"

	"hearken/fhir"
)

// Agent is who did it, by identifiers alone. The zero Agent is somebody who did not log in.
type Agent struct {
	Issuer       string // of the token: the URL of who says so
	Subject      string // of the token: who it is to the issuer
	Client       string // the software the token was given to
	Role         string // code of the role that was acted in
	Organisation string // identifier of the organisation that was acted for
	Purpose      string // purpose of use, a code of v3-ActReason: TREAT, ETREAT, BTG…
	User         bool   // a person was logged in; false is software on its own
}

// IsZero reports whether nobody was logged in.
func (a Agent) IsZero() bool { return a == Agent{} }

// Ground is why an access beyond the usual was allowed.
type Ground struct {
	Reason    string // code of the reason given: of break-glass, of an override
	Words     []byte // the words given for it, sealed by whoever took them; never text
	Emergency bool   // break-glass: the patient's access log and the privacy officer's list say so
}

// Action is AuditEvent.action (https://hl7.org/fhir/R4/valueset-audit-event-action.html). Values are stored.
type Action byte

// The actions.
const (
	Create  Action = 'C'
	Read    Action = 'R'
	Update  Action = 'U'
	Delete  Action = 'D'
	Execute Action = 'E' // searches, histories over many resources, Bundles, operations
)

// Outcome is how an act ended. Values are stored: never renumber.
type Outcome uint8

// The outcomes.
const (
	Success Outcome = 1
	Denied  Outcome = 2 // not allowed: no or a bad login, no permission
	Failed  Outcome = 3 // could not be done as it was asked
	Faulty  Outcome = 4 // could not be done by a fault or lack of means of the server
)

// Version is one version of one resource.
type Version struct {
	fhir.Key
	Version fhir.VersionID
	Written bool // by this act; otherwise it was shown
}

// Digest stands for a value that must not be stored: 128 bits keyed by the store's secret.
type Digest [16]byte

// Record is one act. Time is set by the Log.
type Record struct {
	Time        time.Time // when it was recorded, to the millisecond; never before that of an earlier Record
	Interaction string    // code of a restful interaction (read, search-type, transaction…), or of ours (see Event)
	Operation   string    // the name of an operation, without "$"
	Action      Action
	Outcome     Outcome
	Detail      string // stable code of what went wrong; empty after success
	Agent       Agent
	Ground      Ground
	Address     string    // of the client on the network
	RequestID   string    // X-Request-ID
	Correlation string    // of what this is a part of: the request id of the batch an entry came in
	Target      fhir.Key  // what the path named, as far as it named something
	Patients    []fhir.ID // whose records were shown, written or asked for; each once
	Versions    []Version // shown or written
	Query       string    // the parameters; "{1}" stands for the first of Sought, "{2}" for the second
	Sought      []Digest  // of the values in Query that must not be stored
}
