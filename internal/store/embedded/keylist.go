package embedded

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// keyList is many keys of the index in two pieces of memory, neither of which holds pointers: what is kept of
// thousands of documents costs the garbage collector nothing.
type keyList struct {
	data []byte
	ends []uint32 // of each key where it ends in data, doubled, and one more where it is apart
}

// add appends a key, given in parts.
func (l *keyList) add(apart bool, parts ...[]byte) {
	for _, part := range parts {
		l.data = append(l.data, part...)
	}
	end := uint32(len(l.data)) << 1
	if apart {
		end |= 1
	}
	l.ends = append(l.ends, end)
}

func (l *keyList) len() int { return len(l.ends) }

// at is the i-th key. It must not be changed.
func (l *keyList) at(i int) posting {
	start := uint32(0)
	if i > 0 {
		start = l.ends[i-1] >> 1
	}
	end := l.ends[i] >> 1
	return posting{l.data[start:end:end], l.ends[i]&1 != 0}
}

// all calls visit with every key until it returns false.
func (l *keyList) all(visit func(posting) bool) {
	for i := range l.ends {
		if !visit(l.at(i)) {
			return
		}
	}
}

// sorted is the keys in their order, each once.
func (l *keyList) sorted() []posting {
	list := make([]posting, 0, l.len())
	l.all(func(p posting) bool { list = append(list, p); return true })
	return distinctPostings(list)
}

// sortable is a key by what it is mostly told apart: its first sixteen bytes, as numbers.
type sortable struct {
	high, low uint64
	list, key uint32 // where it is, or what else it is told by
}

// prefixOf is the first sixteen bytes of a key as two numbers of the same order.
func prefixOf(key []byte) (high, low uint64) {
	if len(key) >= 16 {
		return binary.BigEndian.Uint64(key), binary.BigEndian.Uint64(key[8:])
	}
	var head [16]byte
	copy(head[:], key)
	return binary.BigEndian.Uint64(head[:]), binary.BigEndian.Uint64(head[8:])
}

// comparePrefixes orders by the first sixteen bytes; 0 leaves it to the rest.
func comparePrefixes(a, b sortable) int {
	switch {
	case a.high != b.high:
		if a.high < b.high {
			return -1
		}
		return 1
	case a.low != b.low:
		if a.low < b.low {
			return -1
		}
		return 1
	}
	return 0
}

// sortKeys sorts keys, which of gives.
func sortKeys(items []sortable, of func(sortable) []byte) {
	slices.SortFunc(items, func(a, b sortable) int {
		if c := comparePrefixes(a, b); c != 0 {
			return c
		}
		return bytes.Compare(of(a), of(b))
	})
}
