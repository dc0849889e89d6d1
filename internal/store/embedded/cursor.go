package embedded

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"hearken/internal/store"
)

// queryHashSize is the size of the hash that binds a cursor to its query.
const queryHashSize = hashSize

// The kinds of cursor.
const (
	cursorSearch  = 's'
	cursorHistory = 'h'
)

// cursor is a place in a paged answer. Clients get it sealed: they can neither read it (a sort value may be a
// name) nor make one.
type cursor struct {
	kind     byte
	commit   store.Commit        // the state the first page was read from
	total    int                 // of a history, as of that state; -1 when not counted
	hash     [queryHashSize]byte // of the query
	numbers  [queryHashSize]byte // of its parameters' numbers
	position []byte              // of the last row: sort values and document
}

// sealCursor encrypts a cursor under the store's secret. The nonce is a MAC of the content (as in AES-SIV), so the
// same page always has the same link.
func (s *Store) sealCursor(c cursor) string {
	plain := binary.AppendUvarint([]byte{c.kind}, uint64(c.commit))
	plain = binary.AppendUvarint(plain, uint64(c.total+1))
	plain = append(append(plain, c.hash[:]...), c.numbers[:]...)
	plain = append(plain, c.position...)
	mac := hmac.New(sha256.New, s.hash.secret[:])
	mac.Write(plain)
	aead := s.cursorCipher()
	nonce := mac.Sum(nil)[:aead.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, nil))
}

// openCursor is the inverse; anything not sealed by this store, or of another kind, is ErrCursor.
func (s *Store) openCursor(kind byte, sealed string) (c cursor, err error) {
	aead := s.cursorCipher()
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(data) < aead.NonceSize() {
		return c, store.ErrCursor
	}
	plain, err := aead.Open(nil, data[:aead.NonceSize()], data[aead.NonceSize():], nil)
	if err != nil || len(plain) == 0 || plain[0] != kind {
		return c, store.ErrCursor
	}
	r := decoder{rest: plain[1:]}
	c = cursor{kind: kind, commit: store.Commit(r.uvarint()), total: int(r.uvarint()) - 1}
	copy(c.hash[:], r.bytes(len(c.hash)))
	copy(c.numbers[:], r.bytes(len(c.numbers)))
	c.position = r.rest
	if r.failed {
		return c, store.ErrCursor
	}
	return c, nil
}

func (s *Store) cursorCipher() cipher.AEAD {
	key := sha256.Sum256(append([]byte("hearken cursor\x00"), s.hash.secret[:]...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has a right size
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}
