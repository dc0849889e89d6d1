package embedded

import (
	"context"
	"encoding/base64"
	"errors"
	"sort"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/audit"
)

// lastRow is the newest Record of a log, without its contents; the zero Row when there is none. Of a chain
// that has an opening and no Record, which nothing but tampering leaves, it is the opening. What cannot be
// read there is damaged, which Verify tells; it must not keep plans from being found, so that the log goes on
// behind it.
func lastRow(kv pebble.Reader, damaged func(error)) (last audit.Row, err error) {
	err = lastKey(kv, auditRow, func(key, value []byte) (err error) {
		last, err = decodeAuditRow(key, value)
		last.Sealed = nil
		return err
	}, damaged)
	if err != nil {
		return last, err
	}
	return last, lastKey(kv, auditOpening, func(key, value []byte) error {
		opening, err := decodeAuditOpening(key, value)
		if opening.Chain > last.Chain {
			last = audit.Row{Place: audit.Place{Chain: opening.Chain}, Time: max(opening.Time, last.Time), Link: opening.Link()}
		}
		return err
	}, damaged)
}

// lastKey visits the last key of a part of the log. Its errors are those of reading; visit's go to damaged.
func lastKey(kv pebble.Reader, part byte, visit func(key, value []byte) error, damaged func(error)) error {
	prefix := []byte{familyAudit, part}
	it, err := kv.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	if it.Last() {
		if err := visit(it.Key(), it.Value()); err != nil {
			damaged(err)
		}
	}
	return it.Close()
}

// Read walks the keys of the narrowest thing the filter names, or all Records where it names none.
func (l *auditLog) Read(ctx context.Context, f audit.Filter) (audit.Page, error) {
	if err := l.store.calls.begin(); err != nil {
		return audit.Page{}, err
	}
	defer l.store.calls.end()
	if f.Count <= 0 || f.Count > audit.MaxCount {
		f.Count = audit.MaxCount
	}
	r := &auditReading{ctx: ctx, kv: l.store.db, filter: f}
	if err := r.bound(l.durable.Load().Place); err != nil {
		return audit.Page{}, err
	}
	err := r.walk(&l.store.hash)
	if errors.Is(err, errStop) {
		err = nil
	}
	return r.page, err
}

// auditReading is one Read at work.
type auditReading struct {
	ctx    context.Context
	kv     pebble.Reader
	filter audit.Filter
	oldest audit.Place // included
	newest audit.Place // not included
	page   audit.Page
}

// bound finds between which places the filter looks. Times never run backwards along the chains, so that they need no
// keys of their own.
func (r *auditReading) bound(durable audit.Place) (err error) {
	r.newest = following(durable)
	if r.filter.Cursor != "" {
		position, err := base64.RawURLEncoding.DecodeString(r.filter.Cursor)
		if err != nil || len(position) != auditPlaceSize {
			return audit.ErrCursor
		}
		if at := auditPlaceOf(position); at.Before(r.newest) {
			r.newest = at
		}
	}
	if at := r.filter.Before; at != (audit.Place{}) && at.Before(r.newest) {
		r.newest = at
	}
	if !r.filter.Until.IsZero() {
		until, err := firstSince(r.kv, r.filter.Until)
		if err != nil {
			return err
		}
		if until.Before(r.newest) {
			r.newest = until
		}
	}
	if !r.filter.Since.IsZero() {
		r.oldest, err = firstSince(r.kv, r.filter.Since)
	}
	if at := following(r.filter.After); r.filter.After != (audit.Place{}) && r.oldest.Before(at) {
		r.oldest = at
	}
	if r.newest.Before(r.oldest) {
		r.newest = r.oldest
	}
	return err
}

// firstSince is the place of the first Record at or after t, or one behind all others.
func firstSince(kv pebble.Reader, t time.Time) (audit.Place, error) {
	var openings []audit.Opening
	err := scan(kv, []byte{familyAudit, auditOpening}, func(key, value []byte) error {
		opening, err := decodeAuditOpening(key, value)
		openings = append(openings, opening)
		return err
	})
	if err != nil {
		return audit.Place{}, err
	}
	milliseconds := t.UnixMilli()
	if t.Nanosecond()%int(time.Millisecond) != 0 {
		milliseconds++ // Records have whole ones
	}
	// The chain before the first that begins at or after t may have such Records too.
	chain := sort.Search(len(openings), func(i int) bool { return openings[i].Time >= milliseconds })
	if chain == 0 {
		return audit.Place{}, nil
	}
	return firstInChain(kv, openings[chain-1].Chain, milliseconds)
}

