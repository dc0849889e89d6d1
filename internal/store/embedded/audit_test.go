package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
	"hearken/internal/store/storetest"
)

func aLook(n int) *audit.Record {
	return &audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success, RequestID: fmt.Sprint(n),
		Agent:    audit.Agent{Issuer: "i", Subject: fmt.Sprint("s", n%3), Organisation: "RX1"},
		Patients: []fhir.ID{fhir.ID(fmt.Sprint("p", n%5))}}
}

// look records a look within ten seconds, which is for ever.
func (s *site) look(n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.Audit().Append(ctx, aLook(n))
}

// write writes a resource and records it in the same commit.
func (s *site) write(n int) error {
	return s.Update(context.Background(), func(tx store.Tx) error {
		put, err := tx.Put(s.world.Prepare(patient(n), store.Update, s.world.Add(storetest.Content{})))
		r := aLook(n)
		r.Versions = []audit.Version{{Key: put.Key, Version: put.Version, Written: true}}
		return errors.Join(err, tx.(audit.Recorder).Record(r))
	})
}

// recorded is the request ids of all that is recorded.
func (s *site) recorded() map[string]int {
	s.Helper()
	found := map[string]int{}
	for f := (audit.Filter{}); ; {
		page, err := s.Audit().Read(context.Background(), f)
		if err != nil {
			s.Fatalf("Read() = %v", err)
		}
		for _, e := range page.Entries {
			found[e.RequestID]++
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return found
		}
	}
}

func (s *site) expectWholeAudit(heads ...audit.Head) {
	s.Helper()
	report, err := s.Check(context.Background())
	if err != nil || len(report.Faults) > 0 {
		s.Errorf("Check() = %v, %v", report.Faults, err)
	}
	verified, err := s.Audit().Verify(context.Background(), heads)
	if err != nil || len(verified.Faults) > 0 {
		s.Errorf("Verify() = %v, %v", verified.Faults, err)
	}
}

// TestAudit_Crash takes the file system as it would be after a crash while readers and writers are recorded. Each such
// store must open with whole chains that go through every head that was known before, and hold every Record that was
// answered for, each once; and every write that is there has its Record, and the other way round.
func TestAudit_Crash(t *testing.T) {
	rounds := 4
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		fs := newCrashableMem()
		s := openSite(t, fs, func(o *embedded.Options) { o.Memtable = 256 << 10 })
		var mu sync.Mutex
		var gate sync.RWMutex // keeps everyone from filling the store while it is looked at
		answered := map[string]bool{}
		var seq atomic.Int64
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		for w := range 8 {
			all.Go(func() {
				for ctx.Err() == nil {
					gate.RLock()
					gate.RUnlock() //nolint:staticcheck // only to wait
					n := int(seq.Add(1))
					err := error(nil)
					if w%4 == 0 {
						err = s.write(n)
					} else {
						err = s.look(n)
					}
					if err != nil {
						t.Errorf("recording = %v", err)
						return
					}
					mu.Lock()
					answered[fmt.Sprint(n)] = true
					mu.Unlock()
				}
			})
		}
		random := rand.New(rand.NewPCG(uint64(round), 7))
		for range 8 {
			crashAt := seq.Load() + random.Int64N(400) // of those that began: how many are answered by then nobody chose
			s.await("so many to have begun", func() bool { return seq.Load() >= crashAt })
			mu.Lock()
			least := slices.Collect(maps.Keys(answered))
			mu.Unlock()
			head, _ := s.Audit().Head(context.Background())
			left := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(101), RNG: random})
			gate.Lock()
			checkAuditAfterCrash(t, s.world, left, least, head)
			gate.Unlock()
		}
		cancel()
		all.Wait()
	}
}

func checkAuditAfterCrash(t *testing.T, world *storetest.World, left vfs.FS, answered []string, head audit.Head) {
	t.Helper()
	store, err := embedded.Open("/db", embedded.Options{FS: left, Parameters: world.Parameters(), Extract: world.Extract})
	if err != nil {
		t.Fatalf("Open() after a crash = %v", err)
	}
	s := &site{t, world, store}
	defer s.Close()
	var heads []audit.Head
	if !head.IsZero() {
		heads = append(heads, head)
	}
	s.expectWholeAudit(heads...)
	found := s.recorded()
	for _, id := range answered {
		if found[id] != 1 {
			t.Errorf("after a crash record %s is there %d times, and it was answered for", id, found[id])
		}
	}
	s.expectWritesRecorded(found)
	if err := s.look(-1); err != nil { // the chain goes on in a new one
		t.Errorf("Append() after a crash = %v", err)
	}
	s.expectWholeAudit(heads...)
}

