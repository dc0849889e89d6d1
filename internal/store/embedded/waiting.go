package embedded

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
)

// waiting is the index of a document that a transaction will write. It waits for the end, or for a search of
// one's own writes, because a label may come after what it is for, and every posting is written once.
type waiting struct {
	forward *forward
	draft   *draft
	before  []byte        // the forward record that it replaces, nil for none
	label   []query.Token // instead of the draft's, when not nil
}

func (tx *transaction) wait(key fhir.Key, w waiting) {
	if tx.waiting == nil {
		tx.waiting = map[fhir.Key]int{}
	}
	if at, ok := tx.waiting[key]; ok { // it was to be relabelled only
		tx.queue[at] = w
		return
	}
	tx.waiting[key] = len(tx.queue)
	tx.queue = append(tx.queue, w)
}

// unwait drops what waits of a resource that is deleted.
func (tx *transaction) unwait(key fhir.Key) {
	if at, ok := tx.waiting[key]; ok {
		tx.queue[at] = waiting{}
		delete(tx.waiting, key)
	}
}

// writeWaiting writes all that waits, in the order it came.
func (tx *transaction) writeWaiting() error {
	for i := range tx.queue {
		w := &tx.queue[i]
		if w.forward == nil {
			continue
		}
		if w.label != nil {
			w.draft = tx.withLabel(w.draft, w.forward.t, w.label)
		}
		if err := tx.writeForward(w.forward, w.draft, w.before); err != nil {
			tx.failed = err // half an index may be in the batch
			return err
		}
	}
	tx.queue = tx.queue[:0]
	clear(tx.waiting)
	return nil
}
