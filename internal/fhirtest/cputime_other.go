//go:build !linux

package fhirtest

import (
	"testing"
	"time"
)

// CPUTime is how long work ran: where processor time cannot be told, the machine had better not be busy.
func CPUTime(_ testing.TB, work func()) time.Duration {
	began := time.Now()
	work()
	return time.Since(began)
}
