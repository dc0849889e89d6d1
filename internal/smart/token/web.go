package token

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"hearken/internal/smart"
)

// web asks issuers. It follows no redirection: where an issuer is, the configuration and its metadata say.
type web struct {
	client  http.Client
	timeout time.Duration // of one request
}

func newWeb(client *http.Client, timeout time.Duration) *web {
	w := &web{client: *client, timeout: timeout}
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w
}

// maxAnswer is the longest answer of an issuer that is read, in bytes.
const maxAnswer = 512 << 10

// statusError is an answer with another status than 200.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("token: the issuer answered with status %d", int(e))
}

func (w *web) get(ctx context.Context, address string) (smart.Claims, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return w.do(r)
}

// getAs is get by the authority of an access token.
func (w *web) getAs(ctx context.Context, address, token string) (smart.Claims, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", string(smart.Bearer)+" "+token)
	return w.do(r)
}

// post sends a form as a client that is authenticated by client_secret_basic (RFC 6749 section 2.3.1).
func (w *web) post(ctx context.Context, address string, form url.Values, client, secret string) (smart.Claims, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
	return w.do(r)
}

func (w *web) do(r *http.Request) (smart.Claims, error) {
	r.Header.Set("Accept", "application/json")
	response, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, statusError(response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	return smart.ParseClaims(body) // which fails if there was more
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}
