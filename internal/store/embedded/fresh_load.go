package embedded

import (
	"encoding/binary"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/store"
)

// indexedMark is how far the index is.
type indexedMark struct {
	commit store.Commit // that it is of
	next   document     // no posting is of this document or a later one
}

func (m indexedMark) encode() []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(m.commit)), uint64(m.next))
}

func loadIndexed(kv pebble.Reader) (indexedMark, error) {
	value, found, err := getValue(kv, metaKey(metaIndexed))
	if err != nil || !found {
		return indexedMark{next: 1}, err
	}
	r := decoder{rest: value}
	m := indexedMark{commit: store.Commit(r.uvarint()), next: document(r.uvarint())}
	return m, r.err()
}

// loadFresh finds what has changed since the commit of the index: that of all the store keeps is what a crash
// may leave undone.
func (s *Store) loadFresh() error {
	indexed, err := loadIndexed(s.db)
	if err != nil {
		return err
	}
	s.fresh.trim(0, indexed)
	from := indexed.commit + 1
	l := freshLoading{store: s, catalogue: s.catalogue.Load(), first: map[document]*freshEntry{}}
	if err := errors.Join(l.records(familyDue, from, true), l.records(familyUndo, from, false), l.created(from)); err != nil {
		return err
	}
	for _, e := range l.list {
		if err := l.add(e); err != nil {
			return err
		}
	}
	s.indexer.fresh.Store(int64(s.fresh.keys))
	s.indexer.wake(s.options.Fresh)
	return nil
}

// freshLoading finds, of each document, the first change after the commit of the index.
type freshLoading struct {
	store     *Store
	catalogue *catalogue
	first     map[document]*freshEntry
	list      []*freshEntry
}

// note takes a change if it is the first of its document. Of those of one commit the first one noted counts.
func (l *freshLoading) note(e freshEntry) {
	known := l.first[e.d]
	if known == nil {
		l.list = append(l.list, &e)
		l.first[e.d] = &e
	} else if e.commit < known.commit {
		*known = e
	}
}

func (l *freshLoading) records(family byte, from store.Commit, due bool) error {
	return scanRange(l.store.db, commitKey(family, from), after([]byte{family}), func(key, value []byte) error {
		if len(value) == 0 {
			return store.ErrFormat
		}
		l.note(freshEntry{commit: store.Commit(order.Uint64(key[1:])), t: typeNumber(key[9]), d: lastDocument(key),
			existed: value[0] == undoForward, due: due})
		return nil
	})
}

// created finds the documents whose first version came then.
func (l *freshLoading) created(from store.Commit) error {
	return scanRange(l.store.db, logKey(from, 0), after([]byte{familyLog}), func(key, value []byte) error {
		line, err := decodeLogLine(&l.catalogue.names, key, value)
		if err == nil && line.Version == 1 {
			l.note(freshEntry{commit: line.Commit, t: line.t, d: line.d})
		}
		return err
	})
}

// add makes the keys that the document has now.
func (l *freshLoading) add(e *freshEntry) error {
	value, found, err := getValue(l.store.db, forwardKey(e.t, e.d))
	if err == nil && found {
		e.keys, err = l.store.keysOf(l.catalogue, e.t, e.d, value)
	}
	if err == nil {
		l.store.fresh.add(*e)
	}
	return err
}

// upgradeIndexed says of a store of an earlier format, whose index was written with what it is of, that it is of all.
func upgradeIndexed(batch *pebble.Batch, kv pebble.Reader) error {
	tip, err := loadTip(kv)
	if err != nil {
		return err
	}
	return batch.Set(metaKey(metaIndexed), indexedMark{tip.commit, tip.next}.encode(), nil)
}
