package conformance

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/terminology"
	"hearken/internal/store"
)

// InForce keeps the definitions in force on a server, as clients store others. It is safe for concurrent use.
//
// Nobody waits for a definition that was written: whoever writes one calls Touch when it is committed, and
// the next who asks for Current reads what has changed, from the histories of LiveTypes down to the commit
// that was read last. Several servers on one database need no more than that each follows the change log
// (store.Reader.Changes) and calls Touch for a change of one of LiveTypes: where the change came from makes
// no difference here.
type InForce struct {
	guides    *Guides
	store     store.Store
	validator func(*Definitions) Validate

	touched atomic.Uint64 // how often something was written
	current atomic.Pointer[Definitions]
	mu      sync.Mutex // held by whoever reads what has changed
}

// New makes an InForce of the guides and of what is stored in s, which may be nil for nothing. validator
// makes what judges by a set of definitions; it is called once for each set that something is judged by, and
// nil where nothing is to be judged.
func New(guides *Guides, s store.Store, validator func(*Definitions) Validate) *InForce {
	return &InForce{guides: guides, store: s, validator: validator}
}

// Fixed is an InForce without guides and a store: whatever is stored, validate judges.
func Fixed(validate Validate) *InForce {
	f := &InForce{}
	f.current.Store(&Definitions{validate: func() Validate { return validate }})
	return f
}

// Guides is what the server was started with; nil of one made by Fixed.
func (f *InForce) Guides() *Guides { return f.guides }

// Touch says that resources of LiveTypes were written and the commit is done.
func (f *InForce) Touch() { f.touched.Add(1) }

// Current gives the definitions in force: all that was committed before the last Touch is in them. The error
// is the store's.
func (f *InForce) Current(ctx context.Context) (*Definitions, error) {
	if d := f.current.Load(); d != nil && (f.store == nil || d.turn == f.touched.Load()) {
		return d, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	before, turn := f.current.Load(), f.touched.Load()
	if before != nil && before.turn == turn {
		return before, nil
	}
	if f.store == nil {
		f.current.Store(f.definitions(map[fhir.Key]*live{}))
		return f.current.Load(), nil
	}
	r := reading{inForce: f, before: before}
	if err := f.store.View(ctx, r.all); err != nil {
		return nil, fmt.Errorf("reading the definitions: %w", err)
	}
	next := before
	if r.changed || before == nil {
		next = f.definitions(r.live)
	} else {
		next = before.again()
	}
	next.turn, next.commit = turn, r.commit
	f.current.Store(next)
	return next, nil
}

// Terminology is that of the definitions in force; where the store cannot be read, of those that were last.
func (f *InForce) Terminology() *terminology.Library {
	d, err := f.Current(context.Background())
	if err != nil {
		if d = f.current.Load(); d == nil {
			return f.guides.Terminology()
		}
	}
	return d.Terminology()
}

// reading finds what is in force after what was before.
type reading struct {
	inForce *InForce
	before  *Definitions
	commit  store.Commit
	live    map[fhir.Key]*live
	changed bool
}

func (r *reading) all(rd store.Reader) error {
	r.commit, r.changed, r.live = rd.Commit(), false, map[fhir.Key]*live{}
	if r.before != nil {
		r.live = maps.Clone(r.before.live)
	}
	for _, typ := range LiveTypes {
		var err error
		if r.before == nil {
			err = eachOf(rd, typ, r.take)
		} else {
			err = r.since(rd, typ)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// since takes what a type's history has that is newer than what was read before.
func (r *reading) since(rd store.Reader, typ fhir.Type) error {
	seen := map[fhir.Key]bool{}
	for q := (store.HistoryQuery{Type: typ, Count: pageSize}); ; {
		page, err := rd.History(q)
		if err != nil {
			return err
		}
		for _, rec := range page.Records {
			if rec.Commit <= r.before.commit {
				return nil
			}
			if !seen[rec.Key] {
				seen[rec.Key] = true
				if err := r.take(rec); err != nil {
					return err
				}
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

// take notes the current version of a definition.
func (r *reading) take(rec store.Record) error {
	if r.inForce.guides.keys[rec.Key] {
		return nil
	}
	var found *live
	if !rec.Deleted() {
		tree, faults := element.Parse(r.inForce.guides.set, rec.Body, element.DefaultLimits())
		if faults.Failed() {
			return nil // what an earlier version of this program took and this one does not understand has no effect
		}
		found = r.inForce.read(tree.Root())
	}
	if found == nil {
		r.changed = r.changed || r.live[rec.Key] != nil
		delete(r.live, rec.Key)
		return nil
	}
	found.key, found.commit = rec.Key, rec.Commit
	r.live[rec.Key], r.changed = found, true
	return nil
}
