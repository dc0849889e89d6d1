package app_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/config"
)

// attacker is an authorization server of the attacker's own, which counts who asks it for keys.
type attacker struct {
	*issuer
	asked atomic.Int64
	own   *httptest.Server
}

func newAttacker(t testing.TB) *attacker {
	a := &attacker{issuer: newIssuer(t)}
	a.own = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		a.ServeHTTP(w, r)
	}))
	t.Cleanup(a.own.Close)
	return a
}

// tokenAttack is a token that is none of ours, and what it is refused with.
type tokenAttack struct{ name, token, detail string }

// payload is that of a token by which everything is allowed.
func (w *loginWorld) payload(changes claims) string {
	c := claims{"sub": "author", "scope": everything}
	for name, v := range changes {
		c[name] = v
	}
	text, _ := json.Marshal(w.claims(c))
	return string(text)
}

func (w *loginWorld) header(members string) string {
	return `{"alg":"ES384","kid":"` + w.name + `","typ":"at+jwt"` + members + `}`
}

// unsigned is a token with an algorithm that signs nothing.
func unsigned(alg, payload, signature string) string {
	return b64([]byte(`{"alg":"`+alg+`","typ":"at+jwt"}`)) + "." + b64([]byte(payload)) + "." + signature
}

// macked is a token signed by HMAC with what everybody knows.
func macked(kid, payload string, secret []byte) string {
	text := b64([]byte(`{"alg":"HS256","kid":"`+kid+`","typ":"at+jwt"}`)) + "." + b64([]byte(payload))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return text + "." + b64(mac.Sum(nil))
}

// publishRSA has the issuer publish an RSA key as well, and gives it as each form an HMAC could be made with.
func (w *loginWorld) publishRSA(t testing.TB) map[string][]byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public := claims{"kty": "RSA", "kid": "rsa-key", "use": "sig", "alg": "RS256", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}
	w.others = append(w.others, public)
	w.issuer.rotate(t) // so that all keys are fetched anew
	der, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	jwk, _ := json.Marshal(public)
	return map[string][]byte{
		"der": der, "pkcs1": x509.MarshalPKCS1PublicKey(&key.PublicKey), "pem": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "jwk": jwk,
		"modulus": key.N.Bytes(), "kid": []byte("rsa-key"), "nothing": nil,
	}
}

// unsignedAttacks are tokens without a signature, or with one that anybody can make.
func (w *loginWorld) unsignedAttacks(t testing.TB) (all []tokenAttack) {
	good := w.signed(w.header(""), w.payload(nil))
	signature := good[strings.LastIndexByte(good, '.')+1:]
	for _, alg := range []string{"none", "None", "NONE", "nOnE"} {
		all = append(all, tokenAttack{"alg " + alg, unsigned(alg, w.payload(nil), ""), "unsigned"}, tokenAttack{"alg " + alg + " with a signature", unsigned(alg, w.payload(nil), signature), "unsigned"})
	}
	for _, alg := range []string{"", " none", "ES384 ", "es384", "HS384", "EdDSA", "RSA1_5"} {
		all = append(all, tokenAttack{"alg " + alg, unsigned(alg, w.payload(nil), signature), "algorithm-not-allowed"})
	}
	for form, secret := range w.publishRSA(t) {
		all = append(all, tokenAttack{"HS256 with " + form, macked("rsa-key", w.payload(nil), secret), "algorithm-not-allowed"})
	}
	text := good[:strings.LastIndexByte(good, '.')+1]
	zero := make([]byte, 96)
	text = b64([]byte(w.header(""))) + "." + b64([]byte(w.payload(nil))) + "."
	return append(all,
		tokenAttack{"no signature", text, "unsigned"}, tokenAttack{"r and s are 0", text + b64(zero), "wrong-signature"},
		tokenAttack{"another token's signature", text + signature, "wrong-signature"}, tokenAttack{"half a signature", text + signature[:64], "wrong-signature"},
		tokenAttack{"RS256 by the key of ES384", w.signed(`{"alg":"RS256","kid":"`+w.name+`","typ":"at+jwt"}`, w.payload(nil)), "unknown-key"})
}

