package embedded_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
)

// rebuilding is a store of a thousand patients whose token parameter is new, and an extractor that waits for leave.
type rebuilding struct {
	*site
	fs    vfs.FS
	asked atomic.Int64
	leave chan struct{}
}

const rebuilt = 1000

func newRebuilding(t *testing.T) *rebuilding {
	t.Helper()
	r := &rebuilding{fs: vfs.NewMem(), leave: make(chan struct{}, rebuilt*2)}
	first := openSite(t, r.fs, nil)
	for n := range rebuilt {
		first.mustPut(patient(n), "a")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	first.world.Redefine("Patient", "token")
	r.site = &site{t, first.world, nil}
	return r
}

func (r *rebuilding) open() {
	r.Helper()
	s, err := embedded.Open("/db", embedded.Options{FS: r.fs, Parameters: r.world.Parameters(),
		Extract: func(key fhir.Key, body []byte) (query.Index, error) {
			r.asked.Add(1)
			<-r.leave
			return r.world.Extract(key, body)
		}})
	if err != nil {
		r.Fatal(err)
	}
	r.Store = s
}

func (r *rebuilding) allow(n int) {
	for range n {
		r.leave <- struct{}{}
	}
}

func (r *rebuilding) total() (int, error) {
	page, err := r.search(&query.Query{Types: []fhir.Type{"Patient"}, Where: r.token("a")})
	return page.Total, err
}

// TestBackfill refuses a search on what is being built, by name, and no other; writes go on meanwhile, stopping
// half-way loses nothing that was done, and in the end everything is found.
func TestBackfill(t *testing.T) {
	r := newRebuilding(t)
	r.open()
	_, err := r.total()
	var building *store.BuildingError
	if !errors.As(err, &building) || building.Parameter != "Patient.token" {
		t.Errorf("Search() while building = %v, want a BuildingError of Patient.token", err)
	}
	page, err := r.search(&query.Query{Types: []fhir.Type{"Patient"}})
	if err != nil || page.Total != rebuilt {
		t.Errorf("Search() by nothing while building = %d, %v", page.Total, err)
	}
	r.mustPut(patient(rebuilt), "a")
	r.mustPut(patient(0), "b")
	r.mustPut(patient(rebuilt-1), "b")
	r.allow(450)
	r.await("more than two chunks", func() bool { return r.asked.Load() > 450 })
	r.allow(rebuilt) // lets the chunk that is under way end
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.finishAfterStop()
}

func (r *rebuilding) finishAfterStop() {
	before := r.asked.Load()
	r.open()
	defer r.Close()
	r.allow(rebuilt)
	r.await("the index", func() bool { _, err := r.total(); return err == nil })
	if total, err := r.total(); err != nil || total != rebuilt-1 {
		r.Errorf("Search() after building = %d, %v, want %d", total, err, rebuilt-1)
	}
	if again := r.asked.Load() - before; again > rebuilt-300 {
		r.Errorf("bodies extracted after the stop = %d: it began anew", again)
	}
	report, err := r.Check(context.Background())
	if err != nil || len(report.Faults) > 0 {
		r.Errorf("Check() = %v, %v", report.Faults, err)
	}
}

// TestBackfill_OldNumberIsGone drops the keys of a parameter that went.
func TestBackfill_OldNumberIsGone(t *testing.T) {
	fs := vfs.NewMem()
	s := openSite(t, fs, nil)
	for n := range 50 {
		s.mustPut(patient(n), "a")
	}
	before, err := s.Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	world := s.world
	world.Remove("Patient", "token")
	s = openSite(t, fs, func(o *embedded.Options) { o.Parameters, o.Extract = world.Parameters(), nil })
	after, err := s.Check(context.Background())
	if err != nil || len(after.Faults) > 0 {
		t.Fatalf("Check() = %v, %v", after.Faults, err)
	}
	if gone := before.Postings - after.Postings; gone != 50 { // in P
		t.Errorf("postings gone with the parameter = %d, want %d", gone, 50)
	}
}
