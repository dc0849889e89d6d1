package embedded_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/fhirtest"
	"hearken/internal/store/embedded"
)

// BenchmarkAudit_Append records reads by so many at a time, on the disk of the temporary folder: with the
// processor time and the syncs that a record takes.
func BenchmarkAudit_Append(b *testing.B) {
	for _, clients := range []int{1, 8, 64, 256} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			var syncs atomic.Int64
			disk := errorfs.Wrap(vfs.Default, errorfs.InjectorFunc(func(op errorfs.Op) error {
				if op.Kind == errorfs.OpFileSyncData && fs(op.Path) == ".log" {
					syncs.Add(1)
				}
				return nil
			}))
			s, err := embedded.Open(b.TempDir(), embedded.Options{FS: disk, Ballast: -1})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			b.ReportAllocs()
			b.ResetTimer()
			syncs.Store(0)
			took := fhirtest.CPUTime(b, func() { appendLooks(b, s.Audit(), clients) })
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(syncs.Load())/float64(b.N), "syncs/op")
		})
	}
}

// appendLooks has b.N looks recorded, by so many at a time.
func appendLooks(b *testing.B, log audit.Log, clients int) {
	var n atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				id := fhir.ID(fmt.Sprintf("%032x", i%500))
				err := log.Append(context.Background(), &audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success,
					Address: "192.0.2.7", RequestID: "0123456789abcdef", Target: fhir.Key{Type: "Patient", ID: id}, Patients: []fhir.ID{id},
					Versions: []audit.Version{{Key: fhir.Key{Type: "Patient", ID: id}, Version: 1}}})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}
