package storetest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// Oracle is a store in memory that answers by looking at everything. It is slow and, but for search.Match, as
// simple as can be.
type Oracle struct {
	writer sync.Mutex // held during an Update
	mu     sync.RWMutex
	setup  Setup
	state  *oracleState
	pages  map[string]savedRows
	closed bool
}

// oracleState is all that is stored. It is never changed but replaced.
type oracleState struct {
	commit   store.Commit
	time     time.Time
	versions map[fhir.Key][]oracleVersion // oldest first
	log      []store.Change
	claims   map[[2]string]fhir.Key
}

type oracleVersion struct {
	store.Record
	index query.Index
}

// NewOracle makes an empty one.
func NewOracle(setup Setup) *Oracle {
	return &Oracle{setup: setup, pages: map[string]savedRows{}, state: &oracleState{
		versions: map[fhir.Key][]oracleVersion{}, claims: map[[2]string]fhir.Key{}}}
}

// Reopen makes all indexes anew with the parameters of a new setup, as re-opening an engine does.
func (o *Oracle) Reopen(setup Setup) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.setup, o.closed = setup, false
	next := o.state.clone()
	for key, versions := range next.versions {
		made := make([]oracleVersion, len(versions))
		for i, v := range versions {
			made[i].Record = v.Record
			if !v.Deleted() {
				index, err := setup.Extract(key, v.Body)
				if err != nil {
					return err
				}
				made[i].index = labelled(setup, key.Type, index, labelOf(v.index))
			}
		}
		next.versions[key] = made
	}
	o.state = next
	return nil
}

func (s *oracleState) clone() *oracleState {
	next := *s
	next.versions = maps.Clone(s.versions)
	next.claims = maps.Clone(s.claims)
	next.log = s.log[:len(s.log):len(s.log)]
	return &next
}

// View runs fn on the present state.
func (o *Oracle) View(_ context.Context, fn func(store.Reader) error) error {
	o.mu.RLock()
	state, closed := o.state, o.closed
	o.mu.RUnlock()
	if closed {
		return store.ErrClosed
	}
	return fn(&oracleReader{Oracle: o, state: state})
}

// Update runs fn on a copy of the state, which becomes the state if fn succeeds.
func (o *Oracle) Update(ctx context.Context, fn func(store.Tx) error) error {
	o.writer.Lock()
	defer o.writer.Unlock()
	if err := o.Ready(); err != nil {
		return err
	}
	next := o.state.clone() // only a writer replaces it
	next.commit++
	if now := o.setup.Now().UTC().Truncate(time.Millisecond); now.After(next.time) {
		next.time = now
	}
	tx := &oracleTx{oracleReader: oracleReader{Oracle: o, state: next}, put: map[fhir.Key]bool{}}
	if err := fn(tx); err != nil {
		return err
	}
	if tx.wrote && ctx.Err() == nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.state = next
	}
	return ctx.Err()
}

// Capabilities says that Updates are atomic.
func (o *Oracle) Capabilities() store.Capabilities {
	return store.Capabilities{Engine: "oracle", Transactions: true}
}

// Ready is nil until Close.
func (o *Oracle) Ready() error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if o.closed {
		return store.ErrClosed
	}
	return nil
}

// Close refuses later calls.
func (o *Oracle) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return store.ErrClosed
	}
	o.closed = true
	return nil
}

// oracleTx is a transaction of the oracle.
type oracleTx struct {
	oracleReader
	put   map[fhir.Key]bool
	wrote bool
}

func (tx *oracleTx) Put(p store.Prepared) (store.Record, error) {
	if tx.put[p.Key] {
		return store.Record{}, fhir.Errorf(fhir.CodeDuplicate, "written twice")
	}
	tx.put[p.Key], tx.wrote = true, true
	old := tx.state.versions[p.Key]
	v := oracleVersion{Record: store.Record{
		Key: p.Key, Version: fhir.VersionID(len(old) + 1), LastUpdated: tx.state.time, Method: p.Method, Commit: tx.state.commit,
		Patients: append([]fhir.ID{}, p.Patients...)}}
	if p.Method != store.Delete {
		v.Body, v.index = p.Stamp(v.Version, v.LastUpdated), p.Index
		if p.Label != nil {
			v.index = labelled(tx.setup, p.Key.Type, p.Index, p.Label)
		}
	}
	tx.state.versions[p.Key] = append(old[:len(old):len(old)], v)
	tx.state.log = append(tx.state.log, store.Change{
		Commit: v.Commit, Key: v.Key, Version: v.Version, Method: v.Method, Time: v.LastUpdated})
	return v.Record, nil
}

func (tx *oracleTx) Claim(space, value string, proposed fhir.Key) (fhir.Key, bool, error) {
	if owner, taken := tx.state.claims[[2]string{space, value}]; taken {
		return owner, false, nil
	}
	tx.state.claims[[2]string{space, value}], tx.wrote = proposed, true
	return proposed, true, nil
}

func (tx *oracleTx) Reclaim(space, value string, owner, proposed fhir.Key) (bool, error) {
	if current, taken := tx.state.claims[[2]string{space, value}]; !taken || current != owner {
		return false, nil
	}
	tx.state.claims[[2]string{space, value}], tx.wrote = proposed, true
	return true, nil
}

// Commit is the commit the transaction started from.
func (tx *oracleTx) Commit() store.Commit { return tx.state.commit - 1 }

// oracleReader reads one state.
type oracleReader struct {
	*Oracle
	state *oracleState
}

func (r *oracleReader) Commit() store.Commit { return r.state.commit }

func (r *oracleReader) Get(key fhir.Key) (store.Record, error) {
	return r.GetVersion(key, fhir.VersionID(len(r.state.versions[key])))
}

func (r *oracleReader) GetVersion(key fhir.Key, version fhir.VersionID) (store.Record, error) {
	versions := r.state.versions[key]
	if version == 0 || int(version) > len(versions) {
		return store.Record{}, store.ErrNotFound
	}
	record := versions[version-1].Record
	record.Body = bytes.Clone(record.Body)
	return record, nil
}

func (r *oracleReader) Count(t fhir.Type) (n int, err error) {
	for key, versions := range r.state.versions {
		if key.Type == t && !versions[len(versions)-1].Deleted() {
			n++
		}
	}
	return n, nil
}

func (r *oracleReader) Changes(since store.Commit, limit int) (changes []store.Change, err error) {
	commits := 0
	for _, change := range r.state.log {
		if change.Commit <= since {
			continue
		}
		if len(changes) == 0 || changes[len(changes)-1].Commit != change.Commit {
			if commits++; commits > limit {
				break
			}
		}
		changes = append(changes, change)
	}
	return changes, nil
}

func (r *oracleReader) saveRows(rows savedRows) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := fmt.Sprintf("oracle-%d", len(r.pages))
	r.pages[name] = rows
	return name
}

func (r *oracleReader) savedRows(name string) (savedRows, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	rows, ok := r.pages[name]
	return rows, ok
}
