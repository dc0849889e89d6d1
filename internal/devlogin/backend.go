package devlogin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha512"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"hearken/internal/access"
)

// The clients that act for themselves. Each proves who it is by a key: by one of Options.Backend, or by the sample key.
const (
	BackendClient  = "sample-backend"  // exchanges the plans of Hollowmere Hospice
	DispatchClient = "sample-dispatch" // sends the crews of Exampleshire Ambulance Service
)

// Backends are the clients that act for themselves, as people of their organisations' lists.
func Backends() []Person {
	return []Person{
		{Subject: BackendClient, Words: "system of Hollowmere Hospice: exchanges the plans that the hospice wrote", Role: access.System.String(), Organisation: "Y90101"},
		{Subject: DispatchClient, Words: "dispatch system of Exampleshire Ambulance Service: sends its crews, and sees no records", Role: access.Dispatch.String(), Organisation: "Y90301"},
	}
}

// IsBackend reports whether a client acts for itself.
func IsBackend(client string) bool {
	return slices.ContainsFunc(Backends(), func(p Person) bool { return p.Subject == client })
}

// sampleKey is what scripts sign with. It is no secret, and lets nobody in who could not have chosen to be
// anybody on the login's page.
func sampleKey() (jose.JSONWebKey, error) {
	seed := sha512.Sum384([]byte("the sample clients of a login that asks nobody for a password"))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), seed[:])
	return jose.JSONWebKey{Key: key, KeyID: "sample", Algorithm: string(jose.ES384), Use: "sig"}, err
}

// Backend is what the token endpoint answers when a client that acts for itself logs in, with the sample key
// (https://hl7.org/fhir/smart-app-launch/backend-services.html). The text once is in no other login of it,
// and may be guessed.
func (c *Client) Backend(ctx context.Context, client, scope string, now time.Time, once string) (map[string]any, error) {
	endpoints, err := c.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	assertion, err := assert(client, endpoints.Token, now, once)
	if err != nil {
		return nil, err
	}
	return c.token(ctx, endpoints.Token, url.Values{"grant_type": {"client_credentials"}, "scope": {scope}, "client_assertion": {assertion}, "client_assertion_type": {assertionType}})
}

// assert signs that a client is who it says (private_key_jwt), with the sample key.
func assert(client, endpoint string, now time.Time, once string) (string, error) {
	key, err := sampleKey()
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: key}, nil)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(jwt.Claims{Issuer: client, Subject: client, Audience: jwt.Audience{endpoint}, ID: once, Expiry: jwt.NewNumericDate(now.Add(time.Minute))}).Serialize()
}
