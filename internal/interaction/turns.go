package interaction

import (
	"context"
	"slices"
	"sync"
	"time"

	"hearken/internal/access"
	"hearken/internal/audit"
)

// turnWindow is how long it counts that somebody took a turn at something that is bounded.
const turnWindow = time.Hour

// turns remembers when callers did something that each may do so many times an hour: were told a detail of a
// key safe, sent a crew. It is remembered for as long as it counts. What was done before this server started
// is in the audit log, where every one is before it is answered.
type turns struct {
	counts func(*audit.Record) bool                // whether a Record is of one
	may    func(*access.Caller, []time.Time) error // the bound, after those at the times given
	lock   sync.Mutex
	taken  map[person][]time.Time
}

// recall sees to it that it is known what counts of a caller already.
func (s *Server) recall(ctx context.Context, g *guard, t *turns) error {
	me := g.asOne()
	if t.knows(me) {
		return nil
	}
	recorded, err := s.turnsRecorded(ctx, t, me, g.caller.Now)
	if err != nil {
		return notChecked(err)
	}
	t.learn(me, recorded)
	return nil
}

// asOne is a caller in whichever role, as the audit log names them.
func (g *guard) asOne() person {
	key := keyOf(g.principal)
	return person{issuer: key.issuer, subject: key.name}
}

func (t *turns) knows(me person) bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	_, known := t.taken[me]
	return known
}

// learn notes what the log says of somebody nothing was known of. Two requests may have asked the log at
// once: what one has counted since stays.
func (t *turns) learn(me person, recorded []time.Time) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if _, known := t.taken[me]; known {
		return
	}
	if t.taken == nil {
		t.taken = map[person][]time.Time{}
	}
	t.taken[me] = recorded
}

// take counts a request of a caller who was recalled, if it is within bounds; one at a time: two at once are two.
func (t *turns) take(g *guard) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	me, now := g.asOne(), g.caller.Now
	for who, times := range t.taken {
		if who != me && (len(times) == 0 || now.Sub(times[len(times)-1]) >= turnWindow) {
			delete(t.taken, who) // so that the memory is of the last hour's callers alone
		}
	}
	t.taken[me] = slices.DeleteFunc(t.taken[me], func(at time.Time) bool { return now.Sub(at) >= turnWindow })
	if err := t.may(&g.caller, t.taken[me]); err != nil {
		return err
	}
	t.taken[me] = append(t.taken[me], now)
	return nil
}

// giveBack is for a request that came to nothing that counts.
func (t *turns) giveBack(g *guard) {
	t.lock.Lock()
	defer t.lock.Unlock()
	me := g.asOne()
	if i := slices.IndexFunc(t.taken[me], g.caller.Now.Equal); i >= 0 {
		t.taken[me] = slices.Delete(t.taken[me], i, i+1)
	}
}

// turnsRecorded is when somebody's requests were counted, the oldest first, by what the audit log has of them.
func (s *Server) turnsRecorded(ctx context.Context, t *turns, me person, now time.Time) (taken []time.Time, err error) {
	f := audit.Filter{Issuer: me.issuer, Subject: me.subject, Since: now.Add(-turnWindow)}
	for {
		page, err := s.Audit.Read(ctx, f)
		if err != nil {
			return nil, err
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; t.counts(&e.Record) {
				taken = append(taken, e.Time)
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			slices.Reverse(taken)
			return taken, nil
		}
	}
}
