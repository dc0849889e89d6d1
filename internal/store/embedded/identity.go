package embedded

import (
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/internal/store"
)

// identityRecord is what I says of a resource: its number and its newest version. A resource that is only
// referred to has a number and version 0, so that references lead to it whichever comes first.
type identityRecord struct {
	d       document
	version fhir.VersionID
	commit  store.Commit
	deleted bool
}

// exists reports whether there ever was a version.
func (r identityRecord) exists() bool { return r.version > 0 }

// live reports whether the newest version is not a deletion.
func (r identityRecord) live() bool { return r.exists() && !r.deleted }

const flagDeleted = 1

func (r identityRecord) encode() []byte {
	value := order.AppendUint32(make([]byte, 0, 16), uint32(r.d))
	value = binary.AppendUvarint(value, uint64(r.version))
	value = binary.AppendUvarint(value, uint64(r.commit))
	if r.deleted {
		return append(value, flagDeleted)
	}
	return append(value, 0)
}

func decodeIdentity(value []byte) (identityRecord, error) {
	r := decoder{rest: value}
	record := identityRecord{
		d: document(r.uint32()), version: fhir.VersionID(r.uvarint()), commit: store.Commit(r.uvarint()),
		deleted: r.byte() == flagDeleted,
	}
	return record, r.err()
}

// readIdentity finds a resource's number; found is false for one never heard of.
func readIdentity(kv pebble.Reader, c *catalogue, key fhir.Key) (record identityRecord, found bool, err error) {
	t := c.types[key.Type]
	if t == 0 {
		return record, false, nil
	}
	value, closer, err := kv.Get(identityKey(t, key.ID))
	if err == pebble.ErrNotFound {
		return record, false, nil
	}
	if err != nil {
		return record, false, err
	}
	record, err = decodeIdentity(value)
	if closeErr := closer.Close(); err == nil {
		err = closeErr
	}
	return record, true, err
}
