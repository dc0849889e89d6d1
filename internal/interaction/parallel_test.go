package interaction

import (
	"sync/atomic"
	"testing"
)

func TestParallel(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 100} {
		var calls [50]atomic.Int32
		var running, most atomic.Int32
		parallel(len(calls), workers, func(i int) {
			n := running.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			calls[i].Add(1)
			running.Add(-1)
		})
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("%d workers: %d called %d times", workers, i, got)
			}
		}
		if got := int(most.Load()); got > max(workers, 1) {
			t.Errorf("%d ran at once with %d workers", got, workers)
		}
	}
}

func TestParallel_Panic(t *testing.T) {
	defer func() {
		if got := recover(); got != "odd" {
			t.Errorf("recover() = %v, want the panic of a worker", got)
		}
	}()
	parallel(4, 2, func(i int) {
		if i == 2 {
			panic("odd")
		}
	})
}
