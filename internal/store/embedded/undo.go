package embedded

import (
	"errors"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/internal/store"
)

// The first byte of an undo record: what a document was before a commit.
const (
	undoAbsent  = 0 // deleted
	undoForward = 1 // its forward record follows
)

func undoValue(before []byte) []byte {
	if before == nil {
		return []byte{undoAbsent}
	}
	return append([]byte{undoForward}, before...)
}

// past is how documents that changed since a commit were as of it. Everything else is as the index says now.
type past struct {
	changed map[typeNumber]*roaring.Bitmap
	first   map[document]store.Commit // the first that changed the document: its undo record tells
}

// maxPast is how many documents may have changed since the first page. Beyond, the cursor is too old: going back
// would cost more than starting again.
const maxPast = 1 << 18

// readPast collects what changed after a commit: of each document, the first undo record tells. The commit is
// ErrCursorExpired when undo records were pruned past it or the first change after it is older than CursorLife.
func (r *reader) readPast(since store.Commit) (*past, error) {
	if since > r.commit {
		return nil, store.ErrCursor
	}
	if since == r.commit {
		return nil, nil
	}
	if err := r.checkCursorAge(since); err != nil {
		return nil, err
	}
	p := &past{changed: map[typeNumber]*roaring.Bitmap{}, first: map[document]store.Commit{}}
	if err := r.readCreated(p, since); err != nil {
		return nil, err
	}
	err := r.walk(commitKey(familyUndo, since+1), after([]byte{familyUndo}), func(key []byte) bool {
		p.add(store.Commit(order.Uint64(key[1:])), typeNumber(key[9]), lastDocument(key))
		return len(p.first) <= maxPast
	})
	if err == nil && len(p.first) > maxPast {
		err = store.ErrCursorExpired
	}
	return p, err
}

// created stands for the commit of an undo record where there is none: the document was made after the past state.
const created store.Commit = 0

// readCreated collects the documents whose first version came after a commit.
func (r *reader) readCreated(p *past, since store.Commit) error {
	err := scanRange(r.kv, logKey(since+1, 0), after([]byte{familyLog}), func(key, value []byte) error {
		line, err := decodeLogLine(&r.catalogue.names, key, value)
		if err != nil || line.Version != 1 {
			return err
		}
		p.add(created, line.t, line.d)
		if len(p.first) > maxPast {
			return store.ErrCursorExpired
		}
		return r.ctx.Err()
	})
	return err
}

func (p *past) add(c store.Commit, t typeNumber, d document) {
	if _, earlier := p.first[d]; earlier {
		return
	}
	if p.changed[t] == nil {
		p.changed[t] = roaring.New()
	}
	p.changed[t].Add(uint32(d))
	p.first[d] = c
}

// readUndo is the forward record of a changed document as of the past state; nil when it was not there.
func (r *reader) readUndo(p *past, t typeNumber, d document) (*forward, error) {
	if p.first[d] == created {
		return nil, nil
	}
	value, found, err := getValue(r.kv, undoKey(p.first[d], t, d))
	switch {
	case err != nil:
		return nil, err
	case !found || len(value) == 0:
		return nil, store.ErrFormat
	case value[0] == undoAbsent:
		return nil, nil
	}
	return decodeForward(&r.catalogue.names, t, d, value[1:])
}

// checkCursorAge refuses a commit whose first successor was too long ago.
func (r *reader) checkCursorAge(since store.Commit) error {
	value, found, err := getValue(r.kv, metaKey(metaUndo))
	if err != nil {
		return err
	}
	if found && len(value) == 8 && store.Commit(order.Uint64(value)) > since+1 {
		return store.ErrCursorExpired
	}
	next, err := r.Changes(since, 1)
	if err != nil || len(next) == 0 {
		return err
	}
	if r.store.options.Now().Sub(next[0].Time) > r.store.options.CursorLife {
		return store.ErrCursorExpired
	}
	return nil
}

// pruneUndo deletes, in this transaction, the undo records no cursor can want. It looks once in a while.
func (tx *transaction) pruneUndo() error {
	life := tx.store.options.CursorLife.Milliseconds()
	if tx.time-tx.store.pruned < life/8 {
		return nil
	}
	tx.store.pruned = tx.time
	floor := tx.commit
	err := scanRange(tx.store.db, []byte{familyUndo}, after([]byte{familyUndo}), func(key, _ []byte) error {
		floor = store.Commit(order.Uint64(key[1:]))
		return errStop
	})
	if err != nil && !errors.Is(err, errStop) {
		return err
	}
	old := floor
	floor, err = tx.firstSince(floor, tx.time-life)
	floor = max(old, min(floor, tx.store.fresh.mark.commit+1)) // the indexer wants those that come after
	if err != nil || floor == old {
		return err
	}
	err = tx.batch.DeleteRange([]byte{familyUndo}, commitKey(familyUndo, floor), nil)
	return errors.Join(err, tx.set(metaKey(metaUndo), order.AppendUint64(nil, uint64(floor))))
}

// firstSince is the first commit from the given one on that was made at or after a time; it finds it by halving,
// since times never run backwards.
func (tx *transaction) firstSince(from store.Commit, millis int64) (store.Commit, error) {
	low, high := from, tx.commit
	for low < high {
		middle := low + (high-low)/2
		at := tx.time
		err := scanRange(tx.store.db, logKey(middle, 0), after([]byte{familyLog}), func(key, value []byte) error {
			line, err := decodeLogLine(&tx.catalogue.names, key, value)
			at = line.Time.UnixMilli()
			return errors.Join(err, errStop)
		})
		if err != nil && !errors.Is(err, errStop) {
			return from, err
		}
		if at < millis {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}
