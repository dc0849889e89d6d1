package putfloor_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hearken/cmd/fhirload/putfloor"
)

func TestRun(t *testing.T) {
	var observed, asked atomic.Int64
	o := putfloor.Options{
		Dir: t.TempDir(), Clients: 4, Duration: time.Minute, Puts: 50,
		Value:   func(int64) []byte { asked.Add(1); return []byte("value") },
		Observe: func(time.Duration) { observed.Add(1) },
	}
	elapsed, err := putfloor.Run(t.Context(), o)
	if err != nil || elapsed <= 0 {
		t.Fatalf("Run() = %s, %v, want a time", elapsed, err)
	}
	if asked.Load() != 50 || observed.Load() != 50 {
		t.Errorf("Run() asked for %d values and observed %d puts, want 50", asked.Load(), observed.Load())
	}
}

func TestRun_Cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := putfloor.Options{Dir: t.TempDir(), Clients: 2, Duration: time.Minute, Puts: 50, Value: func(int64) []byte { return nil }}
	if _, err := putfloor.Run(ctx, o); err != nil {
		t.Errorf("Run(cancelled) error = %v, want none", err)
	}
}

func TestRun_NoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := putfloor.Run(t.Context(), putfloor.Options{Dir: file}); err == nil {
		t.Error("Run(a file for a folder) error = nil, want one")
	}
}