// expectWritesRecorded wants a Record of every version there is. (That there is every version that a Record
// is of, Check has seen to.)
func (s *site) expectWritesRecorded(found map[string]int) {
	s.Helper()
	err := s.View(context.Background(), func(r store.Reader) error {
		changes, err := r.Changes(0, 1<<30)
		for _, c := range changes {
			if found[string(c.Key.ID[1:])] != 1 {
				s.Errorf("after a crash %s is there without a record", c.Key)
			}
		}
		return err
	})
	if err != nil {
		s.Error(err)
	}
}

// TestAudit_LogFails breaks the write-ahead log under readers who are being recorded: each is told that the
// store is read-only, none that it was recorded when it was not, and none waits for ever.
func TestAudit_LogFails(t *testing.T) {
	for _, kind := range []errorfs.OpKind{errorfs.OpFileWrite, errorfs.OpFileSyncData} {
		t.Run(fmt.Sprint("operation ", kind), func(t *testing.T) {
			mem := newCrashableMem()
			var broken atomic.Bool
			s := openSite(t, errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
				if broken.Load() && op.Kind == kind && fs(op.Path) == ".log" {
					return errorfs.ErrInjected
				}
				return nil
			})), nil)
			if err := s.look(0); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			answered := make([][]string, 16)
			for w := range answered {
				all.Go(func() {
					for n := range 1000 {
						if w == 0 && n == 20 {
							broken.Store(true)
						}
						id := 1 + w*1000 + n
						err := s.look(id)
						if errors.Is(err, store.ErrReadOnly) {
							return
						}
						if err != nil {
							t.Errorf("Append() = %v, want ErrReadOnly", err)
							return
						}
						answered[w] = append(answered[w], fmt.Sprint(id))
					}
				})
			}
			all.Wait()
			if err := s.look(-1); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("Append() after the fault = %v, want ErrReadOnly", err)
			}
			if err := s.write(-1); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("Update() after the fault = %v, want ErrReadOnly", err)
			}
			checkAuditAfterCrash(t, s.world, mem.CrashClone(vfs.CrashCloneCfg{}), slices.Concat(answered...), audit.Head{})
		})
	}
}

// TestAudit_CommitterPanics makes the clock panic in the committer's hands.
func TestAudit_CommitterPanics(t *testing.T) {
	var broken atomic.Bool
	s := openSite(t, vfs.NewMem(), func(o *embedded.Options) {
		o.Now = func() time.Time {
			if broken.Load() {
				panic("no clock")
			}
			return time.Now()
		}
	})
	if err := s.look(1); err != nil {
		t.Fatal(err)
	}
	broken.Store(true)
	for range 3 {
		if err := s.look(2); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Append() = %v, want ErrReadOnly", err)
		}
	}
	for what, err := range map[string]error{"Ready()": s.Ready(), "Audit().Ready()": s.Audit().Ready()} {
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("%s = %v, want ErrReadOnly", what, err)
		}
	}
}

// stalledDisk is a disk whose syncs of the log wait while it is stalled.
type stalledDisk struct {
	gate sync.RWMutex
	held atomic.Int32 // syncs that wait
}

func (d *stalledDisk) fs() vfs.FS {
	return errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileSyncData && fs(op.Path) == ".log" {
			d.held.Add(1)
			d.gate.RLock()
			d.gate.RUnlock() //nolint:staticcheck // only to wait
			d.held.Add(-1)
		}
		return nil
	}))
}

// stall stops syncing until what it returns is called, or the test ends: a store cannot be closed on a stalled disk.
func (d *stalledDisk) stall(t *testing.T) (goOn func()) {
	d.gate.Lock()
	goOn = sync.OnceFunc(d.gate.Unlock)
	t.Cleanup(goOn)
	return goOn
}

// TestAudit_WaitsForTheDisk stops syncing. Whoever has waited long enough leaves with its context's error;
// the queue takes so many and no more; Close waits; and once the disk goes on, those who still wait are
// recorded.
func TestAudit_WaitsForTheDisk(t *testing.T) {
	var disk stalledDisk
	s := openSite(t, disk.fs(), nil)
	if err := s.look(0); err != nil {
		t.Fatal(err)
	}
	goOn := disk.stall(t)
	const waiting = 2000 // more than the queue takes
	var inTime, gone atomic.Int32
	var all sync.WaitGroup
	appends := func(ctx context.Context, n int) {
		switch err := s.Audit().Append(ctx, aLook(n)); {
		case err == nil:
			inTime.Add(1)
		case errors.Is(err, context.Canceled):
			gone.Add(1)
		default:
			t.Errorf("Append() = %v", err)
		}
	}
	all.Go(func() { appends(context.Background(), 1) })
	s.await("the committer to wait for the disk", func() bool { return disk.held.Load() == 1 })
	short, cancel := context.WithCancel(context.Background())
	for n := range waiting {
		ctx := context.Background()
		if n%2 == 0 {
			ctx = short
		}
		all.Go(func() { appends(ctx, n+2) })
	}
	s.await("all to have begun", func() bool { return s.CallsRunning() == 1+waiting })
	s.await("the queue to be full", s.AuditQueueFull)
	cancel()
	s.await("those without patience to leave", func() bool { return gone.Load() == waiting/2 })
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		t.Errorf("Close() = %v while others wait to be recorded", err)
	case <-time.After(20 * time.Millisecond):
	}
	goOn()
	all.Wait()
	if err := <-closed; err != nil || inTime.Load() != 1+waiting/2 {
		t.Errorf("Close() = %v, and %d were recorded, want %d", err, inTime.Load(), 1+waiting/2)
	}
}

