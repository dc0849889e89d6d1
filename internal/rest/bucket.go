package rest

import (
	"sync"
	"time"
)

// buckets hand out tokens, so many a second to each of many, and twice as many at once to one that was quiet.
type buckets struct {
	rate float64 // tokens a second; 0 is without limit
	now  func() time.Time

	mu    sync.Mutex
	all   map[string]bucket
	swept time.Time
}

type bucket struct {
	tokens float64
	at     time.Time // when they were counted
}

// maxBuckets bounds the memory; those that come when so many are busy share one.
const maxBuckets = 20_000

// shared is the name of that one: nobody else has it.
const shared = ""

// take takes a token of a name's bucket, if there is one.
func (b *buckets) take(name string) bool {
	if b.rate == 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	one, known := b.all[name]
	if !known && len(b.all) >= maxBuckets {
		if b.sweep(now); len(b.all) >= maxBuckets {
			name = shared
			one, known = b.all[name]
		}
	}
	if !known {
		one = bucket{b.burst(), now}
	}
	one = b.filled(one, now)
	enough := one.tokens >= 1
	if enough {
		one.tokens--
	}
	if b.all == nil {
		b.all = map[string]bucket{}
	}
	b.all[name] = one
	return enough
}

func (b *buckets) burst() float64 { return max(1, 2*b.rate) }

// filled is a bucket with what it has got since it was counted.
func (b *buckets) filled(one bucket, now time.Time) bucket {
	if since := now.Sub(one.at); since > 0 {
		return bucket{min(b.burst(), one.tokens+b.rate*since.Seconds()), now}
	}
	return one
}

// sweep forgets the buckets that are full: they are as good as new. It looks at all of them, and so runs once
// a second at most.
func (b *buckets) sweep(now time.Time) {
	if now.Sub(b.swept) < time.Second {
		return
	}
	b.swept = now
	for name, one := range b.all {
		if b.filled(one, now).tokens >= b.burst() {
			delete(b.all, name)
		}
	}
}
