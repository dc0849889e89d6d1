package embedded_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
)

// TestOpen_Refuses opens what is not a store of this version.
func TestOpen_Refuses(t *testing.T) {
	for _, row := range []struct {
		name    string
		prepare func(*testing.T, vfs.FS)
		want    error
	}{
		{"a directory with something else in it", func(t *testing.T, fs vfs.FS) { writeFile(t, fs, "/db/notes.txt") }, store.ErrFormat},
		{"a Pebble database of another program", func(t *testing.T, fs vfs.FS) { foreignPebble(t, fs, pebble.DefaultComparer, "key") }, store.ErrFormat},
		{"a database with our comparer, but not our format", func(t *testing.T, fs vfs.FS) { foreignPebble(t, fs, embedded.Comparer, "key") }, store.ErrFormat},
		{"a store of a newer version", newerStore, store.ErrNewerFormat},
	} {
		t.Run(row.name, func(t *testing.T) {
			fs := vfs.NewMem()
			if err := fs.MkdirAll("/db", 0o755); err != nil {
				t.Fatal(err)
			}
			row.prepare(t, fs)
			s, err := embedded.Open("/db", embedded.Options{FS: fs})
			if !errors.Is(err, row.want) {
				t.Errorf("Open() = %v, want %v", err, row.want)
			}
			if err == nil {
				_ = s.Close()
			}
		})
	}
}

