package token

import (
	"bytes"
	"context"
	"crypto"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"hearken/internal/smart"
)

// jws is a signed token in its compact form, taken apart and not yet believed.
type jws struct {
	text      string
	header    smart.Claims
	claims    smart.Claims
	payload   []byte
	algorithm string
	kid       string
	kind      string // typ, in lower case, without "application/"
}

// The bounds of a header, in bytes: a kid, a key and a chain of certificates at most.
const (
	maxHeader = 8 << 10
	maxKID    = 512
)

// parseJWS takes a token apart. It says nothing of the signature.
func parseJWS(text string) (*jws, error) {
	parts := strings.SplitN(text, ".", 4)
	if len(parts) != 3 || len(parts[0]) > maxHeader {
		return nil, smart.Refused(smart.TokenMalformed)
	}
	j := &jws{text: text}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		// The decoder passes over line ends, which are nothing a token may have.
		if decoded[i], err = base64URL.DecodeString(part); err != nil || strings.ContainsAny(part, "\r\n") {
			return nil, smart.Refused(smart.TokenMalformed)
		}
	}
	var headerErr, claimsErr error
	j.header, headerErr = smart.ParseClaims(decoded[0])
	j.claims, claimsErr = smart.ParseClaims(decoded[1])
	if headerErr != nil || claimsErr != nil {
		return nil, smart.Refused(smart.TokenMalformed)
	}
	j.payload = decoded[1]
	return j, j.readHeader(len(decoded[2]) > 0)
}

func (j *jws) readHeader(signed bool) error {
	var ok [3]bool
	j.algorithm, ok[0] = j.header.Text("alg")
	j.kid, ok[1] = j.header.Text("kid")
	j.kind, ok[2] = j.header.Text("typ")
	j.kind = strings.TrimPrefix(strings.ToLower(j.kind), "application/")
	switch _, critical := j.header["crit"]; {
	case ok != [3]bool{true, true, true} || len(j.kid) > maxKID:
		return smart.Refused(smart.TokenMalformed)
	case critical:
		return smart.Refused(smart.CriticalHeader)
	case strings.EqualFold(j.algorithm, "none") || !signed:
		return smart.Refused(smart.TokenUnsigned)
	}
	return nil
}

// allow refuses an algorithm that is none of the allowed.
func (j *jws) allow(algorithms []string) error {
	if !slices.Contains(algorithms, j.algorithm) {
		return smart.Refused(smart.AlgorithmRefused)
	}
	return nil
}

// verify checks the signature with a key that fits the algorithm.
func (j *jws) verify(k key) error {
	if !k.fits(j.algorithm) {
		return smart.Refused(smart.SignatureWrong)
	}
	set := oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{k.public}}
	payload, err := set.VerifySignature(context.Background(), j.text)
	if err != nil || !bytes.Equal(payload, j.payload) {
		return smart.Refused(smart.SignatureWrong)
	}
	return nil
}
