package token_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

// thumbprint is RFC 7638's, of a key of the tests: its members in order and nothing else.
func thumbprint(public crypto.PublicKey) string {
	k := jwk("", public)
	text := fmt.Sprintf(`{"e":%q,"kty":"RSA","n":%q}`, k["e"], k["n"])
	if k["kty"] == "EC" {
		text = fmt.Sprintf(`{"crv":%q,"kty":"EC","x":%q,"y":%q}`, k["crv"], k["x"], k["y"])
	}
	sum := sha256.Sum256([]byte(text))
	return b64(sum[:])
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return b64(sum[:])
}

// proof is a DPoP proof for a GET of Patient/1 with the token, with some of it otherwise.
func (w *world) proof(text string, key *ecdsa.PrivateKey, header, claims object) string {
	public := jwk("", &key.PublicKey).with(object{"kid": nil})
	h := object{"typ": "dpop+jwt", "alg": "ES256", "jwk": public}.with(header)
	c := object{"jti": rand.Text(), "htm": "GET", "htu": base + "/Patient/1", "iat": w.now().Unix(), "ath": hash(text)}.with(claims)
	return sign("ES256", key, h.json(), c.json())
}

func (w *world) dpop(text string, proofs ...string) (*smart.Principal, error) {
	return w.verifier.Authenticate(context.Background(), smart.Credentials{
		Scheme: smart.DPoP, Token: text, Proofs: proofs, Method: "GET", URL: base + "/Patient/1?_format=json",
	})
}

// The example of RFC 7638 section 3.1 and that of RFC 9449 for a key of an elliptic curve.
func TestThumbprint(t *testing.T) {
	x := must(b64Decode("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"))
	y := must(b64Decode("9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"))
	key := must(ecdsa.ParseUncompressedPublicKey(p256().Curve, append(append([]byte{4}, x...), y...)))
	if got, want := thumbprint(key), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"; got != want {
		t.Errorf("thumbprint = %s, want %s", got, want)
	}
}

func b64Decode(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }

func TestDPoP(t *testing.T) {
	w := newWorld(t, nil)
	key := other256()
	bound := w.good(object{"cnf": object{"jkt": thumbprint(&key.PublicKey)}})
	now := w.now().Unix()
	pub := jwk("", &key.PublicKey).with(object{"kid": nil})
	for _, row := range []struct {
		name           string
		header, claims object
		want           smart.Refusal
	}{
		{"good", nil, nil, ""},
		{"htu with a query", nil, object{"htu": base + "/Patient/1?x=y#z"}, ""},
		{"htu in another form", nil, object{"htu": "HTTPS://FHIR.example.org:443/fhir/Patient/1"}, ""},
		{"a moment old", nil, object{"iat": now - 60}, ""},
		{"a moment ahead", nil, object{"iat": now + 30}, ""},
		{"another method", nil, object{"htm": "POST"}, smart.ProofInvalid},
		{"the method in lower case", nil, object{"htm": "get"}, smart.ProofInvalid},
		{"no method", nil, object{"htm": nil}, smart.ProofInvalid},
		{"another resource", nil, object{"htu": base + "/Patient/2"}, smart.ProofInvalid},
		{"another server", nil, object{"htu": "https://evil.example.org/fhir/Patient/1"}, smart.ProofInvalid},
		{"by http", nil, object{"htu": strings.Replace(base, "https", "http", 1) + "/Patient/1"}, smart.ProofInvalid},
		{"with a name and password", nil, object{"htu": "https://u:p@fhir.example.org/fhir/Patient/1"}, smart.ProofInvalid},
		{"another case of the path", nil, object{"htu": base + "/patient/1"}, smart.ProofInvalid},
		{"no address", nil, object{"htu": nil}, smart.ProofInvalid},
		{"an address that is none", nil, object{"htu": "%%"}, smart.ProofInvalid},
		{"for another token", nil, object{"ath": hash("other")}, smart.ProofInvalid},
		{"for no token", nil, object{"ath": nil}, smart.ProofInvalid},
		{"stale", nil, object{"iat": now - 91}, smart.ProofStale},
		{"of the future", nil, object{"iat": now + 31}, smart.ProofStale},
		{"without time", nil, object{"iat": nil}, smart.ProofInvalid},
		{"time in words", nil, object{"iat": "now"}, smart.ProofInvalid},
		{"without id", nil, object{"jti": nil}, smart.ProofInvalid},
		{"an empty id", nil, object{"jti": ""}, smart.ProofInvalid},
		{"a long id", nil, object{"jti": strings.Repeat("j", 513)}, smart.ProofInvalid},
		{"typ JWT", object{"typ": "JWT"}, nil, smart.ProofInvalid},
		{"no typ", object{"typ": nil}, nil, smart.ProofInvalid},
		{"crit", object{"crit": []string{"exp"}}, nil, smart.ProofInvalid},
		{"alg none", object{"alg": "none"}, nil, smart.ProofInvalid},
		{"alg of another curve", object{"alg": "ES384"}, nil, smart.ProofInvalid},
		{"alg HS256", object{"alg": "HS256"}, nil, smart.ProofInvalid},
		{"no key", object{"jwk": nil}, nil, smart.ProofInvalid},
		{"a private key", object{"jwk": pub.with(object{"d": b64(must(key.Bytes()))})}, nil, smart.ProofInvalid},
		{"another key in the header", object{"jwk": jwk("", &p256().PublicKey)}, nil, smart.ProofInvalid},
		{"a key for another algorithm", object{"jwk": pub.with(object{"alg": "ES384"})}, nil, smart.ProofInvalid},
		{"a key for encryption", object{"jwk": pub.with(object{"use": "enc"})}, nil, smart.ProofInvalid},
		{"a symmetric key", object{"jwk": object{"kty": "oct", "k": "AAAA"}}, nil, smart.ProofInvalid},
		{"a key off its curve", object{"jwk": pub.with(object{"x": b64(make([]byte, 32))})}, nil, smart.ProofInvalid},
		{"too long", nil, object{"x": strings.Repeat("x", 8<<10)}, smart.ProofInvalid},
	} {
		p, err := w.dpop(bound, w.proof(bound, key, row.header, row.claims))
		if got := detailOf(err); got != row.want || (p == nil) != (row.want != "") {
			t.Errorf("%s: Authenticate = %v, %v; want %q", row.name, p, err, row.want)
		}
	}
}

