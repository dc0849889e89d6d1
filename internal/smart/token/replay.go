package token

import (
	"sync"
	"time"
)

// replays remembers which DPoP proofs have been used, for as long as they could be used again: in two
// generations, each of which lasts that long.
type replays struct {
	span  time.Duration
	limit int // of a generation

	mu            sync.Mutex
	since         time.Time // when the young generation began
	young, before map[string]struct{}
}

// use reports whether a proof is used for the first time. full says that it cannot be told: more were used
// than are remembered.
func (r *replays) use(name string, now time.Time) (first, full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := now.Sub(r.since); age >= r.span || r.young == nil {
		r.before = r.young
		if age >= 2*r.span {
			r.before = nil
		}
		r.young, r.since = map[string]struct{}{}, now
	}
	_, again := r.young[name]
	_, earlier := r.before[name]
	if again || earlier {
		return false, false
	}
	if len(r.young) >= r.limit {
		return false, true
	}
	r.young[name] = struct{}{}
	return true, false
}
