package embedded

import (
	"context"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/audit"
	"hearken/internal/store"
)

// tip is the newest applied commit, durable or not. Only the writer who holds the lock sees it.
type tip struct {
	commit store.Commit
	time   int64    // milliseconds since 1970 UTC
	next   document // the number the next new document gets
}

func loadTip(kv pebble.Reader) (tip, error) {
	value, found, err := getValue(kv, metaKey(metaTip))
	if err != nil || !found {
		return tip{next: 1}, err
	}
	r := decoder{rest: value}
	t := tip{commit: store.Commit(r.uvarint()), time: int64(r.uvarint()), next: document(r.uvarint())}
	return t, r.err()
}

func (t tip) encode() []byte {
	value := binary.AppendUvarint(nil, uint64(t.commit))
	value = binary.AppendUvarint(value, uint64(t.time))
	return binary.AppendUvarint(value, uint64(t.next))
}

// Update runs fn on the tip, with no other writer beside it, and commits what it wrote.
// fn runs once: nothing it read can change under it.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.calls.begin(); err != nil {
		return err
	}
	defer s.calls.end()
	if err := s.writable(); err != nil {
		return err
	}
	if err := s.waitForIndexer(ctx); err != nil {
		return err
	}
	applied, tipRead, err := s.runLocked(ctx, fn)
	if applied != nil {
		return s.finish(applied)
	}
	if waitErr := s.durable.wait(tipRead); waitErr != nil {
		return waitErr // what fn saw may be lost: nobody may hear of it
	}
	return err
}

// runLocked takes the lock, runs fn and applies its batch. Without a batch it gives the commit whose
// durability the outcome depends on.
func (s *Store) runLocked(ctx context.Context, fn func(store.Tx) error) (*applied, store.Commit, error) {
	select {
	case s.lock <- struct{}{}:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	defer func() { <-s.lock }()
	if err := s.writable(); err != nil {
		return nil, 0, err
	}
	tx := newTransaction(ctx, s)
	defer tx.close()
	err := fn(tx)
	if err == nil {
		err = tx.failed
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil || !tx.dirty {
		return nil, s.tip.commit, err
	}
	done, err := s.apply(tx)
	return done, s.tip.commit, err
}

// applied is a commit that every later writer sees and no reader yet.
type applied struct {
	batch *pebble.Batch
	state *state
	head  *audit.Head // of the audit log, when there are records in the batch
}

// apply hands the batch to Pebble's log and memtable and takes the snapshot that will be published. Syncing
// goes on while the next writer holds the lock: that is what commits in groups.
func (s *Store) apply(tx *transaction) (*applied, error) {
	if err := tx.writeWaiting(); err != nil {
		return nil, err
	}
	if err := tx.writeMentioned(); err != nil {
		return nil, err
	}
	next := tip{commit: tx.commit, time: tx.time, next: tx.next}
	if err := tx.batch.Set(metaKey(metaTip), next.encode(), nil); err != nil {
		return nil, err
	}
	batch := tx.takeBatch()
	head, err := s.hand(batch, tx.records)
	if err != nil {
		return nil, err // Pebble's commit pipeline is broken: the batch will never be synced, nor closed
	}
	s.tip = next
	s.catalogue.Store(tx.catalogue)
	tx.fresh.view().entries(0, func(e *freshEntry) { s.fresh.add(*e) })
	s.indexer.fresh.Store(int64(s.fresh.keys))
	st := s.stateNow()
	return &applied{batch: batch, state: st, head: head}, nil
}

// stateNow is the state at the tip; it is for whoever holds the lock.
func (s *Store) stateNow() *state {
	return &state{snapshot: s.db.NewSnapshot(), commit: s.tip.commit, fresh: s.fresh.view(), next: s.tip.next}
}

// hand gives the batch to Pebble, with the records of the audit log numbered into it.
func (s *Store) hand(batch *pebble.Batch, records []*queued) (*audit.Head, error) {
	if len(records) > 0 {
		return s.audit.apply(batch, records)
	}
	if err := s.db.ApplyNoSyncWait(batch, pebble.Sync); err != nil {
		s.fault.fail(err)
	}
	return nil, s.fault.err()
}

// finish waits until the commit is durable and shows it to readers.
func (s *Store) finish(a *applied) error {
	if err := a.batch.SyncWait(); err != nil {
		s.fault.fail(err)
	}
	if err := s.fault.err(); err != nil {
		_ = a.state.snapshot.Close()
		return err
	}
	s.durable.reach(a.state.commit)
	if a.head != nil {
		s.audit.reach(a.head)
	}
	s.states.publish(a.state)
	s.indexer.wake(s.options.Fresh)
	return a.batch.Close()
}