func TestDPoP_Scheme(t *testing.T) {
	w := newWorld(t, nil)
	key := other256()
	bound, plain := w.good(object{"cnf": object{"jkt": thumbprint(&key.PublicKey)}}), w.good(nil)
	good := w.proof(bound, key, nil, nil)
	for _, row := range []struct {
		name   string
		token  string
		scheme smart.Scheme
		proofs []string
		want   smart.Refusal
	}{
		{"bound, as Bearer", bound, smart.Bearer, nil, smart.SchemeWrong},
		{"bound, as Bearer with a proof", bound, smart.Bearer, []string{good}, smart.SchemeWrong},
		{"bound, without a proof", bound, smart.DPoP, nil, smart.ProofMissing},
		{"bound, with two proofs", bound, smart.DPoP, []string{good, good}, smart.ProofInvalid},
		{"bound, with nonsense", bound, smart.DPoP, []string{"x"}, smart.ProofInvalid},
		{"bound, with the token as its proof", bound, smart.DPoP, []string{bound}, smart.ProofInvalid},
		{"bound, with another key's proof", bound, smart.DPoP, []string{w.proof(bound, p256(), nil, nil)}, smart.ProofInvalid},
		{"not bound, as DPoP", plain, smart.DPoP, []string{w.proof(plain, key, nil, nil)}, smart.SchemeWrong},
		{"a proof as the token", good, smart.Bearer, nil, smart.IssuerUnknown},
	} {
		_, err := w.verifier.Authenticate(context.Background(), smart.Credentials{Scheme: row.scheme, Token: row.token, Proofs: row.proofs, Method: "GET", URL: base + "/Patient/1"})
		if got := detailOf(err); got != row.want {
			t.Errorf("%s: Authenticate = %v; want %q", row.name, err, row.want)
		}
	}
}

