package embedded_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
	"hearken/internal/store/storetest"
)

// crashPoints is how often the store under load is looked at as a crash would leave it.
const crashPoints = 1000

// TestCrash takes the file system as it would be after a crash, with any part of what was not synced, while eight
// writers write. Each such store must open, be consistent, hold every write that was answered before, only whole
// transactions, and everything a reader was shown.
func TestCrash(t *testing.T) {
	points := crashPoints
	if n, err := strconv.Atoi(os.Getenv("HEARKEN_CRASH_POINTS")); err == nil {
		points = n
	}
	if testing.Short() {
		points = 100
	}
	t.Logf("%d crash points", points)
	for round := 0; points > 0 && !t.Failed(); round++ {
		n := min(points, 50) // a store of few writes opens fast
		points -= n
		crashRound(t, uint64(round), n)
	}
}

// load is a store under load, and what is known of it from outside.
type load struct {
	world *storetest.World
	s     *embedded.Store
	seq   atomic.Int64
	acts  atomic.Int64 // writes and reads that began
	gate  sync.RWMutex // keeps writers from filling the store while it is looked at

	mu       sync.Mutex
	answered map[fhir.Key]fhir.VersionID // the newest version answered to a writer
	shown    map[fhir.Key]fhir.VersionID // the newest version shown to a reader
	claimed  map[string]fhir.Key
}

func crashRound(t *testing.T, seed uint64, points int) {
	fs := newCrashableMem()
	l := &load{
		world: storetest.NewWorld(), answered: map[fhir.Key]fhir.VersionID{}, shown: map[fhir.Key]fhir.VersionID{},
		claimed: map[string]fhir.Key{},
	}
	l.s = openCrashed(t, fs, l.world)
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() { l.write(ctx, t, rand.New(rand.NewPCG(seed, uint64(n)))) })
	}
	for range 2 {
		all.Go(func() { l.read(ctx, t) })
	}
	random := rand.New(rand.NewPCG(seed, 99))
	for range points {
		crashAt := l.acts.Load() + random.Int64N(12) // of those that began: how many of them are answered by then, and where the others are, nobody chose
		l.await(t, crashAt)
		l.crash(t, fs, random)
	}
	cancel()
	all.Wait()
	if err := l.s.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

// await waits until so many acts have begun, or somebody who works has given up.
func (l *load) await(t *testing.T, acts int64) {
	for l.acts.Load() < acts && !t.Failed() {
		runtime.Gosched()
	}
}

func openCrashed(t *testing.T, fs vfs.FS, world *storetest.World) *embedded.Store {
	t.Helper()
	s, err := embedded.Open("/db", embedded.Options{
		FS: fs, Parameters: world.Parameters(), Extract: world.Extract, Memtable: 256 << 10, CacheBytes: 1 << 20, Fresh: 300,
	})
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	return s
}

// write writes pairs: two resources with the same token, always together, and now and then a claim.
func (l *load) write(ctx context.Context, t *testing.T, random *rand.Rand) {
	for ctx.Err() == nil {
		l.gate.RLock()
		l.gate.RUnlock() //nolint:staticcheck // only to wait
		l.acts.Add(1)
		pair := random.IntN(40)
		seq := l.seq.Add(1)
		var records []store.Record
		var owner fhir.Key
		space := fmt.Sprint("claim ", random.IntN(200))
		err := l.s.Update(context.Background(), func(tx store.Tx) (err error) {
			records = records[:0]
			for i := range 2 {
				key := pairKey(pair, i)
				p := store.Prepared{Key: key, Method: store.Delete}
				if random.IntN(10) > 0 || i == 1 {
					p = l.prepared(key, seq)
				}
				record, err := tx.Put(p)
				if err != nil {
					return err
				}
				records = append(records, record)
			}
			owner, _, err = tx.Claim(space, "value", pairKey(pair, 0))
			return err
		})
		if err != nil {
			t.Errorf("Update() = %v", err)
			return
		}
		l.mu.Lock()
		for _, r := range records {
			l.answered[r.Key] = max(l.answered[r.Key], r.Version)
		}
		l.claimed[space] = owner
		l.mu.Unlock()
	}
}

