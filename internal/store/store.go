package store

import (
	"context"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Store keeps resources, all their versions and their index. It is safe for concurrent use.
type Store interface {
	// View runs fn on one published, durable state. The Reader is dead when fn returns.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn and commits what it Put and claimed, all or nothing. It returns when the commit is durable
	// and published, or with fn's error, ErrReadOnly, ErrFull or ErrConflict (retries exhausted). An error that
	// depended on state read inside is returned only once that state is durable.
	Update(ctx context.Context, fn func(Tx) error) error

	// Capabilities says what this engine can do; it never changes while open.
	Capabilities() Capabilities

	// Ready is nil when reads and writes would succeed; otherwise it says why not (ErrReadOnly; ErrFull when
	// writes are refused, of which ErrScarce says that reads had better be few).
	Ready() error

	// Close waits for running calls and releases everything. Calls after it fail with ErrClosed.
	Close() error
}

// Capabilities is what an engine can do beyond the contract's floor.
type Capabilities struct {
	Engine       string // "embedded", "mongo"
	Transactions bool   // Update with several Puts is atomic; false makes the server refuse transaction Bundles

	// MissingAfter is not zero in a store that was restored from a backup: what was written after that moment is
	// not in it, and with it objections, withdrawals and leavers. Whoever reads must be told.
	MissingAfter time.Time
}

// Reader reads one state.
type Reader interface {
	// Get is the current version of a resource, its deletion included (Record.Deleted); ErrNotFound
	// if it never existed.
	Get(key fhir.Key) (Record, error)

	// GetVersion is a version, current or old; ErrNotFound if there is none such.
	GetVersion(key fhir.Key, version fhir.VersionID) (Record, error)

	// History is one page of versions, newest first.
	History(HistoryQuery) (HistoryPage, error)

	// Search is one page of matches with what they include. Cursor faults are ErrCursor and ErrCursorExpired;
	// a parameter whose index is being built is ErrBuilding, by name.
	Search(*query.Query) (Page, error)

	// Changes lists up to limit commits' changes after since, oldest first; the last one's Commit
	// is where to go on.
	Changes(since Commit, limit int) ([]Change, error)

	// Commit is the number of the last commit this state contains.
	Commit() Commit

	// Count is the number of current resources of a type.
	Count(fhir.Type) (int, error)

	// Label is the access label of a resource: the tokens of its hidden parameter query.AccessCode, in no order. A deleted
	// resource has that of the focus of its compartment when it was in just one, and otherwise none. ErrNotFound if it
	// never existed. Old versions have no label of their own: whoever may see a resource now may see what it was.
	Label(key fhir.Key) ([]query.Token, error)
}

// Tx reads the tip and writes.
type Tx interface {
	Reader

	// Put stores the next version of p.Key and returns it as stored. Two Puts of one key in one Update are
	// refused (a *fhir.Error of CodeDuplicate).
	Put(p Prepared) (Record, error)

	// Relabel replaces the access label of a current resource, one that this Update Put included. It makes no
	// version and no line of the change log. Once it is published every search goes by the new label, later
	// pages of earlier searches and conditions on old versions too. It is ErrNotFound when there is no current
	// version. What Label answered is checked at commit, as what Get read is.
	Relabel(key fhir.Key, label []query.Token) error

	// Claim asks for value in space on behalf of the resource proposed. The first to ask owns it for
	// good: fresh is true and owner is proposed. Anyone later gets the first owner and fresh = false. Claims
	// of concurrent Updates are serialised: exactly one is fresh. What Claim and Reclaim answered is checked at commit, as
	// what Get read is: if the claim has moved on by then, fn runs again.
	Claim(space, value string, proposed fhir.Key) (owner fhir.Key, fresh bool, err error)

	// Reclaim moves a claim from an owner that is deleted or no longer matches to another resource. It reports
	// false, and changes nothing, when owner does not own it any more.
	Reclaim(space, value string, owner, proposed fhir.Key) (bool, error)
}