func writeFile(t *testing.T, fs vfs.FS, name string) {
	t.Helper()
	file, err := fs.Create(name, vfs.WriteCategoryUnspecified)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func foreignPebble(t *testing.T, fs vfs.FS, comparer *pebble.Comparer, keys ...string) {
	t.Helper()
	db, err := pebble.Open("/db", &pebble.Options{FS: fs, Comparer: comparer})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if err := db.Set([]byte(key), []byte("value"), pebble.Sync); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func newerStore(t *testing.T, fs vfs.FS) {
	s, err := embedded.Open("/db", embedded.Options{FS: fs})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := pebble.Open("/db", &pebble.Options{FS: fs, Comparer: embedded.Comparer, FormatMajorVersion: pebble.FormatTableFormatV6})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Set([]byte("Mformat"), []byte("hearken\x00\x00\x05"), pebble.Sync), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestOpen_Twice wants the second opener refused.
func TestOpen_Twice(t *testing.T) {
	dir := t.TempDir()
	s, err := embedded.Open(dir, embedded.Options{Ballast: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if second, err := embedded.Open(dir, embedded.Options{Ballast: -1}); err == nil {
		_ = second.Close()
		t.Error("Open() of an open store succeeded")
	}
}

// TestComparer holds the comparer to Pebble's own checks and to its promises on every family.
func TestComparer(t *testing.T) {
	// Pebble's check also wants every tail of a prefix to be a prefix. Only synthetic prefixes need that, which
	// Hearken does not use; so it gets prefixes for which it is so, and the families with suffixes are checked below.
	plain := [][]byte{[]byte("Mformat"), []byte("IMFU\x00\x01J"), []byte("FM"), []byte("Jx\xff"), {'U'}}
	if err := pebble.CheckComparer(embedded.Comparer, plain, nil); err != nil {
		t.Error(err)
	}
	c := embedded.Comparer
	prefixes := embedded.SamplePrefixes()
	for _, prefix := range prefixes {
		if n := c.Split(prefix); n != len(prefix) {
			t.Errorf("Split(%q) = %d, want %d", prefix, n, len(prefix))
		}
		for _, suffix := range []string{"\x00\x00\x00\x01", "\xff\xff\xff\xff", "\x00\x01\x00\x01"} {
			if n := c.Split(append(append([]byte(nil), prefix...), suffix...)); n != len(prefix) && n != len(prefix)+len(suffix) {
				t.Errorf("Split(%q + %q) = %d, want %d", prefix, suffix, n, len(prefix))
			}
		}
		for _, other := range prefixes {
			a, b := append(append([]byte(nil), prefix...), 0xff), append(append([]byte(nil), other...), 0x00)
			if whole, heads := c.Compare(a, b), c.Compare(prefix, other); heads != 0 && whole != heads {
				t.Errorf("Compare(%q, %q) = %d, of their prefixes %d", a, b, whole, heads)
			}
		}
	}
}

// TestApplyNoSyncWait holds Pebble to what the commit relies on: a batch so applied is seen at once by readers of
// the database and by snapshots, is not durable yet, and is once SyncWait has returned.
func TestApplyNoSyncWait(t *testing.T) {
	fs := vfs.NewCrashableMem()
	db, err := pebble.Open("/db", &pebble.Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	before := db.NewSnapshot()
	defer before.Close()
	batch := db.NewBatch()
	if err := errors.Join(batch.Set([]byte("k"), []byte("v"), nil), db.ApplyNoSyncWait(batch, pebble.Sync)); err != nil {
		t.Fatal(err)
	}
	after := db.NewSnapshot()
	defer after.Close()
	for name, want := range map[string]struct {
		kv    pebble.Reader
		found bool
	}{"the database": {db, true}, "a later snapshot": {after, true}, "an earlier snapshot": {before, false}} {
		if _, closer, err := want.kv.Get([]byte("k")); (err == nil) != want.found {
			t.Errorf("Get() from %s = %v, want found %v", name, err, want.found)
		} else if err == nil {
			_ = closer.Close()
		}
	}
	if err := batch.SyncWait(); err != nil {
		t.Fatal(err)
	}
	left, err := pebble.Open("/db", &pebble.Options{FS: fs.CrashClone(vfs.CrashCloneCfg{})})
	if err != nil {
		t.Fatal(err)
	}
	defer left.Close()
	if _, closer, err := left.Get([]byte("k")); err != nil {
		t.Errorf("Get() after a crash = %v", err)
	} else {
		_ = closer.Close()
	}
}

// TestCursor_Expires writes past CursorLife between two pages.
func TestCursor_Expires(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := openSite(t, vfs.NewMem(), func(o *embedded.Options) {
		o.Now, o.CursorLife = func() time.Time { return now }, time.Minute
	})
	for n := range 10 {
		s.mustPut(patient(n), "a")
	}
	q := &query.Query{Types: []fhir.Type{"Patient"}, Count: 3}
	first, err := s.search(q)
	if err != nil {
		t.Fatal(err)
	}
	q.Cursor = first.Next
	now = now.Add(time.Hour)
	if _, err := s.search(q); err != nil {
		t.Errorf("Search() an hour later, nothing written = %v", err)
	}
	s.mustPut(patient(20), "a")
	now = now.Add(30 * time.Second)
	if _, err := s.search(q); err != nil {
		t.Errorf("Search() half a life after a write = %v", err)
	}
	now = now.Add(time.Hour)
	if _, err := s.search(q); !errors.Is(err, store.ErrCursorExpired) {
		t.Errorf("Search() past the life of the cursor = %v, want ErrCursorExpired", err)
	}
	for n := range 200 { // undo records are pruned
		now = now.Add(time.Second)
		s.mustPut(patient(n), "b")
		if err := s.Index(); err != nil { // what the index does not have yet is not pruned
			t.Fatal(err)
		}
	}
	if _, err := s.search(q); !errors.Is(err, store.ErrCursorExpired) {
		t.Errorf("Search() after pruning = %v, want ErrCursorExpired", err)
	}
	if n := s.UndoRecords(); n > 100 {
		t.Errorf("undo records kept = %d, want those of about a minute", n)
	}
}

// TestPage_AccessIsOfNow withdraws access to a row between two pages: it is not shown, whatever the first page's
// state was; other conditions stay those of the first page.
func TestPage_AccessIsOfNow(t *testing.T) {
	s := openSite(t, vfs.NewMem(), nil)
	for n := range 6 {
		s.mustPut(patient(n), "open")
	}
	q := &query.Query{Types: []fhir.Type{"Patient"}, Count: 2, Where: query.And{
		query.Not{Expr: s.token("other")},
		query.Match{Parameter: s.world.Parameter("Patient", query.AccessCode), Test: query.TokenTest{System: "access", Code: "open"}},
	}}
	first, err := s.search(q)
	if err != nil || len(first.Matches) != 2 {
		t.Fatalf("first page = %v, %v", first.Matches, err)
	}
	s.mustPut(patient(4), "closed")
	err = s.Update(context.Background(), func(tx store.Tx) error {
		_, err := tx.Put(store.Prepared{Key: patient(3), Method: store.Delete})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	q.Cursor, q.Count = first.Next, 10
	rest, err := s.search(q)
	if err != nil {
		t.Fatal(err)
	}
	var got []fhir.ID
	for _, r := range rest.Matches {
		got = append(got, r.Key.ID)
	}
	if len(got) != 3 || got[0] != "p2" || got[1] != "p3" || got[2] != "p5" {
		t.Errorf("second page = %v, want p2, p3 as it was, p5, and not p4", got)
	}
}
