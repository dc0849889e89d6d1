package embedded

import (
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/audit"
)

// purgeChunk is how many Records are purged in one batch.
const purgeChunk = 1000

// Purge records that it is going to, and then takes the contents and search keys of all Records older than before.
// Should it be cut short, what is left of them is purged by the next.
func (l *auditLog) Purge(ctx context.Context, before time.Time, by audit.Agent) (purged int, err error) {
	before = before.Truncate(time.Millisecond)
	if err := l.Append(ctx, audit.PurgeRecord(before, by)); err != nil {
		return 0, err
	}
	if err := l.store.calls.begin(); err != nil {
		return 0, err
	}
	defer l.store.calls.end()
	head := *l.durable.Load()
	if head.Time.Before(before) {
		before = head.Time // what said so itself stays
	}
	end, err := firstSince(l.store.db, before)
	for from := (audit.Place{}); err == nil && ctx.Err() == nil; {
		var n int
		n, from, err = l.purgeChunk(from, end)
		if purged += n; n == 0 {
			return purged, err
		}
	}
	return purged, errors.Join(err, ctx.Err())
}

// purgeChunk purges some Records from a place on, and says from where on to continue.
func (l *auditLog) purgeChunk(from, end audit.Place) (n int, next audit.Place, err error) {
	batch := l.store.db.NewBatch()
	defer batch.Close()
	next = from
	err = scanRange(l.store.db, auditRowKey(from), auditRowKey(end), func(key, value []byte) error {
		row, err := decodeAuditRow(key, value)
		if err != nil {
			return err
		}
		next = following(row.Place)
		if row.Sealed == nil {
			return nil
		}
		if n == purgeChunk {
			next = row.Place
			return errStop
		}
		n++
		return l.purgeRow(batch, row)
	})
	if err != nil && !errors.Is(err, errStop) {
		return 0, next, err
	}
	if n == 0 {
		return 0, next, nil
	}
	return n, next, batch.Commit(pebble.Sync)
}

func (l *auditLog) purgeRow(batch *pebble.Batch, row audit.Row) error {
	record, err := audit.Open(row.Sealed)
	if err != nil {
		return err
	}
	for prefix := range auditPrefixes(appendAuditPrefixes(nil, &l.store.hash, &record)) {
		if err := batch.Delete(appendAuditPlace(append([]byte(nil), prefix...), row.Place), nil); err != nil {
			return err
		}
	}
	row.Contents, row.Sealed = audit.ContentsHash(row.Sealed), nil
	return batch.Set(auditRowKey(row.Place), appendAuditRow(nil, &row), nil)
}
