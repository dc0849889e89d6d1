package embedded

import (
	"encoding/binary"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// metaRestored is the moment after which a restored store lacks what was written, in milliseconds since 1970
// UTC. It is not there in other stores.
const metaRestored = "restored"

// MarkRestored says in the store that what was written after a moment is missing in it, durably and until
// Acknowledge. Capabilities tell of it from the next Open on.
func (s *Store) MarkRestored(after time.Time) error {
	return s.db.Set(metaKey(metaRestored), binary.AppendUvarint(nil, uint64(after.UnixMilli())), pebble.Sync)
}

// AcknowledgeRestored takes the mark away: somebody has seen to what is missing. Capabilities no longer tell
// of it from the next Open on.
func (s *Store) AcknowledgeRestored() error {
	return s.db.Delete(metaKey(metaRestored), pebble.Sync)
}

// loadRestored reads the mark; zero where there is none.
func loadRestored(kv pebble.Reader) (time.Time, error) {
	value, found, err := getValue(kv, metaKey(metaRestored))
	if err != nil || !found {
		return time.Time{}, err
	}
	r := decoder{rest: value}
	at := time.UnixMilli(int64(r.uvarint())).UTC()
	return at, r.err()
}
