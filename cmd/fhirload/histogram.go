package main

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations in buckets less than 1 % wide, in fixed memory, from any number of
// goroutines.
type histogram struct {
	counts [64 << fineBits]atomic.Int64
	total  atomic.Int64
}

// fineBits are the bits kept below the leading one: 2^7 buckets to each doubling.
const fineBits = 7

func (h *histogram) observe(d time.Duration) {
	h.counts[bucket(uint64(max(d, 0)))].Add(1)
	h.total.Add(1)
}

func bucket(n uint64) int {
	if n < 1<<fineBits {
		return int(n)
	}
	shift := bits.Len64(n) - fineBits - 1
	return (shift+1)<<fineBits + int(n>>shift) - 1<<fineBits
}

// lowest is the smallest duration of a bucket, in nanoseconds.
func lowest(bucket int) uint64 {
	if bucket < 1<<fineBits {
		return uint64(bucket)
	}
	shift := bucket>>fineBits - 1
	return uint64(bucket&(1<<fineBits-1)+1<<fineBits) << shift
}

// quantile gives the duration that a part q of the observations do not exceed, 0 when there are none.
func (h *histogram) quantile(q float64) time.Duration {
	rank := int64(q*float64(h.total.Load()) + 0.5)
	var seen int64
	for i := range h.counts {
		if seen += h.counts[i].Load(); seen >= max(rank, 1) {
			return time.Duration(lowest(i))
		}
	}
	return 0
}
