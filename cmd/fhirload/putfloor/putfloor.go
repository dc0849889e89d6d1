// Package putfloor measures how fast this machine's disk takes durable writes through Pebble,
// with nothing of FHIR round them: the floor fhirload compares creates with.
package putfloor

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Options say what to put. Each of the clients puts one value at a time and waits until it is
// durable, as a FHIR client waits for its 201.
type Options struct {
	Dir      string               // an empty folder
	Clients  int                  // puts in flight at a time
	Duration time.Duration        // stop after this long
	Puts     int64                // or after this many
	Value    func(n int64) []byte // the n-th value; called concurrently
	Observe  func(time.Duration)  // called, concurrently, with the time each put took
}

// Run puts values until the time or the count is over or ctx is done, and gives the time it
// took. The error is the store's first.
func Run(ctx context.Context, o Options) (time.Duration, error) {
	store, err := pebble.Open(o.Dir, &pebble.Options{Logger: quiet{}})
	if err != nil {
		return 0, err
	}
	start := time.Now()
	deadline := start.Add(o.Duration)
	var puts atomic.Int64
	var failed atomic.Pointer[error]
	var clients sync.WaitGroup
	for range o.Clients {
		clients.Go(func() {
			for ctx.Err() == nil && failed.Load() == nil && time.Now().Before(deadline) {
				n := puts.Add(1) - 1
				if n >= o.Puts {
					return
				}
				if err := put(store, n, o); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	clients.Wait()
	elapsed := time.Since(start)
	if err := store.Close(); err != nil {
		failed.CompareAndSwap(nil, &err)
	}
	if first := failed.Load(); first != nil {
		return elapsed, *first
	}
	return elapsed, nil
}

func put(store *pebble.DB, n int64, o Options) error {
	value := o.Value(n)
	var key [8]byte
	binary.BigEndian.PutUint64(key[:], uint64(n))
	start := time.Now()
	if err := store.Set(key[:], value, pebble.Sync); err != nil {
		return err
	}
	o.Observe(time.Since(start))
	return nil
}

// quiet keeps Pebble's notes out of the report; what goes wrong comes back as an error.
type quiet struct{}

// Infof drops a note.
func (quiet) Infof(string, ...any) {}

// Errorf drops a note.
func (quiet) Errorf(string, ...any) {}

// Fatalf ends the run: Pebble must not go on after it.
func (quiet) Fatalf(format string, args ...any) { pebble.DefaultLogger.Fatalf(format, args...) }
