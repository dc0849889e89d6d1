package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

// holder is a client that holds a key, which its tokens are bound to (RFC 9449).
type holder struct {
	key  *ecdsa.PrivateKey
	x, y string
}

func newHolder(t testing.TB) *holder {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, _ := key.PublicKey.Bytes()
	return &holder{key, b64(point[1:33]), b64(point[33:])}
}

// thumbprint is the key's by RFC 7638.
func (h *holder) thumbprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, h.x, h.y))
	return b64(sum[:])
}

// proof is a proof for a request with a token, but for what the test says otherwise.
func (h *holder) proof(method, url, token string, changes claims) string {
	sum := sha256.Sum256([]byte(token))
	c := claims{"jti": rand.Text(), "htm": method, "htu": url, "iat": time.Now().Unix(), "ath": b64(sum[:])}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	payload, _ := json.Marshal(c)
	text := b64(fmt.Appendf(nil, `{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"%s","y":"%s"}}`, h.x, h.y)) + "." + b64(payload)
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, h.key, digest[:])
	if err != nil {
		panic(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + b64(signature)
}

// A token that is bound to a key is of no use to who has it without the key, nor with a proof that was made
// for something else or has been used.
func TestAttack_DPoP(t *testing.T) {
	w := newMatrixWorld(t)
	h, thief := newHolder(t), newHolder(t)
	bound := func(h *holder) string {
		return w.token(claims{"sub": "author", "scope": everything, "cnf": claims{"jkt": h.thumbprint()}})
	}
	token, unbound := bound(h), w.token(claims{"sub": "author", "scope": everything})
	url := w.base + "/CarePlan/copen"
	used := h.proof("GET", url, token, nil)
	w.must(200, "GET /CarePlan/copen", "", "Authorization: DPoP "+token, "DPoP: "+used)
	good := func(changes claims) string { return h.proof("GET", url, token, changes) }
	now := time.Now().Unix()
	for _, row := range []struct{ name, token, scheme, proof, detail string }{
		{"as if it were not bound", token, "Bearer", "", "wrong-scheme"}, {"as if it were not bound, with a proof", token, "Bearer", good(nil), "wrong-scheme"},
		{"without a proof", token, "DPoP", "", "proof-missing"}, {"used before", token, "DPoP", used, "proof-replayed"},
		{"of another method", token, "DPoP", h.proof("POST", url, token, nil), "proof-invalid"}, {"of a method in small letters", token, "DPoP", h.proof("get", url, token, nil), "proof-invalid"},
		{"of another resource", token, "DPoP", h.proof("GET", w.base+"/CarePlan/crestricted", token, nil), "proof-invalid"}, {"of the base", token, "DPoP", h.proof("GET", w.base, token, nil), "proof-invalid"},
		{"of another host", token, "DPoP", h.proof("GET", "https://evil.example.org/fhir/CarePlan/copen", token, nil), "proof-invalid"}, {"of a host with a name before", token, "DPoP", h.proof("GET", strings.Replace(url, "://", "://author@", 1), token, nil), "proof-invalid"},
		{"of a path that leads elsewhere", token, "DPoP", h.proof("GET", w.base+"/x/../CarePlan/copen", token, nil), "proof-invalid"},
		{"of another token", token, "DPoP", h.proof("GET", url, bound(h), nil), "proof-invalid"}, {"of no token", token, "DPoP", good(claims{"ath": nil}), "proof-invalid"},
		{"of the thief's key", token, "DPoP", thief.proof("GET", url, token, nil), "proof-invalid"}, {"of the thief's token", bound(thief), "DPoP", good(nil), "proof-invalid"},
		{"without a name", token, "DPoP", good(claims{"jti": nil}), "proof-invalid"}, {"without a time", token, "DPoP", good(claims{"iat": nil}), "proof-invalid"},
		{"too old", token, "DPoP", good(claims{"iat": now - 600}), "proof-stale"}, {"of the future", token, "DPoP", good(claims{"iat": now + 600}), "proof-stale"},
		{"the token itself", token, "DPoP", token, "proof-invalid"}, {"nonsense", token, "DPoP", "x.y.z", "proof-invalid"}, {"long", token, "DPoP", good(claims{"x": strings.Repeat("x", 9000)}), "proof-invalid"},
		{"of a token that is not bound", unbound, "DPoP", h.proof("GET", url, unbound, nil), "wrong-scheme"},
	} {
		headers := []string{"Authorization: " + row.scheme + " " + row.token}
		if row.proof != "" {
			headers = append(headers, "DPoP: "+row.proof)
		}
		repelled(t, row.name, w.send("GET /CarePlan/copen", "", headers...), 401, row.detail)
	}
	w.must(200, "GET /CarePlan/copen?_elements=id", "", "Authorization: DPoP "+token, "DPoP: "+good(nil)) // the query does not matter
	w.silent(token[:40], used[:40], h.x, "author")
}
