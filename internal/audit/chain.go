package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

// How Records are chained, and what that proves
//
// Each run of a server that records anything begins a chain. Its Opening names the chain before it, with the
// hash of that chain's last Record; the hash of the Opening stands before the first Record. The hash of a
// Record covers the one before it, its place, its time and the digest of its contents with 128 random bits.
// So the hash of the newest Record, the Head, fixes every Record there ever was, in its order. Contents and
// random bits can be purged when their time is over: the digest stays, the chain stays whole, and without the
// random bits nobody can guess what was there.
//
// Verify finds by itself whatever was changed without doing all the hashes anew: a Record changed, left out,
// put in, swapped with another; a chain left out; a Record that can no longer be found by what it is searched
// by. It cannot find by itself:
//
//   - that the newest Records, or all of them, were cut off together with what says how many there were;
//   - that the whole directory was put back to an older state;
//   - that somebody who can write the store's files, and knows this program, did all hashes anew from some Record on.
//
// A Head that was kept where such a somebody cannot change it finds all three, for everything up to that Head.

// Hash is a link of a chain: SHA-256.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is String.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	if n, err := hex.Decode(h[:], text[:min(len(text), 2*len(h))]); err != nil || n != len(h) || len(text) != 2*len(h) {
		return errors.New("not a SHA-256 hash in hexadecimal")
	}
	return nil
}

// Salt is what keeps the digest of contents from telling what they were.
type Salt [16]byte

// Opening is the beginning of a chain.
type Opening struct {
	Chain    uint32
	Time     int64 // milliseconds since 1970 UTC
	Salt     Salt  // makes two chains of the same number different
	Previous Place // the last Record of the chain before; zero for the first chain
	Hash     Hash  // of that Record, or of that chain's Opening when it has none
}

// The first byte of what is hashed, so that no hash can be taken for another sort's.
const (
	hashOpening  = 1
	hashContents = 2
	hashLink     = 3
)

// Link is the hash before the first Record of the chain.
func (o *Opening) Link() Hash {
	input := append(make([]byte, 0, 96), hashOpening)
	input = binary.BigEndian.AppendUint32(input, o.Chain)
	input = binary.BigEndian.AppendUint64(input, uint64(o.Time))
	input = append(input, o.Salt[:]...)
	input = appendPlace(input, o.Previous)
	return sha256.Sum256(append(input, o.Hash[:]...))
}

// sealedHead is what stands before the contents in what Seal makes.
const sealedHead = 1 + len(Salt{})

// Seal appends the contents of a Record as they are stored: behind the salt, so that the hash is over one run of bytes.
func Seal(b []byte, salt Salt, r *Record) []byte {
	b = append(append(b, hashContents), salt[:]...)
	return appendRecord(b, r)
}

// Open is the Record that Seal made sealed of; its Time is not in it. The error is ErrContents.
func Open(sealed []byte) (Record, error) {
	if len(sealed) < sealedHead || sealed[0] != hashContents {
		return Record{}, ErrContents
	}
	return decodeRecord(sealed[sealedHead:])
}

// ContentsHash is what stands for the contents of a Record in its chain.
func ContentsHash(sealed []byte) Hash { return sha256.Sum256(sealed) }

// Link is the hash of a Record: previous is that of the Record before it in its chain, or of the Opening.
func Link(previous Hash, at Place, time int64, contents Hash) Hash {
	var space [1 + 2*sha256.Size + 12 + 8]byte
	input := append(space[:0], hashLink)
	input = append(input, previous[:]...)
	input = appendPlace(input, at)
	input = binary.BigEndian.AppendUint64(input, uint64(time))
	return sha256.Sum256(append(input, contents[:]...))
}

func appendPlace(b []byte, p Place) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, p.Chain), p.Sequence)
}
