package embedded

import (
	"context"

	"hearken/internal/store"
)

// View runs fn on the published state.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.calls.begin(); err != nil {
		return err
	}
	defer s.calls.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.readState(ctx, func(r *reader) error { return fn(r) })
}

func (s *Store) readState(ctx context.Context, fn func(*reader) error) error {
	return s.readFrom(ctx, s.states.acquire(), fn)
}

// readIndexed is readState of a state whose index has nothing of what is fresh.
func (s *Store) readIndexed(ctx context.Context, fn func(*reader) error) error {
	s.indexer.running.Lock()
	st := s.states.acquire()
	s.indexer.running.Unlock()
	return s.readFrom(ctx, st, fn)
}

func (s *Store) readFrom(ctx context.Context, st *state, fn func(*reader) error) error {
	defer s.states.release(st)
	r := newReader(ctx, s, st.snapshot, st.commit, st.fresh)
	defer r.close()
	return fn(r)
}
