package embedded

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"hearken/internal/audit"
	"hearken/internal/store"
)

// auditLog is the audit.Log of a store: a path of its own beside Update.
//
// A Record is encoded and hashed by whoever brings it, queued, and numbered by the one committer, which writes all that have
// queued up meanwhile in one batch and syncs once. What a transaction records is numbered and written with its own batch.
// The lock is held from numbering until the batch is in Pebble's log, so that Records stand there in the order of
// their numbers: what a crash leaves of a chain is its beginning, without a gap.
type auditLog struct {
	store   *Store
	queue   chan *queued
	stopped chan struct{} // closed when the committer has ended

	lock   sync.Mutex
	tail   audit.Row // guarded by lock: the newest Record, durable or not, without contents
	begun  bool      // guarded by lock: this run has a chain
	random lockedReader

	durable atomic.Pointer[audit.Head]
}

var _ audit.Log = (*auditLog)(nil)

// auditQueue is how many Records may wait for the committer; whoever brings more waits himself.
const auditQueue = 1024

// Audit is the store's audit log.
func (s *Store) Audit() audit.Log { return s.audit }

// startAudit finds the end of the log and starts the committer.
func (s *Store) startAudit() error {
	l := &auditLog{store: s, queue: make(chan *queued, auditQueue), stopped: make(chan struct{})}
	l.random.from = s.options.Random
	tail, err := lastRow(s.db, func(err error) { s.options.Logger.Error("the end of the audit log is damaged", "cause", err) })
	if err != nil {
		return err
	}
	l.tail = tail
	l.durable.Store(headOf(&tail))
	s.audit = l
	go l.commitQueued()
	return nil
}

func headOf(r *audit.Row) *audit.Head {
	if r.Place == (audit.Place{}) {
		return &audit.Head{}
	}
	return &audit.Head{Place: r.Place, Time: time.UnixMilli(r.Time).UTC(), Hash: r.Link}
}

// stop ends the committer when all that is queued is done with. Nobody may append any more.
func (l *auditLog) stop() {
	close(l.queue)
	<-l.stopped
}

// Append queues the Record and waits until it is durable. When ctx ends before, the Record may still become so.
func (l *auditLog) Append(ctx context.Context, r *audit.Record) error {
	if err := l.store.calls.begin(); err != nil {
		return err
	}
	defer l.store.calls.end()
	if err := l.appendable(); err != nil {
		return err
	}
	q, err := l.enqueue(ctx, r)
	if err != nil {
		return err
	}
	select {
	case err := <-q.done:
		q.release()
		return err
	case <-ctx.Done():
		return ctx.Err() // the committer still has it: it is not used again
	}
}

func (l *auditLog) enqueue(ctx context.Context, r *audit.Record) (*queued, error) {
	q, err := l.prepare(r)
	if err != nil {
		return nil, err
	}
	select {
	case l.queue <- q:
		return q, nil
	case <-ctx.Done():
		q.release()
		return nil, ctx.Err()
	}
}

// appendable says why nothing could be recorded. The reserve that ordinary writes leave alone is for the log, but
// for its last part.
func (l *auditLog) appendable() error {
	if err := l.store.fault.err(); err != nil {
		return err
	}
	if l.store.space.used.Load() {
		return store.ErrFull
	}
	return nil
}

// Ready is nil, ErrClosed, ErrReadOnly, or ErrFull when the reserve that is the log's is used up, too.
func (l *auditLog) Ready() error {
	if l.store.calls.isClosed() {
		return store.ErrClosed
	}
	return l.appendable()
}

// Head is the newest durable Record.
func (l *auditLog) Head(context.Context) (audit.Head, error) {
	if l.store.calls.isClosed() {
		return audit.Head{}, store.ErrClosed
	}
	return *l.durable.Load(), nil
}

// reach says that the Record of head and all before it are durable.
func (l *auditLog) reach(head *audit.Head) {
	for {
		old := l.durable.Load()
		if !old.Before(head.Place) || l.durable.CompareAndSwap(old, head) {
			return
		}
	}
}

// Digest is the keyed hash of a value.
func (l *auditLog) Digest(value string) audit.Digest {
	return l.store.hash.sum(hashAuditSought, value)
}

// lockedReader is a source of random bytes for many.
type lockedReader struct {
	lock sync.Mutex
	from io.Reader
}

func (r *lockedReader) read(b []byte) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	_, err := io.ReadFull(r.from, b)
	return err
}
