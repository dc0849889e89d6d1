package embedded

import (
	"encoding/binary"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/internal/store"
)

// maxInlineBody is the largest body that stands beside its version. A larger one has a key of its own, so that
// reading what is known of a version stays cheap.
const maxInlineBody = 1 << 20

// The bits of a version's flags.
const (
	versionApart    = 1 // the body is at bodyKey
	versionPatients = 2 // the patients are told; in versions of format 1 they are not
)

// appendVersion writes the value of V; apart says that the body is elsewhere.
func appendVersion(b []byte, r store.Record, apart bool) []byte {
	b = binary.AppendUvarint(b, uint64(r.Commit))
	b = binary.AppendUvarint(b, uint64(r.LastUpdated.UnixMilli()))
	b = append(b, byte(r.Method))
	b = appendStrings(b, string(r.Key.ID))
	flags := byte(versionPatients)
	if apart {
		flags |= versionApart
	}
	b = binary.AppendUvarint(append(b, flags), uint64(len(r.Patients)))
	for _, id := range r.Patients {
		b = appendStrings(b, string(id))
	}
	if apart {
		return b
	}
	return append(b, r.Body...)
}

// patients reads what appendVersion wrote of them: never nil.
func (r *decoder) patients() []fhir.ID {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.failed = true
		return nil
	}
	ids := make([]fhir.ID, n)
	for i := range ids {
		ids[i] = fhir.ID(r.text())
	}
	return ids
}

// decodeVersion reads V. The body is copied; apart says that it is elsewhere.
func decodeVersion(name fhir.Type, key, value []byte) (record store.Record, apart bool, err error) {
	r := decoder{rest: value}
	record.Commit = store.Commit(r.uvarint())
	record.LastUpdated = time.UnixMilli(int64(r.uvarint())).UTC()
	record.Method = store.Method(r.byte())
	record.Key = fhir.Key{Type: name, ID: fhir.ID(r.text())}
	flags := r.byte()
	apart = flags&versionApart != 0
	if flags&versionPatients != 0 {
		record.Patients = r.patients()
	}
	if r.failed || len(key) < 14 {
		return record, false, store.ErrFormat
	}
	record.Version = fhir.VersionID(^order.Uint64(key[6:14]))
	if !apart && len(r.rest) > 0 {
		record.Body = append([]byte(nil), r.rest...)
	}
	return record, apart, nil
}

// readVersion reads one version with its body.
func readVersion(kv pebble.Reader, c *catalogue, t typeNumber, d document, v fhir.VersionID) (store.Record, error) {
	key := versionKey(t, d, v)
	value, closer, err := kv.Get(key)
	if err == pebble.ErrNotFound {
		return store.Record{}, store.ErrNotFound
	}
	if err != nil {
		return store.Record{}, err
	}
	record, apart, err := decodeVersion(c.names[t], key, value)
	if closeErr := closer.Close(); err == nil {
		err = closeErr
	}
	if err != nil || !apart {
		return record, err
	}
	body, found, err := getValue(kv, bodyKey(t, d, v))
	if err == nil && !found {
		err = store.ErrFormat
	}
	record.Body = body
	return record, err
}
