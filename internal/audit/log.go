package audit

import (
	"context"
	"errors"
	"time"

	"hearken/fhir"
)

// Log keeps Records for as long as they must be kept. It is safe for concurrent use.
type Log interface {
	// Append adds a Record. When it returns nil the Record is durable, whatever happens then. After an error it may or may
	// not have been kept, and what it is about must not be shown. It waits while others are ahead of it, as long as
	// ctx allows. Errors are those of the store: full, read-only, closed.
	Append(ctx context.Context, r *Record) error

	// Ready is nil when Append would succeed; otherwise it says why not.
	Ready() error

	// Read is one page of what the filter selects, newest first. The error is ErrCursor for a cursor that is not
	// one of this Log's.
	Read(ctx context.Context, f Filter) (Page, error)

	// Head is the newest durable Record's place and hash: to be kept elsewhere. It is zero when nothing was ever recorded.
	Head(ctx context.Context) (Head, error)

	// Verify goes over all Records and holds them against each other, against what is searched by, and against heads
	// that were kept elsewhere. Errors are those of reading; what is wrong is in the Report.
	Verify(ctx context.Context, heads []Head) (Report, error)

	// Purge takes the contents of Records older than before, and leaves their places in the chains. It is itself recorded.
	Purge(ctx context.Context, before time.Time, by Agent) (purged int, err error)

	// Digest is what a value that must not be stored is recorded and searched as.
	Digest(value string) Digest
}

// Recorder is implemented by the transactions of stores that are Logs too: what it records is in the same commit as
// what the transaction writes. The Record is not looked at again after Record returns.
type Recorder interface{ Record(r *Record) error }

// ErrCursor says that a cursor is not one of this Log's.
var ErrCursor = errors.New("not a page cursor of this audit log")

// Filter selects Records. Zero fields select everything.
type Filter struct {
	Patient      fhir.ID
	Issuer       string // of Subject
	Subject      string // who did it; of software on its own, its client id
	Organisation string
	Since, Until time.Time // recorded at or after Since, and before Until
	Before       Place     // that stand before it
	After        Place     // that stand behind it
	Count        int       // Records on a page; at most MaxCount, which 0 stands for
	Most         int       // how many Records a page may cost, those included that were purged or are not selected; 0 for any number
	Cursor       string    // what Page.Next said
}

// MaxCount is how many Records a page has at most.
const MaxCount = 1000

// Matches reports whether a Record is one the filter selects.
func (f *Filter) Matches(r *Record) bool {
	switch {
	case !f.Since.IsZero() && r.Time.Before(f.Since), !f.Until.IsZero() && !r.Time.Before(f.Until),
		f.Subject != "" && (f.Issuer != r.Agent.Issuer || f.Subject != r.Agent.Name()),
		f.Organisation != "" && f.Organisation != r.Agent.Organisation:
		return false
	}
	return f.Patient == "" || contains(r.Patients, f.Patient)
}

// Name is what the agent is found by, with its issuer: the subject, or the client where there is no user.
func (a *Agent) Name() string {
	if a.Subject != "" {
		return a.Subject
	}
	return a.Client
}

func contains(ids []fhir.ID, id fhir.ID) bool {
	for _, one := range ids {
		if one == id {
			return true
		}
	}
	return false
}

// Page is some Records.
type Page struct {
	Entries []Entry
	Next    string // cursor of the next page; "" on the last
	Last    Place  // of the Record that was looked at last, behind which the next page goes on; zero when there was none
	Passed  int    // how many Records were looked at
}

// Entry is a Record in its place. A Record whose contents were purged is no Entry of any page.
type Entry struct {
	Place
	Record
}

// Place is where in a Log a Record is: counted from 1 in a chain, and chains from 1 in a Log.
type Place struct {
	Chain    uint32
	Sequence uint64
}

// Before reports whether p was recorded before q.
func (p Place) Before(q Place) bool {
	return p.Chain < q.Chain || p.Chain == q.Chain && p.Sequence < q.Sequence
}
