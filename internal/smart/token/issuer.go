package token

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hearken/internal/smart"
)

// issuer is a configured Issuer at work.
type issuer struct {
	Issuer
	audiences []string
	web       *web
	metadata  remote[smart.Metadata]
	keys      keySet
}

func (v *Verifier) newIssuer(configured Issuer) *issuer {
	i := &issuer{Issuer: configured, web: v.web, audiences: append([]string{v.options.Audience}, configured.Audiences...)}
	if i.Algorithms == nil {
		i.Algorithms = Algorithms()
	}
	o := v.options
	i.metadata = remote[smart.Metadata]{get: i.discover, now: o.Now, age: o.KeyAge, backoff: backoff{limit: longestBackoff}}
	i.metadata.flights = flights[struct{}, smart.Metadata]{timeout: 2 * o.FetchTimeout, base: v.base}
	i.keys = keySet{now: o.Now, remote: remote[[]key]{get: i.fetchKeys, now: o.Now, age: o.KeyAge, backoff: backoff{limit: longestBackoff}}}
	i.keys.remote.flights = flights[struct{}, []key]{timeout: 3 * o.FetchTimeout, base: v.base}
	i.keys.remote.fetched = func(before, after []key) {
		if lost(before, after) {
			v.Forget(func(p *smart.Principal) bool { return p.Issuer == i.URL })
		}
	}
	return i
}

const longestBackoff = 15 * time.Second

// discover fetches the issuer's metadata: OpenID Connect Discovery 1.0 or, where that is not found, RFC 8414.
// It must be the issuer's own.
func (i *issuer) discover(ctx context.Context) (smart.Metadata, error) {
	c, err := i.web.get(ctx, strings.TrimSuffix(i.URL, "/")+"/.well-known/openid-configuration")
	var status statusError
	if errors.As(err, &status) && status == http.StatusNotFound {
		c, err = i.web.get(ctx, authorizationServerURL(i.URL))
	}
	if err != nil {
		return smart.Metadata{}, err
	}
	m := smart.ReadMetadata(c)
	if m.Issuer != i.URL {
		return smart.Metadata{}, errors.New("token: the metadata is of another issuer than configured")
	}
	return m, nil
}

// authorizationServerURL has the well-known path between host and path (RFC 8414 section 3.1).
func authorizationServerURL(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return issuer
	}
	u.Path = "/.well-known/oauth-authorization-server" + strings.TrimSuffix(u.Path, "/")
	return u.String()
}

func (i *issuer) fetchKeys(ctx context.Context) ([]key, error) {
	address := i.JWKS
	if address == "" {
		m, err := i.metadata.current(ctx)
		if err != nil {
			return nil, err
		}
		address = m.JWKSURI
	}
	if !isWebURL(withoutQuery(address)) {
		return nil, errors.New("token: the issuer's metadata has no jwks_uri by https")
	}
	c, err := i.web.get(ctx, address)
	if err != nil {
		return nil, err
	}
	return readKeys(c)
}

// withoutQuery is an address that metadata gives, which may have a query (Azure B2C names the policy there).
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// checkJWT is who a JWT of this issuer says is asking, once everything about it holds.
func (i *issuer) checkJWT(ctx context.Context, j *jws, t moment) (*smart.Principal, error) {
	if err := i.checkType(j.kind); err != nil {
		return nil, err
	}
	if err := j.allow(i.Algorithms); err != nil {
		return nil, err
	}
	k, err := i.keys.find(ctx, j.kid, j.algorithm)
	if err != nil {
		return nil, err
	}
	if err := j.verify(k); err != nil {
		return nil, err
	}
	if _, ok := j.claims["exp"]; !ok {
		return nil, missing("exp")
	}
	return i.principal(ctx, subject{j.text, j.claims}, t, false)
}

// checkType refuses tokens that are for something else: ID tokens of issuers that say so, logout tokens, DPoP proofs.
func (i *issuer) checkType(kind string) error {
	if kind == "at+jwt" || !i.OnlyATJWT && (kind == "" || kind == "jwt") {
		return nil
	}
	return smart.Refused(smart.TokenTypeWrong)
}

func missing(claim string) error {
	e := smart.Refused(smart.ClaimMissing)
	e.Issues[0].Diagnostics = fmt.Sprintf("%s (%s)", e.Issues[0].Diagnostics, claim)
	return e
}

// subject is a token whose origin is checked, and what it says.
type subject struct {
	token  string
	claims smart.Claims
}

// principal reads a token: the times, the audience, what it is bound to, and by the mapping the rest.
func (i *issuer) principal(ctx context.Context, s subject, t moment, withoutAudience bool) (*smart.Principal, error) {
	c := s.claims
	issued, expires, err := t.check(c)
	if err != nil {
		return nil, err
	}
	if err := i.checkAudience(c, withoutAudience); err != nil {
		return nil, err
	}
	bound, err := confirmationOf(c)
	if err != nil {
		return nil, err
	}
	if i.UserInfo {
		if c, err = i.withUserInfo(ctx, s); err != nil {
			return nil, err
		}
	}
	p, err := i.Mapping.Principal(c, i.audiences[:1])
	if err != nil {
		return nil, err
	}
	p.Issuer, p.IssuedAt, p.Expires, p.Confirmation = i.URL, issued, expires, bound
	return p, nil
}

// checkAudience refuses a token that is not meant for this server. A slash at the end makes no other server.
func (i *issuer) checkAudience(c smart.Claims, withoutAudience bool) error {
	audiences, ok := c.Texts("aud")
	if _, found := c["aud"]; !found && withoutAudience {
		return nil
	}
	for _, audience := range audiences {
		if ok && slices.ContainsFunc(i.audiences, func(own string) bool {
			return strings.TrimSuffix(own, "/") == strings.TrimSuffix(audience, "/")
		}) {
			return nil
		}
	}
	return smart.Refused(smart.AudienceWrong)
}

// moment is when a token is checked, and how far clocks may differ.
type moment struct {
	now  time.Time
	skew time.Duration
}

// check checks exp, nbf and iat (RFC 7519 section 4.1); those that are missing are zero.
func (t moment) check(c smart.Claims) (issued, expires time.Time, err error) {
	var at [3]time.Time
	for i, name := range []string{"iat", "exp", "nbf"} {
		var ok bool
		if at[i], ok = c.Time(name); !ok {
			return issued, expires, missing(name)
		}
	}
	issued, expires = at[0], at[1]
	switch _, found := c["exp"]; {
	case found && !t.now.Before(expires.Add(t.skew)):
		err = smart.Refused(smart.TokenExpired)
	case at[2].After(t.now.Add(t.skew)) || issued.After(t.now.Add(t.skew)):
		err = smart.Refused(smart.TokenTooEarly)
	}
	return issued, expires, err
}

// confirmationOf reads what a token is bound to (RFC 7800). Bound in no way that can be checked is refused.
func confirmationOf(c smart.Claims) (bound smart.Confirmation, err error) {
	v, found := c["cnf"]
	if !found {
		return bound, nil
	}
	object, _ := v.(map[string]any)
	var ok [2]bool
	bound.JKT, ok[0] = smart.Claims(object).Text("jkt")
	bound.X5TS256, ok[1] = smart.Claims(object).Text("x5t#S256")
	if !ok[0] || !ok[1] || bound == (smart.Confirmation{}) {
		return bound, smart.Refused(smart.ConfirmationUnknown)
	}
	return bound, nil
}
