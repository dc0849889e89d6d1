package token_test

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

func TestAuthenticate_Principal(t *testing.T) {
	w := newWorld(t, nil)
	got, err := w.bearer(w.good(object{"patient": "1", "fhirUser": base + "/Practitioner/2"}))
	if err != nil {
		t.Fatal(err)
	}
	want := &smart.Principal{Issuer: w.server.URL, Subject: "ann", ClientID: "app", TokenID: "1", User: true, Scopes: smart.ParseScopes("user/*.rs"),
		Context:  smart.LaunchContext{Patient: "1", FHIRUser: fhir.Key{Type: "Practitioner", ID: "2"}},
		IssuedAt: w.now(), Expires: w.now().Add(300e9)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Authenticate: -want +got\n%s", diff)
	}
}

// Every algorithm, signed by two implementations: go-jose's, through oidctest, and the standard library's.
func TestAuthenticate_Algorithms(t *testing.T) {
	w := newWorld(t, nil)
	for _, algorithm := range token.Algorithms() {
		var private any = rsaKey()
		kid := "rsa"
		switch algorithm {
		case "ES256":
			private, kid = p256(), "p256"
		case "ES384":
			private, kid = p384(), "p384"
		case "ES512":
			private, kid = p521(), "p521"
		}
		w.want(algorithm+" by go-jose", oidctest.SignIDToken(private, kid, algorithm, w.claims().json()), "")
		w.want(algorithm, sign(algorithm, private, `{"alg":"`+algorithm+`","kid":"`+kid+`"}`, w.claims().json()), "")
	}
}

