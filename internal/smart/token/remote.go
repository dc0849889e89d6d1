package token

import (
	"context"
	"errors"
	"sync"
	"time"
)

// remote is a document of an issuer that is kept current: fetched when first wanted, fetched anew in the
// background when it is older than age, and waited for only when it is much older. One that cannot be fetched
// anew goes on being used.
type remote[T any] struct {
	get     func(context.Context) (T, error)
	fetched func(before, after T) // called after a fetch that replaced one; may be nil
	now     func() time.Time
	age     time.Duration
	flights flights[struct{}, T]
	backoff backoff

	mu   sync.Mutex
	have bool
	last T
	at   time.Time // of the fetch of last
	err  error     // of the last fetch that failed, while it is the last
}

const (
	// muchOlder is how many ages old a document is waited for: one that nobody asked for in so long may be quite wrong.
	muchOlder = 12
	// patience is how long it is then waited for: an issuer that hangs must not hold up whoever has a good token.
	patience = time.Second
)

var errBackingOff = errors.New("token: the issuer did not answer, and is not asked again yet")

// current is the document, as new as can be had without waiting, if there is one that is not much too old.
func (r *remote[T]) current(ctx context.Context) (T, error) {
	value, have, old := r.kept()
	if have && old < r.age {
		return value, nil
	}
	if have && old < muchOlder*r.age {
		r.refresh()
		return value, nil
	}
	if !have {
		return r.fresh(ctx)
	}
	soon, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if fresh, err := r.fresh(soon); err == nil {
		return fresh, nil
	}
	return value, nil
}

// touch has the document fetched anew in the background, if it is there and old.
func (r *remote[T]) touch() {
	if _, have, old := r.kept(); have && old >= r.age {
		r.refresh()
	}
}

func (r *remote[T]) kept() (value T, have bool, old time.Duration) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, r.have, now.Sub(r.at)
}

// fresh is the document, fetched now.
func (r *remote[T]) fresh(ctx context.Context) (value T, err error) {
	if one := r.refresh(); one != nil {
		return one.wait(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return value, errors.Join(errBackingOff, r.err)
}

// refresh begins to fetch the document; nil when it is too soon after a failure.
func (r *remote[T]) refresh() *flight[T] {
	if !r.backoff.may(r.now()) {
		return nil
	}
	return r.flights.start(struct{}{}, r.fetch)
}

func (r *remote[T]) fetch(ctx context.Context) (T, error) {
	value, err := r.get(ctx)
	now := r.now()
	r.backoff.tried(now, err)
	r.mu.Lock()
	before, replaced := r.last, r.have && err == nil
	r.err = err
	if err == nil {
		r.last, r.have, r.at = value, true, now
	}
	r.mu.Unlock()
	if replaced && r.fetched != nil {
		r.fetched(before, value)
	}
	return value, err
}
