package embedded

import (
	"bytes"
	"sort"

	"github.com/cockroachdb/pebble/v2"
)

// iterator is Pebble's, but shows every posting under a key of its own.
type iterator struct {
	it           *pebble.Iterator
	lower, upper []byte
	key          []byte // of the posting it is at, where several are under one key
	members      []member
	at           int
	packed       bool
	err          error
}

// underlying is where Pebble's iterator must begin so that it does not miss a key whose postings reach into the bounds.
func underlying(lower []byte) []byte {
	if len(lower) > 0 && isPosting(lower[0]) {
		return lower[:splitKey(lower)]
	}
	return lower
}

func newIterator(kv pebble.Reader, lower, upper []byte) (*iterator, error) {
	it, err := kv.NewIter(&pebble.IterOptions{LowerBound: underlying(lower), UpperBound: upper})
	if err != nil {
		return nil, err
	}
	return &iterator{it: it, lower: lower, upper: upper}, nil
}

// SetBounds makes it one over [lower, upper), not positioned; it keeps the slices.
func (i *iterator) SetBounds(lower, upper []byte) {
	i.lower, i.upper, i.packed = lower, upper, false
	i.it.SetBounds(underlying(lower), upper)
}

// First goes to the first posting.
func (i *iterator) First() bool {
	if len(underlying(i.lower)) == len(i.lower) {
		return i.it.First() && i.load() && i.show(0)
	}
	if i.it.SeekLT(append(bytes.Clone(i.lower), 0)) && i.load() && i.packed {
		at := sort.Search(len(i.members), func(n int) bool { return bytes.Compare(i.keyOf(n), i.lower) >= 0 })
		if at < len(i.members) {
			return i.show(at)
		}
	}
	return i.it.SeekGE(i.lower) && i.load() && i.show(0)
}

// Last goes to the last posting.
func (i *iterator) Last() bool {
	if !i.it.Last() || !i.load() {
		return false
	}
	at := len(i.members) - 1
	if i.packed && i.upper != nil {
		at = sort.Search(len(i.members), func(n int) bool { return bytes.Compare(i.keyOf(n), i.upper) >= 0 }) - 1
	}
	return i.show(at)
}

// Next goes to the next posting.
func (i *iterator) Next() bool {
	if i.packed && i.at+1 < len(i.members) {
		return i.show(i.at + 1)
	}
	return i.it.Next() && i.load() && i.show(0)
}

// Prev goes to the one before.
func (i *iterator) Prev() bool {
	if i.packed && i.at > 0 {
		return i.show(i.at - 1)
	}
	return i.it.Prev() && i.load() && i.show(len(i.members)-1)
}

// load reads what is under the key that Pebble's iterator is at.
func (i *iterator) load() bool {
	key, value := i.it.Key(), i.it.Value()
	i.packed = len(value) > 1 && value[0] == packedMark && isPosting(key[0])
	if !i.packed {
		return true
	}
	i.key = append(i.key[:0], key...)
	i.members, i.err = unpack(i.members[:0], key, value)
	return i.err == nil
}

// show makes it be at one of the postings under a key; false when that is out of bounds.
func (i *iterator) show(at int) bool {
	if !i.packed {
		return i.lower == nil || len(underlying(i.lower)) == len(i.lower) || bytes.Compare(i.it.Key(), i.lower) >= 0
	}
	i.at = at
	key := i.keyOf(at)
	return bytes.Compare(key, i.lower) >= 0 && (i.upper == nil || bytes.Compare(key, i.upper) < 0)
}

func (i *iterator) keyOf(n int) []byte {
	order.PutUint32(i.key[len(i.key)-4:], i.members[n].ending)
	return i.key
}

// Key is that of the posting it is at. It is dead after the next move.
func (i *iterator) Key() []byte {
	if i.packed {
		return i.key
	}
	return i.it.Key()
}

// Value is that of the posting it is at.
func (i *iterator) Value() []byte {
	if i.packed {
		return posting{apart: i.members[i.at].apart}.value()
	}
	return i.it.Value()
}

// Error is what ended the walk, if it was not the bounds.
func (i *iterator) Error() error { return firstError(i.err, i.it.Error()) }

// Close releases it.
func (i *iterator) Close() error { return i.it.Close() }
