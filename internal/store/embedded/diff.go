package embedded

import (
	"bytes"
	"slices"
)

// addAll writes the postings of a new document.
func (tx *transaction) addAll(keys [][]byte) error {
	for _, key := range keys {
		if err := tx.add(key); err != nil {
			return err
		}
	}
	return nil
}

// diff deletes the postings that are only in old and writes those only in next.
func (tx *transaction) diff(old, next [][]byte) (err error) {
	slices.SortFunc(old, bytes.Compare)
	slices.SortFunc(next, bytes.Compare)
	for err == nil && len(old) > 0 && len(next) > 0 {
		switch c := bytes.Compare(old[0], next[0]); {
		case c < 0:
			err, old = tx.remove(old[0]), old[1:]
		case c > 0:
			err, next = tx.add(next[0]), next[1:]
		default:
			old, next = old[1:], next[1:]
		}
	}
	for err == nil && len(old) > 0 {
		err, old = tx.remove(old[0]), old[1:]
	}
	if err != nil {
		return err
	}
	return tx.addAll(next)
}

func (tx *transaction) add(key []byte) error {
	tx.note(key, true)
	return tx.set(key, nil)
}

func (tx *transaction) remove(key []byte) error {
	tx.dirty = true
	tx.note(key, false)
	return tx.batch.Delete(key, nil)
}

// note remembers a posting for the bitmaps in memory; of O there are none.
func (tx *transaction) note(key []byte, add bool) {
	if key[0] != familyOrdered {
		tx.changes = append(tx.changes, indexChange{key, add})
	}
}
