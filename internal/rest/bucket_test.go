package rest

import (
	"strconv"
	"testing"
	"time"
)

// However many names come, memory is bounded; those beyond share a bucket, and nobody known loses theirs.
func TestBuckets_Bounded(t *testing.T) {
	now := time.Now()
	b := &buckets{rate: 1, now: func() time.Time { return now }}
	b.take("known")
	for i := range 3 * maxBuckets {
		b.take(strconv.Itoa(i))
	}
	if len(b.all) > maxBuckets+1 {
		t.Errorf("%d buckets, want at most %d", len(b.all), maxBuckets+1)
	}
	if b.take("one more") {
		t.Error("the shared bucket is never empty")
	}
	if !b.take("known") || b.take("known") {
		t.Error("somebody known has not just the one token that was left")
	}
	now = now.Add(time.Minute)
	if b.take("after a minute"); len(b.all) > 2 {
		t.Errorf("%d buckets after a minute of quiet, want only what is in use", len(b.all))
	}
}
