// Package token checks access tokens and makes smart.Principals of them: JWTs of configured issuers (RFC
// 9068, RFC 7519), opaque tokens by introspection (RFC 7662), and what they are bound to: a DPoP key (RFC
// 9449) or a client certificate (RFC 8705).
//
// # What is believed
//
// Nothing before the signature holds. iss, to the letter, picks the issuer; the issuer's own key set and
// algorithms are the only ones used, so that no token of one issuer passes as another's. kid picks a key of
// that set and is used for nothing else; jku, x5u, x5c and jwk are not looked at. A key is used only for
// algorithms of its kind, and "none" and HMAC are no algorithms here. Then exp, nbf, iat and aud are checked,
// with the configured allowance for clocks that differ, and the mapping reads the rest. JSON is read strictly
// (smart.ParseClaims): no member twice, no depth without end. Everything is bounded and linear.
//
// What an issuer tells by userinfo (Issuer.UserInfo) adds to who a person is, never to what the token allows,
// when, or for whom.
//
// Signatures are go-oidc's to check. Its provider and its remote key set are not used: the one fails when the
// issuer is down at start, the other fetches for every unknown kid, and neither bounds what it reads.
//
// # An issuer that is down
//
// Metadata and keys are fetched when first needed and kept. Keys older than Options.KeyAge are fetched anew
// in the background, while they go on being used; only when much older does a request wait for it. When
// fetching fails, what is known goes on being used and attempts are spaced ever wider. A token whose key is
// not known then, and an opaque token that is not in the cache, are refused as not-checked (503), never as
// wrong. A kid that the issuer did not publish is remembered for a while.
//
// # What is kept
//
// A checked token is kept by its SHA-256 until it expires, or for Options.IntrospectionAge when it was
// introspected. Forget drops tokens by what they say, so that somebody who leaves is asked about again at
// once; a check that was under way is not kept then. When a key disappears from an issuer's set, all its
// tokens are checked again. Proofs are checked each time, and no proof passes twice; which have been used is
// forgotten at restart, so that a proof could pass once more within Options.ProofAge.
package token