func TestAuthenticate_Headers(t *testing.T) {
	w := newWorld(t, nil)
	p384Header := func(more string) string { return `{"alg":"ES384","kid":"p384"` + more + `}` }
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&rsaKey().PublicKey))})
	attacker := jwk("p256", &other256().PublicKey).json()
	for _, row := range []struct {
		name, algorithm string
		private         any
		header          string
		want            smart.Refusal
	}{
		{"typ at+jwt", "ES384", p384(), p384Header(`,"typ":"at+jwt"`), ""},
		{"typ application/AT+JWT", "ES384", p384(), p384Header(`,"typ":"application/AT+JWT"`), ""},
		{"typ JWT", "ES384", p384(), p384Header(`,"typ":"JWT"`), ""},
		{"typ of a DPoP proof", "ES384", p384(), p384Header(`,"typ":"dpop+jwt"`), smart.TokenTypeWrong},
		{"typ of a logout token", "ES384", p384(), p384Header(`,"typ":"logout+jwt"`), smart.TokenTypeWrong},
		{"typ of an event", "ES384", p384(), p384Header(`,"typ":"secevent+jwt"`), smart.TokenTypeWrong},
		{"typ that is a number", "ES384", p384(), p384Header(`,"typ":1`), smart.TokenMalformed},
		{"crit", "ES384", p384(), p384Header(`,"crit":["exp"]`), smart.CriticalHeader},
		{"crit of nothing", "ES384", p384(), p384Header(`,"crit":[]`), smart.CriticalHeader},
		{"crit b64", "ES384", p384(), p384Header(`,"b64":false,"crit":["b64"]`), smart.CriticalHeader},
		{"alg none, signed all the same", "ES384", p384(), `{"alg":"none","kid":"p384"}`, smart.TokenUnsigned},
		{"alg NONE", "ES384", p384(), `{"alg":"NONE","kid":"p384"}`, smart.TokenUnsigned},
		{"alg nOnE", "ES384", p384(), `{"alg":"nOnE","kid":"p384"}`, smart.TokenUnsigned},
		{"no alg", "ES384", p384(), `{"kid":"p384"}`, smart.AlgorithmRefused},
		{"alg that is a list", "ES384", p384(), `{"alg":["ES384"],"kid":"p384"}`, smart.TokenMalformed},
		{"alg in lower case", "ES384", p384(), `{"alg":"es384","kid":"p384"}`, smart.AlgorithmRefused},
		{"alg with a space", "ES384", p384(), `{"alg":"ES384 ","kid":"p384"}`, smart.AlgorithmRefused},
		{"HS256 with the public key as PEM", "HS256", public, `{"alg":"HS256","kid":"rsa"}`, smart.AlgorithmRefused},
		{"HS256 with the public key as DER", "HS256", must(x509.MarshalPKIXPublicKey(&rsaKey().PublicKey)), `{"alg":"HS256","kid":"rsa"}`, smart.AlgorithmRefused},
		{"HS256 with the modulus", "HS256", rsaKey().N.Bytes(), `{"alg":"HS256","kid":"rsa"}`, smart.AlgorithmRefused},
		{"HS256 with nothing", "HS256", []byte{}, `{"alg":"HS256","kid":""}`, smart.AlgorithmRefused},
		{"HMAC under the name of RS256", "HS256", public, `{"alg":"RS256","kid":"rsa"}`, smart.SignatureWrong},
		{"EdDSA", "ES384", p384(), `{"alg":"EdDSA","kid":"p384"}`, smart.AlgorithmRefused},
		{"RS1", "ES384", p384(), `{"alg":"RS1","kid":"rsa"}`, smart.AlgorithmRefused},
		{"an EC token under an RSA key's kid", "ES256", p256(), `{"alg":"ES256","kid":"rsa"}`, smart.KeyUnknown},
		{"an RSA token under an EC key's kid", "RS256", rsaKey(), `{"alg":"RS256","kid":"p256"}`, smart.KeyUnknown},
		{"ES256 with a key of P-384", "ES256", p384(), `{"alg":"ES256","kid":"p384"}`, smart.KeyUnknown},
		{"PSS under the name of PKCS1", "PS256", rsaKey(), `{"alg":"RS256","kid":"rsa"}`, smart.SignatureWrong},
		{"another key under a known kid", "ES256", other256(), `{"alg":"ES256","kid":"p256"}`, smart.SignatureWrong},
		{"another RSA key under a known kid", "RS384", otherRSA(), `{"alg":"RS384","kid":"rsa"}`, smart.SignatureWrong},
		{"kid that is a path", "ES256", other256(), `{"alg":"ES256","kid":"../../../../dev/null"}`, smart.KeyUnknown},
		{"kid that is SQL", "ES256", other256(), `{"alg":"ES256","kid":"x' UNION SELECT 'secret"}`, smart.KeyUnknown},
		{"kid that is a URL", "ES256", other256(), `{"alg":"ES256","kid":"` + w.server.URL + `/evil"}`, smart.KeyUnknown},
		{"kid with a NUL", "ES256", other256(), `{"alg":"ES256","kid":"p256\u0000"}`, smart.KeyUnknown},
		{"kid that is a number", "ES256", p256(), `{"alg":"ES256","kid":256}`, smart.TokenMalformed},
		{"kid that is long", "ES256", p256(), `{"alg":"ES256","kid":"` + strings.Repeat("k", 513) + `"}`, smart.TokenMalformed},
		{"jku of an attacker", "ES256", other256(), `{"alg":"ES256","kid":"p256","jku":"` + w.server.URL + `/evil"}`, smart.SignatureWrong},
		{"jku with a kid of its own", "ES256", other256(), `{"alg":"ES256","kid":"evil","jku":"` + w.server.URL + `/evil"}`, smart.KeyUnknown},
		{"x5u of an attacker", "ES256", other256(), `{"alg":"ES256","kid":"p256","x5u":"` + w.server.URL + `/evil"}`, smart.SignatureWrong},
		{"an embedded key", "ES256", other256(), `{"alg":"ES256","kid":"p256","jwk":` + attacker + `}`, smart.SignatureWrong},
		{"an embedded key without kid", "ES256", other256(), `{"alg":"ES256","jwk":` + attacker + `}`, smart.SignatureWrong},
		{"an embedded key does no harm to a good token", "ES256", p256(), `{"alg":"ES256","kid":"p256","jwk":` + attacker + `}`, ""},
		{"no kid, and one key that fits", "ES256", p256(), `{"alg":"ES256"}`, ""},
		{"alg twice", "ES256", p256(), `{"alg":"none","alg":"ES256","kid":"p256"}`, smart.TokenMalformed},
		{"alg twice in other letters", "ES256", p256(), `{"alg":"ES256","Alg":"none","kid":"p256"}`, ""},
		{"a header that is no object", "ES256", p256(), `["ES256"]`, smart.TokenMalformed},
		{"a header that is null", "ES256", p256(), `null`, smart.TokenMalformed},
		{"a header that goes on", "ES256", p256(), `{"alg":"ES256","kid":"p256"} {}`, smart.TokenMalformed},
		{"a deep header", "ES256", p256(), `{"alg":"ES256","kid":"p256","x":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`, smart.TokenMalformed},
		{"a large header", "ES256", p256(), `{"alg":"ES256","kid":"p256","x":"` + strings.Repeat("x", 8<<10) + `"}`, smart.TokenMalformed},
	} {
		w.pass(10 * time.Second) // so that unknown kids may be looked for
		w.want(row.name, sign(row.algorithm, row.private, row.header, w.claims().json()), row.want)
	}
	if n := w.askedFor("/evil"); n != 0 {
		t.Errorf("an address in a header was asked %d times", n)
	}
}

