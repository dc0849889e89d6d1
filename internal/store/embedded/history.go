package embedded

import (
	"encoding/binary"
	"errors"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// appendHistoryLine writes a line of H.
func appendHistoryLine(b []byte, d document, v fhir.VersionID) []byte {
	return binary.AppendUvarint(order.AppendUint32(b, uint32(d)), uint64(v))
}

// place is where a version stands in a history: key is the key of V, H or L that the next page goes on after.
type place struct {
	key     []byte
	t       typeNumber
	d       document
	version fhir.VersionID
}

// History is one page of versions, newest first.
func (r *reader) History(q store.HistoryQuery) (store.HistoryPage, error) {
	if err := r.check(); err != nil {
		return store.HistoryPage{}, err
	}
	q.Where = query.Simplify(q.Where) // once, and not for each version: that of somebody who logged in is of every type
	h := historyWalk{reader: r, query: q, page: store.HistoryPage{Total: -1}}
	walk, found, err := h.start()
	if err != nil || !found {
		return store.HistoryPage{Total: h.none()}, err
	}
	if err := walk(); err != nil {
		return store.HistoryPage{}, err
	}
	return h.page, h.err
}

// historyWalk collects one page of a history.
type historyWalk struct {
	*reader
	query store.HistoryQuery
	hash  [queryHashSize]byte
	after []byte // the place of the last version of the page before
	total int    // of an instance, as the first page counted it; -1 while it counts
	page  store.HistoryPage
	last  []byte
	err   error
}

// none is the total where there is nothing.
func (h *historyWalk) none() int {
	if h.query.ID != "" {
		return 0
	}
	return -1
}

// start opens the cursor and chooses the family to walk; found is false when there is no such resource or type.
func (h *historyWalk) start() (walk func() error, found bool, err error) {
	h.hash = historyHash(&h.store.hash, h.query)
	h.total = -1
	if h.query.Cursor != "" {
		c, err := h.store.openCursor(cursorHistory, h.query.Cursor)
		if err != nil || c.hash != h.hash {
			return nil, false, store.ErrCursor
		}
		h.after, h.total = c.position, c.total
	}
	t := h.catalogue.types[h.query.Type]
	switch {
	case h.query.Type == "":
		return h.walkLog, true, nil
	case t == 0:
		return nil, false, nil
	case h.query.ID == "":
		return func() error { return h.walkType(t) }, true, nil
	}
	identity, found, err := readIdentity(h.kv, h.catalogue, fhir.Key{Type: h.query.Type, ID: h.query.ID})
	if err != nil || !found || !identity.exists() {
		return nil, false, err
	}
	return func() error { return h.walkInstance(t, identity) }, true, nil
}

// walkInstance goes down the versions of one resource. The first page counts all that the query asks for.
func (h *historyWalk) walkInstance(t typeNumber, identity identityRecord) error {
	from := identity.version
	if len(h.after) == 8 {
		from = fhir.VersionID(order.Uint64(h.after)) - 1
	}
	count := 0
	for v := from; v > 0; v-- {
		position := order.AppendUint64(nil, uint64(v))
		wanted, more := h.visit(place{position, t, identity.d, v}, h.total < 0)
		if wanted {
			count++
		}
		if !more {
			break
		}
	}
	if h.total < 0 {
		h.total = count
	}
	h.page.Total = h.total
	if h.page.Next != "" {
		h.page.Next = h.seal()
	}
	return h.err
}

func (h *historyWalk) walkType(t typeNumber) error {
	lower := []byte{familyHistory, byte(t)}
	upper := after(lower)
	if h.after != nil {
		lower = append(append(lower, h.after...), 0)
	}
	return scanUntil(scanRange(h.kv, lower, upper, func(key, value []byte) error {
		line := decoder{rest: value}
		p := place{key[2:], t, document(line.uint32()), fhir.VersionID(line.uvarint())}
		if line.failed {
			return store.ErrFormat
		}
		_, more := h.visit(p, false)
		return stopUnless(more)
	}))
}

// walkLog goes down the change log.
func (h *historyWalk) walkLog() error {
	lower := []byte{familyLog}
	upper := after(lower)
	if h.after != nil {
		upper = append(lower, h.after...)
	}
	it, err := h.iterator(lower, upper)
	if err != nil {
		return err
	}
	for valid := it.Last(); valid; valid = it.Prev() {
		line, err := decodeLogLine(&h.catalogue.names, it.Key(), it.Value())
		if err != nil {
			return err
		}
		if _, more := h.visit(place{it.Key()[1:], line.t, line.d, line.Version}, false); !more {
			break
		}
	}
	return h.done(it)
}

// visit takes a version into the page if the query asks for it. more is false when there is no need to go on;
// with counting it is true to the end.
func (h *historyWalk) visit(p place, counting bool) (wanted, more bool) {
	record, err := readVersion(h.kv, h.catalogue, p.t, p.d, p.version)
	if err != nil {
		h.err = err
		return false, false
	}
	if h.query.Since.After(record.LastUpdated) {
		return false, false
	}
	if wanted, err = h.wants(p, record); err != nil || !wanted {
		h.err = err
		return false, err == nil
	}
	if len(h.page.Records) < h.query.Count {
		h.page.Records = append(h.page.Records, record)
		h.last = append(h.last[:0], p.key...)
		return true, true
	}
	if h.query.Count > 0 && h.page.Next == "" {
		h.page.Next = h.seal()
	}
	return true, counting
}

func (h *historyWalk) seal() string {
	return h.store.sealCursor(cursor{kind: cursorHistory, hash: h.hash, total: h.total, position: h.last})
}

// wants reports whether the query asks for a version.
func (h *historyWalk) wants(p place, record store.Record) (bool, error) {
	if !h.query.At.IsZero() {
		current, err := h.wasCurrent(p, record)
		if err != nil || !current {
			return false, err
		}
	}
	if h.query.Where == nil {
		return true, nil
	}
	f, err := h.forwardOf(p.t, p.d, record)
	if err != nil {
		return false, err
	}
	ev := &evaluator{reader: h.reader}
	return ev.holds(f, h.query.Where)
}

// wasCurrent reports whether a version was the newest at some moment the query asks about.
func (h *historyWalk) wasCurrent(p place, record store.Record) (bool, error) {
	if record.LastUpdated.After(h.query.At) && !record.LastUpdated.Before(h.query.Until) {
		return false, nil
	}
	next, err := readVersion(h.kv, h.catalogue, p.t, p.d, p.version+1)
	if err == store.ErrNotFound {
		return true, nil
	}
	return err == nil && next.LastUpdated.After(h.query.At), err
}

// forwardOf is the forward record of any version: stored for the current one, extracted from the body of an
// older one. A deletion has that of the version it deleted.
func (r *reader) forwardOf(t typeNumber, d document, record store.Record) (*forward, error) {
	f, err := r.forward(t, d)
	if err != nil || f != nil && f.version == record.Version {
		return f, err
	}
	indexed := record
	for indexed.Deleted() && indexed.Version > 1 {
		if indexed, err = readVersion(r.kv, r.catalogue, t, d, indexed.Version-1); err != nil {
			return nil, err
		}
	}
	f = &forward{t: t, d: d, version: record.Version, commit: record.Commit,
		lastUpdated: record.LastUpdated.UnixMilli(), id: record.Key.ID, names: &r.catalogue.names}
	if indexed.Deleted() || r.store.options.Extract == nil {
		return f, nil
	}
	index, err := r.store.options.Extract(record.Key, indexed.Body)
	if err != nil {
		return nil, err
	}
	label, _, err := r.presentLabel(t, d, index.Compartments)
	if err != nil {
		return nil, err
	}
	return r.forwardOfIndex(f, labelled(index, r.catalogue.accessParameter(t), label))
}

// forwardOfIndex makes a forward record that is not stored.
func (r *reader) forwardOfIndex(f *forward, index query.Index) (*forward, error) {
	made, err := newDraft(r.catalogue, &r.store.hash, f.t, index)
	if err != nil {
		return nil, err
	}
	for i := range made.targets {
		identity, _, err := readIdentity(r.kv, r.catalogue, made.targets[i].key)
		if err != nil {
			return nil, err
		}
		made.targets[i].t, made.targets[i].d = r.catalogue.types[made.targets[i].key.Type], identity.d
	}
	data := appendForward(nil, f, made.targets, made.compartments, made.groups)
	return decodeForward(&r.catalogue.names, f.t, f.d, data)
}

// historyHash is what a cursor of this history is bound to.
func historyHash(h *hasher, q store.HistoryQuery) [queryHashSize]byte {
	where := ""
	if q.Where != nil {
		where = q.Where.String()
	}
	return h.sum(hashHistory, string(q.Type), string(q.ID), q.Since.Format(time.RFC3339Nano),
		q.At.Format(time.RFC3339Nano)+q.Until.Format(time.RFC3339Nano), where)
}

func stopUnless(more bool) error {
	if more {
		return nil
	}
	return errStop
}

// scanUntil is the error of a scan that may have been stopped.
func scanUntil(err error) error {
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}
