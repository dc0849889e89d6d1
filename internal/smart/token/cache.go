package token

import (
	"crypto/sha256"
	"sync"
	"time"

	"hearken/internal/smart"
)

// digest is how a token is remembered: never by its text.
type digest [sha256.Size]byte

// cache keeps what checked tokens said, and for a short time which opaque ones were refused.
type cache struct {
	limit int

	mu      sync.Mutex
	epoch   uint64 // one more after each Forget
	entries map[digest]entry
}

type entry struct {
	principal *smart.Principal // nil for a token that was refused
	refusal   error
	until     time.Time
}

func (c *cache) get(d digest, now time.Time) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[d]
	if ok && !now.Before(e.until) {
		delete(c.entries, d)
		return entry{}, false
	}
	return e, ok
}

// now is the epoch that a check begins in.
func (c *cache) now() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

// put keeps what a check that began in an epoch found; not after a Forget since, for the check may have been
// too early to see why.
func (c *cache) put(d digest, e entry, epoch uint64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch || !now.Before(e.until) {
		return
	}
	if len(c.entries) >= c.limit {
		c.makeRoom(now)
	}
	c.entries[d] = e
}

// makeRoom drops what has expired and, if that is little, an eighth of the rest, whichever come: those in use
// are soon back.
func (c *cache) makeRoom(now time.Time) {
	for d, e := range c.entries {
		if !now.Before(e.until) {
			delete(c.entries, d)
		}
	}
	for d := range c.entries {
		if len(c.entries) <= c.limit-c.limit/8-1 {
			return
		}
		delete(c.entries, d)
	}
}

// forget drops the tokens of whom drop says, and all that were refused: what was refused may have been so for what
// has changed.
func (c *cache) forget(drop func(*smart.Principal) bool) (dropped int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for d, e := range c.entries {
		if e.principal != nil && drop(e.principal) {
			dropped++
			delete(c.entries, d)
		} else if e.principal == nil {
			delete(c.entries, d)
		}
	}
	return dropped
}
