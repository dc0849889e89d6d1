package embedded

import (
	"bytes"
	"slices"
)

func comparePostings(a, b posting) int { return bytes.Compare(a.key, b.key) }

// addAll writes the postings of a new document.
func (tx *transaction) addAll(postings []posting) error {
	for _, p := range postings {
		if err := tx.add(p); err != nil {
			return err
		}
	}
	return nil
}

// diff deletes the postings that are only in old and writes those only in next.
func (tx *transaction) diff(old, next []posting) error {
	slices.SortFunc(old, comparePostings)
	slices.SortFunc(next, comparePostings)
	for len(old) > 0 || len(next) > 0 {
		side := 0
		switch {
		case len(old) == 0:
			side = 1
		case len(next) == 0:
			side = -1
		default:
			side = comparePostings(old[0], next[0])
		}
		if err := tx.diffOne(old, next, side); err != nil {
			return err
		}
		if side <= 0 {
			old = old[1:]
		}
		if side >= 0 {
			next = next[1:]
		}
	}
	return nil
}

func (tx *transaction) diffOne(old, next []posting, side int) error {
	switch {
	case side < 0:
		return tx.remove(old[0])
	case side > 0 || old[0].flag != next[0].flag:
		return tx.add(next[0])
	}
	return nil
}

func (tx *transaction) add(p posting) error {
	var value []byte
	if p.flag != 0 {
		value = []byte{p.flag}
	}
	tx.changes = append(tx.changes, indexChange{p.key, true})
	return tx.set(p.key, value)
}

func (tx *transaction) remove(p posting) error {
	tx.dirty = true
	tx.changes = append(tx.changes, indexChange{p.key, false})
	return tx.batch.Delete(p.key, nil)
}
