package embedded

import (
	"crypto/sha256"
	"encoding/binary"
)

// hashSize is the size of a keyed hash in a key.
const hashSize = 16

// hashHalf is the size of either half of a hash made of two.
const hashHalf = hashSize / 2

// hasher gives the keyed hashes that stand in keys for codes, URLs and claim values. They are keyed by the store's
// secret, so that nobody can make two values collide, nor tell from a key what it was made of.
type hasher struct{ secret [32]byte }

// sum is the first 128 bits of SHA-256 over the secret, the sort of value and its parts, each with its length.
func (h *hasher) sum(sort byte, parts ...string) (hash [hashSize]byte) {
	var space [192]byte
	input := append(append(space[:0], h.secret[:]...), sort)
	for _, part := range parts {
		input = binary.AppendUvarint(input, uint64(len(part)))
		input = append(input, part...)
	}
	full := sha256.Sum256(input)
	copy(hash[:], full[:])
	return hash
}
