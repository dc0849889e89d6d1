package interaction

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// errAgain is how the function of an Update says that what it was made ready for is not what the store holds any
// more, and that it wants another run on a newer state. It never leaves this package.
var errAgain = errors.New("the state has moved on")

// maxAgain is how often a write is tried again. Each try answers one change that another writer made in
// between, so that more than a few mean a resource that many clients rewrite without pause.
const maxAgain = 24

// commit runs fn in an Update, again and again while it answers errAgain; again counts from 0. Like every
// function of an Update fn has no effects but through the Tx and the variables it sets from scratch.
func (s *Server) commit(ctx context.Context, fn func(tx store.Tx, again int) error) error {
	return s.commitPrepared(ctx, func() error { return nil }, fn)
}

// commitPrepared is commit with something to do before each run that must not happen under a store's lock.
func (s *Server) commitPrepared(ctx context.Context, prepare func() error, fn func(tx store.Tx, again int) error) error {
	for again := range maxAgain {
		if err := prepare(); err != nil {
			return err
		}
		err := s.write(ctx, func(tx store.Tx) error {
			return s.guarded(ctx, s.newLabelling(tx), func(tx store.Tx) error { return fn(tx, again) })
		})
		if !errors.Is(err, errAgain) {
			return err
		}
		if err := pause(ctx, again); err != nil {
			return err
		}
	}
	return store.ErrConflict
}

// write is one Update of the store. Definitions that were written take effect before it returns; also after a
// failure, of which nobody can tell whether the commit was done.
func (s *Server) write(ctx context.Context, fn func(tx store.Tx) error) error {
	if s.Conformance == nil {
		return s.updateStore(ctx, fn)
	}
	touched := false
	err := s.updateStore(ctx, func(tx store.Tx) error {
		w := writer{Tx: tx, guides: s.Conformance.Guides()}
		err := fn(&w)
		touched = touched || w.touches
		return err
	})
	if touched {
		s.Conformance.Touch()
	}
	return err
}

// settler is the Tx of a write that labels what it stores: see labelling.
type settler interface {
	expect(key fhir.Key, index query.Index) error
	settle() error
}

// expected tells the Tx what is going to be written.
func expected(tx store.Tx, key fhir.Key, index query.Index) error {
	if l, ok := tx.(settler); ok {
		return l.expect(key, index)
	}
	return nil
}

// settled makes the labels of what was written so far known to searches of the same Update.
func settled(tx store.Tx) error {
	if l, ok := tx.(settler); ok {
		return l.settle()
	}
	return nil
}

// pause waits a little before the next try, longer each time and never quite the same, so that writers that got
// into each other's way do not do so again. The first try follows at once.
func pause(ctx context.Context, again int) error {
	if again == 0 {
		return ctx.Err()
	}
	longest := min(time.Millisecond<<min(again, 6), 50*time.Millisecond)
	timer := time.NewTimer(time.Duration(rand.Int64N(int64(longest))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
