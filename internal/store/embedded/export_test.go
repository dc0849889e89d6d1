package embedded

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// Comparer is the comparer, for tests.
var Comparer *pebble.Comparer = comparer

// SamplePrefixes are prefixes of all families that have suffixes, with bytes that could be taken for an end.
func SamplePrefixes() [][]byte {
	hash := [hashSize]byte{0, 1, 2, 0xff, 0, 1}
	var prefixes [][]byte
	for _, t := range []typeNumber{1, 2, 255} {
		for _, p := range []parameterNumber{0, 1, 256, 65535} {
			for _, d := range []document{0, 1, 256, 1<<32 - 1} {
				prefixes = append(prefixes, versionPrefix(t, d), equalityPrefix(t, p, hash), referencePrefix(t, p, t, d),
					compartmentPrefix(t, d, t))
			}
			for _, text := range []string{"", "a", "ab", "a\x00", "\x00\x01", "\x00\xff"} {
				prefixes = append(prefixes, appendEscaped(parameterPrefix(familyOrdered, t, p), text),
					appendSort(parameterPrefix(familySort, t, p), descending, []byte(text)))
			}
		}
	}
	return append(prefixes, commitKey(familyLog, 1), commitKey(familyUndo, 256), metaKey("format"), identityKey(1, "id"))
}

// CallsRunning counts the calls that Close would wait for.
func (s *Store) CallsRunning() int {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return s.calls.running
}

// AuditQueueFull reports whether as many wait to be recorded as can.
func (s *Store) AuditQueueFull() bool { return len(s.audit.queue) == cap(s.audit.queue) }

// UndoRecords counts the undo records kept.
func (s *Store) UndoRecords() (n int) {
	_ = scan(s.db, []byte{familyUndo}, func(_, _ []byte) error { n++; return nil })
	return n
}

// Index brings the index up to date.
func (s *Store) Index() error { return s.indexAll(context.Background()) }

// Dump lists all keys and values, with the index up to date.
func (s *Store) Dump() (pairs [][2][]byte) {
	_ = s.Index()
	_ = scanRange(s.db, nil, nil, func(key, value []byte) error {
		pairs = append(pairs, [2][]byte{append([]byte(nil), key...), append([]byte(nil), value...)})
		return nil
	})
	return pairs
}

// Change is a posting that is added, changed or taken away.
type Change struct {
	Key        []byte
	Add, Apart bool
}

// Pack writes changes, in the order of their keys, to an index without documents from one on.
func Pack(db *pebble.DB, from uint32, changes []Change) error {
	batch := db.NewBatch()
	stored, err := db.NewIter(nil)
	if err != nil {
		return err
	}
	w := packer{batch: batch, stored: stored, from: document(from)}
	for _, c := range changes {
		err = errors.Join(err, w.change(posting{c.Key, c.Apart}, c.Add))
	}
	return errors.Join(err, w.flush(), stored.Close(), batch.Commit(pebble.NoSync))
}

// PostingPrefixes are what the postings of some values begin with.
func PostingPrefixes() [][]byte {
	return [][]byte{
		compartmentPrefix(1, 2, 3), appendEscaped(parameterPrefix(familyOrdered, 1, 16), "a"), appendEscaped(parameterPrefix(familyOrdered, 1, 16), "a\x00"),
		livePrefix(1), equalityPrefix(1, 16, [hashSize]byte{0xff, 0xff}), referencePrefix(1, 17, 2, 1<<32-1),
		appendSort(parameterPrefix(familySort, 1, 16), ascending, []byte("b")), appendSort(parameterPrefix(familySort, 1, 16), descending, []byte("b")),
	}
}

// PostingKey is the key of a document's posting.
func PostingKey(prefix []byte, d uint32) []byte {
	key := order.AppendUint32(append([]byte(nil), prefix...), d)
	order.PutUint32(key[len(key)-4:], documentIn(key, document(d)))
	return key
}

// Walk shows the postings in [lower, upper).
func Walk(db *pebble.DB, lower, upper []byte, backward bool, visit func(key []byte, apart bool)) {
	it, err := newIterator(db, nil, nil)
	if err != nil {
		panic(err)
	}
	defer it.Close()
	it.SetBounds(lower, upper)
	move, next := it.First, it.Next
	if backward {
		move, next = it.Last, it.Prev
	}
	for valid := move(); valid; valid = next() {
		visit(it.Key(), len(it.Value()) > 0)
	}
	if err := it.Error(); err != nil {
		panic(err)
	}
}

// CountKeys counts the keys as they are stored.
func CountKeys(db *pebble.DB) (n int) {
	_ = scanRange(db, nil, nil, func(_, _ []byte) error { n++; return nil })
	return n
}

// Repack reads and writes the value of a key that ends with a document.
func Repack(ending uint32, value []byte) ([]byte, int, error) {
	members, err := unpack(nil, order.AppendUint32(nil, ending), value)
	if err != nil || len(members) == 0 {
		return nil, 0, err
	}
	return packedValue(members), len(members), nil
}

// Stored is how many keys there are, with the index up to date, and bytes of keys and values.
func (s *Store) Stored() (keys, bytes int) {
	for _, pair := range s.Dump() {
		keys++
		bytes += len(pair[0]) + len(pair[1])
	}
	return keys, bytes
}
