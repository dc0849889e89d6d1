package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"hearken/internal/smart"
)

// key is a public key of an issuer or a client (RFC 7517).
type key struct {
	id         string // kid
	algorithm  string // the only one it may be used with; "" for all of its kind
	public     crypto.PublicKey
	thumbprint string // RFC 7638, SHA-256, base64url
}

// The sizes of RSA keys that are used: no smaller is safe, and larger ones cost an attacker nothing and the
// server much.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

var base64URL = base64.RawURLEncoding.Strict()

// parseJWK reads a public key for signatures. ok is false for one of another kind or for another use, and for any that
// holds a private part.
func parseJWK(c smart.Claims) (k key, ok bool) {
	texts := map[string]string{}
	for _, name := range []string{"kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"} {
		if texts[name], ok = c.Text(name); !ok {
			return key{}, false
		}
	}
	operations, ok := c.Texts("key_ops")
	if !ok || len(operations) > 0 && !slices.Contains(operations, "verify") || texts["use"] != "" && texts["use"] != "sig" {
		return key{}, false
	}
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if _, found := c[private]; found {
			return key{}, false
		}
	}
	k = key{id: texts["kid"], algorithm: texts["alg"]}
	switch texts["kty"] {
	case "RSA":
		ok = k.rsa(texts["n"], texts["e"])
	case "EC":
		ok = k.ec(texts["crv"], texts["x"], texts["y"])
	default:
		ok = false
	}
	return k, ok
}

func (k *key) rsa(n, e string) bool {
	modulus, err := base64URL.DecodeString(n)
	if err != nil || len(modulus) > maxRSABits/8 {
		return false
	}
	exponent, err := base64URL.DecodeString(e)
	if err != nil || len(exponent) == 0 || len(exponent) > 4 {
		return false
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(new(big.Int).SetBytes(exponent).Int64())}
	if public.N.BitLen() < minRSABits || public.E < 3 || public.E%2 == 0 || public.E > 1<<31-1 || public.N.Bit(0) == 0 {
		return false
	}
	k.public = public
	k.thumbprint = thumbprint(`{"e":"` + encode(big.NewInt(int64(public.E)).Bytes()) + `","kty":"RSA","n":"` + encode(public.N.Bytes()) + `"}`)
	return true
}

// curves are those of the algorithms for elliptic curves.
var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

func (k *key) ec(name, x, y string) bool {
	curve := curves[name]
	if curve == nil {
		return false
	}
	size := (curve.Params().BitSize + 7) / 8
	px, errX := base64URL.DecodeString(x)
	py, errY := base64URL.DecodeString(y)
	if errX != nil || errY != nil || len(px) != size || len(py) != size {
		return false
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, px, py))
	if err != nil { // not on the curve
		return false
	}
	k.public = public
	k.thumbprint = thumbprint(`{"crv":"` + name + `","kty":"EC","x":"` + x + `","y":"` + y + `"}`)
	return true
}

func encode(b []byte) string { return base64URL.EncodeToString(b) }

func thumbprint(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return encode(sum[:])
}

// algorithmCurves says which curve an algorithm is for (RFC 7518 section 3.4).
var algorithmCurves = map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()}

// fits reports whether the key may have made a signature with the algorithm.
func (k key) fits(algorithm string) bool {
	if k.algorithm != "" && k.algorithm != algorithm {
		return false
	}
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	case *ecdsa.PublicKey:
		return algorithmCurves[algorithm] == public.Curve
	}
	return false
}
