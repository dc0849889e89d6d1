package main

import (
	"testing"
	"time"
)

func TestHistogram_Quantiles(t *testing.T) {
	var h histogram
	if got := h.quantile(0.5); got != 0 {
		t.Errorf("quantile(0.5) of nothing = %s, want 0", got)
	}
	for i := 1; i <= 1000; i++ {
		h.observe(time.Duration(i) * time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{0.5: 500 * time.Millisecond, 0.95: 950 * time.Millisecond, 0.99: 990 * time.Millisecond, 1: time.Second} {
		if got := h.quantile(q); got > want || got < want*99/100 {
			t.Errorf("quantile(%g) = %s, want %s to within 1 %%", q, got, want)
		}
	}
}

// Buckets ascend without gaps, and each duration is in the bucket that starts at or below it.
func TestHistogram_Buckets(t *testing.T) {
	for _, n := range []uint64{0, 1, 127, 128, 129, 255, 256, 1 << 20, 1<<20 + 1, 1<<62 + 12345} {
		b := bucket(n)
		if low, next := lowest(b), lowest(b+1); low > n || next <= n {
			t.Errorf("bucket(%d) = %d, which is %d to %d", n, b, low, next)
		}
	}
	for b := 1; b < 40<<fineBits; b++ {
		if bucket(lowest(b)) != b {
			t.Fatalf("bucket(lowest(%d)) = %d", b, bucket(lowest(b)))
		}
	}
}
