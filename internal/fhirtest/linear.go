package fhirtest

import (
	"runtime"
	"testing"
	"time"
)

// Linear fails the test when work on an input ten times as large takes more than bound times as long. prepare
// makes the input of a size and gives the work on it, which alone is timed. The machine may be busy with other
// things, so processor time is what counts, of several runs the shortest, and a first verdict against the work is
// looked at again: what is quadratic is so each time.
func Linear(t testing.TB, bound int, n int, prepare func(n int) (work func())) {
	t.Helper()
	small, large := prepare(n), prepare(10*n)
	var few, many time.Duration
	for range 4 {
		few, many = shortest(t, small), shortest(t, large)
		if many <= time.Duration(bound)*few+5*time.Millisecond {
			return
		}
	}
	t.Errorf("%d take %v and %d take %v: more than linear", n, few, 10*n, many)
}

func shortest(t testing.TB, work func()) time.Duration {
	t.Helper()
	best := time.Hour
	for range 5 {
		runtime.GC()
		best = min(best, CPUTime(t, work))
	}
	return best
}
