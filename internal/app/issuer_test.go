package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// issuer is an authorization server: it publishes a key, and the test makes tokens with it.
type issuer struct {
	*httptest.Server
	audience string // of its tokens, when a test says none

	mu     sync.Mutex
	name   string // of the key
	key    *ecdsa.PrivateKey
	down   bool
	opaque map[string]claims // what it tells of opaque tokens
	others []claims          // keys that it publishes besides
}

type claims map[string]any

func newIssuer(t testing.TB) *issuer {
	i := &issuer{opaque: map[string]claims{}}
	i.rotate(t)
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

// rotate has the issuer sign with another key, and publish no other.
func (i *issuer) rotate(t testing.TB) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.key, i.name = key, rand.Text()
}

// fail has the issuer answer nothing but 500, or all again.
func (i *issuer) fail(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var answer any
	switch {
	case i.down:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case r.URL.Path == "/.well-known/openid-configuration":
		answer = claims{"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
			"introspection_endpoint": i.URL + "/introspect", "grant_types_supported": []string{"authorization_code", "implicit"},
			"code_challenge_methods_supported": []string{"S256", "plain"}}
	case r.URL.Path == "/keys":
		point, _ := i.key.PublicKey.Bytes()
		own := claims{"kty": "EC", "crv": "P-384", "kid": i.name, "use": "sig", "x": b64(point[1:49]), "y": b64(point[49:])}
		answer = claims{"keys": append([]claims{own}, i.others...)}
	case r.URL.Path == "/introspect":
		if answer = i.opaque[r.FormValue("token")]; answer.(claims) == nil {
			answer = claims{"active": false}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// token is an access token of the issuer: what every one has, and what the test says; nil takes a claim out.
func (i *issuer) token(changes claims) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	payload, _ := json.Marshal(i.claims(changes))
	return i.signed(fmt.Sprintf(`{"alg":"ES384","kid":"%s","typ":"at+jwt"}`, i.name), string(payload))
}

// claims are those of an access token.
func (i *issuer) claims(changes claims) claims {
	now := time.Now().Unix()
	c := claims{"iss": i.URL, "aud": i.audience, "iat": now, "exp": now + 300, "client_id": "app", "jti": rand.Text()}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// signed is a token of just this header and payload.
func (i *issuer) signed(header, payload string) string {
	text := b64([]byte(header)) + "." + b64([]byte(payload))
	digest := sha512.Sum384([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, digest[:])
	if err != nil {
		panic(err)
	}
	signature := make([]byte, 96)
	r.FillBytes(signature[:48])
	s.FillBytes(signature[48:])
	return text + "." + b64(signature)
}

// bearer is the header by which somebody with these scopes asks.
func (i *issuer) bearer(subject, scopes string) string {
	return "Authorization: Bearer " + i.token(claims{"sub": subject, "scope": scopes})
}

// client is the header of a client that acts for itself.
func (i *issuer) client(id string) string {
	return "Authorization: Bearer " + i.token(claims{"sub": id, "client_id": id, "scope": "system/*.cruds"})
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
