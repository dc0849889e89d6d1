package embedded

import (
	"encoding/binary"

	"hearken/fhir"
	"hearken/internal/store"
)

// The families: the first byte of every key. See FORMAT.md.
const (
	familyMeta        = 'M'
	familyIdentity    = 'I'
	familyVersion     = 'V'
	familyForward     = 'F'
	familyEquality    = 'P'
	familyOrdered     = 'O'
	familySort        = 'S'
	familyName        = 'N'
	familyReference   = 'E'
	familyCompartment = 'K'
	familyLog         = 'L'
	familyHistory     = 'H'
	familyClaim       = 'U'
	familyAudit       = 'A' // see audit_keys.go
	familyJob         = 'J'
	familyUndo        = 'X'
	familyDue         = 'D'
)

// The numbers that stand in keys, big-endian.
type (
	typeNumber      uint8  // of a resource type, from 1
	parameterNumber uint16 // of a search parameter of one type, from firstParameter; below are the engine's own
	document        uint32 // of a resource, from 1, in order of first mention
)

// The engine's own parameters, present for every type.
const (
	parameterLive        parameterNumber = 0 // P: the documents that are current and not deleted
	parameterLastUpdated parameterNumber = 1 // S: by lastUpdated
	firstParameter       parameterNumber = 16
)

var order = binary.BigEndian

func metaKey(name string) []byte { return append([]byte{familyMeta}, name...) }

func identityKey(t typeNumber, id fhir.ID) []byte {
	return append([]byte{familyIdentity, byte(t)}, id...)
}

// versionPrefix is what the keys of all versions of a document begin with, newest first.
func versionPrefix(t typeNumber, d document) []byte {
	return order.AppendUint32([]byte{familyVersion, byte(t)}, uint32(d))
}

func versionKey(t typeNumber, d document, version fhir.VersionID) []byte {
	return order.AppendUint64(versionPrefix(t, d), ^uint64(version))
}

// bodyKey is where a body too large to stand beside its version is.
func bodyKey(t typeNumber, d document, version fhir.VersionID) []byte {
	return append(versionKey(t, d, version), bodyMark)
}

const bodyMark = 1

func forwardKey(t typeNumber, d document) []byte {
	return order.AppendUint32([]byte{familyForward, byte(t)}, uint32(d))
}

func parameterPrefix(family byte, t typeNumber, p parameterNumber) []byte {
	const room = 24 // a whole P key, the most frequent
	return order.AppendUint16(append(make([]byte, 0, room), family, byte(t)), uint16(p))
}

// equalityPrefix is what the postings of one hashed value begin with; the document follows.
func equalityPrefix(t typeNumber, p parameterNumber, hash [hashSize]byte) []byte {
	return append(parameterPrefix(familyEquality, t, p), hash[:]...)
}

// livePrefix is what the postings of a type's live documents begin with.
func livePrefix(t typeNumber) []byte { return equalityPrefix(t, parameterLive, [hashSize]byte{}) }

// referencePrefix is what the postings of references to one document begin with.
func referencePrefix(t typeNumber, p parameterNumber, target typeNumber, d document) []byte {
	return order.AppendUint32(append(parameterPrefix(familyReference, t, p), byte(target)), uint32(d))
}

// compartmentPrefix is what the postings of a compartment's members of one type begin with.
func compartmentPrefix(focus typeNumber, d document, t typeNumber) []byte {
	return append(order.AppendUint32([]byte{familyCompartment, byte(focus)}, uint32(d)), byte(t))
}

// namePrefix is what the names of one sort of a parameter's values begin with.
func namePrefix(t typeNumber, p parameterNumber, sort byte) []byte {
	return append(parameterPrefix(familyName, t, p), sort)
}

func commitKey(family byte, c store.Commit) []byte {
	return order.AppendUint64([]byte{family}, uint64(c))
}

func logKey(c store.Commit, n uint32) []byte {
	return order.AppendUint32(commitKey(familyLog, c), n)
}

func historyKey(t typeNumber, c store.Commit, n uint32) []byte {
	return order.AppendUint32(order.AppendUint64([]byte{familyHistory, byte(t)}, ^uint64(c)), ^n)
}

func undoKey(c store.Commit, t typeNumber, d document) []byte {
	return order.AppendUint32(append(commitKey(familyUndo, c), byte(t)), uint32(d))
}

func dueKey(c store.Commit, t typeNumber, d document) []byte {
	return order.AppendUint32(append(commitKey(familyDue, c), byte(t)), uint32(d))
}

// forwardPrefix is what the forward records of a type begin with.
func forwardPrefix(t typeNumber) []byte { return []byte{familyForward, byte(t)} }

func claimKey(h *hasher, space, value string) []byte {
	hash := h.sum(hashClaim, space, value)
	return append(append([]byte{familyClaim, byte(len(space))}, space...), hash[:]...)
}

func backfillKey(p parameterNumber) []byte {
	return order.AppendUint16(append([]byte{familyJob}, "backfill\x00"...), uint16(p))
}

// lastDocument is the document a posting ends with.
func lastDocument(key []byte) document { return document(order.Uint32(key[len(key)-4:])) }
