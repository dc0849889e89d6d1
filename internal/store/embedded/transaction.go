package embedded

import (
	"context"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/store"
)

// transaction is a store.Tx: what one run of fn reads and writes.
type transaction struct {
	*reader
	store     *Store
	batch     *pebble.Batch // nothing reads it unless it is indexed
	indexed   bool
	shown     int // how many operations of batch the reader has been shown
	dirty     bool
	failed    error // after which nothing may be committed
	catalogue *catalogue

	commit     store.Commit
	time       int64
	next       document
	lines      uint32 // of the change log
	identities map[fhir.Key]identityRecord
	looked     map[fhir.Key]identityRecord // those stored before, as far as asked for; zero for what nobody had heard of
	mentioned  []mention
	scratch    []byte // for values, which the batch copies
	written    map[fhir.Key]store.Record
	touched    [256]bool        // the types of what was written or relabelled
	waiting    map[fhir.Key]int // where in queue
	queue      []waiting
	labels     map[typeNumber]madeLabel
	claims     map[string]fhir.Key
	fresh      freshLog          // what this transaction changed
	changed    map[document]bool // what is in fresh
	records    []*queued         // for the audit log
}

func newTransaction(ctx context.Context, s *Store) *transaction {
	tx := &transaction{
		store: s, catalogue: s.catalogue.Load(), batch: s.db.NewBatch(),
		commit: s.tip.commit + 1, next: s.tip.next,
		time:       max(s.options.Now().UnixMilli(), s.tip.time),
		identities: map[fhir.Key]identityRecord{}, written: map[fhir.Key]store.Record{}, claims: map[string]fhir.Key{},
	}
	tx.reader = newReader(ctx, s, s.db, s.tip.commit, s.fresh.view())
	return tx
}

// close drops what was not committed.
func (tx *transaction) close() {
	tx.reader.close()
	if tx.batch != nil {
		_ = tx.batch.Close()
	}
}

var _ audit.Recorder = (*transaction)(nil)

// Record puts a Record for the audit log into this transaction's commit.
func (tx *transaction) Record(r *audit.Record) error {
	q, err := tx.store.audit.prepare(r)
	if err != nil {
		tx.failed = err
		return err
	}
	tx.records = append(tx.records, q)
	tx.dirty = true
	return nil
}

func (tx *transaction) takeBatch() *pebble.Batch {
	tx.reader.close()
	batch := tx.batch
	tx.batch = nil
	return batch
}

// see makes the reader show what was written so far. Reading one's own writes by search needs an indexed batch,
// which costs more to write to, so the batch becomes one only when a search follows a write.
func (tx *transaction) see() error {
	if err := tx.writeWaiting(); err != nil {
		return err
	}
	if err := tx.writeMentioned(); err != nil {
		return err
	}
	if !tx.dirty || tx.shown == int(tx.batch.Count()) {
		return nil
	}
	if !tx.indexed {
		plain := tx.batch
		tx.batch, tx.indexed = tx.store.db.NewIndexedBatch(), true
		if err := tx.batch.Apply(plain, nil); err != nil {
			return err
		}
		if err := plain.Close(); err != nil {
			return err
		}
	}
	tx.shown = int(tx.batch.Count())
	tx.reader.close()
	tx.reader = newReader(tx.reader.ctx, tx.store, tx.batch, tx.commit, tx.reader.fresh)
	tx.reader.catalogue = tx.catalogue
	tx.reader.own = tx.fresh.view()
	return nil
}

// Get is the current version as of this transaction.
func (tx *transaction) Get(key fhir.Key) (store.Record, error) {
	if record, ok := tx.written[key]; ok {
		return copyOf(record), nil
	}
	if err := tx.reader.check(); err != nil {
		return store.Record{}, err
	}
	t, identity, err := tx.known(key)
	if err != nil {
		return store.Record{}, err
	}
	if !identity.exists() {
		return store.Record{}, store.ErrNotFound
	}
	return readVersion(tx.store.db, tx.catalogue, t, identity.d, identity.version)
}

// GetVersion is any version as of this transaction.
func (tx *transaction) GetVersion(key fhir.Key, version fhir.VersionID) (store.Record, error) {
	if record, ok := tx.written[key]; ok && record.Version == version {
		return copyOf(record), nil
	}
	return tx.reader.GetVersion(key, version)
}

func copyOf(r store.Record) store.Record {
	r.Body = append([]byte(nil), r.Body...)
	if len(r.Body) == 0 {
		r.Body = nil
	}
	return r
}
