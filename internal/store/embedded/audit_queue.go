package embedded

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/audit"
)

// queued is a Record ready to be numbered. It is used again when whoever brought it has heard of it.
type queued struct {
	sealed   []byte
	prefixes []byte // of its search keys, one after the other
	done     chan error
}

var queuedPool = sync.Pool{New: func() any { return &queued{done: make(chan error, 1)} }}

// maxPooled is the largest buffer that is kept: the Record of a large Bundle must not stay in memory for good.
const maxPooled = 16 << 10

func (q *queued) release() {
	if cap(q.sealed) <= maxPooled && cap(q.prefixes) <= maxPooled {
		queuedPool.Put(q)
	}
}

// prepare does all that can be done before a Record has its number.
func (l *auditLog) prepare(r *audit.Record) (*queued, error) {
	q := queuedPool.Get().(*queued)
	var salt audit.Salt
	if err := l.random.read(salt[:]); err != nil {
		return nil, err
	}
	q.sealed = audit.Seal(q.sealed[:0], salt, r)
	q.prefixes = appendAuditPrefixes(q.prefixes[:0], &l.store.hash, r)
	return q, nil
}

// maxGroup is how many bytes of contents go into one batch, about.
const maxGroup = 4 << 20

// commitQueued is the committer. It never ends before the queue is closed: after a fault it tells everyone so.
func (l *auditLog) commitQueued() {
	defer close(l.stopped)
	var group []*queued
	last := 0
	for q := range l.queue {
		group = append(group[:0], q)
		l.turn.Lock()
		l.gather(last)
		for size := len(q.sealed); size < maxGroup && len(l.queue) > 0; size += len(q.sealed) {
			q = <-l.queue
			group = append(group, q)
		}
		last = len(group)
		l.crowd.Store(int32(last))
		err := l.commitGroup(group)
		l.turn.Unlock()
		for i, q := range group {
			q.done <- err
			group[i] = nil
		}
	}
}

// A sync costs about as much as dozens of records, so that under load it pays to wait a little for more of them. Few
// records at a time are never made to wait.
const (
	gatherFrom = 8
	gatherTime = 500 * time.Microsecond
)

// gather lets whoever is about to record something do so first, so that one sync is for more of them.
func (l *auditLog) gather(last int) {
	if last >= gatherFrom && len(l.queue) < last {
		time.Sleep(gatherTime)
		return
	}
	runtime.Gosched()
}

// commitGroup makes the Records durable. A panic on the way is a fault like any other: the store becomes read-only,
// and nobody is told that anything was recorded.
func (l *auditLog) commitGroup(group []*queued) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.store.fault.fail(errAuditPanic)
			err = l.store.fault.err()
		}
	}()
	if err := l.store.fault.err(); err != nil {
		return err
	}
	batch := l.store.db.NewBatch()
	head, err := l.apply(batch, group)
	if err != nil {
		return err // the batch is never closed: see Store.apply
	}
	if err := batch.SyncWait(); err != nil {
		l.store.fault.fail(err)
	}
	if err := l.store.fault.err(); err != nil {
		return err
	}
	l.reach(head)
	return batch.Close()
}

var errAuditPanic = errors.New("the audit log's committer panicked")

// apply numbers the Records into the batch and hands it to Pebble's log and memtable. It is durable when the batch's
// SyncWait returns. After an error nothing is ever recorded again.
func (l *auditLog) apply(batch *pebble.Batch, group []*queued) (*audit.Head, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if err := l.number(batch, group); err != nil {
		l.store.fault.fail(fmt.Errorf("numbering audit records: %w", err))
		return nil, l.store.fault.err()
	}
	if err := l.store.db.ApplyNoSyncWait(batch, pebble.Sync); err != nil {
		l.store.fault.fail(err)
	}
	if err := l.store.fault.err(); err != nil {
		return nil, err
	}
	return headOf(&l.tail), nil
}

// number writes the Records behind the newest, and before the first of this run the opening of its chain. The
// rows come first and then what they are searched by: in the order of their keys they cost the memtable
// least.
func (l *auditLog) number(batch *pebble.Batch, group []*queued) error {
	now := max(l.store.options.Now().UnixMilli(), l.tail.Time)
	if !l.begun {
		if err := l.begin(batch, now); err != nil {
			return err
		}
	}
	first := following(l.tail.Place)
	var value []byte
	for _, q := range group {
		at := following(l.tail.Place)
		row := audit.Row{Place: at, Time: now, Sealed: q.sealed}
		row.Link = audit.Link(l.tail.Link, at, now, audit.ContentsHash(q.sealed))
		value = appendAuditRow(value[:0], &row)
		if err := batch.Set(auditRowKey(at), value, nil); err != nil {
			return err
		}
		row.Sealed = nil
		l.tail = row
	}
	return indexRecords(batch, group, first)
}

// indexRecords writes the search keys of Records that stand one behind the other.
func indexRecords(batch *pebble.Batch, group []*queued, at audit.Place) error {
	var key []byte
	for _, q := range group {
		for prefix := range auditPrefixes(q.prefixes) {
			key = appendAuditPlace(append(key[:0], prefix...), at)
			if err := batch.Set(key, nil, nil); err != nil {
				return err
			}
		}
		at = following(at)
	}
	return nil
}

// begin writes the opening of this run's chain, which names the Record before it.
func (l *auditLog) begin(batch *pebble.Batch, now int64) error {
	opening := audit.Opening{Chain: l.tail.Chain + 1, Time: now, Previous: l.tail.Place, Hash: l.tail.Link}
	if err := l.random.read(opening.Salt[:]); err != nil {
		return err
	}
	l.begun = true
	l.tail = audit.Row{Place: audit.Place{Chain: opening.Chain}, Time: now, Link: opening.Link()}
	return batch.Set(auditOpeningKey(opening.Chain), appendAuditOpening(nil, &opening), nil)
}
