package embedded

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/store"
)

// member is one posting of several that stand under one key: what its own key would end with, and whether it is apart.
type member struct {
	ending uint32
	apart  bool
}

// packedMark is the first byte of a value that has several postings.
const packedMark = 2

// packedMost is how many postings stand under one key.
const packedMost = 256

// isPosting tells the families whose keys end with a document.
func isPosting(family byte) bool {
	switch family {
	case familyEquality, familyOrdered, familySort, familyReference, familyCompartment:
		return true
	}
	return false
}

// packedValue is the value of a key with the first of the members at its end. One alone is written as before
// there were several.
func packedValue(members []member) []byte {
	if len(members) == 1 {
		return posting{apart: members[0].apart}.value()
	}
	value := make([]byte, 1, 1+2*len(members))
	value[0] = packedMark
	last := members[0].ending
	for _, m := range members {
		n := uint64(m.ending-last) << 1
		if m.apart {
			n |= 1
		}
		value = binary.AppendUvarint(value, n)
		last = m.ending
	}
	return value
}

// unpack appends the members under a key to list.
func unpack(list []member, key, value []byte) ([]member, error) {
	if len(key) < 4 {
		return list, store.ErrFormat
	}
	ending := order.Uint32(key[len(key)-4:])
	if len(value) < 2 || value[0] != packedMark {
		return append(list, member{ending, len(value) > 0}), nil
	}
	r := decoder{rest: value[1:]}
	for len(r.rest) > 0 {
		n := r.uvarint()
		if n>>1 > uint64(^uint32(0)-ending) {
			return list, store.ErrFormat
		}
		ending += uint32(n >> 1)
		list = append(list, member{ending, n&1 != 0})
	}
	return list, r.err()
}

// packer writes the changes of a run, which come in the order of the keys, with the postings of one value
// together. No two keys of a value have documents in between each other's, so that one after the other they
// give all in their order. What documents of old add is put where it belongs; those from a number on are in
// no posting yet and need not be looked for.
type packer struct {
	batch  *pebble.Batch
	stored *pebble.Iterator
	from   document // documents from here on are new to the index
	prefix []byte   // of the value the changes are at
	added  []member // new ones
	old    storedPostings
}

// storedPostings is a key as it is stored, with its postings as they are to be.
type storedPostings struct {
	key     []byte // nil for none
	last    uint32 // where its postings ended
	members []member
}

// change takes the next change.
func (w *packer) change(p posting, add bool) error {
	n := len(p.key) - 4
	if !bytes.Equal(p.key[:n], w.prefix) {
		if err := w.flush(); err != nil {
			return err
		}
		w.prefix = append(w.prefix[:0], p.key[:n]...)
	}
	m := member{order.Uint32(p.key[n:]), p.apart}
	if add && document(documentIn(p.key, document(m.ending))) >= w.from {
		return w.add(m)
	}
	return w.revise(p.key, m, add)
}

func (w *packer) add(m member) error {
	if err := w.flushOld(); err != nil {
		return err
	}
	w.added = append(w.added, m)
	if len(w.added) == packedMost {
		return w.flushAdded()
	}
	return nil
}

// revise changes the stored key that a posting belongs to, or adds one of its own.
func (w *packer) revise(key []byte, m member, add bool) error {
	if err := w.flushAdded(); err != nil {
		return err
	}
	if err := w.find(key, m.ending); err != nil {
		return err
	}
	switch {
	case w.old.key != nil:
		w.old.revise(m, add)
	case add:
		return w.batch.Set(key, packedValue([]member{m}), nil)
	}
	return nil
}

// find makes the stored key whose documents reach over an ending the old one.
func (w *packer) find(key []byte, ending uint32) error {
	if w.old.key != nil && ending <= w.old.last {
		return nil
	}
	if err := w.flushOld(); err != nil {
		return err
	}
	if !w.stored.SeekLT(append(bytes.Clone(key), 0)) {
		return w.stored.Error()
	}
	found := w.stored.Key()
	if len(found) != len(key) || !bytes.HasPrefix(found, w.prefix) {
		return nil
	}
	members, err := unpack(nil, found, w.stored.Value())
	if err != nil {
		return err
	}
	if last := members[len(members)-1].ending; last >= ending {
		w.old = storedPostings{bytes.Clone(found), last, members}
	}
	return nil
}

func (s *storedPostings) revise(m member, add bool) {
	at, found := slices.BinarySearchFunc(s.members, m.ending, func(m member, ending uint32) int {
		switch {
		case m.ending < ending:
			return -1
		case m.ending > ending:
			return 1
		}
		return 0
	})
	switch {
	case add && found:
		s.members[at] = m
	case add:
		s.members = slices.Insert(s.members, at, m)
	case found:
		s.members = slices.Delete(s.members, at, at+1)
	}
}

// flush writes what is under way of a value.
func (w *packer) flush() error {
	if err := w.flushOld(); err != nil {
		return err
	}
	return w.flushAdded()
}

func (w *packer) flushAdded() error {
	err := w.write(w.added)
	w.added = w.added[:0]
	return err
}

func (w *packer) flushOld() error {
	if w.old.key == nil {
		return nil
	}
	old := w.old
	w.old = storedPostings{}
	if len(old.members) == 0 || old.members[0].ending != order.Uint32(old.key[len(old.key)-4:]) {
		if err := w.batch.Delete(old.key, nil); err != nil {
			return err
		}
	}
	return w.write(old.members)
}

func (w *packer) write(members []member) error {
	for len(members) > 0 {
		n := min(len(members), packedMost)
		key := order.AppendUint32(append(make([]byte, 0, len(w.prefix)+4), w.prefix...), members[0].ending)
		if err := w.batch.Set(key, packedValue(members[:n]), nil); err != nil {
			return err
		}
		members = members[n:]
	}
	return nil
}
