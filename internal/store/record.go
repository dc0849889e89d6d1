package store

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Commit numbers the commits of a store, from 1. Numbers may have gaps.
type Commit uint64

// Method is how a version came to be. Values are stored: never renumber.
type Method uint8

// The methods.
const (
	Create Method = 1 // POST
	Update Method = 2 // PUT
	Patch  Method = 3 // PATCH
	Delete Method = 4 // DELETE
)

// String is the HTTP verb, as in Bundle.entry.request.method.
func (m Method) String() string { return [...]string{"", "POST", "PUT", "PATCH", "DELETE"}[m] }

// Record is one version of one resource as stored. Body is its JSON with id and meta set, exactly as it goes
// out; it is nil for a deletion. It may be used after the View that read it.
type Record struct {
	Key         fhir.Key
	Version     fhir.VersionID
	LastUpdated time.Time
	Method      Method
	Commit      Commit
	Patients    []fhir.ID // as Prepared said; nil, and not merely empty, where the version was stored before that was kept
	Body        []byte

	// Partial is set by whoever takes out of Body what somebody may not see and could not write back. An engine
	// neither sets nor keeps it.
	Partial bool
}

// Deleted reports whether this version is a deletion.
func (r Record) Deleted() bool { return r.Method == Delete }

// Prepared is a version ready to be stored. All that costs time (parsing, validation, extraction) has happened.
type Prepared struct {
	Key    fhir.Key
	Method Method
	// Stamp gives the body with meta.versionId and meta.lastUpdated set; called once, under the commit lock, so it
	// only copies bytes. Nil for Delete.
	Stamp func(fhir.VersionID, time.Time) []byte
	Index query.Index // empty for Delete
	// Patients are those whose record the version is part of, of a deletion those of the version deleted. It is kept with
	// the version, so that whoever is shown it, now or later, is known to have been shown something of theirs.
	Patients []fhir.ID

	// Label, when not nil, is the access label instead of the one in Index. It may be set as late as inside
	// Update, when what it depends on has been read.
	Label []query.Token

	// Encoded is what an engine that is an Encoder made of Key.Type and Index before Update; nil is always right.
	Encoded any

	// Resource is what Index was extracted from, for a Tx that is put before a store's own; engines do not look at it.
	Resource any
}

// Encoder is implemented by an engine that can do part of Put's work before Update, in parallel. Encode sets
// p.Encoded; it must be called again when Index changes. Its use is optional.
type Encoder interface{ Encode(p *Prepared) error }

// Change is one line of the change log.
type Change struct {
	Commit  Commit
	Key     fhir.Key
	Version fhir.VersionID
	Method  Method
	Time    time.Time
}

// Extractor gives the index of a stored version; engines call it to build the index of a new parameter
// from what is stored. It is pure.
type Extractor func(key fhir.Key, body []byte) (query.Index, error)
