package embedded

import (
	"bytes"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir/search/query"
)

// rebuildBatch is how many bytes of keys are committed together.
const rebuildBatch = 4 << 20

// rebuild makes P, S, E and N anew from the forward records, where a store of an earlier format was opened.
// Killed half-way, it is done again from the beginning at the next opening; until it is done nothing else
// reads or writes the store.
func (s *Store) rebuild() error {
	if _, found, err := getValue(s.db, metaKey(metaRebuild)); err != nil || !found {
		return err
	}
	known := registration{store: s, batch: s.db.NewBatch(), catalogue: newCatalogue()}
	defer known.batch.Close()
	if err := known.load(); err != nil {
		return err
	}
	s.options.Logger.Info("the index of a store of an earlier format is made anew")
	r := rebuilding{store: s, catalogue: known.catalogue, batch: s.db.NewBatch()}
	for _, p := range known.stored {
		r.catalogue.registered[p.number] = true
		r.catalogue.labels[p.number] = p.code == query.AccessCode
	}
	for _, family := range []byte{familyEquality, familySort, familyName} {
		if err := r.batch.DeleteRange([]byte{family}, []byte{family + 1}, nil); err != nil {
			return errors.Join(err, r.batch.Close())
		}
	}
	err := scan(s.db, []byte{familyForward}, r.add)
	return errors.Join(err, r.batch.Delete(metaKey(metaRebuild), nil), r.commit(pebble.Sync, err), r.batch.Close())
}

// rebuilding is one rebuild under way.
type rebuilding struct {
	store     *Store
	catalogue *catalogue
	batch     *pebble.Batch
}

// add writes what a forward record says; it is called for each.
func (r *rebuilding) add(key, value []byte) error {
	keys, err := r.store.keysOf(r.catalogue, typeNumber(key[1]), lastDocument(key), bytes.Clone(value))
	if err != nil {
		return err
	}
	keys.all(func(p posting) bool {
		err = r.batch.Set(p.key, p.value(), nil)
		return err == nil
	})
	if err != nil || r.batch.Len() < rebuildBatch {
		return err
	}
	return r.commit(pebble.NoSync, nil)
}

// commit commits what was written so far, unless something failed.
func (r *rebuilding) commit(options *pebble.WriteOptions, failed error) error {
	if failed != nil {
		return nil
	}
	if err := r.batch.Commit(options); err != nil {
		return err
	}
	r.batch.Reset()
	return nil
}
