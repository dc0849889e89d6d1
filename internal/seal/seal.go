package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// Suffix ends the names of encrypted files.
const Suffix = ".age"

// Recipients are public keys that something is encrypted for; any one of their identities opens it.
type Recipients []age.Recipient

// ParseRecipients reads public keys ("age1…"). The error does not repeat them.
func ParseRecipients(texts []string) (all Recipients, err error) {
	for i, text := range texts {
		one, err := age.ParseRecipients(bytes.NewReader([]byte(text)))
		if err != nil || len(one) != 1 {
			return nil, fmt.Errorf("recipient %d is not an age public key (age1…)", i+1)
		}
		all = append(all, one...)
	}
	return all, nil
}

// Writer encrypts to w what is written. What is not ended by Close cannot be opened as a whole.
func (r Recipients) Writer(w io.Writer) (io.WriteCloser, error) { return age.Encrypt(w, r...) }

// Identities are private keys.
type Identities []age.Identity

// ReadIdentities reads a file of private keys, as age-keygen writes it. The error does not repeat them.
func ReadIdentities(r io.Reader) (Identities, error) {
	all, err := age.ParseIdentities(r)
	if err != nil {
		return nil, errors.New("not a file of age identities (AGE-SECRET-KEY-1…)")
	}
	return all, nil
}

// ErrSealed says that something encrypted cannot be opened.
var ErrSealed = errors.New("cannot be decrypted: it is not for this identity, or it is damaged")

// Reader decrypts src. An error of reading from it, io.EOF apart, says that src was cut short or changed: what was read so far is not to
// be used then.
func (i Identities) Reader(src io.Reader) (io.Reader, error) {
	r, err := age.Decrypt(src, i...)
	if err != nil {
		return nil, ErrSealed
	}
	return r, nil
}
