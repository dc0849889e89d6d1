package token

import (
	"context"
	"crypto/sha256"
	"strings"

	"hearken/fhir"
	"hearken/internal/smart"
)

// Verifier checks the tokens of the configured issuers. It is a smart.Authenticator.
type Verifier struct {
	options Options
	web     *web
	issuers map[string]*issuer
	opaque  *introspection // nil for none
	cache   cache
	checks  flights[check, *smart.Principal]
	proofs  proofs

	base context.Context // of all that goes on after a request has ended
	stop context.CancelFunc
}

// check names one check of a token: one that began before a Forget is no use after it.
type check struct {
	token digest
	epoch uint64
}

var _ smart.Authenticator = (*Verifier)(nil)

// New makes a Verifier. It asks no issuer yet. The error names every fault of the options.
func New(o Options) (*Verifier, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	v := &Verifier{options: o, web: newWeb(o.Client, o.FetchTimeout), issuers: map[string]*issuer{}}
	v.base, v.stop = context.WithCancel(context.Background())
	v.cache = cache{limit: o.MaxCached, entries: map[digest]entry{}}
	v.checks = flights[check, *smart.Principal]{timeout: 4 * o.FetchTimeout, base: v.base}
	v.proofs = proofs{age: o.ProofAge, skew: o.Skew, replays: replays{span: o.ProofAge + 2*o.Skew, limit: o.MaxProofs}}
	for _, configured := range o.Issuers {
		i := v.newIssuer(configured)
		v.issuers[i.URL] = i
		if i.Introspection != nil {
			v.opaque = &introspection{issuer: i, places: make(chan struct{}, questionsAtOnce), backoff: backoff{limit: longestBackoff / 3}}
		}
	}
	return v, nil
}

// Close ends what is fetched in the background and waits for it.
func (v *Verifier) Close() {
	v.stop()
	v.checks.group.Wait()
	for _, i := range v.issuers {
		i.metadata.flights.group.Wait()
		i.keys.remote.flights.group.Wait()
	}
}

// Authenticate is who is asking: see smart.Authenticator and the package comment.
func (v *Verifier) Authenticate(ctx context.Context, c smart.Credentials) (*smart.Principal, error) {
	switch {
	case c.Token == "":
		return nil, smart.Refused(smart.TokenMissing)
	case len(c.Token) > smart.MaxToken:
		return nil, smart.Refused(smart.TokenTooLong)
	}
	token := digest(sha256.Sum256([]byte(c.Token)))
	p, err := v.principal(ctx, c.Token, token)
	if err != nil {
		return nil, err
	}
	if err := v.confirm(c, p.Confirmation, token); err != nil {
		return nil, err
	}
	return p, nil
}

// Forget drops what is kept of the tokens that drop says, so that they are checked anew, and says how many it
// were. Drop must be quick and must not keep or change what it is given.
func (v *Verifier) Forget(drop func(*smart.Principal) bool) int { return v.cache.forget(drop) }

// Metadata is what an issuer says of itself, for smart.NewConfiguration. The error is not-checked when it
// cannot be had.
func (v *Verifier) Metadata(ctx context.Context, issuer string) (smart.Metadata, error) {
	i := v.issuers[issuer]
	if i == nil {
		return smart.Metadata{}, smart.Refused(smart.IssuerUnknown)
	}
	m, err := i.metadata.current(ctx)
	if err != nil {
		return smart.Metadata{}, notChecked(err)
	}
	return m, nil
}

// principal is who a token says is asking, from what is kept or by checking it.
func (v *Verifier) principal(ctx context.Context, text string, token digest) (*smart.Principal, error) {
	if e, ok := v.cache.get(token, v.options.Now()); ok {
		if e.principal == nil {
			return nil, e.refusal
		}
		v.issuers[e.principal.Issuer].keys.remote.touch()
		return e.principal, nil
	}
	name := check{token, v.cache.now()}
	p, err := v.checks.start(name, func(ctx context.Context) (*smart.Principal, error) {
		return v.check(ctx, text, name)
	}).wait(ctx)
	if err != nil && fhir.CodeOf(err) == fhir.CodeException { // the request has ended, or the server does
		return nil, notChecked(err)
	}
	return p, err
}

// check checks a token that is not kept, and keeps what it finds.
func (v *Verifier) check(ctx context.Context, text string, name check) (*smart.Principal, error) {
	t := moment{v.options.Now(), v.options.Skew}
	if isJWT(text) {
		p, err := v.checkJWT(ctx, text, t)
		if err == nil {
			v.cache.put(name.token, entry{principal: p, until: p.Expires.Add(t.skew)}, name.epoch, t.now)
		}
		return p, err
	}
	if v.opaque == nil {
		return nil, smart.Refused(smart.TokenMalformed)
	}
	p, err := v.opaque.check(ctx, text, t)
	e := entry{principal: p, refusal: err, until: t.now.Add(v.options.IntrospectionAge)}
	if p != nil && p.Expires.IsZero() {
		p.Expires = e.until // it says nothing; this long it holds
	} else if p != nil && e.until.After(p.Expires.Add(t.skew)) {
		e.until = p.Expires.Add(t.skew)
	}
	if fhir.CodeOf(err) != fhir.CodeTransient {
		v.cache.put(name.token, e, name.epoch, t.now)
	}
	return p, err
}

// isJWT tells JWTs from tokens that only their issuer can read: three parts, of which the first begins an object.
func isJWT(text string) bool { return strings.HasPrefix(text, "ey") && strings.Count(text, ".") == 2 }

func (v *Verifier) checkJWT(ctx context.Context, text string, t moment) (*smart.Principal, error) {
	j, err := parseJWS(text)
	if err != nil {
		return nil, err
	}
	iss, ok := j.claims.Text("iss")
	i := v.issuers[iss]
	if !ok || i == nil {
		return nil, smart.Refused(smart.IssuerUnknown)
	}
	return i.checkJWT(ctx, j, t)
}

// confirm checks that whoever sends a token holds what it is bound to.
func (v *Verifier) confirm(c smart.Credentials, bound smart.Confirmation, token digest) error {
	if (bound.JKT != "") != (c.Scheme == smart.DPoP) {
		return smart.Refused(smart.SchemeWrong)
	}
	if bound.X5TS256 != "" {
		if c.Certificate == nil {
			return smart.Refused(smart.CertificateMissing)
		}
		if sum := sha256.Sum256(c.Certificate.Raw); !same(encode(sum[:]), bound.X5TS256) {
			return smart.Refused(smart.CertificateWrong)
		}
	}
	if bound.JKT == "" {
		return nil
	}
	return v.proofs.check(c, bound.JKT, token, v.options.Now())
}
