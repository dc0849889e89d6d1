package embedded_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/store/embedded"
)

// BenchmarkAudit_Append records reads by 64 at a time, on the disk of the temporary folder.
func BenchmarkAudit_Append(b *testing.B) {
	s, err := embedded.Open(b.TempDir(), embedded.Options{Ballast: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var n atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fhir.ID(fmt.Sprintf("%032x", n.Add(1)%500))
			err := s.Audit().Append(context.Background(), &audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success,
				Address: "192.0.2.7", RequestID: "0123456789abcdef", Target: fhir.Key{Type: "Patient", ID: id}, Patients: []fhir.ID{id},
				Versions: []audit.Version{{Key: fhir.Key{Type: "Patient", ID: id}, Version: 1}}})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}