// keyAttacks are tokens signed with a key of the attacker's, that say where it is to be found; and tokens
// that say odd things of keys.
func (w *loginWorld) keyAttacks(a *attacker) (all []tokenAttack) {
	point, _ := a.key.PublicKey.Bytes()
	jwk := fmt.Sprintf(`{"kty":"EC","crv":"P-384","kid":"mine","x":"%s","y":"%s"}`, b64(point[1:49]), b64(point[49:]))
	sign := func(kid, members string) string {
		return a.signed(`{"alg":"ES384","kid":"`+kid+`","typ":"at+jwt"`+members+`}`, w.payload(nil))
	}
	for name, members := range map[string]string{
		"jku": `,"jku":"` + a.own.URL + `/keys"`, "x5u": `,"x5u":"` + a.own.URL + `/keys"`, "jwk": `,"jwk":` + jwk, "x5c": `,"x5c":["` + b64(point) + `"]`,
		"all of them": `,"jku":"` + a.own.URL + `/keys","x5u":"` + a.own.URL + `/keys","jwk":` + jwk, "none": "", "iss in the header": `,"iss":"` + a.own.URL + `"`,
	} {
		all = append(all, tokenAttack{"a key by " + name, sign(w.name, members), "wrong-signature"})
	}
	for _, kid := range []string{"../../../../dev/null", "' UNION SELECT 'x' --", a.own.URL + "/keys"} {
		all = append(all, tokenAttack{"kid " + kid, sign(kid, `,"jku":"`+a.own.URL+`/keys"`), "unknown-key"})
	}
	return append(all,
		tokenAttack{"kid twice", a.signed(w.header(`,"kid":"mine"`), w.payload(nil)), "token-malformed"}, tokenAttack{"kid is a list", sign(`","kid":["x`, `]`), "token-malformed"},
		tokenAttack{"alg twice", w.signed(w.header(`,"alg":"none"`), w.payload(nil)), "token-malformed"}, tokenAttack{"a long kid", sign(strings.Repeat("k", 600), ""), "token-malformed"},
		tokenAttack{"crit", w.signed(w.header(`,"crit":["exp"]`), w.payload(nil)), "critical-header"}, tokenAttack{"zip", w.signed(w.header(`,"crit":["zip"],"zip":"DEF"`), w.payload(nil)), "critical-header"},
		tokenAttack{"an issuer of one's own", a.signed(`{"alg":"ES384","kid":"`+a.name+`","typ":"at+jwt"}`, w.payload(claims{"iss": a.own.URL})), "unknown-issuer"},
		tokenAttack{"no issuer", w.signed(w.header(""), w.payload(claims{"iss": nil})), "unknown-issuer"}, tokenAttack{"two issuers", w.signed(w.header(""), w.payload(claims{"iss": []string{w.issuer.URL}})), "unknown-issuer"},
		tokenAttack{"the issuer with a slash", w.signed(w.header(""), w.payload(claims{"iss": w.issuer.URL + "/"})), "unknown-issuer"})
}