func TestAuthenticate_Claims(t *testing.T) {
	w := newWorld(t, nil)
	now := w.now().Unix()
	for _, row := range []struct {
		name    string
		changes object
		want    smart.Refusal
	}{
		{"good", nil, ""},
		{"expired", object{"exp": now - 31}, smart.TokenExpired},
		{"expired a moment ago by our clock", object{"exp": now - 29}, ""},
		{"expired to the second", object{"exp": now - 30}, smart.TokenExpired},
		{"expired in 1970", object{"exp": 0}, smart.TokenExpired},
		{"no exp", object{"exp": nil}, smart.ClaimMissing},
		{"exp in words", object{"exp": "tomorrow"}, smart.ClaimMissing},
		{"exp as text", object{"exp": "9999999999"}, smart.ClaimMissing},
		{"exp beyond all years", object{"exp": 1e300}, smart.ClaimMissing},
		{"exp below zero", object{"exp": -1}, smart.ClaimMissing},
		{"exp with a fraction", object{"exp": float64(now) + 0.5}, ""},
		{"nbf ahead", object{"nbf": now + 31}, smart.TokenTooEarly},
		{"nbf a moment ahead", object{"nbf": now + 30}, ""},
		{"nbf as text", object{"nbf": "0"}, smart.ClaimMissing},
		{"iat ahead", object{"iat": now + 3600}, smart.TokenTooEarly},
		{"no iat", object{"iat": nil}, ""},
		{"wrong aud", object{"aud": "https://other.example.org/fhir"}, smart.AudienceWrong},
		{"aud of the client, as ID tokens have", object{"aud": "app"}, smart.AudienceWrong},
		{"no aud", object{"aud": nil}, smart.AudienceWrong},
		{"empty aud", object{"aud": ""}, smart.AudienceWrong},
		{"aud of nobody", object{"aud": []string{}}, smart.AudienceWrong},
		{"aud list with us", object{"aud": []string{"https://other.example.org", base}}, ""},
		{"aud list without us", object{"aud": []string{"https://other.example.org", "app"}}, smart.AudienceWrong},
		{"aud list with a number", object{"aud": []any{base, 1}}, smart.AudienceWrong},
		{"aud an object", object{"aud": object{base: true}}, smart.AudienceWrong},
		{"aud in other letters", object{"aud": strings.ToUpper(base)}, smart.AudienceWrong},
		{"aud with a slash at the end", object{"aud": base + "/"}, ""},
		{"aud below us", object{"aud": base + "/Patient"}, smart.AudienceWrong},
		{"aud above us", object{"aud": "https://fhir.example.org"}, smart.AudienceWrong},
		{"aud that begins like us", object{"aud": base + ".evil.example"}, smart.AudienceWrong},
		{"aud with a query", object{"aud": base + "?"}, smart.AudienceWrong},
		{"iss with a slash at the end", object{"iss": w.server.URL + "/"}, smart.IssuerUnknown},
		{"iss in other letters", object{"iss": strings.ToUpper(w.server.URL)}, smart.IssuerUnknown},
		{"another iss", object{"iss": "https://evil.example.org"}, smart.IssuerUnknown},
		{"no iss", object{"iss": nil}, smart.IssuerUnknown},
		{"iss a list", object{"iss": []string{w.server.URL}}, smart.IssuerUnknown},
		{"no sub, but a client", object{"sub": nil}, ""},
		{"neither", object{"sub": nil, "client_id": nil}, smart.ClaimMissing},
		{"cnf of nothing", object{"cnf": object{}}, smart.ConfirmationUnknown},
		{"cnf null", object{"cnf": nil}, ""}, // taken out
		{"cnf in words", object{"cnf": "jkt"}, smart.ConfirmationUnknown},
		{"cnf by a key in full", object{"cnf": object{"jwk": object{"kty": "EC"}}}, smart.ConfirmationUnknown},
		{"cnf with a number", object{"cnf": object{"jkt": 1}}, smart.ConfirmationUnknown},
		{"cnf with one that can be checked and one of the wrong form", object{"cnf": object{"jkt": "x", "x5t#S256": 1}}, smart.ConfirmationUnknown},
		{"bound to a key, and sent as Bearer", object{"cnf": object{"jkt": "x"}}, smart.SchemeWrong},
		{"bound to a certificate, and none shown", object{"cnf": object{"x5t#S256": "x"}}, smart.CertificateMissing},
	} {
		w.want(row.name, w.good(row.changes), row.want)
	}
}

