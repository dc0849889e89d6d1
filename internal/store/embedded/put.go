package embedded

import (
	"time"

	"hearken/fhir"
	"hearken/internal/store"
)

// Put stores the next version of a resource and the difference it makes to the index.
func (tx *transaction) Put(p store.Prepared) (store.Record, error) {
	if _, twice := tx.written[p.Key]; twice {
		return store.Record{}, fhir.Errorf(fhir.CodeDuplicate, "%s is written twice in one transaction", p.Key.Type)
	}
	record, err := tx.put(p)
	if err != nil {
		tx.failed = err // half a version may be in the batch
		return store.Record{}, err
	}
	tx.written[p.Key] = record
	return copyOf(record), nil
}

func (tx *transaction) put(p store.Prepared) (store.Record, error) {
	t, err := tx.typeNumber(p.Key.Type)
	if err != nil {
		return store.Record{}, err
	}
	tx.touched[t] = true
	old, err := tx.identify(t, p.Key)
	if err != nil {
		return store.Record{}, err
	}
	record := store.Record{
		Key: p.Key, Version: old.version + 1, Method: p.Method, Commit: tx.commit,
		LastUpdated: time.UnixMilli(tx.time).UTC(), Patients: append([]fhir.ID{}, p.Patients...),
	}
	if p.Method != store.Delete {
		record.Body = p.Stamp(record.Version, record.LastUpdated)
	}
	next := identityRecord{d: old.d, version: record.Version, commit: tx.commit, deleted: p.Method == store.Delete}
	tx.identities[p.Key] = next
	if err := tx.set(identityKey(t, p.Key.ID), next.encode()); err != nil {
		return record, err
	}
	if err := tx.putVersion(t, old.d, record); err != nil {
		return record, err
	}
	return record, tx.putIndex(t, old, record, p)
}

func (tx *transaction) set(key, value []byte) error {
	tx.dirty = true
	return tx.batch.Set(key, value, nil)
}

// putVersion writes the version and its lines in the log and the history.
func (tx *transaction) putVersion(t typeNumber, d document, record store.Record) error {
	apart := len(record.Body) > maxInlineBody
	tx.scratch = appendVersion(tx.scratch[:0], record, apart)
	if err := tx.set(versionKey(t, d, record.Version), tx.scratch); err != nil {
		return err
	}
	if apart {
		if err := tx.set(bodyKey(t, d, record.Version), record.Body); err != nil {
			return err
		}
	}
	n := tx.lines
	tx.lines++
	if err := tx.set(logKey(tx.commit, n), appendLogLine(nil, t, d, record)); err != nil {
		return err
	}
	return tx.set(historyKey(t, tx.commit, n), appendHistoryLine(nil, d, record.Version))
}

// typeNumber is the number of a type, given now if it has none.
func (tx *transaction) typeNumber(name fhir.Type) (typeNumber, error) {
	if t := tx.catalogue.types[name]; t != 0 {
		return t, nil
	}
	t, err := tx.catalogue.nextType()
	if err != nil {
		return 0, err
	}
	tx.catalogue = tx.catalogue.withType(name, t)
	tx.reader.catalogue = tx.catalogue
	return t, tx.set(typeMetaKey(name), []byte{byte(t)})
}

// identify is a resource's record, with a number given now if it has none.
func (tx *transaction) identify(t typeNumber, key fhir.Key) (identityRecord, error) {
	if record, ok := tx.identities[key]; ok {
		return record, nil
	}
	_, record, err := tx.known(key)
	if err != nil {
		return record, err
	}
	if record.d == 0 {
		if tx.next == 0 {
			return record, fhir.Errorf(fhir.CodeNoStore, "document numbers are used up")
		}
		record.d = tx.next
		tx.next++
		tx.mentioned = append(tx.mentioned, mention{t, key, record.d})
		tx.dirty = true
	}
	tx.identities[key] = record
	return record, nil
}

// mention is a resource that got its number in this transaction, by being written or only referred to.
type mention struct {
	t   typeNumber
	key fhir.Key
	d   document
}

// writeMentioned writes the identities of resources that were only referred to. That waits for the end, since most
// of what a transaction refers to is written in it.
func (tx *transaction) writeMentioned() error {
	for _, m := range tx.mentioned {
		if _, put := tx.written[m.key]; put {
			continue
		}
		if err := tx.set(identityKey(m.t, m.key.ID), identityRecord{d: m.d}.encode()); err != nil {
			return err
		}
	}
	tx.mentioned = tx.mentioned[:0]
	return nil
}

// resolve gives every target its type and document number.
func (tx *transaction) resolve(targets []target) error {
	for i := range targets {
		t, err := tx.typeNumber(targets[i].key.Type)
		if err != nil {
			return err
		}
		record, err := tx.identify(t, targets[i].key)
		if err != nil {
			return err
		}
		targets[i].t, targets[i].d = t, record.d
	}
	return nil
}
