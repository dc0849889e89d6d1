package token

import (
	"context"
	"sync"
	"time"
)

// flights let many who want the same wait for one who gets it. What is got does not depend on who waits: it
// goes on when they give up, for at most a time-out.
type flights[K comparable, T any] struct {
	timeout time.Duration
	base    context.Context // ends them all

	mu      sync.Mutex
	running map[K]*flight[T]
	group   sync.WaitGroup
}

type flight[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// start begins to get what is named, or finds who does already.
func (f *flights[K, T]) start(name K, get func(context.Context) (T, error)) *flight[T] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one := f.running[name]; one != nil {
		return one
	}
	one := &flight[T]{done: make(chan struct{})}
	if f.running == nil {
		f.running = map[K]*flight[T]{}
	}
	f.running[name] = one
	f.group.Go(func() {
		ctx, cancel := context.WithTimeout(f.base, f.timeout)
		defer cancel()
		one.value, one.err = get(ctx)
		f.mu.Lock()
		delete(f.running, name)
		f.mu.Unlock()
		close(one.done)
	})
	return one
}

// wait gives what was got, or the error of a context that ended before.
func (f *flight[T]) wait(ctx context.Context) (value T, err error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return value, ctx.Err()
	}
}
