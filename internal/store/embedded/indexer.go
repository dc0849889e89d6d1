package embedded

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"hearken/internal/store"
)

// indexer brings the index up to what is durable, in the background: when enough is fresh, and otherwise once
// in a while.
type indexer struct {
	wanted  chan struct{} // capacity 1: enough is fresh
	running sync.Mutex    // held by the one that indexes
	names   knownNames    // of whoever holds running
	fresh   atomic.Int64  // keys the index does not have yet; set by whoever holds the commit lock

	mu   sync.Mutex
	done chan struct{} // closed when the next attempt has ended
}

// freshMost is how many times the keys that make the indexer begin may be waiting for it: writers beyond wait for it.
const freshMost = 4

// wake is called when a state was published: the indexer begins if enough is fresh.
func (x *indexer) wake(enough int) {
	if x.fresh.Load() >= int64(enough) {
		select {
		case x.wanted <- struct{}{}:
		default:
		}
	}
}

// attempt is closed when the next attempt to index has ended.
func (x *indexer) attempt() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.done
}

func (x *indexer) ended() {
	x.mu.Lock()
	defer x.mu.Unlock()
	close(x.done)
	x.done = make(chan struct{})
}

func (s *Store) startIndexer() {
	s.work.every(s.options.FreshFor, s.indexer.wanted, func(ctx context.Context) {
		_ = s.index(ctx) // the fault is known, or the disk is full: it is tried again
	})
}

// waitForIndexer waits while so much is fresh that searches would become slow.
func (s *Store) waitForIndexer(ctx context.Context) error {
	for s.indexer.fresh.Load() >= int64(freshMost*s.options.Fresh) {
		ended := s.indexer.attempt()
		if s.indexer.fresh.Load() < int64(freshMost*s.options.Fresh) {
			break
		}
		select {
		case <-ended:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := s.writable(); err != nil {
			return err
		}
	}
	return nil
}

// index brings the index up to the published state. It is done when that is durable in the order of commits:
// a crash leaves an index of some commit, and all that has changed since.
func (s *Store) index(ctx context.Context) error {
	s.indexer.running.Lock()
	defer s.indexer.running.Unlock()
	defer s.indexer.ended()
	if err := s.writable(); err != nil {
		return err // searches go on, and judge what is fresh
	}
	st := s.states.acquire()
	defer s.states.release(st)
	if st.fresh.len() == 0 {
		return nil
	}
	run, err := s.newIndexRun(st)
	if err == nil {
		err = run.write(s.db, st.fresh.mark.next, indexedMark{st.commit, st.next}, &s.indexer.names)
	}
	if err != nil {
		s.backgroundError(fmt.Errorf("indexing: %w", err))
		return err
	}
	return s.publishIndexed(run, st)
}

// publishIndexed shows readers what is fresh beyond the index that was written from a state.
func (s *Store) publishIndexed(run *indexRun, from *state) error {
	s.lock <- struct{}{}
	s.fresh.trim(from.fresh.last, indexedMark{from.commit, from.next})
	s.bitmaps.record(from.commit, run)
	s.indexer.fresh.Store(int64(s.fresh.keys))
	next := s.stateNow()
	<-s.lock
	if err := s.durable.wait(next.commit); err != nil {
		return errors.Join(err, next.snapshot.Close())
	}
	s.states.publish(next)
	return nil
}

// indexAll brings the index up to all that was written, when nobody writes any more.
func (s *Store) indexAll(ctx context.Context) error {
	for {
		st := s.states.acquire()
		fresh := st.fresh.len()
		s.states.release(st)
		if fresh == 0 {
			return nil
		}
		if err := s.index(ctx); err != nil {
			return err
		}
	}
}

// before is what was indexed of a document before a change: nothing where it did not exist.
func (s *Store) before(kv reading, c *catalogue, e *freshEntry) (keyList, error) {
	if !e.existed {
		return keyList{}, nil
	}
	key := undoKey(e.commit, e.t, e.d)
	if e.due {
		key = dueKey(e.commit, e.t, e.d)
	}
	value, found, err := getValue(kv, key)
	if err != nil {
		return keyList{}, err
	}
	if !found || len(value) == 0 || value[0] != undoForward {
		return keyList{}, store.ErrFormat
	}
	return s.keysOf(c, e.t, e.d, value[1:])
}

// keysOf is the keys of a forward record in the index.
func (s *Store) keysOf(c *catalogue, t typeNumber, d document, data []byte) (keyList, error) {
	f, err := decodeForward(&c.names, t, d, data)
	if err != nil {
		return keyList{}, err
	}
	return s.keysOfForward(c, f)
}

func (s *Store) keysOfForward(c *catalogue, f *forward) (keyList, error) {
	made, err := draftOfForward(c, &s.hash, f)
	if err != nil {
		return keyList{}, err
	}
	return indexed{t: f.t, d: f.d, draft: made, lastUpdated: f.lastUpdated}.keys(func(g *group) bool { return !c.registered[g.number] }), nil
}
