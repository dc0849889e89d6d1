package token

import (
	"crypto/subtle"
	"errors"
	"net/url"
	"strings"
	"time"

	"hearken/internal/smart"
)

// proofs checks DPoP proofs (RFC 9449 section 4.3).
type proofs struct {
	age     time.Duration
	skew    time.Duration
	replays replays
}

// The bounds of a proof, in bytes.
const (
	maxProof = 8 << 10
	maxJTI   = 512
)

var errManyProofs = errors.New("token: more DPoP proofs were used than are remembered")

// check checks that the request has one proof, made with the key jkt for this request and this token.
func (p *proofs) check(c smart.Credentials, jkt string, token digest, now time.Time) error {
	if len(c.Proofs) == 0 {
		return smart.Refused(smart.ProofMissing)
	}
	if len(c.Proofs) > 1 || len(c.Proofs[0]) > maxProof {
		return smart.Refused(smart.ProofInvalid)
	}
	j, err := parseJWS(c.Proofs[0])
	if err != nil || j.kind != "dpop+jwt" || j.allow(Algorithms()) != nil {
		return smart.Refused(smart.ProofInvalid)
	}
	object, _ := j.header["jwk"].(map[string]any)
	k, ok := parseJWK(object)
	if !ok || j.verify(k) != nil || !same(k.thumbprint, jkt) || !isFor(j.claims, c, token) {
		return smart.Refused(smart.ProofInvalid)
	}
	return p.checkUse(j.claims, jkt, now)
}

// isFor reports whether a proof is for the request and the token.
func isFor(claims smart.Claims, c smart.Credentials, token digest) bool {
	method, methodOK := claims.Text("htm")
	address, addressOK := claims.Text("htu")
	hash, hashOK := claims.Text("ath")
	if !methodOK || !addressOK || !hashOK {
		return false
	}
	wanted, wantedOK := normalized(c.URL)
	given, givenOK := normalized(address)
	return method != "" && method == c.Method && wantedOK && givenOK && wanted == given && same(hash, encode(token[:]))
}

// checkUse checks that a proof is new and used for the first time.
func (p *proofs) checkUse(claims smart.Claims, jkt string, now time.Time) error {
	id, idOK := claims.Text("jti")
	issued, issuedOK := claims.Time("iat")
	if !idOK || id == "" || len(id) > maxJTI || !issuedOK || issued.IsZero() {
		return smart.Refused(smart.ProofInvalid)
	}
	if issued.After(now.Add(p.skew)) || !now.Before(issued.Add(p.age+p.skew)) {
		return smart.Refused(smart.ProofStale)
	}
	first, full := p.replays.use(thumbprint(jkt+" "+id), now)
	switch {
	case full:
		return notChecked(errManyProofs)
	case !first:
		return smart.Refused(smart.ProofReplayed)
	}
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// normalized is a URL in the form in which two are compared, without query and fragment (RFC 3986 section
// 6.2.2 and 6.2.3): scheme and host in lower case, no default port, a path, and escapes in upper case.
func normalized(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return "", false
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port, ok := map[string]string{"https": ":443", "http": ":80"}[scheme]; ok {
		host = strings.TrimSuffix(host, port)
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return scheme + "://" + host + upperEscapes(path), true
}

func upperEscapes(path string) string {
	if !strings.Contains(path, "%") {
		return path
	}
	out := []byte(path)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:], strings.ToUpper(path[i+1:i+3]))
		}
	}
	return string(out)
}
