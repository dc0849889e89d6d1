package token

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hearken/internal/smart"
)

// Issuer is one authorization server whose tokens are accepted.
type Issuer struct {
	URL        string        // its issuer identifier: iss of its tokens, to the letter
	Audiences  []string      // accepted in aud besides Options.Audience: "api://…" of Entra
	Mapping    smart.Mapping // where it puts what
	Algorithms []string      // of its signatures; nil is Algorithms()
	JWKS       string        // URL of its keys; "" discovers it
	OnlyATJWT  bool          // refuse JWTs whose typ is not "at+jwt": for issuers that follow RFC 9068
	// UserInfo asks the issuer's userinfo endpoint about each new token of a person, for claims that the token
	// does not have: of CIS2 the roles, of NHS login the NHS number. It costs a request to the issuer for each
	// new token.
	UserInfo bool

	Introspection *Introspection // of opaque tokens; nil for none. One issuer at most has it, for nothing says whose such a token is
}

// Introspection is how an issuer is asked about opaque tokens.
type Introspection struct {
	Endpoint         string // "" discovers it
	ClientID, Secret string // of this server at the issuer
	// WithoutAudience accepts answers without aud: only for an issuer that tells this server of no tokens but its own.
	WithoutAudience bool
}

// Options are what a Verifier works with. Times and sizes left zero are those of the comments.
type Options struct {
	Issuers  []Issuer
	Audience string // the base URL of this server, which aud must be or have
	Client   *http.Client
	Now      func() time.Time

	Skew             time.Duration // allowance for clocks that differ: 30 s
	KeyAge           time.Duration // after which keys and metadata are fetched anew: 5 min
	IntrospectionAge time.Duration // for which an introspection answer is believed: 30 s
	ProofAge         time.Duration // for which a DPoP proof can be used: 60 s
	FetchTimeout     time.Duration // of one request to an issuer: 4 s
	MaxCached        int           // checked tokens: 20,000
	MaxProofs        int           // DPoP proofs within ProofAge: 200,000
}

// Algorithms are the signature algorithms that are accepted where an issuer is not limited further: those of SMART
// (RS384, ES384), RS256, which RFC 9068 demands, and their kin. Never "none", never HMAC.
func Algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&o.Skew, 30 * time.Second}, {&o.KeyAge, 5 * time.Minute}, {&o.IntrospectionAge, 30 * time.Second},
		{&o.ProofAge, time.Minute}, {&o.FetchTimeout, 4 * time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if o.MaxCached == 0 {
		o.MaxCached = 20_000
	}
	if o.MaxProofs == 0 {
		o.MaxProofs = 200_000
	}
	return o
}

// check names every fault of the configuration.
func (o Options) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("token: "+format, args...)) }
	if o.Client == nil || o.Now == nil {
		fault("an HTTP client and a clock are needed")
	}
	if o.Audience == "" {
		fault("without an audience every token of an issuer would do, whoever it is meant for")
	}
	seen, opaque := map[string]bool{}, 0
	for _, i := range o.Issuers {
		if seen[i.URL] {
			fault("issuer %s is there twice", i.URL)
		}
		seen[i.URL] = true
		for _, address := range []string{i.URL, i.JWKS} {
			if address != "" && !isWebURL(address) || i.URL == "" {
				fault("%q is no URL of an issuer or its keys: https, and http only for this machine", address)
			}
		}
		if len(i.Mapping.Subject) == 0 || len(i.Mapping.Scopes) == 0 {
			fault("issuer %s: its mapping does not say where subject and scopes stand", i.URL)
		}
		for _, alg := range i.Algorithms {
			if !slices.Contains(Algorithms(), alg) {
				fault("issuer %s: algorithm %q is none of %s", i.URL, alg, strings.Join(Algorithms(), ", "))
			}
		}
		if in := i.Introspection; in != nil {
			if opaque++; in.ClientID == "" || in.Endpoint != "" && !isWebURL(in.Endpoint) {
				fault("issuer %s: introspection needs a client, and an endpoint by https", i.URL)
			}
		}
	}
	if len(o.Issuers) == 0 || opaque > 1 {
		fault("one issuer is needed, and one at most that is asked about opaque tokens")
	}
	return errors.Join(faults...)
}

// isWebURL reports whether text is an https URL, or an http URL of this machine, without query and fragment.
func isWebURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}