// claimAttacks are tokens of the issuer's own that are not for this server, not now or not to be read.
func (w *loginWorld) claimAttacks() (all []tokenAttack) {
	now := time.Now().Unix()
	for _, row := range []struct {
		name    string
		changes claims
		detail  string
	}{
		{"aud of another", claims{"aud": "https://other.example.org/fhir"}, "wrong-audience"}, {"no aud", claims{"aud": nil}, "wrong-audience"}, {"aud of the client", claims{"aud": "app"}, "wrong-audience"},
		{"aud is a prefix", claims{"aud": strings.TrimSuffix(w.base, "/fhir")}, "wrong-audience"}, {"aud goes on", claims{"aud": w.base + "/Patient"}, "wrong-audience"}, {"aud goes on as a host", claims{"aud": w.base + ".evil.example.org"}, "wrong-audience"},
		{"aud in capitals", claims{"aud": strings.ToUpper(w.base)}, "wrong-audience"}, {"aud is a list of others", claims{"aud": []string{"app", "https://other.example.org"}}, "wrong-audience"}, {"aud is an empty list", claims{"aud": []string{}}, "wrong-audience"},
		{"aud is an object", claims{"aud": claims{w.base: true}}, "wrong-audience"}, {"aud in a list of lists", claims{"aud": [][]string{{w.base}}}, "wrong-audience"}, {"aud is a number", claims{"aud": 1}, "wrong-audience"},
		{"an ID token", claims{"aud": "app", "nonce": "n", "at_hash": "h", "azp": "app"}, "wrong-audience"},
		{"expired", claims{"exp": now - 40}, "token-expired"}, {"exp is 0", claims{"exp": 0}, "token-expired"}, {"no exp", claims{"exp": nil}, "claim-missing"}, {"exp is a text", claims{"exp": fmt.Sprint(now + 300)}, "claim-missing"},
		{"exp is a list", claims{"exp": []int64{now + 300}}, "claim-missing"}, {"exp without end", claims{"exp": 1e300}, "claim-missing"}, {"exp below 0", claims{"exp": -1}, "claim-missing"},
		{"nbf lies ahead", claims{"nbf": now + 120}, "token-not-yet-valid"}, {"nbf is a text", claims{"nbf": "0"}, "claim-missing"}, {"iat lies ahead", claims{"iat": now + 120}, "token-not-yet-valid"},
		{"sub is a list", claims{"sub": []string{"author"}}, "claim-missing"}, {"bound in an unknown way", claims{"cnf": claims{"jwe": "x"}}, "unknown-confirmation"},
		{"bound to a certificate", claims{"cnf": claims{"x5t#S256": b64(make([]byte, 32))}}, "certificate-missing"},
	} {
		all = append(all, tokenAttack{row.name, w.signed(w.header(""), w.payload(row.changes)), row.detail})
	}
	payload := w.payload(nil)
	for name, twice := range map[string]string{"sub": `"stranger"`, "aud": `"x"`, "exp": `1`, "scope": `"openid"`, "iss": `"x"`} {
		all = append(all, tokenAttack{"two " + name, w.signed(w.header(""), `{"`+name+`":`+twice+`,`+payload[1:]), "token-malformed"})
	}
	for _, typ := range []string{"id_token+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "JWE", "at+jwt+x"} {
		all = append(all, tokenAttack{"typ " + typ, w.signed(`{"alg":"ES384","kid":"`+w.name+`","typ":"`+typ+`"}`, payload), "wrong-token-type"})
	}
	good := w.signed(w.header(""), payload)
	return append(all,
		tokenAttack{"huge", w.signed(w.header(""), w.payload(claims{"x": strings.Repeat("x", 20<<10)})), "token-too-long"},
		tokenAttack{"deep", w.signed(w.header(""), `{"x":`+strings.Repeat("[", 3000)+strings.Repeat("]", 3000)+`,`+payload[1:]), "token-malformed"},
		tokenAttack{"after the object", w.signed(w.header(""), payload+"{}"), "token-malformed"}, tokenAttack{"not an object", w.signed(w.header(""), `["author"]`), "token-malformed"},
		tokenAttack{"not UTF-8", w.signed(w.header(""), payload[:len(payload)-1]+",\"x\":\"\xff\"}"), "token-malformed"},
		tokenAttack{"padded", good + "=", "token-malformed"}, tokenAttack{"with a line", good[:20] + "\u00a0" + good[20:], "token-malformed"}, tokenAttack{"two tokens", good + "," + good, "token-malformed"},
		tokenAttack{"five parts", good + ".x.y", "token-inactive"}, tokenAttack{"as JSON", `{"payload":"` + b64([]byte(payload)) + `"}`, "token-malformed"})
}

// Tokens that are forged, borrowed or confused: 401 that says why, whatever was asked for; nobody asks the
// attacker for keys.
func TestAttack_Tokens(t *testing.T) {
	w := newMatrixWorld(t)
	a := newAttacker(t)
	attacks := append(w.unsignedAttacks(t), append(w.keyAttacks(a), w.claimAttacks()...)...)
	for _, attack := range attacks {
		said := ""
		for _, id := range []string{"open", "restricted", absentRecord} {
			r := w.send("GET /CarePlan/c"+id, "", "Authorization: Bearer "+attack.token)
			repelled(t, attack.name, r, 401, attack.detail)
			if got := tells(r, "c"+id); said == "" {
				said = got
			} else if got != said {
				t.Errorf("%s is answered in two ways:\n%s\n%s", attack.name, said, got)
			}
			if !strings.Contains(r.header.Get("WWW-Authenticate"), `Bearer realm="hearken", error="invalid_token"`) {
				t.Errorf("%s: WWW-Authenticate %q", attack.name, r.header["Www-Authenticate"])
			}
		}
	}
	if n := a.asked.Load(); n != 0 {
		t.Errorf("the attacker's server was asked %d times", n)
	}
	repelled(t, "nobody's", w.send("GET /CarePlan/copen", "", "Authorization: Bearer "+w.signed(w.header(""), w.payload(claims{"sub": nil}))), 403, "insufficient-scope")
	for _, good := range []claims{{}, {"aud": []string{"app", w.base}}, {"aud": w.base + "/"}, {"exp": time.Now().Unix() - 10}} { // the clocks of two machines differ
		w.must(200, "GET /CarePlan/copen", "", "Authorization: Bearer "+w.signed(w.header(""), w.payload(good)))
	}
	secrets := []string{"Bearer", a.own.URL, "UNION", "dev/null", "evil.example", "author"}
	for _, attack := range attacks {
		if part := strings.Split(attack.token, "."); len(part) > 1 && len(part[1]) > 40 {
			secrets = append(secrets, part[1][:40])
		}
	}
	w.silent(secrets...)
}