// firstInChain searches a chain by halves.
func firstInChain(kv pebble.Reader, chain uint32, milliseconds int64) (audit.Place, error) {
	prefix := order.AppendUint32([]byte{familyAudit, auditRow}, chain)
	it, err := kv.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return audit.Place{}, err
	}
	low, high := uint64(1), uint64(1)
	if it.Last() {
		high = order.Uint64(it.Key()[6:]) + 1
	}
	for low < high && err == nil {
		middle := low + (high-low)/2
		later := true
		if it.SeekGE(auditRowKey(audit.Place{Chain: chain, Sequence: middle})) {
			var row audit.Row
			row, err = decodeAuditRow(it.Key(), it.Value())
			later = row.Time >= milliseconds
		}
		if later {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return audit.Place{Chain: chain, Sequence: low}, errors.Join(err, it.Close())
}

// walk takes what the filter selects into the page.
func (r *auditReading) walk(h *hasher) error {
	var prefix []byte
	switch f := &r.filter; {
	case f.Patient != "":
		prefix = appendAuditPrefix(nil, auditPatient, h.sum(hashAuditPatient, string(f.Patient)))
	case f.Subject != "":
		prefix = appendAuditPrefix(nil, auditAgent, h.sum(hashAuditAgent, f.Issuer, f.Subject))
	case f.Organisation != "":
		prefix = appendAuditPrefix(nil, auditOrganisation, h.sum(hashAuditOrganisation, f.Organisation))
	default:
		return r.walkRows()
	}
	// Complemented places: what comes first is the newest, and bounds are exclusive where places are inclusive.
	lower := append(appendAuditPlace(prefix, r.newest), 0)
	upper := append(appendAuditPlace(prefix[:len(prefix):len(prefix)], r.oldest), 0)
	return scanRange(r.kv, lower, upper, func(key, _ []byte) error {
		rowKey := auditRowKey(auditPlaceOf(key))
		value, found, err := getValue(r.kv, rowKey)
		if err != nil || !found {
			return err
		}
		return r.visit(rowKey, value)
	})
}

func (r *auditReading) walkRows() error {
	it, err := r.kv.NewIter(&pebble.IterOptions{LowerBound: auditRowKey(r.oldest), UpperBound: auditRowKey(r.newest)})
	if err != nil {
		return err
	}
	for valid := it.Last(); valid && err == nil; valid = it.Prev() {
		var value []byte
		if value, err = it.ValueAndErr(); err == nil {
			err = r.visit(it.Key(), value)
		}
	}
	return errors.Join(err, it.Close())
}

// visit takes one Record; errStop when the page is full and there is another.
func (r *auditReading) visit(key, value []byte) error {
	if r.page.Passed%1024 == 0 && r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	if r.filter.Most > 0 && r.page.Passed == r.filter.Most {
		return r.stop()
	}
	row, err := decodeAuditRow(key, value)
	if err != nil {
		return err
	}
	if row.Sealed == nil {
		r.pass(row.Place)
		return nil
	}
	record, err := audit.Open(row.Sealed)
	if err != nil {
		return err
	}
	record.Time = time.UnixMilli(row.Time).UTC()
	if r.filter.Matches(&record) {
		if len(r.page.Entries) == r.filter.Count {
			return r.stop()
		}
		r.page.Entries = append(r.page.Entries, audit.Entry{Place: row.Place, Record: record})
	}
	r.pass(row.Place)
	return nil
}

// pass notes that a Record has been looked at.
func (r *auditReading) pass(at audit.Place) { r.page.Last, r.page.Passed = at, r.page.Passed+1 }

// stop ends the page, with more to come.
func (r *auditReading) stop() error {
	r.page.Next = base64.RawURLEncoding.EncodeToString(appendAuditPlace(nil, r.page.Last))
	return errStop
}
