package embedded

import (
	"sync"

	"hearken/internal/store"
)

// calls counts running calls, so that Close can wait for them and later ones are refused.
type calls struct {
	mu      sync.Mutex
	idle    sync.Cond
	running int
	closed  bool
}

func (c *calls) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return store.ErrClosed
	}
	c.running++
	return nil
}

func (c *calls) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	if c.running == 0 && c.closed {
		c.idle.Broadcast()
	}
}

func (c *calls) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// close refuses new calls and waits for those that run; it is false when that was done before.
func (c *calls) close() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.closed = true
	c.idle.L = &c.mu
	for c.running > 0 {
		c.idle.Wait()
	}
	return true
}