func TestAuthenticate_Payload(t *testing.T) {
	w := newWorld(t, nil)
	good := w.claims().json()
	header := `{"alg":"ES384","kid":"p384"}`
	for _, row := range []struct{ name, payload string }{
		{"a claim twice", `{"aud":"https://other.example.org",` + good[1:]},
		{"a claim twice, once escaped", `{"\u0061ud":"https://other.example.org",` + good[1:]},
		{"a claim twice, further down", `{"x":{"y":1,"y":2},` + good[1:]},
		{"deep", `{"x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `,` + good[1:]},
		{"deeper than it closes", `{"x":` + strings.Repeat("[", 1000)},
		{"not UTF-8", "{\"x\":\"\xff\"," + good[1:]},
		{"a byte order mark", "\ufeff" + good},
		{"two objects", good + good},
		{"a list", "[" + good + "]"},
		{"nothing", ""},
		{"null", "null"},
		{"a comment", `{/**/` + good[1:]},
	} {
		w.want(row.name, sign("ES384", p384(), header, row.payload), smart.TokenMalformed)
	}
	for _, name := range []string{"EXP", "Aud", "ISS"} { // names are compared to the letter
		w.want("also "+name, sign("ES384", p384(), header, `{"`+name+`":1,`+good[1:]), "")
	}
}

func TestAuthenticate_Form(t *testing.T) {
	w := newWorld(t, nil)
	good := w.good(nil)
	parts := strings.Split(good, ".")
	for _, row := range []struct {
		name, text string
		want       smart.Refusal
	}{
		{"nothing", "", smart.TokenMissing},
		{"too long", strings.Repeat("e", smart.MaxToken+1), smart.TokenTooLong},
		{"very long", "ey" + strings.Repeat(".", 1<<22), smart.TokenTooLong},
		{"dots", "..", smart.TokenMalformed},
		{"no signature", parts[0] + "." + parts[1], smart.TokenMalformed},
		{"an empty signature", parts[0] + "." + parts[1] + ".", smart.TokenUnsigned},
		{"alg none without signature", b64([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", smart.TokenUnsigned},
		{"alg none with ours", b64([]byte(`{"alg":"none"}`)) + "." + parts[1] + "." + parts[2], smart.TokenUnsigned},
		{"four parts", good + ".x", smart.TokenMalformed},
		{"five parts, as encrypted tokens have", good + ".x.x", smart.TokenMalformed},
		{"half a signature", good[:len(good)-40], smart.SignatureWrong},
		{"a longer signature", good + "AAAA", smart.SignatureWrong},
		{"a signature of zeros", parts[0] + "." + parts[1] + "." + b64(make([]byte, 96)), smart.SignatureWrong},
		{"another payload", parts[0] + "." + b64([]byte(w.claims().with(object{"sub": "eve"}).json())) + "." + parts[2], smart.SignatureWrong},
		{"padded", parts[0] + "=." + parts[1] + "." + parts[2], smart.TokenMalformed},
		{"with a line end", parts[0] + "\n." + parts[1] + "." + parts[2], smart.TokenMalformed},
		{"with a line end in the signature", good + "\n", smart.TokenMalformed},
		{"base64 of the other alphabet", parts[0] + "." + parts[1] + ".++//", smart.TokenMalformed},
		{"two signatures as JSON", `{"payload":"` + parts[1] + `","signatures":[]}`, smart.TokenMalformed},
		{"good", good, ""},
	} {
		w.want(row.name, row.text, row.want)
	}
}

// Two issuers' keys are never mixed up, not even under one kid.
func TestAuthenticate_TwoIssuers(t *testing.T) {
	var other *world
	w := newWorld(t, func(w *world, o *token.Options) {
		other = newWorld(t, nil)
		other.keys = []object{jwk("p384", &p521().PublicKey), jwk("rsa", &otherRSA().PublicKey)}
		o.Issuers = append(o.Issuers, token.Issuer{URL: other.server.URL, Mapping: smart.Mappings()["smart"], Algorithms: []string{"RS256"}})
	})
	theirs := w.claims().with(object{"iss": other.server.URL}).json()
	ours := w.claims().json()
	header := `{"alg":"RS256","kid":"rsa"}`
	w.want("theirs, by their key", sign("RS256", otherRSA(), header, theirs), "")
	w.want("theirs, by our key", sign("RS256", rsaKey(), header, theirs), smart.SignatureWrong)
	w.want("ours, by their key", sign("RS256", otherRSA(), header, ours), smart.SignatureWrong)
	w.want("ours, by our key", sign("RS256", rsaKey(), header, ours), "")
	w.want("theirs, by an algorithm that is ours", sign("RS384", otherRSA(), `{"alg":"RS384","kid":"rsa"}`, theirs), smart.AlgorithmRefused)
}

// cutElsewhere is a key of an elliptic curve with one byte of y at the end of x.
func cutElsewhere(key object) object {
	x, y := must(b64Decode(key["x"].(string))), must(b64Decode(key["y"].(string)))
	return key.with(object{"x": b64(append(x, y[0])), "y": b64(y[1:])})
}

// What a published key set may hold without harm, and which keys are not used.
func TestAuthenticate_KeySet(t *testing.T) {
	public := jwk("k", &rsaKey().PublicKey)
	for _, row := range []struct {
		name string
		keys []object
		want smart.Refusal
	}{
		{"one key", []object{public}, ""},
		{"among others that nobody knows", []object{{"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "k"}, {"kty": "oct", "k": "AA", "kid": "k"}, {}, public}, ""},
		{"for signatures", []object{public.with(object{"use": "sig", "key_ops": []string{"verify"}, "alg": "RS256"})}, ""},
		{"for encryption", []object{public.with(object{"use": "enc"}), jwk("x", &p256().PublicKey)}, smart.KeyUnknown},
		{"for other operations", []object{public.with(object{"key_ops": []string{"encrypt"}}), jwk("x", &p256().PublicKey)}, smart.KeyUnknown},
		{"for another algorithm", []object{public.with(object{"alg": "RS384"})}, smart.KeyUnknown},
		{"under another kid", []object{public.with(object{"kid": "K"})}, smart.KeyUnknown},
		{"without kid", []object{public.with(object{"kid": nil})}, smart.KeyUnknown},
		{"private", []object{public.with(object{"d": "AA"}), jwk("x", &p256().PublicKey)}, smart.KeyUnknown},
		{"an even exponent", []object{public.with(object{"e": "Ag"}), jwk("x", &p256().PublicKey)}, smart.KeyUnknown},
		{"an exponent of one", []object{public.with(object{"e": "AQ"}), jwk("x", &p256().PublicKey)}, smart.KeyUnknown},
		{"a huge exponent", []object{public.with(object{"e": "AQAAAAE"}), jwk("x", &p256().PublicKey)}, smart.KeyUnknown},
		{"a huge modulus", []object{public.with(object{"n": b64(append(append([]byte{1}, make([]byte, 1024)...), 1))}), jwk("x", &p256().PublicKey)}, smart.KeyUnknown},
		{"two of a kid", []object{public, jwk("k", &otherRSA().PublicKey)}, smart.KeyUnknown},
		{"twice", []object{public, public.with(object{"alg": "RS256"})}, ""},
		{"two of a kid and different kinds", []object{public, jwk("k", &p256().PublicKey)}, ""},
		{"empty", []object{}, smart.NotChecked},
		{"none that can be used", []object{{"kty": "oct", "k": "AA", "kid": "k"}}, smart.NotChecked},
		{"too small", []object{jwk("k", &smallRSA().PublicKey)}, smart.NotChecked},
		{"a point that is not on its curve", []object{jwk("k", &p256().PublicKey).with(object{"y": b64(make([]byte, 32))})}, smart.NotChecked},
		{"a point that is too short", []object{jwk("k", &p256().PublicKey).with(object{"y": b64(make([]byte, 31))})}, smart.NotChecked},
		{"a point whose coordinates are cut elsewhere", []object{cutElsewhere(jwk("k", &p256().PublicKey))}, smart.NotChecked},
		{"a curve under another's name", []object{jwk("k", &p256().PublicKey).with(object{"crv": "P-384"})}, smart.NotChecked},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, func(w *world, _ *token.Options) { w.keys = row.keys })
			w.want("the token", sign("RS256", rsaKey(), `{"alg":"RS256","kid":"k"}`, w.claims().json()), row.want)
		})
	}
}

// A token that an error is about is not in the error, nor is anything it says.
func TestAuthenticate_ErrorsSayNothing(t *testing.T) {
	w := newWorld(t, nil)
	for _, changes := range []object{
		{"sub": object{"SECRET": 1}}, {"aud": "SECRET"}, {"iss": "https://SECRET"}, {"patient": "Practitioner/SECRET"}, {"exp": "SECRET"}, {"scope": []any{"SECRET", 1}}, {"cnf": "SECRET"},
	} {
		text := w.good(changes)
		if _, err := w.bearer(text); err == nil || strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), text[:20]) {
			t.Errorf("%v: the error says %v", changes, err)
		}
	}
}
