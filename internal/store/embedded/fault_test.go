package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
	"hearken/internal/store/storetest"
)

// site is a store with few words to write to it.
type site struct {
	*testing.T
	world *storetest.World
	*embedded.Store
}

func openSite(t *testing.T, fs vfs.FS, change func(*embedded.Options)) *site {
	t.Helper()
	world := storetest.NewWorld()
	o := embedded.Options{FS: fs, Parameters: world.Parameters(), Extract: world.Extract}
	if change != nil {
		change(&o)
	}
	s, err := embedded.Open("/db", o)
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &site{t, world, s}
}

func patient(n int) fhir.Key { return fhir.Key{Type: "Patient", ID: fhir.ID(fmt.Sprint("p", n))} }

func (s *site) put(key fhir.Key, code string) error {
	content := storetest.Content{Values: map[string][]query.Value{
		"token": {query.Token{System: "s", Code: code}}, "string": {query.Text{Text: "Name " + code}},
		query.AccessCode: {query.Token{System: "access", Code: code}},
	}}
	return s.Update(context.Background(), func(tx store.Tx) error {
		_, err := tx.Put(s.world.Prepare(key, store.Update, s.world.Add(content)))
		return err
	})
}

func (s *site) mustPut(key fhir.Key, code string) {
	s.Helper()
	if err := s.put(key, code); err != nil {
		s.Fatalf("Update() = %v", err)
	}
}

func (s *site) search(q *query.Query) (page store.Page, err error) {
	err = s.View(context.Background(), func(r store.Reader) (err error) {
		page, err = r.Search(q)
		return err
	})
	return page, err
}

func (s *site) token(code string) query.Expr {
	return query.Match{Parameter: s.world.Parameter("Patient", "token"), Test: query.TokenTest{System: "s", Code: code}}
}

// TestFault_LogFails injects errors into the write-ahead log at different moments. The store becomes read-only:
// no panic, no answer that is not durable, readers go on, and what was answered is there after re-opening.
func TestFault_LogFails(t *testing.T) {
	for _, kind := range []errorfs.OpKind{errorfs.OpFileWrite, errorfs.OpFileSyncData} {
		t.Run(fmt.Sprint("operation ", kind), func(t *testing.T) {
			mem := newCrashableMem()
			var broken atomic.Bool
			fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
				if broken.Load() && op.Kind == kind && fs(op.Path) == ".log" {
					return errorfs.ErrInjected
				}
				return nil
			}))
			s := openSite(t, fs, nil)
			for n := range 20 {
				s.mustPut(patient(n), "before")
			}
			broken.Store(true)
			refused := s.putUntilRefused(50)
			if refused == 0 {
				t.Fatal("no write was refused: the operation is not used on the log")
			}
			if err := s.Ready(); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("Ready() = %v, want ErrReadOnly", err)
			}
			page, err := s.search(&query.Query{Types: []fhir.Type{"Patient"}, Where: s.token("before"), Count: 1})
			if err != nil || page.Total != 20 {
				t.Errorf("Search() after the fault = %d, %v, want 20", page.Total, err)
			}
			left := mem.CrashClone(vfs.CrashCloneCfg{})
			again := openSite(t, left, func(o *embedded.Options) { o.Parameters, o.Extract = s.world.Parameters(), s.world.Extract })
			page, err = again.search(&query.Query{Types: []fhir.Type{"Patient"}, Where: s.token("before"), Count: 1})
			if err != nil || page.Total != 20 {
				t.Errorf("Search() after re-opening = %d, %v, want 20", page.Total, err)
			}
		})
	}
}

func fs(path string) string {
	if len(path) < 4 {
		return ""
	}
	return path[len(path)-4:]
}

// putUntilRefused writes from eight writers; each must get ErrReadOnly in the end. It is how many were refused.
func (s *site) putUntilRefused(writes int) int {
	var refused atomic.Int32
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for n := range writes {
				err := s.put(patient(1000+w*writes+n), "after")
				if errors.Is(err, store.ErrReadOnly) {
					refused.Add(1)
					return
				}
				if err != nil {
					s.Errorf("Update() = %v, want ErrReadOnly", err)
					return
				}
			}
		})
	}
	all.Wait()
	return int(refused.Load())
}

