package fhirtest

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// CPUTime is the processor time that this process took while work ran, its garbage collection included: other
// processes of a busy machine do not lengthen it, other tests at the same time would.
func CPUTime(t testing.TB, work func()) time.Duration {
	t.Helper()
	clock := func() time.Duration {
		var at unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &at); err != nil {
			t.Fatal(err)
		}
		return time.Duration(at.Nano())
	}
	began := clock()
	work()
	return clock() - began
}
