package embedded_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/store"
)

// BenchmarkPut is one durable create in a transaction of its own, by 1, 8 and 64 writers, beside a durable put of
// the same body into Pebble alone.
func BenchmarkPut(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("hearken/writers=%d", writers), func(b *testing.B) {
			p := newPractice().open(b, b.TempDir())
			defer p.Close()
			write(b, writers, func(n int) { p.commit(b, p.patient(n)) })
		})
		b.Run(fmt.Sprintf("floor/writers=%d", writers), func(b *testing.B) {
			db, err := pebble.Open(b.TempDir(), &pebble.Options{
				MemTableSize: 16 << 20, FormatMajorVersion: pebble.FormatTableFormatV6, Logger: silent{}})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			write(b, writers, func(n int) {
				if err := db.Set([]byte(benchPatient(n).ID), benchBody, pebble.Sync); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

// write runs put from so many writers, each time with another number.
func write(b *testing.B, writers int, put func(n int)) {
	b.SetBytes(int64(len(benchBody)))
	b.ReportAllocs()
	var n atomic.Int64
	if writers == 1 {
		for b.Loop() {
			put(int(n.Add(1)))
		}
		return
	}
	b.SetParallelism(max(1, writers/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			put(int(n.Add(1)))
		}
	})
}

// silent is a logger that says nothing.
type silent struct{}

func (silent) Infof(string, ...any)  {}
func (silent) Errorf(string, ...any) {}
func (silent) Fatalf(string, ...any) {}

// BenchmarkImport is the rate of transactions of a hundred resources, and how many keys and bytes of keys and
// values each takes.
func BenchmarkImport(b *testing.B) {
	p := newPractice().open(b, b.TempDir())
	defer p.Close()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		batch := make([]store.Prepared, 100)
		for i := range batch {
			batch[i] = p.patient(n)
			n++
		}
		p.commit(b, batch...)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "resources/s")
	keys, size := p.Stored()
	b.ReportMetric(float64(keys)/float64(n), "keys/resource")
	b.ReportMetric(float64(size)/float64(n), "bytes/resource")
}

// BenchmarkEncode is what Put does that does not need the lock.
func BenchmarkEncode(b *testing.B) {
	p := newPractice().open(b, b.TempDir())
	defer p.Close()
	prepared := p.patient(1)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Encode(&prepared); err != nil {
			b.Fatal(err)
		}
	}
}
