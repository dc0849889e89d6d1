package embedded

import (
	"bytes"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// reading is what keys are read from.
type reading = pebble.Reader

// indexRun is all that the index must change to be of a later commit: keys in their order, each once.
type indexRun struct {
	lists  []keyList
	items  []sortable // list is the number of a list; of a key that is taken away removed is added to it
	turned []posting  // as they were, those that become apart or are so no longer
	due    bool       // there are due records to drop
}

const removed = 1 << 31

// documentRun is what changed of one document since the commit of the index.
type documentRun struct{ first, last *freshEntry }

// newIndexRun makes the run from the index of a state to the state.
func (s *Store) newIndexRun(st *state) (*indexRun, error) {
	catalogue := s.catalogue.Load()
	r := &indexRun{}
	places := make(map[document]int, st.fresh.len())
	documents := make([]documentRun, 0, st.fresh.len())
	keys := 0
	st.fresh.entries(st.fresh.first, func(e *freshEntry) {
		r.due = r.due || e.due
		if at, known := places[e.d]; known {
			documents[at].last = e
			return
		}
		places[e.d] = len(documents)
		documents = append(documents, documentRun{e, e})
		keys += e.keys.len()
	})
	r.items = make([]sortable, 0, keys+1)
	for _, d := range documents {
		old, err := s.before(st.snapshot, catalogue, d.first)
		if err != nil {
			return nil, err
		}
		r.addDocument(&old, &d.last.keys)
	}
	sortKeys(r.items, r.keyOf)
	return r, nil
}

// addDocument adds what a document's keys were and are.
func (r *indexRun) addDocument(old, next *keyList) {
	if old.len() == 0 {
		r.lists = append(r.lists, *next)
		for i := range next.ends {
			r.addItem(len(r.lists)-1, i, 0)
		}
		return
	}
	var taken, added keyList
	diffKeys(old.sorted(), next.sorted(), keyChanges{
		remove: func(p posting) { taken.add(p.apart, p.key) },
		add:    func(p posting) { added.add(p.apart, p.key) },
		turn:   func(p posting) { r.turned = append(r.turned, p) },
	})
	r.lists = append(r.lists, taken, added)
	for i := range taken.ends {
		r.addItem(len(r.lists)-2, i, removed)
	}
	for i := range added.ends {
		r.addItem(len(r.lists)-1, i, 0)
	}
}

func (r *indexRun) addItem(list, key int, flag uint32) {
	high, low := prefixOf(r.lists[list].at(key).key)
	r.items = append(r.items, sortable{high, low, uint32(list) | flag, uint32(key)})
}

func (r *indexRun) posting(item sortable) posting {
	return r.lists[item.list&^removed].at(int(item.key))
}

func (r *indexRun) keyOf(item sortable) []byte { return r.posting(item).key }

// each calls visit with every change. Only names come more than once, and are told once.
func (r *indexRun) each(visit func(p posting, add bool) error) error {
	var last []byte
	for i := range r.items {
		p := r.posting(r.items[i])
		if bytes.Equal(p.key, last) {
			continue
		}
		last = p.key
		if err := visit(p, r.items[i].list&removed == 0); err != nil {
			return err
		}
	}
	return nil
}

// write makes the run part of the store, whole or not at all, with what says of which commit the index then
// is. Pebble's log has it after all that it was made from; a crash may undo it, and then what was fresh is so
// again.
func (r *indexRun) write(db *pebble.DB, from document, to indexedMark, known *knownNames) error {
	stored, err := db.NewIter(nil)
	if err != nil {
		return err
	}
	batch := db.NewBatchWithSize(r.size())
	defer batch.Close()
	w := packer{batch: batch, stored: stored, from: from}
	var named []string
	err = r.each(func(p posting, add bool) error {
		switch {
		case p.key[0] != familyName:
			return w.change(p, add)
		case known.has(p.key):
			return nil
		}
		named = append(named, string(p.key))
		return batch.Set(p.key, nil, nil)
	})
	err = errors.Join(err, w.flush(), stored.Close())
	if r.due {
		err = errors.Join(err, batch.DeleteRange([]byte{familyDue}, commitKey(familyDue, to.commit+1), nil))
	}
	if err = errors.Join(err, batch.Set(metaKey(metaIndexed), to.encode(), nil)); err == nil {
		err = batch.Commit(pebble.NoSync)
	}
	for _, name := range named {
		if err == nil {
			known.put(name)
		}
	}
	return err
}

// size is about how many bytes the run takes in a batch.
func (r *indexRun) size() int {
	n := 256
	for i := range r.lists {
		n += len(r.lists[i].data) + 4*len(r.lists[i].ends)
	}
	return n
}

// changes are those that count for bitmaps.
func (r *indexRun) changes() []indexChange {
	changes := make([]indexChange, 0, len(r.items)+len(r.turned))
	for _, p := range r.turned {
		changes = append(changes, indexChange{p, false})
	}
	_ = r.each(func(p posting, add bool) error {
		if first, _ := keptPrefixes(p); first > 0 {
			changes = append(changes, indexChange{p, add})
		}
		return nil
	})
	return changes
}
