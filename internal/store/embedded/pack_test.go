package embedded_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/internal/store/embedded"
)

// TestPack writes runs of random changes to the postings of some values and wants them shown as if each had
// its own key, whatever part of them is walked, forwards or backwards.
func TestPack(t *testing.T) {
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 7))
		db, err := pebble.Open("/db", &pebble.Options{FS: vfs.NewMem(), Comparer: embedded.Comparer, Logger: silent{}})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{} // keys, and whether they are apart
		next := uint32(1)
		for range 6 {
			changes := randomChanges(random, want, next)
			if err := embedded.Pack(db, next, changes); err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				if delete(want, string(c.Key)); c.Add {
					want[string(c.Key)] = c.Apart
				}
			}
			next += 200
			expectPostings(t, db, want, random)
		}
		if n := embedded.CountKeys(db); n*3 > len(want) {
			t.Errorf("%d postings stand under %d keys, want far fewer", len(want), n)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// packPrefixes are those of values: of one whose order of documents is the other way round, too.
var packPrefixes = embedded.PostingPrefixes()

// randomChanges changes some documents from before next and adds many from there on.
func randomChanges(random *rand.Rand, have map[string]bool, next uint32) (changes []embedded.Change) {
	for n, prefix := range packPrefixes {
		for range random.IntN(30) {
			d := 1 + random.Uint32N(next)
			key := embedded.PostingKey(prefix, d)
			apart, exists := have[string(key)]
			switch {
			case d >= next:
			case exists && random.IntN(3) > 0:
				changes = append(changes, embedded.Change{Key: key})
			case exists:
				changes = append(changes, embedded.Change{Key: key, Add: true, Apart: !apart})
			default:
				changes = append(changes, embedded.Change{Key: key, Add: true, Apart: random.IntN(2) == 0})
			}
		}
		for d := next; d < next+200; d++ {
			if random.IntN(1+n) == 0 {
				changes = append(changes, embedded.Change{Key: embedded.PostingKey(prefix, d), Add: true, Apart: random.IntN(9) == 0})
			}
		}
	}
	slices.SortFunc(changes, func(a, b embedded.Change) int { return bytes.Compare(a.Key, b.Key) })
	return slices.CompactFunc(changes, func(a, b embedded.Change) bool { return bytes.Equal(a.Key, b.Key) })
}

func expectPostings(t *testing.T, db *pebble.DB, want map[string]bool, random *rand.Rand) {
	t.Helper()
	keys := make([]string, 0, len(want))
	for key := range want {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	bound := func() []byte {
		prefix := packPrefixes[random.IntN(len(packPrefixes))]
		key := binary.BigEndian.AppendUint32(bytes.Clone(prefix), random.Uint32N(1400)^uint32(-random.IntN(2)))
		return key[:len(key)-random.IntN(6)]
	}
	for range 20 {
		lower, upper := bound(), bound()
		if bytes.Compare(lower, upper) > 0 {
			lower, upper = upper, lower
		}
		var within []string
		for _, key := range keys {
			if key >= string(lower) && key < string(upper) {
				within = append(within, key)
			}
		}
		for _, backward := range []bool{false, true} {
			var got []string
			embedded.Walk(db, lower, upper, backward, func(key []byte, apart bool) {
				got = append(got, string(key))
				if apart != want[string(key)] {
					t.Errorf("posting %x is apart: %v", key, apart)
				}
			})
			if backward {
				slices.Reverse(got)
			}
			if !slices.Equal(got, within) {
				t.Fatalf("postings in [%x, %x), backward %v: %d, want %d", lower, upper, backward, len(got), len(within))
			}
		}
	}
}

// FuzzUnpack reads values that may be damaged: what can be read is written the same.
func FuzzUnpack(f *testing.F) {
	f.Add(uint32(1), []byte{})
	f.Add(uint32(7), []byte{1})
	f.Add(uint32(7), []byte{2, 1, 4, 0x83, 1})
	f.Add(uint32(1<<32-1), []byte{2, 0, 2})
	f.Fuzz(func(t *testing.T, ending uint32, value []byte) {
		again, count, err := embedded.Repack(ending, value)
		if err != nil || len(value) < 2 || value[0] != 2 || count < 2 {
			return
		}
		second, n, err := embedded.Repack(ending, again)
		if err != nil || n != count || !bytes.Equal(again, second) {
			t.Errorf("Repack(%x) = %x, and then %x, %v", value, again, second, err)
		}
	})
}
