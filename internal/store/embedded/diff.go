package embedded

import "bytes"

// keyChanges is told of the differences between what the keys of a document were and are.
type keyChanges struct {
	remove, add func(posting)
	turn        func(posting) // of what is added, as it was, where it only becomes apart or is so no longer
}

// diffKeys finds the differences between two lists in their order. Names stay: other documents may have the value.
func diffKeys(old, next []posting, changes keyChanges) {
	for len(old) > 0 || len(next) > 0 {
		by := 0
		switch {
		case len(next) == 0:
			by = -1
		case len(old) == 0:
			by = 1
		default:
			by = bytes.Compare(old[0].key, next[0].key)
		}
		switch {
		case by < 0 && old[0].key[0] != familyName:
			changes.remove(old[0])
		case by > 0:
			changes.add(next[0])
		case by == 0 && old[0].apart != next[0].apart:
			changes.turn(old[0])
			changes.add(next[0])
		}
		if by <= 0 {
			old = old[1:]
		}
		if by >= 0 {
			next = next[1:]
		}
	}
}
