package token

import (
	"sync"
	"time"
)

// backoff spaces attempts at somebody who does not answer: 0.25 s after the first failure, then twice as long
// each time, up to a limit. It is safe for concurrent use.
type backoff struct {
	limit time.Duration

	mu       sync.Mutex
	failures int
	next     time.Time
}

const firstBackoff = 250 * time.Millisecond

// may reports whether an attempt may be made now.
func (b *backoff) may(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !now.Before(b.next)
}

// tried says how an attempt went.
func (b *backoff) tried(now time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.failures, b.next = 0, time.Time{}
		return
	}
	wait := b.limit
	if b.failures < 16 {
		wait = min(wait, firstBackoff<<b.failures)
	}
	b.failures++
	b.next = now.Add(wait)
}
