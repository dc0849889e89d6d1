package embedded

import "slices"

// addAll writes the postings of a new document.
func (tx *transaction) addAll(list []posting) error {
	for _, p := range list {
		if err := tx.add(p); err != nil {
			return err
		}
	}
	return nil
}

// diff deletes the postings that are only in old and writes those only in next.
func (tx *transaction) diff(old, next []posting) (err error) {
	slices.SortFunc(old, comparePostings)
	slices.SortFunc(next, comparePostings)
	for err == nil && len(old) > 0 && len(next) > 0 {
		switch c := comparePostings(old[0], next[0]); {
		case c < 0:
			err, old = tx.remove(old[0]), old[1:]
		case c > 0:
			err, next = tx.add(next[0]), next[1:]
		default:
			err = tx.change(old[0], next[0])
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

func (tx *transaction) add(p posting) error {
	tx.note(p, true)
	return tx.set(p.key, p.value())
}

func (tx *transaction) remove(p posting) error {
	tx.dirty = true
	tx.note(p, false)
	return tx.batch.Delete(p.key, nil)
}

// change replaces a posting by one of the same key.
func (tx *transaction) change(old, next posting) error {
	if old.apart == next.apart {
		return nil
	}
	if err := tx.remove(old); err != nil {
		return err
	}
	return tx.add(next)
}

// note remembers a posting for the bitmaps in memory; of O there are none.
func (tx *transaction) note(p posting, add bool) {
	if p.key[0] != familyOrdered {
		tx.changes = append(tx.changes, indexChange{p, add})
	}
}