func pairKey(pair, i int) fhir.Key {
	return fhir.Key{Type: storetest.Types[i], ID: fhir.ID(fmt.Sprintf("pair-%d", pair))}
}

func (l *load) prepared(key fhir.Key, seq int64) store.Prepared {
	token := query.Token{System: "seq", Code: fmt.Sprint(seq)}
	content := storetest.Content{Values: map[string][]query.Value{
		"token": {token}, "string": {query.Text{Text: fmt.Sprint("Name ", seq%7)}},
		"reference": {query.Link{Key: pairKey(int(seq%50), 1)}},
	}}
	return l.world.Prepare(key, store.Update, l.world.Add(content))
}

// read notes what readers are shown.
func (l *load) read(ctx context.Context, t *testing.T) {
	for pair := 0; ctx.Err() == nil; pair = (pair + 1) % 40 {
		l.gate.RLock()
		l.gate.RUnlock() //nolint:staticcheck // only to wait
		l.acts.Add(1)
		err := l.s.View(context.Background(), func(r store.Reader) error {
			for i := range 2 {
				record, err := r.Get(pairKey(pair, i))
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				l.mu.Lock()
				l.shown[record.Key] = max(l.shown[record.Key], record.Version)
				l.mu.Unlock()
			}
			return nil
		})
		if err != nil {
			t.Errorf("View() = %v", err)
			return
		}
	}
}

// crash opens what a crash at this moment would leave.
func (l *load) crash(t *testing.T, fs crashableMem, random *rand.Rand) {
	t.Helper()
	l.mu.Lock()
	least := map[fhir.Key]fhir.VersionID{}
	for _, known := range []map[fhir.Key]fhir.VersionID{l.answered, l.shown} {
		for key, version := range known {
			least[key] = max(least[key], version)
		}
	}
	claims := map[string]fhir.Key{}
	for space, owner := range l.claimed {
		claims[space] = owner
	}
	l.mu.Unlock()
	left := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(101), RNG: random})
	l.gate.Lock()
	defer l.gate.Unlock()
	s := openCrashed(t, left, l.world)
	defer func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() after a crash = %v", err)
		}
	}()
	checkCrashed(t, s, least)
	checkClaims(t, s, claims)
}

func checkCrashed(t *testing.T, s *embedded.Store, least map[fhir.Key]fhir.VersionID) {
	t.Helper()
	report, err := s.Check(context.Background())
	if err != nil || len(report.Faults) > 0 {
		t.Errorf("Check() after a crash = %v, %v", report.Faults, err)
	}
	err = s.View(context.Background(), func(r store.Reader) error {
		for key, want := range least {
			record, err := r.Get(key)
			if err != nil {
				return err
			}
			if record.Version < want {
				t.Errorf("after a crash %s has version %d, %d was answered or shown", key, record.Version, want)
			}
		}
		for pair := range 40 {
			checkPair(t, r, pair)
		}
		return nil
	})
	if err != nil {
		t.Errorf("View() after a crash = %v", err)
	}
}

// checkPair wants both halves of a transaction, or neither.
func checkPair(t *testing.T, r store.Reader, pair int) {
	t.Helper()
	first, err := r.Get(pairKey(pair, 0))
	second, err2 := r.Get(pairKey(pair, 1))
	if !errors.Is(err, err2) || first.Version != second.Version || first.Commit != second.Commit {
		t.Errorf("half a transaction: versions %d and %d (%v, %v)", first.Version, second.Version, err, err2)
	}
	if err != nil || first.Deleted() {
		return
	}
	var one, two struct{ Content int }
	if json.Unmarshal(first.Body, &one) != nil || json.Unmarshal(second.Body, &two) != nil {
		t.Errorf("a body of pair %d cannot be read", pair)
	}
}

func checkClaims(t *testing.T, s *embedded.Store, claims map[string]fhir.Key) {
	t.Helper()
	err := s.Update(context.Background(), func(tx store.Tx) error {
		for space, want := range claims {
			owner, fresh, err := tx.Claim(space, "value", fhir.Key{Type: "Patient", ID: "late"})
			if err != nil {
				return err
			}
			if fresh || owner != want {
				t.Errorf("after a crash the claim %q is %s's (fresh: %v), want %s", space, owner, fresh, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Errorf("Update() after a crash = %v", err)
	}
}
