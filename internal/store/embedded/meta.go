package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// formatVersion is the version of the layout FORMAT.md describes.
//
// Format 2 added the patients of a version and the audit log, format 3 names in the place of most sort keys,
// format 4 an index that is behind what is stored. A store of an earlier format becomes one of this when it
// is opened, so that no earlier program writes to it again; see upgrade.
const formatVersion = 4

// namesFormat is the first whose index is as it is now.
const namesFormat = 3

// formatMagic stands before the format version, to tell Hearken's stores from others'.
const formatMagic = "hearken\x00"

// The states of a parameter number, as stored.
const (
	stateReady    = 1
	stateBuilding = 2 // maintained by writers, not yet back-filled
	stateDropped  = 3 // its keys are deleted; the number is never used again
)

// initialise writes the format and the secret of an empty store, or checks those of an old one.
func (s *Store) initialise() error {
	value, found, err := getValue(s.db, metaKey("format"))
	if err != nil {
		return err
	}
	if !found {
		return s.initialiseEmpty()
	}
	rest, ours := bytes.CutPrefix(value, []byte(formatMagic))
	if !ours || len(rest) != 2 {
		return store.ErrFormat
	}
	if version := order.Uint16(rest); version > formatVersion {
		return fmt.Errorf("%w: format %d, this program reads up to %d", store.ErrNewerFormat, version, formatVersion)
	}
	secret, found, err := getValue(s.db, metaKey("secret"))
	if err != nil {
		return err
	}
	if !found || len(secret) != len(s.hash.secret) {
		return fmt.Errorf("%w: no secret", store.ErrFormat)
	}
	copy(s.hash.secret[:], secret)
	return s.upgrade(order.Uint16(rest))
}

// upgrade makes a store of an earlier format one of this.
func (s *Store) upgrade(from uint16) error {
	if from == formatVersion {
		return nil
	}
	batch := s.db.NewBatch()
	defer batch.Close()
	err := errors.Join(
		batch.Set(metaKey("format"), order.AppendUint16([]byte(formatMagic), formatVersion), nil),
		upgradeIndexed(batch, s.db))
	if from < namesFormat {
		err = errors.Join(err, batch.Set(metaKey(metaRebuild), nil, nil))
	}
	if err != nil {
		return err
	}
	return batch.Commit(pebble.Sync)
}

func (s *Store) initialiseEmpty() error {
	it, err := s.db.NewIter(nil)
	if err != nil {
		return err
	}
	empty := !it.First()
	if err := it.Close(); err != nil {
		return err
	}
	if !empty {
		return store.ErrFormat
	}
	if _, err := io.ReadFull(s.options.Random, s.hash.secret[:]); err != nil {
		return err
	}
	batch := s.db.NewBatch()
	defer batch.Close()
	err = errors.Join(
		batch.Set(metaKey("format"), order.AppendUint16([]byte(formatMagic), formatVersion), nil),
		batch.Set(metaKey("secret"), s.hash.secret[:], nil))
	if err != nil {
		return err
	}
	return batch.Commit(pebble.Sync)
}

// storedParameter is what M says of a parameter number.
type storedParameter struct {
	number   parameterNumber
	t        typeNumber
	state    byte
	identity query.Identity
	code     string
}

const (
	metaIndexed   = "indexed" // the commit of the index
	metaType      = "type\x00"
	metaParameter = "parameter\x00"
	metaTip       = "tip"
	metaUndo      = "undo"
	metaRebuild   = "rebuild" // the index is to be made anew before anything else
)

func typeMetaKey(name fhir.Type) []byte { return metaKey(metaType + string(name)) }

func parameterMetaKey(p parameterNumber) []byte {
	return order.AppendUint16(metaKey(metaParameter), uint16(p))
}

func (p storedParameter) encode() []byte {
	value := append([]byte{byte(p.t), p.state}, p.identity[:]...)
	return append(value, p.code...)
}

func decodeStoredParameter(key, value []byte) (p storedParameter, err error) {
	if len(key) != len(parameterMetaKey(0)) || len(value) < 2+len(p.identity) {
		return p, store.ErrFormat
	}
	p.number = parameterNumber(order.Uint16(key[len(key)-2:]))
	p.t, p.state = typeNumber(value[0]), value[1]
	copy(p.identity[:], value[2:])
	p.code = string(value[2+len(p.identity):])
	return p, nil
}
