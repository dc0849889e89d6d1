package token_test

import (
	"context"
	"fmt"
	"testing"

	"hearken/internal/smart"
)

// A token that was checked before: what every request but the first costs.
func BenchmarkAuthenticate_Kept(b *testing.B) {
	w := newWorld(b, nil)
	text := w.good(nil)
	c := smart.Credentials{Scheme: smart.Bearer, Token: text, Method: "GET", URL: base + "/Patient/1"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.verifier.Authenticate(context.Background(), c); err != nil {
			b.Fatal(err)
		}
	}
}

// A token that is new: one signature, with a key that is known.
func BenchmarkAuthenticate_New(b *testing.B) {
	w := newWorld(b, nil)
	for _, algorithm := range []string{"RS256", "ES256", "ES384"} {
		b.Run(algorithm, func(b *testing.B) {
			texts := make([]string, 256)
			for i := range texts {
				claims := w.claims().with(object{"jti": fmt.Sprint(i)}).json()
				switch algorithm {
				case "RS256":
					texts[i] = sign("RS256", rsaKey(), `{"alg":"RS256","kid":"rsa"}`, claims)
				case "ES256":
					texts[i] = sign("ES256", p256(), `{"alg":"ES256","kid":"p256"}`, claims)
				default:
					texts[i] = w.good(object{"jti": i})
				}
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i%len(texts) == 0 {
					w.verifier.Forget(func(*smart.Principal) bool { return true })
				}
				if _, err := w.bearer(texts[i%len(texts)]); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

// A token bound to a key: kept, with a proof for each request.
func BenchmarkAuthenticate_DPoP(b *testing.B) {
	w := newWorld(b, nil)
	key := other256()
	bound := w.good(object{"cnf": object{"jkt": thumbprint(&key.PublicKey)}})
	var proofs []string
	for b.Loop() {
		b.StopTimer()
		if len(proofs) == 0 {
			for range 100 {
				proofs = append(proofs, w.proof(bound, key, nil, nil))
			}
		}
		proof := proofs[0]
		proofs = proofs[1:]
		b.StartTimer()
		if _, err := w.dpop(bound, proof); err != nil {
			b.Fatal(err)
		}
	}
}
