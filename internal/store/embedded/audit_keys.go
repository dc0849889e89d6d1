package embedded

import (
	"iter"
	"math"

	"hearken/internal/audit"
	"hearken/internal/store"
)

// The parts of family A: the second byte of its keys.
const (
	auditOpening      = 'c' // the beginning of a chain, by its number
	auditRow          = 'r' // a Record, by chain and number
	auditPatient      = 'p' // Records of a patient, the newest first
	auditAgent        = 'a' // of who did it
	auditOrganisation = 'o' // of whom it was done for
)

// The sorts of hashes in the audit log's keys.
const (
	hashAuditPatient      = 'P'
	hashAuditAgent        = 'G'
	hashAuditOrganisation = 'O'
	hashAuditSought       = 'D' // a value that was searched for
)

func auditOpeningKey(chain uint32) []byte {
	return order.AppendUint32([]byte{familyAudit, auditOpening}, chain)
}

func auditRowKey(at audit.Place) []byte {
	key := append(make([]byte, 0, 2+auditPlaceSize), familyAudit, auditRow)
	return order.AppendUint64(order.AppendUint32(key, at.Chain), at.Sequence)
}

// auditPrefixSize is the length of what the search keys of one value begin with; the place follows.
const auditPrefixSize = 2 + hashSize

// auditPlaceSize is the length of a place in a key.
const auditPlaceSize = 4 + 8

func appendAuditPrefix(b []byte, part byte, hash [hashSize]byte) []byte {
	return append(append(b, familyAudit, part), hash[:]...)
}

// appendAuditPrefixes writes the prefixes of all search keys of a Record.
func appendAuditPrefixes(b []byte, h *hasher, r *audit.Record) []byte {
	for _, id := range r.Patients {
		b = appendAuditPrefix(b, auditPatient, h.sum(hashAuditPatient, string(id)))
	}
	if name := r.Agent.Name(); name != "" {
		b = appendAuditPrefix(b, auditAgent, h.sum(hashAuditAgent, r.Agent.Issuer, name))
	}
	if r.Agent.Organisation != "" {
		b = appendAuditPrefix(b, auditOrganisation, h.sum(hashAuditOrganisation, r.Agent.Organisation))
	}
	return b
}

// auditPrefixes gives them one by one.
func auditPrefixes(all []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(all) >= auditPrefixSize && yield(all[:auditPrefixSize]) {
			all = all[auditPrefixSize:]
		}
	}
}

// appendAuditPlace ends a search key: the complement, so that the newest comes first.
func appendAuditPlace(b []byte, at audit.Place) []byte {
	return order.AppendUint64(order.AppendUint32(b, ^at.Chain), ^at.Sequence)
}

// auditPlaceOf reads what a search key ends with.
func auditPlaceOf(key []byte) audit.Place {
	end := key[len(key)-auditPlaceSize:]
	return audit.Place{Chain: ^order.Uint32(end), Sequence: ^order.Uint64(end[4:])}
}

// following is the place right behind another.
func following(at audit.Place) audit.Place {
	if at.Sequence == math.MaxUint64 {
		return audit.Place{Chain: at.Chain + 1}
	}
	at.Sequence++
	return at
}

// The layouts of a row: its first byte.
const (
	auditWhole  = 1 // the sealed contents follow
	auditPurged = 2 // their hash follows
)

// appendAuditRow writes the value of a Record's row.
func appendAuditRow(b []byte, r *audit.Row) []byte {
	layout, rest := byte(auditWhole), r.Sealed
	if rest == nil {
		layout, rest = auditPurged, r.Contents[:]
	}
	b = order.AppendUint64(append(b, layout), uint64(r.Time))
	return append(append(b, r.Link[:]...), rest...)
}

// decodeAuditRow reads a row; it keeps value.
func decodeAuditRow(key, value []byte) (row audit.Row, err error) {
	if len(key) != 2+auditPlaceSize {
		return row, store.ErrFormat
	}
	row.Place = audit.Place{Chain: order.Uint32(key[2:]), Sequence: order.Uint64(key[6:])}
	r := decoder{rest: value}
	layout := r.byte()
	row.Time = int64(r.uint64())
	copy(row.Link[:], r.bytes(len(row.Link)))
	switch layout {
	case auditWhole:
		row.Sealed = append([]byte{}, r.rest...)
	case auditPurged:
		copy(row.Contents[:], r.bytes(len(row.Contents)))
		r.failed = r.failed || len(r.rest) > 0
	default:
		return row, store.ErrFormat
	}
	return row, r.err()
}

// appendAuditOpening writes the value of a chain's opening.
func appendAuditOpening(b []byte, o *audit.Opening) []byte {
	b = order.AppendUint64(append(b, auditWhole), uint64(o.Time))
	b = append(b, o.Salt[:]...)
	b = order.AppendUint64(order.AppendUint32(b, o.Previous.Chain), o.Previous.Sequence)
	return append(b, o.Hash[:]...)
}

func decodeAuditOpening(key, value []byte) (o audit.Opening, err error) {
	if len(key) != 2+4 {
		return o, store.ErrFormat
	}
	o.Chain = order.Uint32(key[2:])
	r := decoder{rest: value}
	if r.byte() != auditWhole {
		return o, store.ErrFormat
	}
	o.Time = int64(r.uint64())
	copy(o.Salt[:], r.bytes(len(o.Salt)))
	o.Previous = audit.Place{Chain: r.uint32(), Sequence: r.uint64()}
	copy(o.Hash[:], r.bytes(len(o.Hash)))
	r.failed = r.failed || len(r.rest) > 0
	return o, r.err()
}