// smallDisk tells of as much free space as it is told to.
type smallDisk struct {
	vfs.FS
	free *atomic.Uint64
}

func (d smallDisk) GetDiskUsage(string) (vfs.DiskUsage, error) {
	return vfs.DiskUsage{AvailBytes: d.free.Load(), TotalBytes: 1 << 40}, nil
}

// TestSpace_Full takes the free space away and gives it back.
func TestSpace_Full(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 30)
	fs := smallDisk{vfs.NewMem(), &free}
	s := openSite(t, fs, func(o *embedded.Options) {
		o.Reserve, o.Ballast, o.SpacePoll = 1<<20, 1<<16, time.Millisecond
	})
	s.mustPut(patient(1), "a")
	if _, err := fs.Stat("/db/BALLAST"); err != nil {
		t.Errorf("the ballast file: %v", err)
	}
	free.Store(1 << 18)
	s.await("ErrFull", func() bool { return errors.Is(s.put(patient(2), "a"), store.ErrFull) })
	if err := s.Ready(); !errors.Is(err, store.ErrFull) {
		t.Errorf("Ready() = %v, want ErrFull", err)
	}
	s.await("the ballast to be given up", func() bool { _, err := fs.Stat("/db/BALLAST"); return err != nil })
	if page, err := s.search(&query.Query{Types: []fhir.Type{"Patient"}, Count: 1}); err != nil || len(page.Matches) != 1 {
		t.Errorf("Search() on a full volume = %v, %v", page.Matches, err)
	}
	free.Store(1 << 30)
	s.await("writes to be taken again", func() bool { return s.put(patient(3), "a") == nil })
}

func (s *site) await(what string, done func() bool) {
	s.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("waited ten seconds for %s", what)
		}
	}
}

// TestSpace_NoneInBackground lets flushes run out of space: that is ErrFull, not a broken store.
func TestSpace_NoneInBackground(t *testing.T) {
	var none atomic.Bool
	mem := vfs.NewMem()
	fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if none.Load() && op.Kind == errorfs.OpCreate && fs(op.Path) == ".sst" {
			return syscall.ENOSPC
		}
		return nil
	}))
	s := openSite(t, fs, func(o *embedded.Options) { o.Memtable, o.Reserve = 64<<10, 1 })
	none.Store(true)
	s.await("ErrFull", func() bool { return errors.Is(s.put(patient(1), "a"), store.ErrFull) })
	none.Store(false)
}

// TestSpace_NoneWhileOpening opens a store that has to write out what its log holds, on a volume with no room
// but what the ballast takes.
func TestSpace_NoneWhileOpening(t *testing.T) {
	mem := newCrashableMem()
	s := openSite(t, mem, func(o *embedded.Options) { o.Reserve = 1 })
	for n := range 50 {
		s.mustPut(patient(n), "a")
	}
	left := mem.CrashClone(vfs.CrashCloneCfg{})
	ballast, err := left.Create("/db/BALLAST", vfs.WriteCategoryUnspecified)
	if err != nil || ballast.Close() != nil {
		t.Fatal(err)
	}
	var refused atomic.Int32
	full := errorfs.Wrap(left, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if _, err := left.Stat("/db/BALLAST"); err == nil && op.Kind == errorfs.OpCreate && fs(op.Path) == ".sst" {
			refused.Add(1)
			return syscall.ENOSPC
		}
		return nil
	}))
	again := openSite(t, full, func(o *embedded.Options) {
		o.Parameters, o.Extract, o.Reserve = s.world.Parameters(), s.world.Extract, 1
	})
	page, err := again.search(&query.Query{Types: []fhir.Type{"Patient"}, Where: s.token("a"), Count: 1})
	if err != nil || page.Total != 50 || refused.Load() == 0 {
		t.Errorf("Search() after opening without room = %d, %v, %d writes refused; want 50", page.Total, err, refused.Load())
	}
}