// TestAudit_NearlyFull takes the free space away in steps: first ordinary writes are refused and looks go on, then
// everything, and it all comes back.
func TestAudit_NearlyFull(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 30)
	s := openSite(t, smallDisk{vfs.NewMem(), &free}, func(o *embedded.Options) {
		o.Reserve, o.Ballast, o.SpacePoll = 8<<20, 1<<16, time.Millisecond
	})
	free.Store(7 << 20)
	s.await("writes to be refused", func() bool { return errors.Is(s.write(1), store.ErrFull) })
	for n := range 100 {
		if err := s.look(n); err != nil {
			t.Fatalf("Append() in the reserve = %v", err)
		}
	}
	if err := s.Ready(); !errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrScarce) {
		t.Errorf("Ready() with most of the reserve = %v, want ErrFull and not ErrScarce", err)
	}
	free.Store(4<<20 - 1)
	s.await("half of the reserve to be gone", func() bool { return errors.Is(s.Ready(), store.ErrScarce) })
	if err := s.Audit().Ready(); err != nil {
		t.Errorf("Audit().Ready() in the second half of the reserve = %v", err)
	}
	if err := s.look(100); err != nil {
		t.Errorf("Append() in the second half of the reserve = %v", err)
	}
	free.Store(1<<20 - 1)
	s.await("looks to be refused", func() bool { return errors.Is(s.look(1), store.ErrFull) })
	if err := s.Audit().Ready(); !errors.Is(err, store.ErrFull) {
		t.Errorf("Audit().Ready() without a reserve = %v, want ErrFull", err)
	}
	free.Store(1 << 30)
	s.await("everything to go on", func() bool {
		return s.look(1) == nil && s.write(1) == nil && s.Ready() == nil && s.Audit().Ready() == nil
	})
}

// TestAudit_Size holds a Record to what the reserve is reckoned with: see FORMAT.md.
func TestAudit_Size(t *testing.T) {
	s := openSite(t, vfs.NewMem(), nil)
	const id = "0123456789abcdef0123456789abcdef"
	for range 100 {
		err := s.Audit().Append(context.Background(), &audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success,
			Agent: audit.Agent{Issuer: "https://am.example.org/openam/oauth2/realms/root", Subject: "555021935107", Client: "crew-app",
				Role: "S8000:G8000:R8001", Organisation: "RRU", Purpose: "ETREAT", User: true},
			Address: "192.0.2.7", RequestID: "60e0b220-8136-4ca5-ae46-1d97ef59d068", Patients: []fhir.ID{id},
			Versions: []audit.Version{{Key: fhir.Key{Type: "Patient", ID: id}, Version: 3}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	size := 0
	for _, pair := range s.Dump() {
		if pair[0][0] == 'A' {
			size += len(pair[0]) + len(pair[1])
		}
	}
	if size/100 > 480 {
		t.Errorf("a record takes %d bytes, want 480 at most", size/100)
	}
	t.Logf("a record takes %d bytes", size/100)
}

// TestAudit_DamagedEnd opens a store whose newest record cannot be read: plans must be found all the same, the log goes
// on behind it, and Verify says what is wrong.
func TestAudit_DamagedEnd(t *testing.T) {
	mem := vfs.NewMem()
	s := openSite(t, mem, nil)
	for n := range 3 {
		if err := s.look(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tamper(t, mem, func(db *pebble.DB, rows [][]byte) error { return db.Set(rows[2], []byte("x"), pebble.Sync) })
	again := openSite(t, mem, nil)
	if err := again.look(9); err != nil {
		t.Errorf("Append() behind a damaged record = %v", err)
	}
	report, err := again.Audit().Verify(context.Background(), nil)
	if err != nil || len(report.Faults) == 0 || report.Records != 3 {
		t.Errorf("Verify() = %+v, %v, want 3 records and faults", report, err)
	}
}
