package token

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"hearken/internal/smart"
)

// introspection is an issuer that is asked about opaque tokens (RFC 7662).
type introspection struct {
	*issuer
	backoff backoff
	places  chan struct{} // so many questions at a time: an issuer that hangs must not gather all requests
}

const questionsAtOnce = 32

var errNoEndpoint = errors.New("token: the issuer's metadata has no introspection_endpoint by https")

// check asks the issuer about a token. The error is not-checked when it cannot be asked.
func (in *introspection) check(ctx context.Context, text string, t moment) (*smart.Principal, error) {
	c, err := in.answer(ctx, text, t)
	if err != nil {
		return nil, notChecked(err)
	}
	if active, _ := c["active"].(bool); !active {
		return nil, smart.Refused(smart.TokenInactive)
	}
	if iss, ok := c.Text("iss"); !ok || iss != "" && iss != in.URL {
		return nil, smart.Refused(smart.IssuerUnknown)
	}
	return in.principal(ctx, subject{text, c}, t, in.Introspection.WithoutAudience)
}

func (in *introspection) answer(ctx context.Context, text string, t moment) (smart.Claims, error) {
	if !in.backoff.may(t.now) {
		return nil, errBackingOff
	}
	select {
	case in.places <- struct{}{}:
		defer func() { <-in.places }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	endpoint, err := in.endpoint(ctx)
	if err != nil {
		return nil, err
	}
	form := url.Values{"token": {text}, "token_type_hint": {"access_token"}}
	c, err := in.web.post(ctx, endpoint, form, in.Introspection.ClientID, in.Introspection.Secret)
	failed := err
	if refused(err) {
		failed = nil
	}
	in.backoff.tried(in.metadata.now(), failed)
	return c, err
}

// refused reports whether an issuer refused a question of its own accord. It is there then, and what it
// refuses of one token must not delay all others.
func refused(err error) bool {
	var status statusError
	return errors.As(err, &status) && status >= 400 && status < 500 && status != http.StatusTooManyRequests
}

func (in *introspection) endpoint(ctx context.Context) (string, error) {
	if in.Introspection.Endpoint != "" {
		return in.Introspection.Endpoint, nil
	}
	m, err := in.metadata.current(ctx)
	if err != nil {
		return "", err
	}
	if !isWebURL(withoutQuery(m.IntrospectionEndpoint)) {
		return "", errNoEndpoint
	}
	return m.IntrospectionEndpoint, nil
}
