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
	st := s.states.acquire()
	defer s.states.release(st)
	r := newReader(ctx, s, st.snapshot, st.commit)
	defer r.close()
	return fn(r)
}
