package token_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	_ "crypto/sha512" // of RS384, ES384, ES512

	"hearken/fhir"
	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

const base = "https://fhir.example.org/fhir"

// The keys of all tests, made once: RSA takes its time.
var (
	rsaKey     = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSA   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	smallRSA   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 1024)) })
	p256, p384 = ecKey(elliptic.P256()), ecKey(elliptic.P384())
	p521       = ecKey(elliptic.P521())
	other256   = ecKey(elliptic.P256())
)

func ecKey(c elliptic.Curve) func() *ecdsa.PrivateKey {
	return sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(c, rand.Reader)) })
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// object is a JSON object.
type object map[string]any

// with is a copy with other members; nil takes one out.
func (o object) with(changes object) object {
	out := maps.Clone(o)
	for name, v := range changes {
		if out[name] = v; v == nil {
			delete(out, name)
		}
	}
	return out
}

func (o object) json() string { return string(must(json.Marshal(o))) }

// jwk is a public key as it is published.
func jwk(kid string, public crypto.PublicKey) object {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return object{"kty": "RSA", "kid": kid, "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}
	case *ecdsa.PublicKey:
		point := must(k.Bytes())[1:]
		return object{"kty": "EC", "kid": kid, "crv": k.Params().Name, "x": b64(point[:len(point)/2]), "y": b64(point[len(point)/2:])}
	}
	panic("no such key")
}

var hashes = map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}

// sign makes a compact JWS of header and payload as they are, however wrong, with the algorithm of the header
// or another.
func sign(algorithm string, private any, header, payload string) string {
	text := b64([]byte(header)) + "." + b64([]byte(payload))
	return text + "." + b64(signature(algorithm, private, text))
}

func signature(algorithm string, private any, text string) []byte {
	if secret, ok := private.([]byte); ok {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	hash := hashes[algorithm[2:]]
	h := hash.New()
	h.Write([]byte(text))
	digest := h.Sum(nil)
	switch k := private.(type) {
	case *rsa.PrivateKey:
		if strings.HasPrefix(algorithm, "PS") {
			return must(rsa.SignPSS(rand.Reader, k, hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}))
		}
		return must(rsa.SignPKCS1v15(rand.Reader, k, hash, digest))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, k, digest)
		if err != nil {
			panic(err)
		}
		size := (k.Params().BitSize + 7) / 8
		out := make([]byte, 2*size)
		r.FillBytes(out[:size])
		s.FillBytes(out[size:])
		return out
	}
	panic("no such key")
}

// world is an issuer over HTTP, a clock, and a Verifier that trusts it.
type world struct {
	t        testing.TB
	server   *httptest.Server
	verifier *token.Verifier

	mu         sync.Mutex
	clock      time.Time
	keys       []object
	metadata   object        // what the issuer says besides the usual
	down       int           // the status of all answers; 0 when it is up
	hold       chan struct{} // answers wait for it
	asked      map[string]int
	introspect func(token string) object

	userinfo       object
	userinfoStatus int // instead of it; 0 for none
}

// newWorld starts an issuer with the usual keys and a verifier for it; change may adapt the options.
func newWorld(t testing.TB, change func(*world, *token.Options)) *world {
	w := &world{t: t, clock: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC), asked: map[string]int{}}
	w.keys = []object{jwk("rsa", &rsaKey().PublicKey), jwk("p256", &p256().PublicKey), jwk("p384", &p384().PublicKey), jwk("p521", &p521().PublicKey)}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	// Every other host is this server too: what must not be asked would answer.
	everywhere := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if !strings.HasPrefix(address, "127.0.0.1:") {
			address = w.server.Listener.Addr().String()
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	t.Cleanup(everywhere.CloseIdleConnections)
	o := token.Options{
		Issuers: []token.Issuer{{URL: w.server.URL, Mapping: smart.Mappings()["smart"]}}, Audience: base, Client: &http.Client{Transport: everywhere}, Now: w.now,
	}
	if change != nil {
		change(w, &o)
	}
	w.verifier = must(token.New(o))
	t.Cleanup(w.verifier.Close)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) pass(d time.Duration) { w.change(func() { w.clock = w.clock.Add(d) }) }

func (w *world) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// askedFor is how often the issuer was asked for a path.
func (w *world) askedFor(path string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[path]
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked[r.URL.Path]++
	down, hold, keys, introspect, userinfo, status := w.down, w.hold, w.keys, w.introspect, w.userinfo, w.userinfoStatus
	metadata := object{"issuer": w.server.URL, "jwks_uri": w.server.URL + "/keys", "introspection_endpoint": w.server.URL + "/introspect"}.with(w.metadata)
	w.mu.Unlock()
	if hold != nil {
		<-hold
	}
	switch {
	case down != 0:
		rw.WriteHeader(down)
	case r.URL.Path == "/.well-known/openid-configuration":
		_, _ = fmt.Fprint(rw, metadata.json())
	case r.URL.Path == "/keys":
		_, _ = fmt.Fprint(rw, object{"keys": keys}.json())
	case r.URL.Path == "/moved":
		http.Redirect(rw, r, "/keys", http.StatusFound)
	case r.URL.Path == "/introspect" && introspect != nil:
		if client, secret, _ := r.BasicAuth(); client != "hearken" || secret != "s%26cret" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = fmt.Fprint(rw, introspect(r.FormValue("token")).json())
	case r.URL.Path == "/userinfo" && status != 0:
		rw.WriteHeader(status)
	case r.URL.Path == "/userinfo" && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey"):
		_, _ = fmt.Fprint(rw, userinfo.json())
	default:
		rw.WriteHeader(http.StatusNotFound)
	}
}

// claims are those of a good token.
func (w *world) claims() object {
	now := w.now().Unix()
	return object{"iss": w.server.URL, "sub": "ann", "client_id": "app", "aud": base, "exp": now + 300, "iat": now, "jti": "1", "scope": "user/*.rs"}
}

// good is a token that passes, with some claims otherwise.
func (w *world) good(changes object) string {
	return sign("ES384", p384(), `{"alg":"ES384","kid":"p384","typ":"JWT"}`, w.claims().with(changes).json())
}

func (w *world) bearer(text string) (*smart.Principal, error) {
	return w.verifier.Authenticate(context.Background(), smart.Credentials{Scheme: smart.Bearer, Token: text, Method: "GET", URL: base + "/Patient/1"})
}

// want fails the test unless a bearer token is refused so; "" is for one that passes.
func (w *world) want(name, text string, want smart.Refusal) {
	w.t.Helper()
	p, err := w.bearer(text)
	if got := detailOf(err); got != want || (p == nil) != (want != "") {
		w.t.Errorf("%s: Authenticate = %v, %v; want %q", name, p, err, want)
	}
}

// detailOf is the detail code of an error; "" for none.
func detailOf(err error) smart.Refusal {
	var e *fhir.Error
	if errors.As(err, &e) && len(e.Issues) > 0 {
		return smart.Refusal(e.Issues[0].Detail)
	}
	if err != nil {
		return smart.Refusal(err.Error())
	}
	return ""
}
