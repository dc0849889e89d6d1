package interaction

import (
	"encoding/hex"
	"io"

	"hearken/fhir"
)

// RandomID gives ids of 128 random bits in lower-case hexadecimal, read from random (crypto/rand.Reader). 32
// characters of FHIR's 64; case-insensitive file systems and URLs cannot mix two of them up. It panics when random
// fails: without randomness no resource can be named safely.
func RandomID(random io.Reader) func() fhir.ID {
	return func() fhir.ID {
		var bits [16]byte
		if _, err := io.ReadFull(random, bits[:]); err != nil {
			panic("no randomness: " + err.Error())
		}
		return fhir.ID(hex.EncodeToString(bits[:]))
	}
}