// Of two issuers that are known each speaks for its own people only: neither its keys nor its subjects are the other's.
func TestAttack_TokensOfAnotherIssuer(t *testing.T) {
	second := newIssuer(t)
	w := newLoginWorld(t, func(c *config.Config) { c.Issuers = append(c.Issuers, second.Server.URL) })
	second.audience = w.base
	author := claims{"sub": "author", "scope": everything}
	repelled(t, "the name of one, the key of the other", w.send("GET /CarePlan/cp1", "", "Authorization: Bearer "+second.signed(w.header(""), w.payload(nil))), 401, "wrong-signature")
	repelled(t, "the name of one, the key of the other by its kid",
		w.send("GET /CarePlan/cp1", "", "Authorization: Bearer "+second.signed(`{"alg":"ES384","kid":"`+second.name+`","typ":"at+jwt"}`, w.payload(nil))), 401, "unknown-key")
	repelled(t, "another's author", w.send("GET /CarePlan/cp1", "", "Authorization: Bearer "+second.token(author)), 403, "forbidden")
	repelled(t, "another's administrator", w.send("GET /Contract", "", second.bearer("admin", everything)), 403, "forbidden")
	for _, id := range []string{"cp1", "none"} {
		if r := w.send("GET /CarePlan/"+id, "", second.client("partner")); r.status != 404 {
			t.Errorf("another's partner reads %s: %d %s", id, r.status, shorten(r.body))
		}
	}
	w.must(200, "GET /CarePlan/cp1", "", w.bearer("author", everything))
}

// A token counts in one Authorization header and nowhere else.
func TestAttack_TokensElsewhere(t *testing.T) {
	w := newMatrixWorld(t)
	token := w.token(claims{"sub": "author", "scope": everything})
	for name, s := range map[string]matrixSurface{
		"in the query":      {line: "GET /CarePlan/copen?access_token=" + token},
		"in the search":     {line: "GET /CarePlan?access_token=" + token},
		"in a form":         {line: "POST /CarePlan/_search", body: "access_token=" + token, headers: []string{formType}},
		"in a cookie":       {line: "GET /CarePlan/copen", headers: []string{"Cookie: access_token=" + token + "; Authorization=Bearer " + token}},
		"in another header": {line: "GET /CarePlan/copen", headers: []string{"X-Authorization: Bearer " + token, "Proxy-Authorization: Bearer " + token, "X-Forwarded-Access-Token: " + token}},
		"without a scheme":  {line: "GET /CarePlan/copen", headers: []string{"Authorization: " + token}},
		"as a password":     {line: "GET /CarePlan/copen", headers: []string{"Authorization: Basic " + b64([]byte("bearer:"+token))}},
		"by another scheme": {line: "GET /CarePlan/copen", headers: []string{"Authorization: Token " + token}},
	} {
		repelled(t, name, w.send(s.line, s.body, s.headers...), 401, "token-missing")
	}
	other := w.caller("other")
	if r := w.send("GET /CarePlan/copen?access_token="+token, "", other); r.status == 200 || strings.Contains(string(r.body), token[:40]) {
		t.Errorf("two tokens = %d %s", r.status, shorten(r.body))
	}
	w.must(200, "GET /CarePlan/copen", "", "Authorization: bearer "+token)
	w.must(200, "GET /CarePlan/copen", "", "Authorization: BEARER  "+token)
	w.silent(token[:40], "access_token")
}
