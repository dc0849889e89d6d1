package embedded

import "github.com/cockroachdb/pebble/v2"

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

// Dump lists all keys and values.
func (s *Store) Dump() (pairs [][2][]byte) {
	_ = scanRange(s.db, nil, nil, func(key, value []byte) error {
		pairs = append(pairs, [2][]byte{append([]byte(nil), key...), append([]byte(nil), value...)})
		return nil
	})
	return pairs
}
