package interaction

import (
	"context"
	"slices"
	"sync"
	"time"

	"hearken/internal/audit"
)

// revealWindow is how long it counts that somebody was told a detail of a key safe.
const revealWindow = time.Hour

// reveals remembers when callers were told details of key safes, for as long as it counts. What was told before this server started is in the audit log, where
// every one is before it is answered.
type reveals struct {
	lock sync.Mutex
	told map[person][]time.Time
}

// revealTurn counts a caller's request, if it is within bounds.
func (s *Server) revealTurn(ctx context.Context, g *guard) error {
	me := g.person()
	me.roleProfile = "" // in another role they are the same person
	if !s.reveals.knows(me) {
		told, err := s.revealsRecorded(ctx, me, g.caller.Now)
		if err != nil {
			return notChecked(err)
		}
		s.reveals.learn(me, told)
	}
	return s.reveals.turn(g, me)
}

func (r *reveals) knows(me person) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	_, known := r.told[me]
	return known
}

// learn notes what the log says of somebody nothing was known of. Two requests may have asked the log at once: what one has counted since stays.
func (r *reveals) learn(me person, told []time.Time) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if _, known := r.told[me]; known {
		return
	}
	if r.told == nil {
		r.told = map[person][]time.Time{}
	}
	r.told[me] = told
}

// turn counts one request at a time: two at once are two.
func (r *reveals) turn(g *guard, me person) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	now := g.caller.Now
	for who, times := range r.told {
		if who != me && (len(times) == 0 || now.Sub(times[len(times)-1]) >= revealWindow) {
			delete(r.told, who) // so that the memory is of the last hour's callers alone
		}
	}
	if err := g.caller.MayRevealAgain(r.told[me]); err != nil {
		return err
	}
	r.told[me] = append(r.told[me], now)
	return nil
}

// revealsRecorded is when somebody's requests were counted, the oldest first, by what the audit log has of them.
func (s *Server) revealsRecorded(ctx context.Context, me person, now time.Time) (told []time.Time, err error) {
	f := audit.Filter{Issuer: me.issuer, Subject: me.subject, Since: now.Add(-revealWindow)}
	for {
		page, err := s.Audit.Read(ctx, f)
		if err != nil {
			return nil, err
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; wasRevealed(&e.Record) {
				told = append(told, e.Time)
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			slices.Reverse(told)
			return told, nil
		}
	}
}

// wasRevealed reports whether a Record is of a request that was answered, if only by saying that there is nothing to tell.
func wasRevealed(r *audit.Record) bool {
	return r.Operation == revealOperation && (r.Outcome == audit.Success || r.Detail == detailNoKeySafe)
}
