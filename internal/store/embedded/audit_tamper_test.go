package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/internal/audit"
	"hearken/internal/store/embedded"
)

// tamper opens the files of a closed store as somebody could who has Pebble and not this program. rows are
// the keys of the audit log's records, the oldest first.
func tamper(t *testing.T, fs vfs.FS, change func(db *pebble.DB, rows [][]byte) error) {
	t.Helper()
	db, err := pebble.Open("/db", &pebble.Options{FS: fs, Comparer: embedded.Comparer, FormatMajorVersion: pebble.FormatTableFormatV6})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(change(db, keysWith(t, db, "Ar")), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func keysWith(t *testing.T, db *pebble.DB, prefix string) (keys [][]byte) {
	t.Helper()
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte(prefix), UpperBound: append([]byte(prefix), 0xff)})
	if err != nil {
		t.Fatal(err)
	}
	for valid := it.First(); valid; valid = it.Next() {
		keys = append(keys, bytes.Clone(it.Key()))
	}
	if err := it.Close(); err != nil {
		t.Fatal(err)
	}
	return keys
}

func valueOf(db *pebble.DB, key []byte) []byte {
	value, closer, err := db.Get(key)
	if err != nil {
		return nil
	}
	defer closer.Close()
	return bytes.Clone(value)
}

// TestAudit_Tampering changes the files of a log of three chains of five records each, as an independent
// writer, and says what is found without a head and with the one that was exported before.
func TestAudit_Tampering(t *testing.T) {
	for _, row := range []struct {
		name           string
		change         func(*testing.T, *pebble.DB, [][]byte) error
		alone, exposed bool
	}{
		{"nothing", func(*testing.T, *pebble.DB, [][]byte) error { return nil }, false, false},
		{"a record changed", func(_ *testing.T, db *pebble.DB, rows [][]byte) error {
			value := valueOf(db, rows[7])
			value[len(value)-3] ^= 1
			return db.Set(rows[7], value, pebble.Sync)
		}, true, true},
		{"the newest record changed", func(_ *testing.T, db *pebble.DB, rows [][]byte) error {
			value := valueOf(db, rows[14])
			value[len(value)-3] ^= 1
			return db.Set(rows[14], value, pebble.Sync)
		}, true, true},
		{"a record deleted", func(_ *testing.T, db *pebble.DB, rows [][]byte) error { return db.Delete(rows[7], pebble.Sync) }, true, true},
		{"two records swapped", func(_ *testing.T, db *pebble.DB, rows [][]byte) error {
			one, two := valueOf(db, rows[6]), valueOf(db, rows[7])
			return errors.Join(db.Set(rows[6], two, pebble.Sync), db.Set(rows[7], one, pebble.Sync))
		}, true, true},
		{"a record hidden from its patient", func(t *testing.T, db *pebble.DB, _ [][]byte) error {
			return db.Delete(keysWith(t, db, "Ap")[3], pebble.Sync)
		}, true, true},
		{"a record shown to another patient too", func(t *testing.T, db *pebble.DB, _ [][]byte) error {
			key := keysWith(t, db, "Ap")[3]
			key[5]++
			return db.Set(key, nil, pebble.Sync)
		}, true, true},
		{"a chain deleted", func(t *testing.T, db *pebble.DB, rows [][]byte) error {
			return errors.Join(db.Delete(keysWith(t, db, "Ac")[1], pebble.Sync), db.DeleteRange(rows[5], rows[10], pebble.Sync))
		}, true, true},
		{"the newest chain deleted, with all that leads to it", func(t *testing.T, db *pebble.DB, rows [][]byte) error {
			return cutOff(t, db, rows[10:], keysWith(t, db, "Ac")[2:])
		}, false, true},
		{"the newest three records cut off, with all that leads to them", func(t *testing.T, db *pebble.DB, rows [][]byte) error {
			return cutOff(t, db, rows[12:], nil)
		}, false, true},
		{"the whole log deleted", func(_ *testing.T, db *pebble.DB, _ [][]byte) error {
			return db.DeleteRange([]byte("A"), []byte("B"), pebble.Sync)
		}, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			fs := vfs.NewMem()
			head := writeChains(t, fs, 3)
			tamper(t, fs, func(db *pebble.DB, rows [][]byte) error { return row.change(t, db, rows) })
			expectFound(t, fs, row.alone)
			expectFound(t, fs, row.exposed, head)
		})
	}
}

// cutOff deletes records and their search keys, as a careful hand would.
func cutOff(t *testing.T, db *pebble.DB, rows, openings [][]byte) error {
	var errs []error
	for _, row := range rows {
		for _, key := range keysWith(t, db, "A") {
			if key[1] != 'r' && key[1] != 'c' && bytes.HasSuffix(key, complement(row[2:])) {
				errs = append(errs, db.Delete(key, pebble.Sync))
			}
		}
		errs = append(errs, db.Delete(row, pebble.Sync))
	}
	for _, key := range openings {
		errs = append(errs, db.Delete(key, pebble.Sync))
	}
	return errors.Join(errs...)
}

func complement(b []byte) []byte {
	out := bytes.Clone(b)
	for i := range out {
		out[i] = ^out[i]
	}
	return out
}

// writeChains records five looks in each of so many runs, and gives the head of all.
func writeChains(t *testing.T, fs vfs.FS, chains int) (head audit.Head) {
	t.Helper()
	for c := range chains {
		s := openSite(t, fs, nil)
		for n := range 5 {
			if err := s.look(c*5 + n); err != nil {
				t.Fatal(err)
			}
		}
		head, _ = s.Audit().Head(context.Background())
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return head
}

func expectFound(t *testing.T, fs vfs.FS, want bool, heads ...audit.Head) {
	t.Helper()
	s := openSite(t, fs, nil)
	defer s.Close()
	report, err := s.Audit().Verify(context.Background(), heads)
	if err != nil || (len(report.Faults) > 0) != want {
		t.Errorf("Verify() with %d heads = %v, %v, want found %v", len(heads), report.Faults, err, want)
	}
	if !want && len(heads) == 0 && len(report.Limits()) == 0 {
		t.Error("nothing is said of what cannot be found without a head")
	}
	checked, err := s.Check(context.Background())
	if err != nil || len(heads) == 0 && (len(checked.Faults) > 0) != want {
		t.Errorf("Check() = %v, %v, want found %v", checked.Faults, err, want)
	}
}

// TestAudit_OldDirectory puts an older state of the directory back and goes on with it: without the head of
// the newer state there is nothing to see, with it there is.
func TestAudit_OldDirectory(t *testing.T) {
	fs := newCrashableMem()
	writeChains(t, fs, 2)
	old := fs.CrashClone(vfs.CrashCloneCfg{})
	head := writeChains(t, fs, 1)
	writeChains(t, old, 2) // it has grown past the place of the head meanwhile
	expectFound(t, old, false)
	expectFound(t, old, true, head)
}
