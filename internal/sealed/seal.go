package sealed

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// Recipients are the public keys of those who may read.
type Recipients []age.Recipient

// ParseRecipients reads public keys, "age1…" each. The error names the first that is none.
func ParseRecipients(keys []string) (Recipients, error) {
	var all Recipients
	for _, key := range keys {
		one, err := age.ParseX25519Recipient(strings.TrimSpace(key))
		if err != nil {
			return nil, fmt.Errorf("%q is not the public key of an age identity (age1…)", key)
		}
		all = append(all, one)
	}
	return all, nil
}

// Seal gives a writer whose content only the recipients can read from w; what it wrote is whole when it is
// closed. Without recipients it is w itself: for all to read.
func (r Recipients) Seal(w io.Writer) (io.WriteCloser, error) {
	if len(r) == 0 {
		return open{w}, nil
	}
	return age.Encrypt(w, r...)
}

// open is a writer that Close does nothing to.
type open struct{ io.Writer }

func (open) Close() error { return nil }

// Identities are the private keys of one who reads.
type Identities []age.Identity

// ReadIdentities reads private keys as age-keygen writes them, one a line, with comments. It never says what
// is in a line.
func ReadIdentities(r io.Reader) (Identities, error) {
	all, err := age.ParseIdentities(r)
	if err != nil {
		return nil, fmt.Errorf("not a file of age identities (AGE-SECRET-KEY-1…)")
	}
	return all, nil
}

// mark is how every sealed file begins.
var mark = []byte("age-encryption.org/")

// Open gives what was sealed, whole or with an error: what was cut short or changed is found by the end. What
// was not sealed is given as it is, so that a reader need not know.
func (i Identities) Open(r io.Reader) (io.Reader, error) {
	peeked := bufio.NewReader(r)
	if start, _ := peeked.Peek(len(mark)); !bytes.Equal(start, mark) {
		return peeked, nil
	}
	if len(i) == 0 {
		return nil, fmt.Errorf("it is encrypted: say --identity")
	}
	plain, err := age.Decrypt(peeked, i...)
	if err != nil {
		return nil, fmt.Errorf("it is encrypted for somebody else, or damaged: %w", err)
	}
	return plain, nil
}
