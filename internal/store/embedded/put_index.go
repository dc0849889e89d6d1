package embedded

import (
	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// putIndex replaces the forward record.
func (tx *transaction) putIndex(t typeNumber, old identityRecord, record store.Record, p store.Prepared) error {
	before, err := tx.oldForward(t, old)
	if err != nil {
		return err
	}
	if err := tx.pruneUndo(); err != nil {
		return err
	}
	if old.exists() { // of a first version the log says that there was nothing before
		if err := tx.set(undoKey(tx.commit, t, old.d), undoValue(before)); err != nil {
			return err
		}
	}
	if p.Method == store.Delete {
		tx.unwait(p.Key)
		return tx.dropForward(t, old.d, before)
	}
	next, err := tx.draftOf(t, p)
	if err != nil {
		return err
	}
	after := &forward{
		t: t, d: old.d, version: record.Version, commit: tx.commit, lastUpdated: tx.time, id: record.Key.ID}
	tx.wait(p.Key, waiting{forward: after, draft: next, before: before, label: p.Label})
	return nil
}

// draftOf is the draft made before the lock, if there is one for this store.
func (tx *transaction) draftOf(t typeNumber, p store.Prepared) (*draft, error) {
	if encoded, ok := p.Encoded.(*encoded); ok && encoded.store == tx.store {
		return encoded.draft, nil
	}
	return newDraft(tx.catalogue, &tx.store.hash, t, p.Index)
}

func (tx *transaction) oldForward(t typeNumber, old identityRecord) ([]byte, error) {
	if !old.live() {
		return nil, nil
	}
	value, found, err := getValue(tx.latest(), forwardKey(t, old.d))
	if err == nil && !found {
		err = store.ErrFormat
	}
	return value, err
}

// latest is what this transaction's index is read from: what was written of it so far, where the batch can
// tell, otherwise the store, and then nothing was written of it yet.
func (tx *transaction) latest() pebble.Reader {
	if tx.indexed {
		return tx.batch
	}
	return tx.store.db
}

// writeForward writes a forward record. The index of it is written later, by the indexer.
func (tx *transaction) writeForward(f *forward, next *draft, before []byte) error {
	if err := tx.resolve(next.targets); err != nil {
		return err
	}
	tx.scratch = appendForward(tx.scratch[:0], f, next.targets, next.compartments, next.groups)
	if err := tx.set(forwardKey(f.t, f.d), tx.scratch); err != nil {
		return err
	}
	e := freshEntry{commit: tx.commit, t: f.t, d: f.d, existed: before != nil}
	e.keys = indexed{t: f.t, d: f.d, draft: next, lastUpdated: f.lastUpdated}.keys(nil)
	if f.commit != tx.commit && !tx.changed[f.d] { // nothing else in the store says that, and from what, it changed
		e.due = true
		if err := tx.set(dueKey(tx.commit, f.t, f.d), undoValue(before)); err != nil {
			return err
		}
	}
	tx.refresh(e)
	return nil
}

// refresh notes that a document is fresh.
func (tx *transaction) refresh(e freshEntry) {
	if tx.changed == nil {
		tx.changed = map[document]bool{}
	}
	tx.changed[e.d] = true
	tx.fresh.add(e)
}

// dropForward takes the forward record of a document that is deleted.
func (tx *transaction) dropForward(t typeNumber, d document, before []byte) error {
	if before == nil {
		return nil
	}
	tx.dirty = true
	tx.refresh(freshEntry{commit: tx.commit, t: t, d: d, existed: true})
	return tx.batch.Delete(forwardKey(t, d), nil)
}

// decodeDraft makes the draft again that a forward record was written from.
func (tx *transaction) decodeDraft(t typeNumber, d document, data []byte) (*forward, *draft, error) {
	f, err := decodeForward(&tx.catalogue.names, t, d, data)
	if err != nil {
		return nil, nil, err
	}
	made, err := draftOfForward(tx.catalogue, &tx.store.hash, f)
	return f, made, err
}

// draftOfForward derives the postings of a forward record. Parameters that are no longer registered have theirs too:
// deleting what a range deletion took already does no harm.
func draftOfForward(c *catalogue, h *hasher, f *forward) (*draft, error) {
	d := &draft{targets: f.targets()}
	r := decoder{rest: f.compartments}
	for len(r.rest) > 0 {
		d.compartments = append(d.compartments, int(r.uvarint()))
	}
	w := postingWriter{hash: h}
	r = decoder{rest: f.entries}
	for len(r.rest) > 0 && !r.failed {
		start := r.rest
		number := parameterNumber(r.uvarint())
		value := decoder{rest: r.span()}
		if len(d.groups) == 0 || d.groups[len(d.groups)-1].number != number {
			d.endGroup(&w)
			d.groups = append(d.groups, &group{number: number})
			w.begin(f.t, number, c.labels[number])
		}
		g := d.groups[len(d.groups)-1]
		g.entries = append(g.entries, start[:len(start)-len(r.rest)]...)
		if len(value.rest) > 1 && value.rest[0] == kindLink {
			link := decoder{rest: value.rest[1:]}
			if n := int(link.uvarint()); n > 0 {
				g.links = append(g.links, n)
			}
		}
		w.add(value.value(f.target))
		r.failed = r.failed || value.failed
	}
	d.endGroup(&w)
	return d, r.err()
}

func (d *draft) endGroup(w *postingWriter) {
	if len(d.groups) > 0 {
		d.groups[len(d.groups)-1].end(w)
	}
}

// indexed is a document with its draft, for listing all its keys in the index.
type indexed struct {
	t           typeNumber
	d           document
	draft       *draft
	lastUpdated int64
}

// keys lists all postings and names, but of the groups to skip.
func (x indexed) keys(skip func(*group) bool) keyList {
	count, size := x.draft.measure()
	l := keyList{data: make([]byte, 0, size), ends: make([]uint32, 0, count)}
	end := order.AppendUint32(nil, uint32(x.d))
	l.add(false, livePrefix(x.t), end)
	l.add(false, lastUpdatedPrefix(x.t, x.lastUpdated), end)
	for _, n := range x.draft.compartments {
		focus := x.draft.targets[n-1]
		l.add(false, compartmentPrefix(focus.t, focus.d, x.t), end)
	}
	for _, g := range x.draft.groups {
		if skip == nil || !skip(g) {
			g.finish(&l, x.t, x.d, x.draft.targets)
		}
	}
	return l
}

// measure is about how many keys there are, and bytes of them.
func (d *draft) measure() (count, size int) {
	count, size = 2+len(d.compartments), 48+11*len(d.compartments)
	for _, g := range d.groups {
		count += len(g.keys) + len(g.links) + len(g.names)
		size += 13 * len(g.links)
		for _, p := range g.keys {
			size += len(p.key) + 4
		}
		for _, name := range g.names {
			size += len(name)
		}
		if g.link != nil {
			count++
			size += 10 + len(g.link)
		}
	}
	return count, size
}

// lastUpdatedPrefix is the S key of a document's lastUpdated without the document: sorting is by its beginning in
// both directions.
func lastUpdatedPrefix(t typeNumber, lastUpdated int64) []byte {
	rank, _ := query.Rank(query.Period{Low: lastUpdated * 1000}, false)
	return appendSort(parameterPrefix(familySort, t, parameterLastUpdated), mirrored, rank)
}
