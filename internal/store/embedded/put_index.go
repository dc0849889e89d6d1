package embedded

import (
	"bytes"
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// putIndex replaces the forward record and writes the difference between the postings of the two.
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
		return tx.dropIndex(t, old.d, before)
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

// latest is what this transaction's index is read from: what was written of it so far, where the batch can tell, otherwise
// the store, and then nothing was written of it yet.
func (tx *transaction) latest() pebble.Reader {
	if tx.indexed {
		return tx.batch
	}
	return tx.store.db
}

// writeForward writes a forward record and the index difference to the one before, if there is one.
func (tx *transaction) writeForward(f *forward, next *draft, before []byte) error {
	if err := tx.resolve(next.targets); err != nil {
		return err
	}
	tx.scratch = appendForward(tx.scratch[:0], f, next.targets, next.compartments, next.groups)
	if err := tx.set(forwardKey(f.t, f.d), tx.scratch); err != nil {
		return err
	}
	now := indexed{t: f.t, d: f.d, draft: next, lastUpdated: f.lastUpdated, space: &tx.space}
	if before == nil {
		tx.list = now.appendPostings(tx.list[:0], nil)
		return errors.Join(tx.addAll(tx.list), tx.addNames(now.names(nil)))
	}
	oldForward, old, err := tx.decodeDraft(f.t, f.d, before)
	if err != nil {
		return err
	}
	was := indexed{t: f.t, d: f.d, draft: old, lastUpdated: oldForward.lastUpdated, space: &tx.space}
	same := func(g *group) bool { return old.sameGroup(next, g) }
	err = tx.diff(was.postings(func(g *group) bool { return next.sameGroup(old, g) }), now.postings(same))
	return errors.Join(err, tx.addNames(now.names(same)))
}

// dropIndex takes a document out of every index.
func (tx *transaction) dropIndex(t typeNumber, d document, before []byte) error {
	if before == nil {
		return nil
	}
	f, old, err := tx.decodeDraft(t, d, before)
	if err != nil {
		return err
	}
	tx.dirty = true
	if err := tx.batch.Delete(forwardKey(t, d), nil); err != nil {
		return err
	}
	return tx.diff(indexed{t: t, d: d, draft: old, lastUpdated: f.lastUpdated, space: &tx.space}.postings(nil), nil)
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

// sameGroup reports whether the draft has the same values of the group's parameter, so that no posting changes.
// Groups with local references are the same only if the tables of targets are.
func (d *draft) sameGroup(other *draft, g *group) bool {
	at, found := slices.BinarySearchFunc(d.groups, g.number, func(g *group, n parameterNumber) int {
		return int(g.number) - int(n)
	})
	if !found || !bytes.Equal(d.groups[at].entries, g.entries) {
		return false
	}
	return len(g.links) == 0 || slices.Equal(d.targets, other.targets)
}

// indexed is a document with its draft, for listing all its postings.
type indexed struct {
	t           typeNumber
	d           document
	draft       *draft
	lastUpdated int64
	space       *keySpace // for the keys
}

// postings lists all postings, but of the groups to skip.
func (x indexed) postings(skip func(*group) bool) []posting {
	return x.appendPostings(make([]posting, 0, x.draft.count()), skip)
}

func (x indexed) appendPostings(list []posting, skip func(*group) bool) []posting {
	end := order.AppendUint32(nil, uint32(x.d))
	list = append(list, posting{key: append(livePrefix(x.t), end...)}, posting{key: append(lastUpdatedPrefix(x.t, x.lastUpdated), end...)})
	for _, n := range x.draft.compartments {
		focus := x.draft.targets[n-1]
		list = append(list, posting{key: append(compartmentPrefix(focus.t, focus.d, x.t), end...)})
	}
	for _, g := range x.draft.groups {
		if skip == nil || !skip(g) {
			list = g.finish(list, x.space, x.t, x.d, x.draft.targets)
		}
	}
	return list
}

// names lists the names of all values, but of the groups to skip.
func (x indexed) names(skip func(*group) bool) (names [][]byte) {
	for _, g := range x.draft.groups {
		if skip == nil || !skip(g) {
			names = g.finishNames(names, x.t, x.draft.targets)
		}
	}
	return names
}

// count is how many postings there are.
func (d *draft) count() int {
	n := 2 + len(d.compartments)
	for _, g := range d.groups {
		n += len(g.keys) + len(g.links)
	}
	return n
}

// lastUpdatedPrefix is the S key of a document's lastUpdated without the document: sorting is by its beginning in
// both directions.
func lastUpdatedPrefix(t typeNumber, lastUpdated int64) []byte {
	rank, _ := query.Rank(query.Period{Low: lastUpdated * 1000}, false)
	return appendSort(parameterPrefix(familySort, t, parameterLastUpdated), mirrored, rank)
}
