package embedded

import (
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/store"
)

// state is one durable state that readers may see.
type state struct {
	snapshot *pebble.Snapshot
	commit   store.Commit
	fresh    *freshView
	next     document // see tip
	readers  int      // guarded by states.mu; the published state has one more
}

// newerThan reports whether a state has more than another, or a newer index.
func (s *state) newerThan(other *state) bool {
	return s.commit > other.commit || s.commit == other.commit && s.fresh.mark.commit > other.fresh.mark.commit
}

// states holds the published state. Older ones live as long as somebody reads them.
type states struct {
	mu        sync.Mutex
	published *state
}

// publish shows a state to readers, unless a newer one is shown already.
func (s *states) publish(next *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.published != nil && !next.newerThan(s.published) {
		_ = next.snapshot.Close()
		return
	}
	next.readers = 1
	old := s.published
	s.published = next
	s.drop(old)
}

func (s *states) acquire() *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published.readers++
	return s.published
}

func (s *states) release(st *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(st)
}

func (s *states) drop(st *state) {
	if st == nil {
		return
	}
	st.readers--
	if st.readers == 0 {
		_ = st.snapshot.Close()
	}
}

func (s *states) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(s.published)
	s.published = nil
}

// durability tells up to which commit everything is on disk.
type durability struct {
	mu     sync.Mutex
	moved  sync.Cond
	commit store.Commit
	failed func() error
}

// reach says that commit and all before it are durable.
func (d *durability) reach(commit store.Commit) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if commit > d.commit {
		d.commit = commit
		d.broadcast()
	}
}

// wait blocks until commit is durable or can no longer become so.
func (d *durability) wait(commit store.Commit) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.moved.L = &d.mu
	for d.commit < commit {
		if err := d.failed(); err != nil {
			return err
		}
		d.moved.Wait()
	}
	return nil
}

// wake lets those who wait look at the fault.
func (d *durability) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broadcast()
}

func (d *durability) broadcast() {
	if d.moved.L != nil {
		d.moved.Broadcast()
	}
}
