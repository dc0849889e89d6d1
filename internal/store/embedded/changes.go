package embedded

import (
	"encoding/binary"
	"errors"
	"time"

	"hearken/fhir"
	"hearken/internal/store"
)

// appendLogLine writes a line of L.
func appendLogLine(b []byte, t typeNumber, d document, r store.Record) []byte {
	b = order.AppendUint32(append(b, byte(t)), uint32(d))
	b = binary.AppendUvarint(b, uint64(r.Version))
	b = binary.AppendUvarint(append(b, byte(r.Method)), uint64(r.LastUpdated.UnixMilli()))
	return append(b, r.Key.ID...)
}

// logLine is one line of L.
type logLine struct {
	n uint32 // its place in the commit
	t typeNumber
	d document
	store.Change
}

func decodeLogLine(names *[256]fhir.Type, key, value []byte) (logLine, error) {
	if len(key) != 13 {
		return logLine{}, store.ErrFormat
	}
	r := decoder{rest: value}
	line := logLine{n: order.Uint32(key[9:]), t: typeNumber(r.byte()), d: document(r.uint32())}
	line.Commit = store.Commit(order.Uint64(key[1:]))
	line.Version = fhir.VersionID(r.uvarint())
	line.Method = store.Method(r.byte())
	line.Time = time.UnixMilli(int64(r.uvarint())).UTC()
	line.Key = fhir.Key{Type: names[line.t], ID: fhir.ID(r.rest)}
	return line, r.err()
}

// Changes lists the change log from the commit after since on.
func (r *reader) Changes(since store.Commit, limit int) ([]store.Change, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var changes []store.Change
	commits := 0
	lower, upper := logKey(since+1, 0), after([]byte{familyLog})
	err := scanRange(r.kv, lower, upper, func(key, value []byte) error {
		line, err := decodeLogLine(&r.catalogue.names, key, value)
		if err != nil {
			return err
		}
		if len(changes) == 0 || changes[len(changes)-1].Commit != line.Commit {
			if commits++; commits > limit {
				return errStop
			}
		}
		changes = append(changes, line.Change)
		return nil
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return changes, err
}
