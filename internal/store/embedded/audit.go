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
// A Record is encoded by whoever brings it, queued, and numbered by the one committer, which writes all that
// have queued up meanwhile in one batch and syncs once. Where nobody else is about to record anything, who
// brings it does that alone, and no other goroutine is woken for it. What a transaction records is numbered
// and written with its own batch. The lock is held from numbering until the batch is in Pebble's log, so that
// Records stand there in the order of their numbers: what a crash leaves of a chain is its beginning, without
// a gap.
type auditLog struct {
	store   *Store
	turn    sync.Mutex   // of who makes a group durable: one after the other
	crowd   atomic.Int32 // how many the committer had in its last group
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

// Append makes the Record durable, or queues it and waits until it is. When ctx ends before, the Record may
// still become so; the one who makes their own durable has to wait for the disk all the same.
func (l *auditLog) Append(ctx context.Context, r *audit.Record) error {
	if err := l.store.calls.begin(); err != nil {
		return err
	}
	defer l.store.calls.end()
	if err := l.appendable(); err != nil {
		return err
	}
	q, err := l.prepare(r)
	if err != nil {
		return err
	}
	if l.alone() {
		defer q.release()
		defer l.turn.Unlock()
		return l.commitGroup([]*queued{q})
	}
	select {
	case l.queue <- q:
	case <-ctx.Done():
		q.release()
		return ctx.Err()
	}
	return l.await(ctx, q)
}

func (l *auditLog) await(ctx context.Context, q *queued) error {
	select {
	case err := <-q.done:
		q.release()
		return err
	case <-ctx.Done():
		return ctx.Err() // the committer still has it: it is not used again
	}
}

// alone takes the turn where nobody else records anything, nor did when last somebody waited: in a crowd one
// sync is for many.
func (l *auditLog) alone() bool {
	return l.crowd.Load() <= 1 && len(l.queue) == 0 && l.turn.TryLock()
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