// A proof passes once: at once, later, and when many send it at the same time. What is refused is not used up.
func TestDPoP_Replay(t *testing.T) {
	w := newWorld(t, nil)
	key := other256()
	bound := w.good(object{"cnf": object{"jkt": thumbprint(&key.PublicKey)}})
	one := w.proof(bound, key, nil, object{"jti": "one"})
	if _, err := w.verifier.Authenticate(context.Background(), smart.Credentials{Scheme: smart.DPoP, Token: bound, Proofs: []string{one}, Method: "POST", URL: base + "/Patient/1"}); detailOf(err) != smart.ProofInvalid {
		t.Errorf("for another method: %v", err)
	}
	if _, err := w.dpop(bound, one); err != nil {
		t.Errorf("the first time: %v", err)
	}
	for _, gone := range []time.Duration{0, time.Second, 30 * time.Second, 58 * time.Second} {
		w.pass(gone)
		if _, err := w.dpop(bound, one); detailOf(err) != smart.ProofReplayed {
			t.Errorf("once more, %v later: %v", gone, err)
		}
	}
	w.pass(time.Second)
	if _, err := w.dpop(bound, one); detailOf(err) != smart.ProofStale {
		t.Errorf("when it is stale: %v", err)
	}
	if _, err := w.dpop(bound, w.proof(bound, key, nil, object{"jti": "one"})); detailOf(err) != smart.ProofReplayed {
		t.Errorf("another with the same id: %v", err)
	}
	w.pass(28 * time.Second) // 119 s after the first, when what was used first is about to be forgotten
	late := w.proof(bound, key, nil, object{"jti": "late"})
	if _, err := w.dpop(bound, late); err != nil {
		t.Errorf("a late one: %v", err)
	}
	w.pass(2 * time.Second)
	if _, err := w.dpop(bound, late); detailOf(err) != smart.ProofReplayed {
		t.Errorf("the late one again: %v", err)
	}
	many := w.proof(bound, key, nil, nil)
	var passed atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := w.dpop(bound, many); err == nil {
				passed.Add(1)
			}
		})
	}
	group.Wait()
	if n := passed.Load(); n != 1 {
		t.Errorf("of 20 at once %d passed, want one", n)
	}
}

// More proofs than can be remembered are not checked: none is let through unremembered.
func TestDPoP_Full(t *testing.T) {
	w := newWorld(t, func(_ *world, o *token.Options) { o.MaxProofs = 3 })
	key := other256()
	bound := w.good(object{"cnf": object{"jkt": thumbprint(&key.PublicKey)}})
	for i, want := range []smart.Refusal{"", "", "", smart.NotChecked} {
		if _, err := w.dpop(bound, w.proof(bound, key, nil, nil)); detailOf(err) != want {
			t.Errorf("proof %d: %v, want %q", i, err, want)
		}
	}
	w.pass(2 * time.Minute)
	if _, err := w.dpop(bound, w.proof(bound, key, nil, nil)); err != nil {
		t.Errorf("later: %v", err)
	}
}

func TestCertificate(t *testing.T) {
	w := newWorld(t, nil)
	certificate := func(serial int64) *x509.Certificate {
		template := &x509.Certificate{SerialNumber: big.NewInt(serial)}
		return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, &p256().PublicKey, p256()))))
	}
	own, other := certificate(1), certificate(2)
	bound := w.good(object{"cnf": object{"x5t#S256": hash(string(own.Raw))}})
	both := w.good(object{"cnf": object{"x5t#S256": hash(string(own.Raw)), "jkt": thumbprint(&other256().PublicKey)}})
	for _, row := range []struct {
		name        string
		token       string
		scheme      smart.Scheme
		proof       string
		certificate *x509.Certificate
		want        smart.Refusal
	}{
		{"its own", bound, smart.Bearer, "", own, ""},
		{"another", bound, smart.Bearer, "", other, smart.CertificateWrong},
		{"none", bound, smart.Bearer, "", nil, smart.CertificateMissing},
		{"a token that is not bound", w.good(nil), smart.Bearer, "", other, ""},
		{"both", both, smart.DPoP, w.proof(both, other256(), nil, nil), own, ""},
		{"both, and only the proof", both, smart.DPoP, w.proof(both, other256(), nil, nil), nil, smart.CertificateMissing},
		{"both, and only the certificate", both, smart.Bearer, "", own, smart.SchemeWrong},
	} {
		c := smart.Credentials{Scheme: row.scheme, Token: row.token, Certificate: row.certificate, Method: "GET", URL: base + "/Patient/1"}
		if row.proof != "" {
			c.Proofs = []string{row.proof}
		}
		if _, err := w.verifier.Authenticate(context.Background(), c); detailOf(err) != row.want {
			t.Errorf("%s: Authenticate = %v; want %q", row.name, err, row.want)
		}
	}
}
