package devlogin

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// assertionType is client_assertion_type of private_key_jwt.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionAlgorithms are those SMART names.
var assertionAlgorithms = []jose.SignatureAlgorithm{jose.RS384, jose.ES384}

// longestAssertion is how far ahead its exp may lie
// (https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#authenticating-to-the-token-endpoint).
const longestAssertion = 5 * time.Minute

func readKeys(text []byte) (set jose.JSONWebKeySet, err error) {
	if text == nil {
		return set, nil
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return set, errors.New("not a JWKS")
	}
	for _, k := range set.Keys {
		if !k.Valid() || !k.IsPublic() {
			return set, errors.New("only public keys are wanted")
		}
	}
	return set, nil
}

// checkAssertion is which client that acts for itself it is.
func (p *Provider) checkAssertion(kind, text string) (client string, fault *oauthError) {
	refuse := func(words string) (string, *oauthError) { return "", &oauthError{"invalid_client", words} }
	token, err := jwt.ParseSigned(text, assertionAlgorithms)
	if kind != assertionType || err != nil || len(token.Headers) != 1 {
		return refuse("a client_assertion of private_key_jwt is wanted, signed with RS384 or ES384")
	}
	keys := p.backend.Key(token.Headers[0].KeyID)
	if len(keys) == 0 {
		return refuse("the client has no key of that kid: say --dev-client-keys")
	}
	var c jwt.Claims
	if err := token.Claims(keys[0].Key, &c); err != nil {
		return refuse("the signature of the assertion is wrong")
	}
	now := p.Now()
	switch {
	case !IsBackend(c.Issuer) || c.Subject != c.Issuer:
		return refuse("iss and sub must be " + BackendClient + " or " + DispatchClient)
	case !c.Audience.Contains(p.Issuer+"/token") && !c.Audience.Contains(p.Issuer):
		return refuse("aud must be " + p.Issuer + "/token")
	case c.Expiry == nil || !now.Before(c.Expiry.Time()) || c.Expiry.Time().After(now.Add(longestAssertion+time.Minute)):
		return refuse("exp must be within five minutes")
	case c.ID == "":
		return refuse("jti is missing")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, used := p.proofs.get(c.ID, now); used || !p.proofs.put(c.ID, struct{}{}, now, 2*longestAssertion) {
		return refuse("the assertion was used before")
	}
	return c.Issuer, nil
}
